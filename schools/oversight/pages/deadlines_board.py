"""The board of deadlines: everything due at the schools somebody oversees, late first and then by week."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html

from schoolimprove.accounts.exporting import Taken, export_links, exports, words_of
from schoolimprove.accounts.models import user_of
from schoolimprove.accounts.rights import acting
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.reminders.registry import rules
from schoolimprove.reminders.wording import days_left, why_that_date
from schoolimprove.ui import components
from schoolimprove.ui.cells import cell, folded, listed
from schoolimprove.ui.exports import Column, ListFile, in_batches
from schoolimprove.ui.filters import FilterPanel, filter_panel
from schools.oversight import deadlines_board
from schools.oversight.deadlines_board import Deadlines, Due, Numbers
from schools.oversight.forms import DueForm
from schools.oversight.pages.core_visits import PER_PAGE, CoveragePage, in_districts
from schools.oversight.pages.last_visit import Tally
from schools.register.models.school import School
from schools.register.partners import with_sip

SOONEST = "due"
SORTS: dict[str, tuple[str, ...]] = {
    SOONEST: ("due_on", "pk"),
    "-due": ("-due_on", "-pk"),
    "school": ("school_name", "due_on", "pk"),
    "-school": ("-school_name", "due_on", "pk"),
}


class Board:
    """The deadlines that the reader oversees, narrowed and sorted as the address says."""

    def __init__(self, request: HttpRequest) -> None:
        self.request, self.user, self.today = request, user_of(request), clock.today()
        asked = request.GET.get("sort", "")
        self.ordering = asked if asked in SORTS else SOONEST

    @cached_property
    def numbers(self) -> Numbers:
        return deadlines_board.numbers(deadlines_board.due_for(self.user), self.today)

    @cached_property
    def tally(self) -> Tally:
        return Tally(School.objects.visible_to(self.user, Permission.VIEW_COVERAGE), self.numbers.school)

    @cached_property
    def form(self) -> DueForm:
        known = [(rule.key, rule.label) for rule in rules if rule.key in self.numbers.rule]
        districts = list(self.tally.districts.items())
        return DueForm(self.request.GET, rules=known, districts=districts, sips=self.tally.partners)

    @cached_property
    def panel(self) -> FilterPanel:
        counts = {**self.tally.counts, "rule": self.numbers.rule, "when": self.numbers.when}
        return filter_panel(self.form, self.request.GET, counts=counts, label="Filter deadlines")

    def deadlines(self) -> Deadlines:
        found, form = deadlines_board.due_for(self.user), self.form
        if wanted := form.chosen("rule"):
            found = found.filter(rule__in=wanted)
        if when := form.chosen("when"):
            found = found.filter(deadlines_board.in_time(when, self.today))
        if (schools := self._schools()) is not None:
            found = found.filter(deadlines_board.at_schools(schools))
        if "school_name" in SORTS[self.ordering][0]:
            found = deadlines_board.with_school_name(found)
        return found.order_by(*SORTS[self.ordering])

    def paginator(self) -> Paginator[Any]:
        pages: Paginator[Any] = Paginator(self.deadlines(), PER_PAGE)
        if not self.form.narrowed:
            # They are all counted for the filters already.
            pages.count = self.numbers.total
        return pages

    def _schools(self) -> Any:
        """Those that the address names; None where it names none."""
        form, schools = self.form, School.objects.all()
        text = (form.chosen("q") or "").strip()
        if not (text or form.chosen("district") or form.chosen("sip")):
            return None
        if text:
            schools = schools.matching(text)
        if districts := form.chosen("district"):
            schools = schools.filter(in_districts(districts))
        return schools.filter(with_sip([form.chosen("sip")])) if form.chosen("sip") else schools


class DueBoard(CoveragePage):
    template_name = "schools/oversight/due_board.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        board = Board(self.request)
        page = board.paginator().get_page(self.request.GET.get("page"))
        count = page.paginator.count
        tables = board_tables(deadlines_board.listed(list(page.object_list), board.user), board)
        return super().get_context_data(**kwargs) | {
            "page_title": "Deadlines",
            "lede": "What is due at the schools you look after, overdue dates first.",
            "found": f"{count:,} deadline{'' if count == 1 else 's'}",
            "filters": board.panel,
            "tables": tables,
            "table": tables[0] if tables else None,
            "page_obj": page,
            "exports": export_links("schools:due_export", self.request.user),
            "nothing": None if count or board.form.narrowed else nothing_due(),
            "form": None,
        }


def nothing_due() -> components.Empty:
    return components.Empty(
        "Nothing is due at the schools you look after",
        "Dates appear when core visits are created, and when a record is started, submitted or shared.",
        components.Link("See coverage of core visits", reverse("schools:coverage")),
    )


def board_tables(rows: Sequence[Due], board: Board) -> list[components.Table]:
    """Return a table for what is overdue and for each week, or one table where the order is not that of the dates."""
    if not rows:
        return []
    by_date = board.ordering.lstrip("-") == SOONEST
    parts = deadlines_board.by_week(rows, board.today) if by_date else [("Deadlines by school", list(rows))]
    return [
        components.Table(title, COLUMNS, [_row(row, board.today) for row in part], ordering=board.ordering)
        for title, part in parts
    ]


COLUMNS = [
    components.Column("School", "school"),
    components.Column("What to do"),
    components.Column("Due", "due"),
]


def _row(row: Due, today: date) -> list[Any]:
    return [_school(row), _what(row), _when(row, today)]


def _school(row: Due) -> Any:
    """Link to the page where the work can be done."""
    school = row.school
    if school is None:
        return row.said.where if row.said else ""
    return components.Link(school.name, row.said.url if row.said else school.get_absolute_url())


def _what(row: Due) -> Any:
    """Name the work, and open to the working of its date and the people who were reminded."""
    what = row.said.what if row.said else ""
    about = f"{row.label}, {row.school.name}" if row.school else row.label
    note = format_html('<span class="app-note">{}</span>', what) if what else ""
    return format_html("{}{}{}", row.label, note, folded("Details", about, listed(_more(row))))


def _more(row: Due) -> Iterator[str]:
    if why := why_that_date(row.deadline.working):
        yield f"Date: {why}"
    if row.school is not None:
        yield f"Partner: {', '.join(row.partners) or 'none yet'}"
        yield f"URN {row.school.urn}{f', {row.school.district.name}' if row.school.district else ''}"
    told = row.told
    yield (
        f"Reminded: {', '.join(told.names)}, {clock.uk_date(told.on)} ({told.label})" if told else "No one reminded yet"
    )
    if row.because is not None:
        yield f"Overdue because: {row.because.reason} ({row.because.name}, {clock.uk_date(row.because.on)})"


def _when(row: Due, today: date) -> Any:
    words, day = days_left(row.deadline.day, today), clock.uk_date(row.deadline.day)
    if row.deadline.day >= today:
        return format_html('{}<span class="app-note">{}</span>', day, words)
    return format_html("{}<br>{}", day, cell(components.Status("overdue", words)))


FILE_COLUMNS = [
    Column("urn", "URN", "Unique reference number of the school"),
    Column("school", "School", "Name of the school"),
    Column("district", "District", "District of the authority"),
    Column("sip", "SIP", "School Improvement Partner today"),
    Column("rule", "What is due", "What must be done"),
    Column("what", "About", "The visit or record it is about"),
    Column("due_on", "Due", "Last day to do it"),
    Column("days_late", "Days overdue", "Days since that day; a minus number before it"),
    Column("why", "How the date was worked out", "How we worked out the day"),
    Column("step", "Step", "The last step at which we reminded people"),
    Column("told_on", "Reminded on", "Day we reminded them"),
    Column("told", "Reminded", "People we reminded at that step"),
    Column("because", "Overdue because", "The newest reason given for the delay"),
    Column("because_by", "Reason from", "Who gave that reason"),
]
DEADLINES = ListFile("deadlines", "deadlines", "Deadlines", "A task that is due and not done", FILE_COLUMNS)


@exports(DEADLINES)
def export_due(request: HttpRequest) -> Taken:
    """The board as it stands in the address."""
    acting(user_of(request), Permission.VIEW_COVERAGE)
    board = Board(request)
    found = board.deadlines()
    return Taken(_exported(found, board), found.count(), words_of(board.panel))


def _exported(found: Deadlines, board: Board) -> Iterator[Sequence[Any]]:
    for some in in_batches(found.iterator(500)):
        yield from (_exported_row(row, board.today) for row in deadlines_board.listed(some, board.user))


def _exported_row(row: Due, today: date) -> list[Any]:
    school, told, because = row.school, row.told, row.because
    return [
        school.urn if school else None,
        school.name if school else "",
        school.district.name if school and school.district else "",
        "; ".join(row.partners),
        row.label,
        row.said.what if row.said else "",
        row.deadline.due_on,
        (today - row.deadline.day).days,
        why_that_date(row.deadline.working),
        told.label if told else "",
        told.on if told else None,
        "; ".join(told.names) if told else "",
        because.reason if because else "",
        because.name if because else "",
    ]
