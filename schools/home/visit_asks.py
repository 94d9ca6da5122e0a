"""What the home page asks of people about visits: plan them, answer for the school, write what was seen."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Min, Q, Subquery
from django.urls import reverse

from schoolimprove.accounts.rights import appointments_of, user_can
from schoolimprove.accounts.roles import Permission, Role
from schoolimprove.lib import clock
from schoolimprove.ui.registry import Ask
from schools.register.scope import in_scope
from schools.visits.deadlines import _open_rows, due_on
from schools.visits.models.visit import WITHOUT_RECORD, Visit, VisitKind
from schools.visits.states import VisitStatus

ONE_BY_ONE = 3
"""With more core visits to plan than these they are asked about together."""
TAKES_PLACE = (VisitStatus.PROPOSED, VisitStatus.AGREED)


def asks_about_visits(user: Any, on: date) -> Sequence[Ask]:
    """At most three queries for whoever goes, one for whoever keeps their diaries, and one for the school."""
    return [*_of_visitor(user, on), *_of_planner(user, on), *_of_school(user, on)]


def _of_visitor(user: Any, on: date) -> Iterator[Ask]:
    if not user_can(user, Permission.PLAN_VISIT):
        return
    owed = Q(status=VisitStatus.DUE, kind=VisitKind.CORE)
    over = Q(status__in=TAKES_PLACE, planned_on__lt=on)
    asked = (
        Visit.objects.visible_to(user)
        .of_visitor(user)
        .filter(in_scope(user, Permission.PLAN_VISIT, school="school"), owed | over | Q(status=VisitStatus.COUNTERED))
    )
    for visit in _read(asked.exclude(status=VisitStatus.DUE)):
        yield _ask_of_visitor(visit, on)
    yield from _to_propose(asked.filter(status=VisitStatus.DUE), on)


def _read(visits: Any) -> Any:
    """With what is said of each."""
    working = Subquery(_open_rows().values("working")[:1])
    return visits.select_related("school").annotate(due_on=due_on(), working=working).order_by("pk")


def _to_propose(owed: Any, on: date) -> Iterator[Ask]:
    """One line for each day by which many are to be held: a term's beginning is no wall of forty lines."""
    terms = owed.annotate(due_on=due_on()).order_by().values("due_on", "academic_year", "term")
    counted = list(terms.annotate(number=Count("pk"), first=Min("pk")).order_by("first"))
    if sum(row["number"] for row in counted) <= ONE_BY_ONE:
        yield from (_ask_of_visitor(visit, on) for visit in _read(owed))
        return
    named = {visit.pk: visit for visit in _read(Visit.objects.filter(pk__in=[row["first"] for row in counted]))}
    for row in counted:
        first, number, day = named[row["first"]], row["number"], row["due_on"]
        if number == 1:
            yield _ask_of_visitor(first, on)
            continue
        yield Ask(
            f"Propose dates for {number} core visits",
            f"{number} of your schools, {row['term']} term",
            _to_plan(row["academic_year"], row["term"]),
            due_on=day,
            working=first.working,
            overdue=day is not None and day < on,
        )


def _to_plan(year: int | None, term: str, **more: str) -> str:
    """The visits of that very term that have no date: what is late may be of a term that is over."""
    of_term = {"term": f"{year}-{term}"} if year and term else {}
    return f"{reverse('schools:my_term')}?{urlencode({**more, **of_term, 'group': 'to_plan'})}"


def _ask_of_visitor(visit: Any, on: date) -> Ask:
    if visit.status == VisitStatus.DUE:
        title, url = "Propose a date for the core visit", _address("visit_propose", visit)
    elif visit.status == VisitStatus.COUNTERED:
        title, url = "The school asks for another date", visit.get_absolute_url()
    elif visit.kind in WITHOUT_RECORD:
        title, url = "Record the date, people and days of the visit", _address("performance_hold", visit)
    elif visit.status == VisitStatus.AGREED:
        title, url = "Write the Record of Visit", visit.write_url
    else:
        title, url = "Write the Record of Visit, or propose another date", visit.get_absolute_url()
    late = visit.due_on is not None and visit.due_on < on
    return Ask(title, _where(visit), url, due_on=visit.due_on, working=visit.working, overdue=late)


def _of_planner(user: Any, on: date) -> Iterator[Ask]:
    """Of a district's administrator: how many core visits have no date, by the day on which their term is over."""
    if not any(held.role == Role.DISTRICT_ADMINISTRATOR for held in appointments_of(user)):
        return
    mine = in_scope(user, Permission.PLAN_VISIT, school="school", roles=[Role.DISTRICT_ADMINISTRATOR])
    owed = Visit.objects.filter(mine, status=VisitStatus.DUE, kind=VisitKind.CORE).annotate(due_on=due_on())
    terms = owed.order_by().values("due_on", "academic_year", "term").annotate(number=Count("pk"))
    for row in terms.order_by("due_on"):
        day, number = row["due_on"], row["number"]
        yield Ask(
            "Help to find a date for the core visit" if number == 1 else f"Help to find dates for {number} core visits",
            f"In your districts, {row['term']} term",
            _to_plan(row["academic_year"], row["term"], whose="all"),
            due_on=day,
            overdue=day is not None and day < on,
        )


def _of_school(user: Any, on: date) -> Iterator[Ask]:
    if not user_can(user, Permission.ARRANGE_VISIT):
        return
    mine = in_scope(user, Permission.ARRANGE_VISIT, school="school")
    proposed = Visit.objects.filter(mine, status=VisitStatus.PROPOSED, planned_on__gte=on)
    for visit in proposed.select_related("school").order_by("planned_on", "pk"):
        yield Ask("Agree the date of the visit", _where(visit), visit.get_absolute_url(), due_on=visit.planned_on)


def _where(visit: Visit) -> str:
    if visit.status == VisitStatus.COUNTERED and visit.suggested_on:
        return f"{visit.school.name}: {clock.uk_date(visit.suggested_on)} instead of {_day(visit)}"
    return f"{visit.school.name}, {_day(visit)}" if visit.planned_on else f"{visit.school.name}, {visit.term} term"


def _day(visit: Visit) -> str:
    return clock.uk_date(visit.planned_on) if visit.planned_on else "no date yet"


def _address(name: str, visit: Visit) -> str:
    return reverse(f"schools:{name}", args=[visit.school.urn, visit.pk])
