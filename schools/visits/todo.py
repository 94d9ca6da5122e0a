"""Visits as tasks: plan them, agree their date for the school, write what was found."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from schoolimprove.accounts.rights import appointments_of, user_can
from schoolimprove.accounts.roles import Permission, Role
from schoolimprove.lib import clock
from schoolimprove.reminders.models import Deadline
from schoolimprove.reminders.registry import Described
from schoolimprove.reminders.todo import task
from schoolimprove.ui.registry import TodoItem
from schools.register.models.school import School
from schools.register.scope import in_scope
from schools.visits.deadlines import AGREE, ANSWER, CORE_VISIT, WRITE
from schools.visits.models.visit import WITHOUT_RECORD, Visit, VisitKind
from schools.visits.states import VisitStatus

ONE_BY_ONE = 3
"""With more core visits to plan than these they are asked about together."""


def core_visits_to_plan(user: Any, _on: date) -> Q | None:
    """Return the core visits that a visitor, or a district's administrator, finds a date for."""
    if not user_can(user, Permission.PLAN_VISIT):
        return None
    owed = Visit.objects.filter(status=VisitStatus.DUE, kind=VisitKind.CORE).order_by()
    of_districts = in_scope(user, Permission.PLAN_VISIT, school="school", roles=[Role.DISTRICT_ADMINISTRATOR])
    to_plan = _goes_to(user, owed) | owed.filter(of_districts)
    return at_my_schools(user, Permission.PLAN_VISIT) & Q(rule=CORE_VISIT, subject_id__in=to_plan.values("pk"))


def visits_to_act_on(user: Any, on: date) -> Q | None:
    """Return the requests that a visitor answers, and the records to write after a visit."""
    if not user_can(user, Permission.PLAN_VISIT):
        return None
    over = Visit.objects.filter(status__in=[VisitStatus.PROPOSED, VisitStatus.AGREED], planned_on__lt=on).order_by()
    countered = Visit.objects.filter(status=VisitStatus.COUNTERED).order_by()
    asked = Q(rule=WRITE, subject_id__in=_goes_to(user, over).values("pk"))
    asked |= Q(rule=ANSWER, subject_id__in=_goes_to(user, countered).values("pk"))
    return at_my_schools(user, Permission.PLAN_VISIT) & asked


def dates_to_agree(user: Any, on: date) -> Q | None:
    """Return the dates proposed to a user's school that are still to come."""
    if not user_can(user, Permission.ARRANGE_VISIT):
        return None
    return at_my_schools(user, Permission.ARRANGE_VISIT) & Q(rule=AGREE, due_on__gte=on)


def at_my_schools(user: Any, permission: Permission) -> Q:
    """Return the deadlines of the schools where a user holds a permission: an index finds these few."""
    return Q(school_id__in=School.objects.filter(in_scope(user, permission)).order_by().values("pk"))


def _goes_to(user: Any, visits: Any) -> Any:
    return visits.visible_to(user).of_visitor(user)


def described(user: Any, dated: Sequence[Any]) -> Mapping[int, Described]:
    """Word visits for reminders, boards and tasks. One query."""
    visits = Visit.objects.all() if user is None else Visit.objects.visible_to(user)
    found = visits.filter(pk__in={each.subject_id for each in dated}).select_related("school")
    return {visit.pk: _words(visit) for visit in found}


def _words(visit: Visit) -> Described:
    kind, url = visit.get_kind_display(), visit.get_absolute_url()
    task_, task_url = _to_do(visit)
    return Described(
        f"{kind}, {visit.term} term" if visit.term else kind,
        visit.school.name,
        url,
        task=task_,
        about=_about(visit),
        task_url=task_url or url,
        group=f"{visit.academic_year}-{visit.term}" if visit.academic_year and visit.term else "",
    )


def _to_do(visit: Visit) -> tuple[str, str]:
    """Return what the visitor does next, and on which page where it is not the visit's own."""
    if visit.status == VisitStatus.DUE:
        return "Propose a date for the core visit", _address("visit_propose", visit)
    if visit.status == VisitStatus.COUNTERED:
        return "Answer the school’s request for another date", ""
    if visit.kind in WITHOUT_RECORD:
        return "Record the date, people and days of the visit", _address("performance_hold", visit)
    if visit.status == VisitStatus.AGREED:
        return "Write the Record of Visit", visit.write_url
    return "Write the Record of Visit, or propose another date", ""


def _about(visit: Visit) -> str:
    if visit.status == VisitStatus.COUNTERED and visit.suggested_on and visit.planned_on:
        other, day = clock.uk_date(visit.suggested_on), clock.uk_date(visit.planned_on)
        return f"{visit.school.name}: {other} instead of {day}"
    day = clock.uk_date(visit.planned_on) if visit.planned_on else f"{visit.term} term"
    return f"{visit.school.name}, {day}"


def _address(name: str, visit: Visit) -> str:
    return reverse(f"schools:{name}", args=[visit.school.urn, visit.pk])


def agreeing(_user: Any, rows: Sequence[tuple[Deadline, Described]], _on: date) -> Iterator[TodoItem]:
    """Yield a line for each date that the school agrees, on the page of the visit."""
    for deadline, words in rows:
        yield TodoItem("Agree the date of the visit", words.about, words.url, due_on=deadline.due_on)


def planning(user: Any, rows: Sequence[tuple[Deadline, Described]], on: date) -> Iterable[TodoItem]:
    """Return one line for each term where there are many, so that a term does not begin with forty lines."""
    theirs, others = list(rows), list[tuple[Deadline, Described]]()
    if any(held.role == Role.DISTRICT_ADMINISTRATOR for held in appointments_of(user)):
        visits = Visit.objects.filter(pk__in=[deadline.subject_id for deadline, _words in rows])
        own = set(_goes_to(user, visits).values_list("pk", flat=True))
        theirs = [row for row in rows if row[0].subject_id in own]
        others = [row for row in rows if row[0].subject_id not in own]
    few = len(theirs) <= ONE_BY_ONE
    lines = [task(deadline, words, on) for deadline, words in theirs] if few else _together(theirs, on)
    return [*lines, *_helping(others, on)]


def _by_term(rows: Sequence[tuple[Deadline, Described]]) -> Iterator[list[tuple[Deadline, Described]]]:
    def place(row: tuple[Deadline, Described]) -> tuple[date, str]:
        return row[0].due_on or date.max, row[1].group

    for _place, of_term in groupby(sorted(rows, key=place), key=place):
        yield list(of_term)


def _together(rows: Sequence[tuple[Deadline, Described]], on: date) -> Iterator[TodoItem]:
    for of_term in _by_term(rows):
        first, words = of_term[0]
        if len(of_term) == 1:
            yield task(first, words, on)
            continue
        yield TodoItem(
            f"Propose dates for {len(of_term)} core visits",
            f"{len(of_term)} of your schools, {_term(words)} term",
            _to_plan(words.group),
            due_on=first.due_on,
            working=first.working or None,
            overdue=first.due_on is not None and first.due_on < on,
        )


def _helping(rows: Sequence[tuple[Deadline, Described]], on: date) -> Iterator[TodoItem]:
    """Yield a line for each term for a district's administrator: how many core visits have no date."""
    for of_term in _by_term(rows):
        (first, words), number = of_term[0], len(of_term)
        yield TodoItem(
            "Help find a date for a core visit" if number == 1 else f"Help find dates for {number} core visits",
            f"In your districts, {_term(words)} term",
            _to_plan(words.group, whose="all"),
            due_on=first.due_on,
            overdue=first.due_on is not None and first.due_on < on,
        )


def _term(words: Described) -> str:
    return words.group.partition("-")[2]


def _to_plan(term: str, **more: str) -> str:
    """Return the address of a term's visits without a date: what is late may be of a term that is over."""
    of_term = {"term": term} if term else {}
    return f"{reverse('schools:my_term')}?{urlencode({**more, **of_term, 'group': 'to_plan'})}"
