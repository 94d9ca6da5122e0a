"""Dates to know, on the home page: visits and meetings to come, what is late in one's care, schools that open or close.

Nothing here asks for anything; what does is among the tasks.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Case, Count, Exists, F, Min, OuterRef, Q, Subquery, Value, When
from django.urls import reverse

from schoolimprove.accounts.rights import all_authorising, appointments_of, user_can
from schoolimprove.accounts.roles import SCHOOL_ROLES, Permission, Role
from schoolimprove.lib.years import academic_year_label
from schoolimprove.reminders.models import Deadline
from schoolimprove.ui.registry import TodoItem
from schools.records import deadlines as record_deadlines
from schools.records.content import Owner
from schools.records.models.action import RecordAction
from schools.records.models.meeting import GovernorsMeeting
from schools.records.models.record import RecordOfVisit
from schools.records.states import RecordStatus
from schools.register.models.school import School
from schools.register.scope import in_scope
from schools.visits import deadlines as visit_deadlines
from schools.visits.models.visit import Visit, VisitKind
from schools.visits.states import VisitStatus
from schools.visits.term_slots import terms_of_whole_years

AHEAD = timedelta(days=28)
AHEAD_OF_MEETINGS = timedelta(days=120)
"""Over the summer the next is far."""
AHEAD_OF_REGISTER = timedelta(days=180)
"""How long before a school opens or closes it is told."""
MOST = 5
"""Of one kind; those that come first."""
_TO_COME = (VisitStatus.PROPOSED, VisitStatus.AGREED)
_WORK_THERE = tuple(role for role in Role if role not in SCHOOL_ROLES)
_GOES_TO_MEETINGS = SCHOOL_ROLES | {Role.SIP}
OF_THE_SCHOOL = (record_deadlines.RESPOND, record_deadlines.PRESENT)
"""A school's own lateness goes to its partner and their manager, and no further (domain 9.1)."""
OF_THE_AUTHORITY = (visit_deadlines.CORE_SOON, visit_deadlines.NOT_SEEN)
"""What the authority wants of itself, and no school waits for."""
OF_DRAFTS = (record_deadlines.SUBMIT, record_deadlines.ASSURE)
"""Even that these run tells of a draft, which is for its author's managers (domain 3.5)."""
LATE = {
    record_deadlines.SUBMIT: ("A record is not submitted", "{} records are not submitted"),
    record_deadlines.ASSURE: (
        "A record is not approved or returned",
        "{} records are not approved or returned",
    ),
    record_deadlines.RESPOND: ("A school has not responded to its record", "Schools have not responded to {} records"),
    record_deadlines.PRESENT: ("A record is not presented to governors", "{} records are not presented to governors"),
    visit_deadlines.CORE_VISIT: ("A core visit was not held in its term", "{} core visits were not held in their term"),
    visit_deadlines.CORE_SOON: (
        "A core visit was not held before the last weeks of its term",
        "{} core visits were not held before the last weeks of their term",
    ),
    visit_deadlines.NOT_SEEN: (
        "A school has not been visited for too long",
        "{} schools have not been visited for too long",
    ),
}


_NONE, _EMPTY = Value(0), Value("")


class DateKind(StrEnum):
    """What a date to know is about, in the order of the page where days are the same."""

    LATE = "late"
    LATE_ACTIONS = "late actions"
    VISIT = "visit"
    MEETING = "meeting"
    OPENS = "opens"
    CLOSES = "closes"
    FIRST_DAY = "first day"
    LAST_DAY = "last day"


TURNS_OF_TERM = (DateKind.FIRST_DAY, DateKind.LAST_DAY)
WHOSE_TERM = "In the authority’s calendar. A school’s own days may differ"


class DateRow(NamedTuple):
    """A date to know, as it is read: `number` is how many there are, or what else its kind has as a number."""

    kind: str
    key: int
    day: date
    number: int
    label: str
    name: str
    urn: int


def dates_about_schools(user: Any, on: date) -> Sequence[TodoItem]:
    """Return what a user should know of their schools and of the term, in one query."""
    parts = [
        *_late_in_care(user, on),
        *_late_actions(user, on),
        *_visits(user, on),
        *_meetings(user, on),
        *_register(user, on),
        *_turns_of_term(user, on),
    ]
    if not parts:
        return []
    oversees = user_can(user, Permission.VIEW_COVERAGE)
    rows = [DateRow(*row) for row in parts[0].union(*parts[1:], all=True)]
    turns = [row for row in rows if row.kind in TURNS_OF_TERM]
    explained = min(turns, key=lambda row: row.day, default=None)
    return [_task(row, oversees, says_whose=row is explained) for row in rows]


def _rows(
    found: Any,
    kind: DateKind,
    day: str,
    *,
    key: Any = _NONE,
    number: Any = _NONE,
    label: Any = _EMPTY,
    name: Any = _EMPTY,
    urn: Any = _NONE,
) -> Any:
    """Return a part of the query, with the columns of `DateRow`."""
    return found.order_by().values_list(Value(kind.value), key, F(day), number, label, name, urn)


def _first(found: Any, *order: str, most: int = MOST) -> Any:
    """Return the first few: a part of the query may have no limit of its own on SQLite."""
    return found.model.objects.filter(pk__in=found.order_by(*order).values("pk")[:most])


def _task(row: DateRow, oversees: bool, *, says_whose: bool) -> TodoItem:
    """`says_whose`: of the days of terms, once, whose calendar they are in."""
    match row.kind:
        case DateKind.LATE:
            one, many = LATE[row.label]
            title = one if row.number == 1 else many.format(f"{row.number:,}")
            url = _late_on_the_board(row.label) if oversees else reverse("schools:list")
            where = "At the schools you look after. Oldest due date:"
            return TodoItem(title, where, url, row.day, overdue=True)
        case DateKind.LATE_ACTIONS:
            many = f"{row.number:,} of the authority’s actions are overdue"
            title = "One of the authority’s actions is overdue" if row.number == 1 else many
            url = reverse("schools:actions", args=[row.urn])
            return TodoItem(title, f"Oldest at {row.name}. Due:", url, row.day, overdue=True)
        case DateKind.VISIT:
            state = ", date proposed" if row.number else ""
            url = reverse("schools:visit", args=[row.urn, row.key])
            return TodoItem(f"{VisitKind(row.label).label}{state}", row.name, url, row.day)
        case DateKind.MEETING:
            return TodoItem("Governors’ meeting", row.name, reverse("schools:governors", args=[row.urn]), row.day)
        case DateKind.OPENS | DateKind.CLOSES:
            title = "School opens" if row.kind == DateKind.OPENS else "School closes"
            return TodoItem(title, row.name, reverse("schools:school", args=[row.urn]), row.day)
        case _:
            term = f"the {row.label} term {academic_year_label(row.number)}"
            title = f"{row.kind.capitalize()} of {term}"
            return TodoItem(title, WHOSE_TERM if says_whose else "", "", row.day)


def _looks_after_districts(user: Any) -> bool:
    is_eip = any(held.role == Role.EIP for held in appointments_of(user))
    return is_eip or user_can(user, Permission.VIEW_COVERAGE)


def _late_in_care(user: Any, on: date) -> Iterator[Any]:
    """For those who look after districts: how many, since when, and where to look."""
    if not _looks_after_districts(user):
        return
    oversees = user_can(user, Permission.VIEW_COVERAGE)
    right = Permission.VIEW_COVERAGE if oversees else Permission.VIEW_SHARED_RECORD
    late = Deadline.objects.overdue(on).filter(late_and_known(user, right), told_once(on)).order_by()
    counted = late.values("rule").annotate(rows=Count("pk"), first=Min("due_on"))
    yield _rows(counted, DateKind.LATE, "first", number=F("rows"), label=F("rule"))


def _late_on_the_board(rule: str) -> str:
    return f"{reverse('schools:due')}?{urlencode({'rule': rule, 'when': 'late'})}"


def _late_actions(user: Any, on: date) -> Iterator[Any]:
    """What the authority promised and did not do in time, for those who look after its districts."""
    if not _looks_after_districts(user):
        return
    late = RecordAction.objects.visible_to(user).overdue(on).filter(owner=Owner.AUTHORITY)
    longest = late.order_by("due_on", "pk")
    counted = late.order_by().values("owner").annotate(rows=Count("pk"), first=Min("due_on"))
    at = {name: Subquery(longest.values(f"school__{name}")[:1]) for name in ("name", "urn")}
    yield _rows(counted, DateKind.LATE_ACTIONS, "first", number=F("rows"), **at)


def late_and_known(user: Any, right: Permission) -> Q:
    """The deadlines whose lateness this reader may know of, at the schools where they hold the right."""
    mine = School.objects.visible_to(user, right).order_by().values("pk")
    followed = RecordOfVisit.objects.written_or_managed_by(user).exclude(author=user).order_by()
    # PostgreSQL may hash these records rather than look each up, if it has the memory: let them be few, not all of
    # ten years. Only a draft or a submitted record has such a date.
    followed = followed.filter(status__in=[RecordStatus.DRAFT, RecordStatus.SUBMITTED])
    managed = Q(Exists(followed.filter(pk=OuterRef("subject_id"))))
    # All are of the reader's schools, of which an index finds the open deadlines.
    return Q(school_id__in=mine) & (
        Q(rule=visit_deadlines.CORE_VISIT)
        | (Q(rule__in=OF_THE_AUTHORITY) & _as(user, right, _WORK_THERE))
        | (Q(rule__in=OF_THE_SCHOOL) & _as(user, right, (Role.SIP, Role.DSIM)))
        | (Q(rule__in=OF_DRAFTS) & managed)
    )


def _as(user: Any, right: Permission, roles: Collection[Role]) -> Q:
    """Return, of the deadlines at a user's schools, those where they hold the right in one of these roles.

    The database is asked only about the few people who hold the right in other roles too.
    """
    held = {held.role for held in all_authorising(user, right)}
    if held <= set(roles):
        return Q()
    mine = School.objects.filter(in_scope(user, right, roles=roles)).order_by().values("pk")
    return Q(school_id__in=mine) if held & set(roles) else Q(pk__in=[])


def told_once(on: date) -> Q:
    """Leaves out that a core visit was to be held in good time where its whole term is over: that says it all."""
    over = Deadline.objects.overdue(on).filter(
        rule=visit_deadlines.CORE_VISIT, subject_kind=OuterRef("subject_kind"), subject_id=OuterRef("subject_id")
    )
    return ~Q(rule=visit_deadlines.CORE_SOON) | Q(~Exists(over.order_by()))


def _visits(user: Any, on: date) -> Iterator[Any]:
    if not user_can(user, Permission.VIEW_SHARED_RECORD):
        return
    mine = School.objects.filter(in_scope(user, Permission.VIEW_SHARED_RECORD)).order_by().values("pk")
    coming = Visit.objects.visible_to(user).filter(
        school__in=mine, status__in=_TO_COME, planned_on__range=(on, on + AHEAD)
    )
    proposed = Case(When(status=VisitStatus.AGREED, then=Value(0)), default=Value(1))
    of_school = {"name": F("school__name"), "urn": F("school__urn")}
    shown = _first(coming, "planned_on", "pk")
    yield _rows(shown, DateKind.VISIT, "planned_on", key=F("pk"), number=proposed, label=F("kind"), **of_school)


def _meetings(user: Any, on: date) -> Iterator[Any]:
    """For the people of the school, and the partner who comes when a record is presented."""
    if not any(held.role in _GOES_TO_MEETINGS for held in appointments_of(user)):
        return
    mine = School.objects.visible_to(user, Permission.VIEW_SHARED_RECORD).order_by().values("pk")
    coming = GovernorsMeeting.objects.standing().filter(school__in=mine, held_on__range=(on, on + AHEAD_OF_MEETINGS))
    shown = _first(coming, "held_on", "pk")
    yield _rows(shown, DateKind.MEETING, "held_on", key=F("pk"), name=F("school__name"), urn=F("school__urn"))


def _register(user: Any, on: date) -> Iterator[Any]:
    if not user_can(user, Permission.VIEW_SCHOOL_HISTORY):
        return
    mine = School.objects.visible_to(user, Permission.VIEW_SCHOOL_HISTORY)
    for day, kind in (("opened_on", DateKind.OPENS), ("closed_on", DateKind.CLOSES)):
        shown = _first(mine.filter(**{f"{day}__range": (on, on + AHEAD_OF_REGISTER)}), day, "pk")
        yield _rows(shown, kind, day, key=F("pk"), name=F("name"), urn=F("urn"))


def _turns_of_term(user: Any, on: date) -> Iterator[Any]:
    """The next two turns of the term, for everybody who sees a school."""
    if not user_can(user, Permission.VIEW_SCHOOL):
        return
    for day, kind in (("starts_on", DateKind.FIRST_DAY), ("ends_on", DateKind.LAST_DAY)):
        shown = _first(terms_of_whole_years().filter(**{f"{day}__gte": on}), day, most=1)
        yield _rows(shown, kind, day, key=F("pk"), number=F("academic_year"), label=F("name"))
