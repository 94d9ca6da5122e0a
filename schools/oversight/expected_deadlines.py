"""Which deadlines of schools should be open, by visits and records and not by the rows (domain 3.1, 3.4).

It asks what each stands at and since when, and counts from there; the verbs never asked it, so that one which forgets a
deadline is found out.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import F, Max

from schoolimprove.accounts.roles import Role
from schoolimprove.calendar.calendars import working_days_calendar
from schoolimprove.lib import clock
from schoolimprove.lib.clock import Calendar, DatesNotHeld, Working, school_days_after, working_days_after
from schoolimprove.lib.years import academic_year
from schoolimprove.policy.values import one_reading
from schoolimprove.records.models import AuditEvent
from schoolimprove.reminders.registry import Expected, Provider, providers
from schools.oversight.last_visit import waited_for
from schools.records.deadlines import (
    ASSURE,
    CLOSE,
    PRESENT,
    RESPOND,
    SUBMIT,
    actions_unfinished,
    corrections_waiting,
    days_to,
    end_of_next_term,
    strengths_asked,
)
from schools.records.guards import to_close
from schools.records.models.action import RecordAction
from schools.records.models.correction import OPEN, Correction
from schools.records.models.meeting import GovernorsMeeting
from schools.records.models.record import ANSWERED_IN, RecordOfVisit
from schools.records.models.response import Response
from schools.records.models.strength import Strength
from schools.records.states import RecordStatus
from schools.register.calendars import calendars_for
from schools.register.models.appointment import Appointment
from schools.register.models.school import School
from schools.visits.deadlines import (
    CORE_VISIT,
    NOT_SEEN,
    OF_CORE_VISITS,
    PLANNED,
    CoreDates,
    not_seen_after,
    to_arrange,
)
from schools.visits.models.visit import Visit, VisitKind

RECORD, VISIT, SCHOOL = (model._meta.label_lower for model in (RecordOfVisit, Visit, School))
ASKED = (Role.HEADTEACHER, Role.CHAIR)
ONE_DAY = timedelta(days=1)


def register() -> None:
    """Called once, when the app is ready."""
    providers.register(Provider("schools", 10, expected))
    providers.register(Provider("closing", 20, to_be_closed, frozenset({CLOSE}), nightly=True))


def expected(on: date) -> list[Expected]:
    """Twenty-five queries, however many schools, visits and records."""
    with one_reading():
        return [
            *_of_drafts(),
            *_of_submitted(),
            *_Shared(on).expected(),
            *_of_core_visits(),
            *_of_schools(on),
            *tasks_expected(),
        ]


def tasks_expected() -> Iterator[Expected]:
    """The tasks that have no count of days, or start on a day that is kept. Four queries."""
    yield from to_arrange(Visit.objects.filter(status__in=PLANNED).order_by())
    yield from strengths_asked(Strength.objects.order_by())
    yield from corrections_waiting(Correction.objects.filter(status__in=OPEN).select_related("record").order_by())
    yield from actions_unfinished(RecordAction.objects.unfinished().order_by())


def to_be_closed(on: date) -> Iterator[Expected]:
    """Return the records that their authors may close. One query."""
    for key, school in to_close(on).order_by().values_list("pk", "visit__school"):
        yield Expected(CLOSE, RECORD, key, school)


@dataclass(frozen=True)
class _WorkingDays:
    """Counts of working days; a county's records have few days between them."""

    calendar: Calendar
    known: dict[tuple[date, int], date | None]

    def after(self, start: date, n: int) -> date | None:
        if (start, n) not in self.known:
            self.known[start, n] = _ends(lambda: working_days_after(start, n, self.calendar))
        return self.known[start, n]


def _ends(counted: Callable[[], Working]) -> date | None:
    """None where dates are missing."""
    try:
        return counted().ends
    except DatesNotHeld:
        return None


def _day(at: datetime) -> date:
    return at.astimezone(clock.LONDON).date()


def _of_drafts() -> Iterator[Expected]:
    """From the visit, or from the day it last came back."""
    drafts = RecordOfVisit.objects.filter(status=RecordStatus.DRAFT).order_by()
    events = AuditEvent.objects.filter(subject_kind=RECORD, verb="return", subject_id__in=drafts.values("pk"))
    returned = dict(events.order_by().values_list("subject_id").annotate(Max("at")))
    days = _WorkingDays(working_days_calendar(), {})
    rows: Any = drafts.values_list("pk", "school_id", "visit__held_on")
    for key, school, held_on in rows:
        start = _day(returned[key]) if key in returned else held_on
        yield Expected(SUBMIT, RECORD, key, school, days.after(start, days_to(SUBMIT, held_on)))


def _of_submitted() -> Iterator[Expected]:
    submitted = RecordOfVisit.objects.filter(status=RecordStatus.SUBMITTED).order_by()
    days = _WorkingDays(working_days_calendar(), {})
    rows: Any = submitted.values_list("pk", "school_id", "visit__held_on", "submitted_at")
    for key, school, held_on, at in rows:
        yield Expected(ASSURE, RECORD, key, school, days.after(_day(at), days_to(ASSURE, held_on)))


class _Shared:
    """The records that are shared and not closed, with what is known of their schools; nine queries."""

    def __init__(self, on: date) -> None:
        self._on = on
        records = RecordOfVisit.objects.filter(status__in=ANSWERED_IN).order_by()
        named = ("pk", "school_id", "status", "visit__kind", "visit__held_on", "issued_at")
        self._records = list(records.with_issued_at().values_list(*named))
        schools = {school for _key, school, *_rest in self._records}
        years = {academic_year(_day(issued_at)) for *_rest, issued_at in self._records}
        self._calendars = calendars_for(schools, years) if years else {}
        self._known: dict[Any, date | None] = {}

    def expected(self) -> Iterator[Expected]:
        for key, school, status, kind, held_on, issued_at in self._records:
            since = _day(issued_at)
            if not settled(self._answers[key], self._asked[school], self._on):
                yield Expected(RESPOND, RECORD, key, school, self._respond_by(school, since, days_to(RESPOND, held_on)))
            if status == RecordStatus.SHARED and kind == VisitKind.CORE:
                yield Expected(PRESENT, RECORD, key, school, self._present_by(school, since))

    def _respond_by(self, school: int, since: date, n: int) -> date | None:
        calendar = self._calendars[school]
        return self._once((id(calendar), since, n), lambda: school_days_after(since, n, calendar))

    def _present_by(self, school: int, since: date) -> date | None:
        days = self._meetings[school]
        following = bisect_right(days, since)
        if following < len(days):
            return days[following]
        calendar = self._calendars[school]
        return self._once((id(calendar), since), lambda: end_of_next_term(since, calendar))

    def _once(self, key: Any, counted: Callable[[], Working]) -> date | None:
        if key not in self._known:
            self._known[key] = _ends(counted)
        return self._known[key]

    @cached_property
    def _meetings(self) -> Mapping[int, list[date]]:
        """School → the days of its meetings that stand, in order."""
        found: defaultdict[int, list[date]] = defaultdict(list)
        waiting = RecordOfVisit.objects.awaiting_presentation().order_by().values("school")
        meetings = GovernorsMeeting.objects.standing().filter(school__in=waiting).order_by("held_on")
        for school, day in meetings.values_list("school_id", "held_on"):
            found[school].append(day)
        return found

    @cached_property
    def _answers(self) -> Mapping[int, list[tuple[str, date]]]:
        """Record → role and day of each answer to its newest version."""
        found: defaultdict[int, list[tuple[str, date]]] = defaultdict(list)
        newest = Response.objects.filter(
            version__record__status__in=ANSWERED_IN, version__number=F("version__record__shared_version")
        )
        for record, role, at in newest.order_by().values_list("version__record", "role", "at"):
            found[record].append((role, _day(at)))
        return found

    @cached_property
    def _asked(self) -> Mapping[int, list["_Held"]]:
        """School → its heads and chairs of all times."""
        found: defaultdict[int, list[_Held]] = defaultdict(list)
        shared = RecordOfVisit.objects.filter(status__in=ANSWERED_IN).order_by().values("school")
        held = Appointment.objects.filter(role__in=ASKED, withdrawn_because="", school__in=shared).order_by()
        for school, role, first, last in held.values_list("school_id", "role", "starts_on", "ends_on"):
            found[school].append(_Held(role, first, last))
        return found


@dataclass(frozen=True)
class _Held:
    role: str
    first: date
    last: date | None

    def on(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


def settled(answers: Sequence[tuple[str, date]], held: Collection[_Held], on: date) -> bool:
    """Whether on some day since the first answer everybody who was asked had answered: what is met then stays met.

    That comes to be when somebody answers, or when somebody is asked no more.
    """
    left = {each.last + ONE_DAY for each in held if each.last is not None}
    days = sorted({day for _role, day in answers} | left | {on})
    first = min((day for _role, day in answers), default=None)
    return first is not None and any(
        asked <= {role for role, at in answers if at <= day}
        for day in days
        if first <= day <= on and (asked := {each.role for each in held if each.on(day)})
    )


def _of_core_visits() -> Iterator[Expected]:
    """Owed or planned, by the days of their term; where those are not held it is a task without a date."""
    owed = list(Visit.objects.not_held().filter(kind=VisitKind.CORE).order_by())
    years = {visit.academic_year for visit in owed if visit.academic_year is not None}
    dates = CoreDates(calendars_for({visit.school_id for visit in owed}, years) if years else {})
    for visit in owed:
        workings = dates.of(visit)
        for rule in workings or OF_CORE_VISITS:
            working = workings.get(rule)
            day = working.ends if working else None
            required = rule == CORE_VISIT
            yield Expected(rule, VISIT, visit.pk, visit.school_id, day, working=working, required=required)


def _of_schools(on: date) -> Iterator[Expected]:
    visits = Visit.objects.held().look_at_schools().filter(held_on__lte=on).order_by()
    last = dict(visits.values_list("school_id").annotate(Max("held_on")))
    for key, opened_on, came_at in waited_for(on).order_by().values_list("pk", "opened_on", "created_at"):
        working = not_seen_after(last_seen=last.get(key), opened_on=opened_on, came_at=came_at, on=on)
        yield Expected(NOT_SEEN, SCHOOL, key, key, working.ends)
