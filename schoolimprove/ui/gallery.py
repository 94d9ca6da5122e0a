"""Invented contents of the gallery: every component full, empty and in error."""

from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.http import QueryDict

from .components import Column, Crumb, Event, Fact, Figure, Link, Status, Tab, Table, Task
from .filters import filter_panel
from .forms import (
    CheckboxesField,
    ConfirmField,
    DateField,
    DecimalField,
    EmailField,
    FileField,
    Form,
    MoneyField,
    NumberField,
    PasswordField,
    RadiosField,
    SelectField,
    TextArea,
    TextField,
)

PHASES = [("nursery", "Nursery"), ("primary", "Primary"), ("secondary", "Secondary"), ("special", "Special")]
LONG_NAME = "St Bartholomew and All Saints Voluntary Aided Church of England Primary School and Nursery"
NAMES = ["Ashgrove", "Birchwood", "Cliffside", "Dovecote", "Elmfield", "Fernhill", "Greenacre", "Hawthorn"]


class GalleryForm(Form):
    """Every kind of field."""

    sections = [
        ("The visit", ["held_on", "kind", "areas", "phase", "days", "cost", "pupils"]),
        ("What you found", ["title", "summary", "report", "told"]),
        ("You", ["email", "password"]),
    ]

    held_on = DateField(label="Date of the visit", help_text="For example, 1 5 2026")
    kind = RadiosField(
        label="Kind of visit",
        choices=[("core", "Core visit"), ("extra", "Additional visit"), ("phone", "By telephone")],
        hints={"extra": "Counts against the school’s entitlement of days"},
    )
    areas = CheckboxesField(
        label="What you looked at",
        named="what you looked at",
        choices=[("teaching", "Teaching"), ("leadership", "Leadership"), ("safeguarding", "Safeguarding")],
    )
    phase = SelectField(label="Phase", choices=PHASES, required=False)
    days = DecimalField(label="Days used", min_value=0, max_value=5, decimal_places=1, max_digits=3, suffix="days")
    cost = MoneyField(label="Cost")
    pupils = NumberField(label="Number on roll", min_value=1)
    title = TextField(label="Title of the record")
    summary = TextArea(label="Summary", help_text="What the headteacher should read first")
    report = FileField(label="Supporting document", accept=[".pdf", ".docx"], required=False)
    told = ConfirmField(
        label="I have told the headteacher what this record says",
        named="that you have told the headteacher what this record says",
    )
    email = EmailField(label="Email address", named="your email address")
    password = PasswordField(label="Password", named="your password")


class GalleryFilter(forms.Form):
    """The filters of the sample list."""

    q = forms.CharField(label="Name or URN", required=False)
    phase = forms.MultipleChoiceField(
        label="Phase", choices=PHASES, required=False, widget=forms.CheckboxSelectMultiple
    )
    category = forms.ChoiceField(
        label="Category",
        choices=[("", "Any"), ("A", "Category A"), ("B", "Category B"), ("C", "Category C")],
        required=False,
        widget=forms.RadioSelect,
    )


CHOSEN_QUERY = QueryDict("q=st mary&phase=primary&phase=special")
VALID_POST = QueryDict(
    "held_on_0=1&held_on_1=May&held_on_2=2026&kind=extra&areas=teaching&areas=safeguarding&phase=primary&days=1.5"
    "&cost=1,920.00&pupils=412&title=Autumn core visit&summary=Attendance has improved.&told=on"
    "&email=sip@example.invalid&password=x"
)
INVALID_POST = QueryDict("held_on_0=31&held_on_1=2&held_on_2=2026&days=many&cost=lots&pupils=0&email=nobody&kind=gone")


def form_in(state: str, **kwargs: Any) -> GalleryForm:
    """The sample form: blank, full or with an error in every field that can have one."""
    posts = {"full": VALID_POST, "errors": INVALID_POST}
    return GalleryForm(posts.get(state), cancel_url="../", **kwargs)


def schools() -> list[dict[str, Any]]:
    """Sixty-four invented schools, one of them with a long name."""
    made = [
        {
            "urn": 900000 + number,
            "name": f"{NAMES[number % 8]} {PHASES[number // 8 % 4][1]} School",
            "phase": PHASES[number // 8 % 4][0],
            "category": "ABC"[number % 3],
            "pupils": 90 + 37 * number % 800,
            "next_visit": date(2026, 1 + number % 12, 1 + number % 28) if number % 5 else None,
        }
        for number in range(64)
    ]
    return [{**made[0], "name": LONG_NAME}, *made[1:]]


COLUMNS = [
    Column("School", sort="name"),
    Column("Phase"),
    Column("Category", sort="category"),
    Column("On roll", sort="pupils", numeric=True),
    Column("Next visit"),
]
CATEGORY_CODES = {"A": "done", "B": "open", "C": "submitted"}


def row_of(school: dict[str, Any]) -> list[Any]:
    return [
        Link(school["name"], f"../detail/?urn={school['urn']}", f"URN {school['urn']}"),
        school["phase"].capitalize(),
        Status(CATEGORY_CODES[school["category"]], f"Category {school['category']}"),
        school["pupils"],
        school["next_visit"] or "Not arranged",
    ]


def school_table(rows: list[dict[str, Any]], ordering: str = "name", caption: str = "Schools") -> Table:
    return Table(caption, COLUMNS, [row_of(school) for school in rows], ordering, caption_hidden=True)


YEARS = ["2020/21", "2021/22", "2022/23", "2023/24", "2024/25", "2025/26"]
FIGURES_TABLE = Table(
    "Attainment at key stage 2, percentage at the expected standard",
    [Column("Subject"), *(Column(year, numeric=True) for year in YEARS)],
    [["Reading", 71, 74, 73, 75, 78, 79], ["Writing", 66, 69, 71, 72, 72, 74], ["Mathematics", 70, 71, 73, 73, 76, 80]],
    wide=True,
)
EMPTY_TABLE = Table("Visits", [Column("Date"), Column("School")], [], empty="No visit has been arranged yet.")
NONE: list[Any] = []
CHOSEN = filter_panel(GalleryFilter(CHOSEN_QUERY), CHOSEN_QUERY)
FACTS = [
    Fact("Category", Status("submitted", "Category C"), "#change", hidden="category", source="Moderated 12 March 2026"),
    Fact("Stage of concern", None, "#change", empty="None"),
    Fact("School improvement partner", "Miriam Okonkwo-Brathwaite", "#change"),
    Fact("Next visit", date(2026, 5, 1), "#change"),
    Fact("Number on roll", 412, source="GIAS, 3 May 2021"),
]
EVENTS = [
    Event(
        "Record of visit approved",
        datetime(2026, 5, 6, 13, 32, tzinfo=UTC),
        "Hassan Rahimi, District School Improvement Manager",
        "The evidence is complete.\n\nShared with the headteacher the same day.",
        "#record",
        [("Status", "Submitted", "Approved"), ("Days used", "1.0", "1.5"), ("Shared on", None, date(2026, 5, 6))],
    ),
    Event("Visit held", date(2026, 5, 1), "Miriam Okonkwo-Brathwaite"),
    Event("School added from GIAS", date(2021, 5, 3), where="Dovecote Infant School"),
]
TABS = [
    Tab("Overview", "#overview", current=True),
    Tab("Visits", "#visits", count=3),
    Tab("People", "#people"),
    Tab("Chronology", "#chronology"),
    Tab("History", "#history"),
]
TASKS = [
    Task("Agree the date with the school", Status("done", "Completed"), "#date"),
    Task("Read the school’s evidence", Status("in_progress", "In progress"), "#evidence", "Sent on 20 April 2026"),
    Task("Write the record of the visit", Status("cannot_start", "Cannot start yet"), hint="After the visit was held"),
]
KEY_FIGURES = [
    Figure("Schools", 64, "#schools"),
    Figure("Visits held this term", 41, "#visits", "as at 1 May 2026"),
    Figure("Records overdue", 3, "#overdue"),
    Figure("Attendance", None, source="not yet published for 2025/26"),
]
CRUMBS = [Crumb("Home", "/"), Crumb("Components", "../"), Crumb("Dovecote Primary School")]
TAGS = [
    Status("planned", "Planned"),
    Status("in_progress", "In progress"),
    Status("submitted", "Submitted"),
    Status("returned", "Returned"),
    Status("approved", "Approved"),
    Status("shared", "Shared with the school"),
    Status("answered", "Answered"),
    Status("overdue", "Overdue"),
]
WORKING = {
    "start": "2026-12-18",
    "n": 15,
    "counts_start": False,
    "first_day": "2026-12-21",
    "ends": "2027-01-13",
    "calendar": "working days",
    "skipped": [
        {"date": "2026-12-25", "why": "Christmas Day"},
        {"date": "2026-12-26", "why": "Saturday"},
        {"date": "2026-12-27", "why": "Sunday"},
        {"date": "2026-12-28", "why": "Boxing Day (in lieu)"},
        {"date": "2027-01-01", "why": "New Year’s Day"},
    ],
}
