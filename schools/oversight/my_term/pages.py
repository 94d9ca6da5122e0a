"""“My term”: the visits somebody goes to, as a list, as a month, and as a calendar file."""

import calendar as months
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.generic import TemplateView

from schoolimprove.accounts.exporting import Taken, export_links, exports, words_of
from schoolimprove.accounts.roles import Permission
from schoolimprove.calendar.calendars import authority_calendar
from schoolimprove.lib import clock
from schoolimprove.lib.clock import Calendar, DatesNotHeld
from schoolimprove.lib.years import academic_year_label
from schoolimprove.ui import components
from schoolimprove.ui.cells import cell
from schoolimprove.ui.exports import Column, ListFile
from schoolimprove.ui.filters import filter_panel
from schools.oversight.my_term import own_visits
from schools.oversight.my_term.own_visits import LABELS, ME, Group, Slot, goes_visiting
from schools.register.pages import paged
from schools.register.scope import in_scope
from schools.visits.ics import calendar_of, has_calendar_file
from schools.visits.models.visit import Visit, VisitKind
from schools.visits.pages import answered
from schools.visits.states import VisitStatus


def term_calendar(request: HttpRequest) -> HttpResponse:
    """The visits of “My term” that have a day, as the list stands in the address."""
    term = Term(request)
    found = calendar_of(term.listed())
    if not found:
        messages.warning(request, "None of these visits has a date yet, so there is nothing to add to your calendar.")
        return redirect(f"{reverse('schools:my_term')}?{term.query.urlencode()}")
    return answered(found, f"visits-{term.slot.value}")


SHOWN_A_DAY = 8
"""Visits in one day of the calendar; the list has all."""
FIRST_MONTH, LAST_MONTH = date(1990, 1, 1), date(2100, 1, 1)


class MyTermForm(forms.Form):
    """`terms` and `people` are what there is to choose from; people only for whoever sees others' terms."""

    term = forms.ChoiceField(label="Term", required=False)
    whose = forms.ChoiceField(label="Whose visits", required=False)
    group = forms.MultipleChoiceField(
        label="What happens next",
        choices=[(group.value, LABELS[group]) for group in Group],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    kind = forms.MultipleChoiceField(
        label="Type of visit", choices=VisitKind.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any, *, terms: Sequence[tuple[str, str]], people: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        fields: dict[str, Any] = self.fields
        fields["term"].choices = terms
        if people:
            fields["whose"].choices = people
        else:
            del fields["whose"]


class Term:
    """One reader's term as the address has it."""

    def __init__(self, request: HttpRequest) -> None:
        if not goes_visiting(request.user):
            raise PermissionDenied
        self.user, self.today = request.user, clock.today()
        years = own_visits.years_around(self.today)
        self.calendar = authority_calendar(years)
        self.slots = own_visits.slots(self.calendar, years)
        people = own_visits.visitors_of(self.user, self.today)
        self.query = request.GET.copy()
        self.query.setdefault("term", own_visits.slot_on(self.slots, self.today).value)
        if people:
            self.query.setdefault("whose", people[0][0])
        terms = [(slot.value, _label(slot)) for slot in self.slots]
        self.form = MyTermForm(self.query, terms=terms, people=people)
        self.form.is_valid()
        self.chosen = self.form.cleaned_data
        self.names_visitor = bool(people)

    @property
    def slot(self) -> Slot:
        wanted = self.chosen.get("term")
        now = own_visits.slot_on(self.slots, self.today)
        return next((slot for slot in self.slots if slot.value == wanted), now)

    @property
    def visits(self) -> Any:
        """Whoever's they are, in any term."""
        found = own_visits.visits_of(self.user, self.chosen.get("whose") or ME)
        if kinds := self.chosen.get("kind"):
            found = found.filter(kind__in=kinds)
        return found.select_related("school", "author")

    def listed(self) -> Any:
        found = own_visits.waiting(own_visits.of_slot(self.visits, self.slot), self.user, self.today)
        groups = self.chosen.get("group")
        return found.filter(group__in=groups) if groups else found


def _label(slot: Slot) -> str:
    return f"{slot.name.value.capitalize()} {academic_year_label(slot.year)}"


class MyTerm(TemplateView):
    """A list by default; with `?view=month` a month."""

    def get_template_names(self) -> list[str]:
        return ["schools/oversight/my_term_month.html" if self.as_month else "schools/oversight/my_term.html"]

    @property
    def as_month(self) -> bool:
        return self.request.GET.get("view") == "month"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        term = Term(self.request)
        shown = _month(term, self.request) if self.as_month else _list(term, self.request)
        if self.as_month:
            # A month has its own days, and shows what is done beside what is to come.
            del term.form.fields["term"], term.form.fields["group"]
        panel = filter_panel(term.form, term.query, label="Filter visits")
        return super().get_context_data(
            page_title="My term",
            caption="" if self.as_month else _label(term.slot),
            filters=panel,
            other_view=_other_view(self.request, self.as_month),
            **shown,
            **kwargs,
        )


def _other_view(request: HttpRequest, as_month: bool) -> components.Link:
    """Return the link from the list to the month, or back, with what the reader chose."""
    kept = request.GET.copy()
    for name in ("view", "page", "month"):
        kept.pop(name, None)
    if not as_month:
        kept["view"] = "month"
    query = f"?{kept.urlencode()}" if kept else ""
    return components.Link("Show as a list" if as_month else "Show as a month", reverse("schools:my_term") + query)


def _list(term: Term, request: HttpRequest) -> dict[str, Any]:
    page = paged(request, term.listed())
    count = page.paginator.count
    return {
        "found": f"{count:,} visit{'' if count == 1 else 's'}",
        "table": visit_table(page.object_list, names_visitor=term.names_visitor),
        "page_obj": page,
        "exports": export_links("schools:my_term_export", term.user),
        "nothing": _nothing(term),
        "in_calendar": any(has_calendar_file(visit) for visit in page.object_list),
        **_not_visited(term),
    }


def _not_visited(term: Term) -> dict[str, Any]:
    """A partner's schools at which nobody was yet in a term that has begun, whatever was planned or owed there."""
    if term.slot.first > term.today:
        return {}
    mine = own_visits.own_schools(term.user, term.slot, term.today)
    return {"not_visited": [school for school in mine if not school.visited], "number_of_schools": len(mine)}


def _nothing(term: Term) -> components.Empty | None:
    """What to say to somebody who has no visits at all, as against a filter that finds none."""
    if term.chosen.get("group") or term.chosen.get("kind"):
        return None
    if term.names_visitor and term.chosen.get("whose") == ME:
        everybody = term.query.copy()
        everybody["whose"] = own_visits.ALL
        return components.Empty(
            "You have no visits of your own in this term",
            "To see other people’s visits in your districts, use “Whose visits”.",
            components.Link("See everyone’s visits", f"{reverse('schools:my_term')}?{everybody.urlencode()}"),
        )
    return components.Empty(
        "There are no visits in this term",
        "Core visits appear when they are created for the term. You plan other visits on a school’s Visits tab.",
        components.Link("Find a school", reverse("schools:list")),
    )


def visit_table(visits: Any, *, names_visitor: bool) -> components.Table:
    columns = [components.Column(label) for label in ("School", "Date", "Next")]
    rows = [_row(visit, names_visitor=names_visitor) for visit in visits]
    return components.Table("Visits", columns, rows, caption_hidden=True)


def _row(visit: Any, *, names_visitor: bool) -> list[Any]:
    late = components.Status("overdue", "Overdue") if visit.late else None
    who = f", {visit.author or 'no visitor yet'}" if names_visitor else ""
    return [
        components.Link(visit.school.name, visit.get_absolute_url(), f"{visit.get_kind_display()}{who}", late),
        format_html("{}<br>{}", cell(_day(visit)), cell(components.Status(visit.status, visit.get_status_display()))),
        _next(visit),
    ]


def _day(visit: Any) -> Any:
    if visit.held_on is None and visit.status == VisitStatus.COUNTERED and visit.suggested_on:
        return f"{clock.uk_date(visit.suggested_on)} instead of {clock.uk_date(visit.planned_on)}"
    return visit.day or "No date yet"


def _next(visit: Any) -> Any:
    """The next step with the day by which it is due; of what waits for others only that day."""
    step = own_visits.next_step(visit)
    by = "by " + clock.uk_date(visit.due).replace(" ", "\N{NO-BREAK SPACE}") if visit.due else ""
    if step:
        return components.Link(step, _address(visit), by)
    return f"Hold it {by}" if by else "Nothing to do"


def _address(visit: Any) -> str:
    """Where the next step is taken; the visit's own page where that is the place."""
    urn = visit.school.urn
    if visit.group == Group.TO_PLAN:
        return reverse("schools:visit_propose", args=[urn, visit.pk])
    if visit.group == Group.TO_WRITE and visit.record_reference:
        return reverse("schools:record", args=[urn, visit.record_reference])
    return str(visit.get_absolute_url())


@dataclass(frozen=True)
class Day:
    """A day of the calendar: whether it is of the month, why it is no school day, its visits and how many more."""

    day: date
    inside: bool
    today: bool
    off: str
    visits: Sequence[Visit]
    more: int


@dataclass(frozen=True)
class Week:
    days: Sequence[Day]

    @property
    def busy(self) -> bool:
        """Whether a day of the month has a visit in it; on a phone other weeks are left out."""
        return any(each.inside and each.visits for each in self.days)


def _month(term: Term, request: HttpRequest) -> dict[str, Any]:
    first = _asked(request.GET.get("month", ""), term.today)
    weeks = months.Calendar().monthdatescalendar(first.year, first.month)
    by_day: dict[date, list[Visit]] = defaultdict(list)
    for visit in own_visits.of_days(term.visits, weeks[0][0], weeks[-1][-1]):
        by_day[visit.day].append(visit)
    shown = [Week([_shown(day, first, term, by_day[day]) for day in week]) for week in weeks]
    count = sum(len(by_day[each.day]) for week in shown for each in week.days if each.inside)
    return {
        "month": first,
        "weeks": shown,
        "busy": bool(count),
        "weekdays": list(months.day_name),
        "found": f"{count:,} visit{'' if count == 1 else 's'} in {first:%B %Y}",
        "earlier": first - timedelta(days=1),
        "later": (first + timedelta(days=31)).replace(day=1),
    }


def _asked(text: str, today: date) -> date:
    """The first day of the month in the address, as 2026-11; of this month where it is none."""
    year, _, month = text.partition("-")
    try:
        asked = date(int(year), int(month), 1)
    except ValueError:
        return today.replace(day=1)
    return asked if FIRST_MONTH <= asked < LAST_MONTH else today.replace(day=1)


def _shown(day: date, first: date, term: Term, visits: Sequence[Visit]) -> Day:
    more = max(len(visits) - SHOWN_A_DAY, 0)
    inside = day.month == first.month
    return Day(day, inside, day == term.today, _off(day, term.calendar), visits[:SHOWN_A_DAY], more)


def _off(day: date, calendar: Calendar) -> str:
    """Why it is no school day; nothing where no dates are held to know by."""
    try:
        return calendar.why_not_school_day(day)
    except DatesNotHeld:
        return ""


COLUMNS_TAKEN = [
    Column("urn", "URN", "Unique reference number of the school"),
    Column("school", "School", "Name of the school"),
    Column("kind", "Type of visit", "Type of visit"),
    Column("waits_for", "Next", "What has to happen next"),
    Column("state", "State", "State of the visit"),
    Column("day", "Date", "Day it was held; before that, the day proposed or agreed"),
    Column("at", "Time", "Time of the day, if there is one"),
    Column("suggested_on", "Asked for", "Day the school asks for instead"),
    Column("days", "Days", "Days used or planned"),
    Column("visitor", "Who goes", "Who goes"),
    Column("due", "Due", "Last day to hold the core visit, or to submit its record"),
    Column("late", "Overdue", "Whether that day has passed"),
    Column("record", "Record", "Reference of its record, if you can see it"),
]


TERM_OF_VISITS = ListFile(
    "visits", "a term of visits", "My term", "A visit that is due, planned or held", COLUMNS_TAKEN
)


@exports(TERM_OF_VISITS)
def export_my_term(request: HttpRequest) -> Taken:
    """The list as it stands in the address."""
    term = Term(request)
    visits = term.listed().filter(in_scope(request.user, Permission.EXPORT, school="school"))
    return Taken(_export_rows(visits), visits.count(), words_of(filter_panel(term.form, term.query)))


def _export_rows(visits: Any) -> Iterator[Sequence[Any]]:
    for visit in visits.iterator(500):
        yield [
            visit.school.urn,
            visit.school.name,
            visit.get_kind_display(),
            LABELS[visit.group],
            visit.get_status_display(),
            visit.day,
            f"{visit.planned_at:%H:%M}" if visit.planned_at else "",
            visit.suggested_on,
            visit.days,
            str(visit.author or ""),
            visit.due,
            visit.late,
            visit.record_reference or "",
        ]
