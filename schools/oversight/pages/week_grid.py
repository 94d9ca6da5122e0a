"""The heat map: schools of a district by the weeks of a term."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from schoolimprove.calendar.calendars import authority_calendar
from schoolimprove.lib import clock
from schoolimprove.ui import components
from schools.oversight.core_visits import NO_DISTRICT, NOT_KNOWN, term_of, terms_to_look_at
from schools.oversight.forms import WeeksForm
from schools.oversight.pages.core_visits import CoveragePage
from schools.oversight.week_grid import MARK_LABELS, MARK_MEANINGS, Cell, Mark, Row, Weeks, monday_of
from schools.register.models.school import School
from schools.visits.models.visit import Visit

PER_PAGE = 100
SIGNS = {Mark.HELD: "●", Mark.PASSED: "!", Mark.AGREED: "◐", Mark.PROPOSED: "○"}
NOTHING = SafeString(
    '<span class="app-week app-week--none"><span aria-hidden="true">–</span>'
    '<span class="govuk-visually-hidden">Nothing</span></span>'
)


class Asked:
    """The district, the term and the kinds of visit that the address asks for."""

    def __init__(self, request: HttpRequest) -> None:
        self.request, self.today = request, clock.today()
        self.terms = terms_to_look_at(self.today)
        self.usual = term_of(self.terms, self.today)
        named = request.GET.get("term")
        self.days = next((each for each in self.terms if each.key == named), self.usual)

    @cached_property
    def weeks(self) -> Weeks | None:
        core_only = self.request.GET.get("kinds") == "core"
        return Weeks(self.request.user, self.days, self.today, core_only) if self.days else None

    @cached_property
    def districts(self) -> list[tuple[str, str]]:
        """Those that have a school in the term; schools without a district come last."""
        if self.weeks is None:
            return []
        found = self.weeks.schools().order_by().values_list("district", "district__name").distinct()
        named = [(str(key or NOT_KNOWN), name or NO_DISTRICT) for key, name in found]
        return sorted(named, key=lambda each: (each[0] == str(NOT_KNOWN), each[1].casefold()))

    @cached_property
    def form(self) -> WeeksForm:
        chosen = self.usual.key if self.usual else ""
        form = WeeksForm(self.request.GET, terms=self.terms, chosen=chosen, districts=self.districts)
        form.is_valid()
        return form

    @property
    def district(self) -> tuple[str, str]:
        """Key and name; the first where none is asked for that there is. There is one."""
        wanted = self.form.cleaned_data.get("district")
        return next((each for each in self.districts if each[0] == wanted), self.districts[0])

    def schools(self) -> Any:
        if self.weeks is None or not self.districts:
            return School.objects.none()
        key = self.district[0]
        found = self.weeks.schools().filter(district=None if key == str(NOT_KNOWN) else key)
        return self.weeks.with_last_seen(found).order_by("name", "urn")


class CoverageWeeks(CoveragePage):
    template_name = "schools/oversight/coverage_weeks.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = Asked(self.request)
        page = Paginator(asked.schools(), PER_PAGE).get_page(self.request.GET.get("page"))
        count, weeks = page.paginator.count, asked.weeks
        return super().get_context_data(**kwargs) | {
            "page_title": "Visits week by week",
            "lede": "The visits held and planned at each school of a district, week by week.",
            "asked": asked,
            "form": None,
            "choosing": asked.form,
            "found": f"{count:,} school{'' if count == 1 else 's'}",
            "table": weeks_table(weeks, asked.district[1], list(page.object_list)) if count and weeks else None,
            "key": [(mark.value, SIGNS[mark], MARK_LABELS[mark], MARK_MEANINGS[mark]) for mark in Mark],
            "in_term": weeks is not None and monday_of(weeks.on) in weeks.mondays,
            "page_obj": page,
        }


def weeks_table(weeks: Weeks, district: str, schools: Sequence[School]) -> components.Table:
    off = weeks.weeks_off(authority_calendar([weeks.days.year]))
    now = monday_of(weeks.on)
    headings = [components.Column(_heading(monday, off.get(monday, ""), now=monday == now)) for monday in weeks.mondays]
    columns = [components.Column("School"), *headings, components.Column("Last visit")]
    which = "core visits" if weeks.core_only else "visits"
    caption = f"{district}: {which} by week, {weeks.days.spoken}"
    rows = [_row(row) for row in weeks.rows(schools)]
    return components.Table(caption, columns, rows, wide=True, broad=True)


def _heading(monday: date, off: str, *, now: bool) -> SafeString:
    """`7 Sep`, heard with its year and that it is a week; beneath it whether it is this one, and what shuts schools."""
    notes = [note for note in ("This week" if now else "", off) if note]
    return format_html(
        '<span class="govuk-visually-hidden">Week of </span><time datetime="{}"{}>{}'
        '<span class="govuk-visually-hidden"> {}</span></time>{}',
        monday.isoformat(),
        SafeString(' aria-current="date" id="this-week"') if now else "",
        f"{monday:%-d %b}",
        monday.year,
        format_html_join("", '<span class="app-note">{}</span>', ((note,) for note in notes)),
    )


def _row(row: Row) -> list[Any]:
    school = components.Link(row.school.name, reverse("schools:visits", args=[row.school.urn]))
    return [school, *(_cell(row.school, cell) for cell in row.cells), row.last_seen or "Never"]


def _cell(school: School, cell: Cell) -> SafeString:
    """A sign, a word, and for those who hear it each visit. It leads to the visit, for several to the school's."""
    if cell.mark is None:
        return format_html('<span class="app-week app-week--off">{}</span>', cell.off) if cell.off else NOTHING
    several = len(cell.visits) > 1
    return format_html(
        '<a class="app-week app-week--{}" href="{}"><span aria-hidden="true">{}</span> {}{}'
        '<span class="govuk-visually-hidden">: {}, {}</span></a>',
        cell.mark.value,
        reverse("schools:visits", args=[school.urn]) if several else cell.visits[0].get_absolute_url(),
        SIGNS[cell.mark],
        f"{len(cell.visits)} " if several else "",
        MARK_LABELS[cell.mark].lower() if several else MARK_LABELS[cell.mark],
        "; ".join(_told(visit) for visit in cell.visits),
        school.name,
    )


def _told(visit: Visit) -> str:
    return f"{visit.get_kind_display()}, {clock.uk_date(visit.day)}" if visit.day else visit.get_kind_display()
