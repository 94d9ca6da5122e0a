"""The Days tab of a school: terms, closures, bank holidays in term, and how many days an academic year has."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from crispy_forms_gds.helper import FormHelper
from django.http import HttpRequest
from django.urls import reverse

from schoolimprove.accounts.exporting import Taken, export_links, exports
from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.lib.clock import INSPECTION_WORKING_DAYS, SCHOOL_DAYS, WORKING_DAYS, Calendar, Term, TermName
from schoolimprove.lib.clock.terms import days_between
from schoolimprove.lib.years import academic_year, academic_year_bounds, academic_year_label
from schoolimprove.ui import components
from schoolimprove.ui.exports import Column, ListFile
from schoolimprove.ui.forms import DateField, Form, NumberField, RadiosField
from schools.register.calendars import calendars_for, days_after, own_days
from schools.register.models.school import School
from schools.register.pages import SchoolTabView, school_read


@dataclass(frozen=True)
class DayOff:
    """A weekday of the year without school, and why; `own` where it is this school's alone."""

    day: date
    why: str
    own: bool = False


@dataclass(frozen=True)
class SchoolYear:
    """`terms` are those held; `counts` has the school days of each, and is empty unless all three are."""

    year: int
    terms: tuple[Term, ...]
    own: frozenset[TermName]
    counts: Mapping[TermName, int]
    closures: tuple[DayOff, ...]
    bank_holidays: tuple[DayOff, ...]

    @property
    def label(self) -> str:
        return academic_year_label(self.year)

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def school_years(school: int, years: Collection[int]) -> list[SchoolYear]:
    """Seven queries, whatever is held."""
    calendar = calendars_for([school], years)[school]
    closures, terms = own_days(school, years)
    return [_year(year, calendar, frozenset(closures), terms) for year in years]


def _year(year: int, calendar: Calendar, own_closures: frozenset[date], own_terms: Collection[Term]) -> SchoolYear:
    terms = tuple(term for term in calendar.terms.held if term.year == year)
    held = year in calendar.terms.years
    first, last = academic_year_bounds(year)
    first = min([first, *(term.start for term in terms)])
    closed = sorted((day, why) for day, why in calendar.closures.items() if first <= day <= last)
    return SchoolYear(
        year,
        terms,
        frozenset(term.name for term in own_terms if term.year == year),
        {term.name: _count(term, calendar) for term in terms} if held else {},
        tuple(DayOff(day, why, day in own_closures) for day, why in closed),
        tuple(DayOff(day, why) for term in terms for day in _days(term) if (why := _bank_holiday(day, calendar))),
    )


def _count(term: Term, calendar: Calendar) -> int:
    """Its school days. A term may begin in August, when the calendar still asks for the terms of the year before."""
    return sum(not (calendar.why_not_working_day(day) or day in calendar.closures) for day in _days(term))


def _days(term: Term) -> Iterator[date]:
    """Its days outside half-term."""
    return (day for day in days_between(term.start, term.end) if not term.why_not(day))


def _bank_holiday(day: date, calendar: Calendar) -> str:
    return calendar.bank_holidays.names.get(day, "") if day.weekday() < 5 else ""


LONGEST = 400
"""Days that can be asked about: beyond two years no calendar is held."""

KINDS = [
    (SCHOOL_DAYS, "School days"),
    (WORKING_DAYS, "Working days"),
    (INSPECTION_WORKING_DAYS, "Inspection working days"),
]
HINTS = {
    SCHOOL_DAYS: "Days of term on which this school is open.",
    WORKING_DAYS: "Monday to Friday without bank holidays; school holidays count.",
    INSPECTION_WORKING_DAYS: "Working days outside holidays longer than a week.",
}


class DaysForm(Form):
    """Asked in the address, so that an answer can be sent to somebody."""

    submit_label = "Work out the date"

    start = DateField(label="Day of the event", help_text="We start counting on the next day.")
    days = NumberField(label="Number of days", min_value=1, max_value=LONGEST, width=3, initial=10)
    kind = RadiosField(label="Kind of day", choices=KINDS, hints=HINTS, initial=SCHOOL_DAYS)

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper.form_method = "get"
        return helper

    @classmethod
    def asked(cls, query: Any) -> "DaysForm":
        """Filled and checked once something was asked, else as it begins."""
        names = {"start_0", "start_1", "start_2", "days", "kind"}
        return cls(query if names & query.keys() else None, action="#answer")


OWN = "This school’s own"


class SchoolDays(SchoolTabView):
    template_name = "schools/register/school_days.html"
    tab = "days"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = DaysForm.asked(self.request.GET)
        return super().get_context_data(
            form=form,
            answer=answer(self.school, form),
            years=[_shown(year) for year in years_shown(self.school)],
            additions=additions(self.request.user, self.school),
            exports=export_links("schools:days_export", self.request.user, self.school.urn, on=self.school),
            **kwargs,
        )


def years_shown(school: School) -> list[SchoolYear]:
    """This one and the next."""
    now = academic_year(clock.today())
    return school_years(school.pk, [now, now + 1])


def answer(school: School, form: DaysForm) -> dict[str, Any]:
    """The sentence with the working behind it, or why there is none; nothing where nothing was asked."""
    if not form.is_bound or not form.is_valid():
        return {}
    asked = form.cleaned_data
    try:
        working = days_after(asked["kind"], asked["start"], asked["days"], school=school.pk)
    except clock.DatesNotHeld as refusal:
        return {"refusal": f"We cannot work this out: {refusal}."}
    question = clock.question(working)
    return {"question": f"{question} {'ends' if working.n == 1 else 'end'} on", "working": working.as_record()}


def additions(user: Any, school: School) -> list[components.Link]:
    """Where an administrator enters a school's own days; the form begins with this school."""
    if not (user.is_staff and user_can(user, Permission.MANAGE_SETTINGS)):
        return []
    pages = {
        "schoolclosure": "Add a closure day for this school",
        "schoolterm": "Add this school’s own dates for a term",
    }
    return [
        components.Link(label, f"{reverse(f'admin:schools_{name}_add')}?school={school.pk}")
        for name, label in pages.items()
    ]


def _shown(year: SchoolYear) -> dict[str, Any]:
    return {
        "label": year.label,
        "total": _total(year) if year.counts else "",
        "missing": "" if year.counts else _missing(year),
        "terms": _terms(year),
        "off": _days_off(year),
    }


def _total(year: SchoolYear) -> str:
    first, last = clock.uk_date(year.terms[0].start), clock.uk_date(year.terms[-1].end)
    return f"{year.total} school days, from {first} to {last}."


def _missing(year: SchoolYear) -> str:
    if not year.terms:
        return (
            f"We have no term dates for {year.label}. We cannot count its school days until a system administrator "
            "imports them."
        )
    return f"We do not have all three terms of {year.label}. We cannot count its school days until we do."


def _terms(year: SchoolYear) -> components.Table:
    columns = [components.Column(label) for label in ("Term", "First day", "Half-term", "Last day")]
    columns.append(components.Column("School days", numeric=True))
    rows: list[list[Any]] = [
        [
            term.name.capitalize() + (" (this school’s own)" if term.name in year.own else ""),
            term.start,
            clock.Run(term.half_term_start, term.half_term_end, ""),
            term.end,
            year.counts.get(term.name, "Not counted"),
        ]
        for term in year.terms
    ]
    return components.Table(f"Terms {year.label}", columns, rows, caption_hidden=True)


def _days_off(year: SchoolYear) -> components.Table:
    """Closure days and the bank holidays of its terms, in order."""
    columns = [components.Column(label) for label in ("Day", "Why there is no school", "Where")]
    rows = [[clock.long_date(each.day), each.why, where] for each, where in days_off(year)]
    caption = f"Closure days and bank holidays in term {year.label}"
    return components.Table(caption, columns, rows, empty=f"There are no closure days for {year.label}.")


def days_off(year: SchoolYear) -> list[tuple[DayOff, str]]:
    """Each day in order, and where there is no school on it."""
    days = [(each, OWN if each.own else "Every school") for each in year.closures]
    days += [(each, "Bank holiday") for each in year.bank_holidays]
    return sorted(days, key=lambda pair: pair[0].day)


DAYS = ListFile(
    "school-days",
    "days of a school",
    "A school: Days",
    "A term, a half-term break, a closure day or a bank holiday in term, of this academic year and the next",
    [
        Column("year", "Academic year", "Academic year"),
        Column("what", "What", "Term, half-term, or day without school"),
        Column("name", "Name", "Which term it is, or why there is no school"),
        Column("first_day", "First day", "First day"),
        Column("last_day", "Last day", "Last day"),
        Column("school_days", "School days", "School days of the term, if we have all three terms of its year"),
        Column("where", "Where", "Every school, or this school only"),
    ],
)


@exports(DAYS)
def export_days(request: HttpRequest, urn: int) -> Taken:
    school = school_read(request, urn)
    rows = [row for year in years_shown(school) for row in _year_rows(year)]
    return Taken(rows, len(rows), school=school)


def _year_rows(year: SchoolYear) -> Iterator[list[Any]]:
    for term in year.terms:
        yield from _term_rows(year, term)
    for each, where in days_off(year):
        yield [year.label, "Day without school", each.why, each.day, each.day, None, where]


def _term_rows(year: SchoolYear, term: Term) -> Iterator[list[Any]]:
    name, where = term.name.capitalize(), OWN if term.name in year.own else "Every school"
    yield [year.label, "Term", name, term.start, term.end, year.counts.get(term.name), where]
    if term.half_term_start:
        yield [year.label, "Half-term", name, term.half_term_start, term.half_term_end, None, where]
