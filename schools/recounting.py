"""Deadlines counted anew once the calendar has changed."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from schoolimprove.calendar.calendars import working_days_calendar
from schoolimprove.lib import clock
from schoolimprove.lib.clock import (
    LONDON,
    SCHOOL_DAYS,
    Calendar,
    DatesNotHeld,
    Working,
    school_days_after,
    working_days_after,
)
from schoolimprove.lib.years import academic_year
from schoolimprove.policy.values import one_reading
from schoolimprove.reminders.models import Deadline
from schools import deadlines
from schools.calendars import calendars_for
from schools.deadlines import LABELS, RESPOND
from schools.models import RecordOfVisit
from schools.responses import settle_responses
from schools.states import RecordStatus


def recount() -> int:
    """Date every open deadline of a record by the calendar as it is, and open those that had no term dates to go by.

    How many were moved or opened. What can no longer be counted stays as it was last counted.
    """
    with one_reading(), transaction.atomic():
        return _move_open() + _open_missing(clock.today())


def _move_open() -> int:
    """Seven queries, however many deadlines."""
    kind = RecordOfVisit._meta.label_lower
    held = list(Deadline.objects.open().filter(subject_kind=kind, rule__in=LABELS).select_for_update().order_by("pk"))
    workings = [Working.from_record(deadline.working) for deadline in held]
    calendars = _calendars({deadline.school_id for deadline in held if deadline.school_id}, workings)
    moved = []
    for deadline, working in zip(held, workings, strict=True):
        again = _again(working, calendars, deadline.school_id)
        if again != working:
            deadline.due_on, deadline.first_day, deadline.working = again.ends, again.first_day, again.as_record()
            moved.append(deadline)
    Deadline.objects.bulk_update(moved, ["due_on", "first_day", "working"], batch_size=500)
    return len(moved)


def _calendars(schools: Collection[int], workings: Sequence[Working]) -> Mapping[int | None, Calendar]:
    """Those of the schools whose days are counted, and under None the one that needs no term."""
    years = {academic_year(working.start) for working in workings if working.calendar == SCHOOL_DAYS}
    own: dict[Any, Calendar] = dict(calendars_for(schools, years)) if years else {}
    return {None: working_days_calendar(), **own}


def _again(working: Working, calendars: Mapping[int | None, Calendar], school: int | None) -> Working:
    """The same count by the calendar of today, or the working as it was where dates are missing for it."""
    try:
        if working.calendar == SCHOOL_DAYS:
            return school_days_after(working.start, working.n, calendars[school])
        return working_days_after(working.start, working.n, calendars[None])
    except DatesNotHeld:
        return working


def _open_missing(today: date) -> int:
    """For records that were shared while no term dates were held; what the school has answered since is met."""
    asked = Deadline.objects.filter(rule=RESPOND, subject_kind=RecordOfVisit._meta.label_lower)
    never = ~Exists(asked.filter(subject_id=OuterRef("pk")))
    records = list(RecordOfVisit.objects.filter(never, status=RecordStatus.SHARED).select_related("visit"))
    shared_on = {record: moment.astimezone(LONDON).date() for record in records if (moment := record.approved_at)}
    years = {academic_year(day) for day in shared_on.values()}
    calendars = calendars_for({record.school_id for record in records}, years) if records else {}
    dated = [deadlines.asked(record, on=day, calendar=calendars[record.school_id]) for record, day in shared_on.items()]
    opened = sum(day is not None for day in dated)
    if opened:
        settle_responses(today)
    return opened
