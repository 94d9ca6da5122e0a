"""Coverage of the core visits of a term: the numbers by district or partner, and the list behind each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.views.generic import TemplateView

from schoolimprove.accounts.exporting import Taken, export_links, exports, words_of
from schoolimprove.accounts.models import user_of
from schoolimprove.accounts.rights import acting, user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.ui import components
from schoolimprove.ui.charts import Chart, Series
from schoolimprove.ui.date_cells import CachedDateCells
from schoolimprove.ui.exports import Column, ListFile, in_batches
from schoolimprove.ui.filters import filter_panel
from schools.oversight.core_visits import (
    LINES,
    NOT_KNOWN,
    STAGE_LABELS,
    STAGE_MEANINGS,
    Covered,
    Line,
    Listed,
    Stage,
    covered,
    listed,
    tallies,
    term_of,
    terms_to_look_at,
    total_of,
    with_sips,
)
from schools.oversight.forms import CoverageForm, CoverageListForm
from schools.records import deadlines as record_deadlines
from schools.records.states import SHARED_STATES
from schools.register.models.school import School
from schools.visits.opening.actions import unopened
from schools.visits.term_slots import TermDays

HEADING = "Coverage of core visits"
PER_PAGE = 50


class Asked:
    """The term and the rows that the address asks for."""

    def __init__(self, request: HttpRequest) -> None:
        self.request, self.today = request, clock.today()
        self.terms = terms_to_look_at(self.today)
        usual = term_of(self.terms, self.today)
        self.form = CoverageForm(request.GET, terms=self.terms, chosen=usual.key if usual else "")
        self.form.is_valid()
        named = self.form.cleaned_data.get("term")
        self.days = next((each for each in self.terms if each.key == named), usual)
        self.by = self.form.cleaned_data.get("by") or "district"

    def schools(self) -> Covered:
        return covered(self.request.user, self.days, on=self.today) if self.days else School.objects.none()

    def lines(self) -> list[Line]:
        return LINES[self.by](self.schools()) if self.days else []


LATE = (
    "Overdue",
    "Something about the visit or its record is overdue. We also count the school in its stage.",
)


class CoveragePage(TemplateView):
    """A page of coverage, for those who may see it."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        acting(user_of(request), Permission.VIEW_COVERAGE)
        return super().dispatch(request, *args, **kwargs)


class Coverage(CoveragePage):
    template_name = "schools/oversight/coverage_table.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = Asked(self.request)
        lines = asked.lines()
        opens = user_can(self.request.user, Permission.OPEN_TERM)
        return super().get_context_data(**kwargs) | {
            "page_title": HEADING,
            "lede": "Progress of a term’s core visits. Select a number to see its schools.",
            "asked": asked,
            "form": None,
            "choosing": asked.form,
            "table": coverage_table(lines, asked) if lines and asked.days else None,
            "chart": coverage_chart(lines, asked) if lines and asked.days else None,
            "meanings": [*((STAGE_LABELS[stage], STAGE_MEANINGS[stage]) for stage in Stage), LATE],
            "exports": export_links("schools:coverage_export", self.request.user) if lines else [],
            "opens": opens,
            "to_open": self.to_open(asked.days) if opens and asked.days else 0,
        }

    def to_open(self, days: TermDays) -> int:
        """How many schools have no core visit of the term, while it can still be opened."""
        if days.last < clock.today():
            return 0
        mine = School.objects.visible_to(self.request.user, Permission.OPEN_TERM).filter(authority__own=True).open()
        return unopened(mine, days).count()


def coverage_chart(lines: Sequence[Line], asked: Asked) -> Chart:
    """The stages stacked, for each school is in one; late beside them, for a late school is in its stage as well."""
    stages = [
        Series(STAGE_LABELS[stage], [line.stages[stage] for line in lines], stage.value)
        for stage in Stage
        if stage != Stage.NOT_YET
    ]
    not_yet = Series(STAGE_LABELS[Stage.NOT_YET], [line.stages[Stage.NOT_YET] for line in lines], "not_yet")
    late = Series("Overdue", [line.late for line in lines], "late", stack="late")
    by = "district" if asked.by == "district" else "School Improvement Partner"
    label = f"Schools by stage of their core visit and {by}, {asked.days.spoken if asked.days else ''}"
    return Chart(label, [line.label for line in lines], [*stages, not_yet, late], "Schools")


def coverage_table(lines: Sequence[Line], asked: Asked) -> components.Table:
    heading = "District" if asked.by == "district" else "School Improvement Partner"
    numbers = ["Schools", *STAGE_LABELS.values(), "Overdue"]
    columns = [components.Column(heading), *(components.Column(label, numeric=True) for label in numbers)]
    term = asked.days.key if asked.days else ""
    rows = [_line_row(line, term, asked.by) for line in [*lines, total_of(lines)]]
    by = "district" if asked.by == "district" else heading
    caption = f"{asked.days.label}, by {by}" if asked.days else ""
    return components.Table(caption, columns, rows, wide=True)


def _line_row(line: Line, term: str, by: str) -> list[Any]:
    def number(count: int, what: str, **narrowed: str) -> Any:
        if not count:
            return "0"
        chosen = {"term": term, **({by: line.key} if line.key else {}), **narrowed}
        # Heard without its row and column, a number says nothing.
        return format_html(
            '<a class="govuk-link" href="{}?{}">{}<span class="govuk-visually-hidden"> {}, {}</span></a>',
            reverse("schools:coverage_list"),
            urlencode(chosen),
            f"{count:,}",
            what,
            line.label,
        )

    stages = [number(line.stages[stage], STAGE_LABELS[stage].lower(), stage=stage.value) for stage in Stage]
    return [line.label, number(line.schools, "in all"), *stages, number(line.late, "overdue", late="yes")]


TABLE_COLUMNS = [
    Column("name", "Name", "District, or School Improvement Partner"),
    Column("schools", "Schools", "Schools due a core visit this term, or that have had it"),
    *(Column(stage.value, STAGE_LABELS[stage], STAGE_MEANINGS[stage]) for stage in Stage),
    Column(
        "late",
        "Late",
        "Schools where something about the visit or its record is overdue. They are also counted in a stage",
    ),
]


COVERAGE = ListFile(
    "coverage", "coverage", "Coverage of core visits", "A district or a School Improvement Partner", TABLE_COLUMNS
)


@exports(COVERAGE)
def export_coverage(request: HttpRequest) -> Taken:
    """The table as the address asks for it, with its total."""
    acting(user_of(request), Permission.VIEW_COVERAGE)
    asked = Asked(request)
    lines = asked.lines()
    rows = [
        [line.label, line.schools, *(line.stages[stage] for stage in Stage), line.late]
        for line in [*lines, total_of(lines)]
    ]
    return Taken(rows, len(rows), {"Term": asked.days.label if asked.days else "", "Count by": asked.by})


class Listing:
    """The schools behind a number: the reader's, of one term, narrowed as the address says."""

    def __init__(self, request: HttpRequest) -> None:
        self.request, self.today = request, clock.today()
        self.terms = terms_to_look_at(self.today)
        usual = term_of(self.terms, self.today)
        self.query: QueryDict = request.GET.copy()
        if usual:
            self.query.setdefault("term", usual.key)
        self.days = next((each for each in self.terms if each.key == self.query.get("term")), usual)

    @cached_property
    def everything(self) -> Covered:
        return covered(self.request.user, self.days, on=self.today) if self.days else School.objects.none()

    @cached_property
    def tallies(self) -> dict[str, list[Line]]:
        """What there is to choose from, with how many schools of each."""
        return tallies(self.everything) if self.days else {}

    @cached_property
    def form(self) -> CoverageListForm:
        choices = {name: [(line.key, line.label) for line in lines] for name, lines in self.tallies.items()}
        return CoverageListForm(
            self.query, terms=self.terms, districts=choices.get("district", []), sips=choices.get("sip", [])
        )

    @property
    def counts(self) -> dict[str, Mapping[str, int]]:
        total = total_of(self.tallies.get("district", []))
        counts = {name: {line.key: line.schools for line in lines} for name, lines in self.tallies.items()}
        return {**counts, "stage": total.stages, "late": {"yes": total.late}}

    def schools(self) -> Covered:
        found, form = self.everything, self.form
        if text := (form.chosen("q") or "").strip():
            found = found.matching(text)
        if stages := form.chosen("stage"):
            found = found.filter(stage__in=stages)
        if form.chosen("late"):
            found = found.filter(late=True)
        if sip := form.chosen("sip"):
            found = with_sips(found, sip)
        if districts := form.chosen("district"):
            found = found.filter(in_districts(districts))
        return found.select_related("district").order_by("name", "urn")


def in_districts(keys: Sequence[str]) -> Q:
    named = [key for key in keys if key != str(NOT_KNOWN)]
    return Q(district__in=named) | (Q(district=None) if str(NOT_KNOWN) in keys else Q(pk__in=[]))


class CoverageList(CoveragePage):
    template_name = "schools/oversight/coverage_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        listing = Listing(self.request)
        page = Paginator(listing.schools(), PER_PAGE).get_page(self.request.GET.get("page"))
        count = page.paginator.count
        days = listing.days
        nothing = components.Empty(
            "No term dates yet",
            "A system administrator needs to import term dates. Then you can see the core visits of a term.",
        )
        return super().get_context_data(**kwargs) | {
            "page_title": "Schools and their core visits",
            "caption": days.label if days else "",
            "breadcrumbs": [
                components.Crumb("Coverage", reverse("schools:coverage") + (f"?term={days.key}" if days else "")),
                components.Crumb("Schools and their core visits"),
            ],
            "found": f"{count:,} school{'' if count == 1 else 's'}",
            "filters": filter_panel(listing.form, listing.query, counts=listing.counts, label="Filter schools"),
            "table": list_table(listed(list(page.object_list))),
            "page_obj": page,
            "exports": export_links("schools:coverage_list_export", self.request.user),
            "nothing": None if days else nothing,
            "form": None,
        }


def list_table(rows: Iterable[Listed]) -> components.Table:
    labels = ("School", "Stage", "Date", "Next deadline")
    columns = [components.Column(label) for label in labels]
    drawn = CachedDateCells()
    return components.Table("Schools", columns, [_list_row(row, drawn) for row in rows], caption_hidden=True)


def _list_row(row: Listed, drawn: CachedDateCells) -> list[Any]:
    school = row.school
    district = f", {school.district.name}" if school.district else ""
    note = f"URN {school.urn}{district}. Partner: {', '.join(row.partners) or 'none yet'}"
    return [
        components.Link(
            school.name, address_of(row), note, components.Status("overdue", "Overdue") if row.late else None
        ),
        stage_of(row),
        row.visit.day if row.visit and row.visit.day else "No date yet",
        _next_deadline(row, drawn),
    ]


TAGS = {
    Stage.NOT_YET: "due",
    Stage.PLANNED: "arranged",
    Stage.HELD: "held",
    Stage.RECORDED: "submitted",
    Stage.SHARED: "shared",
    Stage.ANSWERED: "answered",
}
"""Stage → the status whose colour it has."""


def stage_of(row: Listed) -> components.Status:
    stage = Stage(row.stage)
    return components.Status(TAGS[stage], STAGE_LABELS[stage])


def address_of(row: Listed) -> str:
    """The record once it is shared, before that the visit, and where nothing is opened yet the school's visits."""
    if row.record is not None and row.record.status in SHARED_STATES:
        return row.record.get_absolute_url()
    return row.visit.get_absolute_url() if row.visit else reverse("schools:visits", args=[row.school.urn])


def _next_deadline(row: Listed, drawn: CachedDateCells) -> Any:
    due = row.deadline
    return format_html("{} {}", record_deadlines.LABELS.get(due.rule, due.rule), drawn.of(due)) if due else "None"


LIST_COLUMNS = [
    Column("urn", "URN", "Unique reference number of the school"),
    Column("name", "Name", "Name of the school"),
    Column("district", "District", "District of the authority"),
    Column("sip", "SIP", "School Improvement Partner today"),
    Column("stage", "Stage", "How far the core visit of the term has come"),
    Column("date", "Date", "Day the visit was held, or is planned for"),
    Column("late", "Overdue", "Whether something about the visit or its record is overdue"),
    Column("deadline", "Next deadline", "What is due next"),
    Column("due_on", "Due", "Last day to do it"),
    Column("reference", "Record", "Reference of the record, once it is shared"),
]


CORE_VISITS = ListFile(
    "core visits",
    "core visits of a term",
    "Schools and their core visits",
    "A school due a core visit this term, or that has had it",
    LIST_COLUMNS,
)


@exports(CORE_VISITS)
def export_coverage_list(request: HttpRequest) -> Taken:
    """The list as it stands in the address."""
    acting(user_of(request), Permission.VIEW_COVERAGE)
    listing = Listing(request)
    schools = listing.schools()
    return Taken(_exported(schools), schools.count(), words_of(filter_panel(listing.form, listing.query)))


def _exported(schools: Covered) -> Iterator[Sequence[Any]]:
    for some in in_batches(schools.iterator(500)):
        yield from (_exported_row(row) for row in listed(some))


def _exported_row(row: Listed) -> list[Any]:
    school, due = row.school, row.deadline
    shared = row.record is not None and row.record.status in SHARED_STATES
    return [
        school.urn,
        school.name,
        school.district.name if school.district else "",
        "; ".join(row.partners),
        STAGE_LABELS[Stage(row.stage)],
        row.visit.day if row.visit else None,
        row.late,
        record_deadlines.LABELS.get(due.rule, due.rule) if due else "",
        due.due_on if due else None,
        row.record.reference if row.record is not None and shared else "",
    ]
