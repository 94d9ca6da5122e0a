"""Deadlines counted again after the calendar, the policy, the register or the visits have changed."""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, Subquery

from schoolimprove.calendar.calendars import working_days_calendar
from schoolimprove.lib import clock
from schoolimprove.lib.clock import (
    HALF_TERMS,
    MEETINGS,
    SCHOOL_DAYS,
    Calendar,
    DatesNotHeld,
    Working,
    school_days_after,
    working_days_after,
)
from schoolimprove.lib.years import academic_year
from schoolimprove.policy.values import one_reading
from schoolimprove.records import changes, jobs
from schoolimprove.reminders.deadlines import follow
from schoolimprove.reminders.models import Deadline
from schools.oversight.last_visit import waited_for
from schools.policy import CORE_VISIT_WEEKS, RECORD_LIMITS, SERVICE_BY_TYPE
from schools.policy import NOT_SEEN as NOT_SEEN_DAYS
from schools.records import deadlines as record_deadlines
from schools.records.deadlines import ASSURE, OF_RECORDS, PRESENT, RESPOND, SUBMIT
from schools.records.models.record import ANSWERED_IN, RecordOfVisit
from schools.records.models.version import RecordVersion
from schools.records.overnight import settle_responses
from schools.register.calendars import calendars_for
from schools.register.models.school import School
from schools.register.recalculation import JOB, ask_to_recount
from schools.visits import deadlines as visit_deadlines
from schools.visits.deadlines import (
    NOT_SEEN,
    OF_ARRANGING,
    OF_CORE_VISITS,
    PLANNED,
    CoreDates,
    not_seen_after,
    to_arrange,
)
from schools.visits.models.visit import Visit, VisitKind


def recount() -> int:
    """Date every open deadline of a record by the calendar as it is, and open those that had no term dates to go by.

    How many were moved or opened. What can no longer be counted stays as it was last counted.
    """
    with one_reading(), transaction.atomic():
        planned = to_arrange(Visit.objects.filter(status__in=PLANNED).order_by())
        moved = _move_open() + _open_missing(clock.today()) + _date_core_visits()
        return moved + follow(planned, OF_ARRANGING)


def _move_open() -> int:
    """Eight queries, however many deadlines."""
    held = list(Deadline.objects.open().dated().filter(rule__in=OF_RECORDS).select_for_update().order_by("pk"))
    workings, limits = [Working.from_record(deadline.working) for deadline in held], _limits()
    calendars = _calendars({deadline.school_id for deadline in held if deadline.school_id}, workings)
    moved = []
    for deadline, working in zip(held, workings, strict=True):
        n = limits.get((deadline.rule, deadline.subject_id), working.n)
        again = _again(replace(working, n=n), calendars, deadline.school_id)
        if again is not None and again != working:
            deadline.due_on, deadline.first_day, deadline.working = again.ends, again.first_day, again.as_record()
            moved.append(deadline)
    Deadline.objects.bulk_update(moved, ["due_on", "first_day", "working"], batch_size=500)
    return len(moved)


def _calendars(schools: Collection[int], workings: Sequence[Working]) -> Mapping[int | None, Calendar]:
    """Those of the schools whose days or terms are counted, and under None the one that needs no term."""
    years = {academic_year(working.start) for working in workings if working.calendar in (SCHOOL_DAYS, HALF_TERMS)}
    own: dict[Any, Calendar] = dict(calendars_for(schools, years)) if years else {}
    return {None: working_days_calendar(), **own}


def _limits() -> dict[tuple[str, int], int]:
    """(rule, record) → the days it has today, by the policy in force on the day of its visit."""
    rows = Deadline.objects.open().dated().filter(rule__in=OF_RECORDS, subject_kind=RecordOfVisit._meta.label_lower)
    records = RecordOfVisit.objects.filter(pk__in=rows.order_by().values("subject_id"))
    return {
        (rule, record): record_deadlines.days_to(rule, held_on)
        for record, held_on in records.order_by().values_list("pk", "visit__held_on")
        if held_on is not None
        for rule in (SUBMIT, ASSURE, RESPOND)
    }


def _again(working: Working, calendars: Mapping[int | None, Calendar], school: int | None) -> Working | None:
    """The same count by the calendar of today; None where dates are missing for it, and the last count stands."""
    try:
        if working.calendar == SCHOOL_DAYS:
            return school_days_after(working.start, working.n, calendars[school])
        if working.calendar == HALF_TERMS:
            return record_deadlines.end_of_next_term(working.start, calendars[school])
        if working.calendar == MEETINGS:
            return working
        return working_days_after(working.start, working.n, calendars[None])
    except DatesNotHeld:
        return None


def _open_missing(today: date) -> int:
    """For records that were shared while no term dates were held; what the school has answered since is met."""
    waiting = RecordOfVisit.objects.filter(_never_dated(RESPOND), status__in=ANSWERED_IN)
    opened = _dated(waiting.with_issued_at().select_related("visit"))
    if opened:
        settle_responses(today)
    unpresented = RecordOfVisit.objects.awaiting_presentation().filter(_never_dated(PRESENT))
    return opened + record_deadlines.meetings_changed(unpresented.with_issued_at().select_related("visit"))


def _never_dated(rule: str) -> Q:
    """That no date of this rule was ever set for the newest version."""
    set_for = Deadline.objects.dated().filter(rule=rule, subject_kind=RecordOfVisit._meta.label_lower)
    issued = RecordVersion.objects.filter(
        record=OuterRef(OuterRef("pk")), number=OuterRef(OuterRef("shared_version"))
    ).order_by()
    since = Subquery(issued.values("issued_at")[:1])
    return Q(~Exists(set_for.filter(subject_id=OuterRef("pk"), opened_at__gte=since)))


def _dated(waiting: Iterable[RecordOfVisit]) -> int:
    """How many could be dated."""
    records = list(waiting)
    shared_on = {record: record.shared_on for record in records}
    years = {academic_year(day) for day in shared_on.values()}
    calendars = calendars_for({record.school_id for record in records}, years) if records else {}
    dated = [
        record_deadlines.asked(record, on=day, calendar=calendars[record.school_id])
        for record, day in shared_on.items()
    ]
    return sum(day is not None for day in dated)


def _date_core_visits() -> int:
    """The core visits that are owed, each dated by its term as it is now: moved, or opened where it had no date.

    They are counted from the first or last day of their term, which a change of terms moves, and what a term has become
    too short for is dropped. Nine queries, however many.
    """
    owed = list(Visit.objects.not_held().filter(kind=VisitKind.CORE).exclude(term=""))
    open_rows = Deadline.objects.open().filter(rule__in=OF_CORE_VISITS, subject_kind=Visit._meta.label_lower)
    held = {(row.rule, row.subject_id): row for row in open_rows.select_for_update().order_by("pk")}
    years = {visit.academic_year for visit in owed if visit.academic_year is not None}
    dates = CoreDates(calendars_for({visit.school_id for visit in owed}, years) if years else {})
    moved, missing, left = [], [], []
    for visit in owed:
        workings = dates.of(visit)
        for rule, working in workings.items():
            row = held.get((rule, visit.pk))
            if row is None:
                missing.append(visit_deadlines.core_deadline(rule, visit, working))
            elif row.due_on is None or Working.from_record(row.working) != working:
                row.due_on, row.first_day, row.working = working.ends, working.first_day, working.as_record()
                row.calendar = working.calendar
                moved.append(row)
        left += [
            held[rule, visit.pk].pk
            for rule in OF_CORE_VISITS
            if workings and rule not in workings and (rule, visit.pk) in held
        ]
    Deadline.objects.bulk_update(moved, ["due_on", "calendar", "first_day", "working"], batch_size=500)
    Deadline.objects.bulk_create(missing)
    Deadline.objects.filter(pk__in=left).delete()
    return len(moved) + len(missing) + len(left)


POLICY = (RECORD_LIMITS.name, CORE_VISIT_WEEKS.name, NOT_SEEN_DAYS.name, SERVICE_BY_TYPE.name)
COUNTED_WITH = frozenset({changes.CALENDAR, *POLICY})

_log = logging.getLogger(__name__)


def register() -> None:
    """Called once, when the app is ready."""
    jobs.job_kinds.register(jobs.JobKind(JOB, 40, _run, _given_up))
    changes.followers.register(changes.Follower("deadlines of schools", 10, COUNTED_WITH, ask_to_recount))


def _run(_key: str, tell: jobs.Progress) -> None:
    on = clock.today()
    tell("Recalculating deadlines")
    moved = recount() + settle_responses(on)
    tell("Dating the next visit to each school")
    _log.info("%s deadlines were opened, moved, met or dropped", moved + follow_schools(on))


def _given_up(_key: str, sentence: str) -> None:
    _log.error("Deadlines were not recalculated. The nightly run will do it: %s", sentence)


_KIND = School._meta.label_lower


def follow_schools(on: date) -> int:
    """Open, move and drop the dates as schools and policy are; how many. Four statements that write at most."""
    with one_reading(), transaction.atomic():
        rows = Deadline.objects.open().filter(rule=NOT_SEEN, subject_kind=_KIND)
        held = {row.subject_id: row for row in rows.select_for_update().order_by("pk")}
        left, _each = rows.exclude(subject_id__in=waited_for(on).order_by().values("pk")).delete()
        wanted = to_be_seen(on)
        return left + _move(held, wanted) + _open({key: wanted[key] for key in wanted.keys() - held.keys()})


def to_be_seen(on: date) -> dict[int, Working]:
    """School → the day by which it is to be seen again. One query and that of policy."""
    visits = Visit.objects.held().look_at_schools().filter(school=OuterRef("pk"), held_on__lte=on).order_by()
    last = visits.values("school").annotate(last=Max("held_on")).values("last")
    schools = waited_for(on).order_by("pk").annotate(last_seen=Subquery(last))
    return {
        key: not_seen_after(last_seen=last_seen, opened_on=opened_on, came_at=came_at, on=on)
        for key, opened_on, came_at, last_seen in schools.values_list("pk", "opened_on", "created_at", "last_seen")
    }


def _move(held: Mapping[int, Deadline], wanted: Mapping[int, Working]) -> int:
    """In one statement: a change of policy moves every school."""
    moved = []
    for key, row in held.items():
        working = wanted.get(key)
        if working is not None and Working.from_record(row.working) != working:
            row.due_on, row.first_day, row.working = working.ends, working.first_day, working.as_record()
            moved.append(row)
    changed = ["due_on", "first_day", "working"]
    Deadline.objects.bulk_create(moved, update_conflicts=True, unique_fields=["id"], update_fields=changed)
    return len(moved)


def _open(missing: Mapping[int, Working]) -> int:
    """A visit that is held at the same moment may have opened one of them."""
    rows = [
        Deadline(
            rule=NOT_SEEN,
            subject_kind=_KIND,
            subject_id=key,
            school_id=key,
            due_on=working.ends,
            calendar=working.calendar,
            first_day=working.first_day,
            working=working.as_record(),
        )
        for key, working in sorted(missing.items())
    ]
    Deadline.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
