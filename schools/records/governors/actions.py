"""Governors' meetings as the clerk gives them; the dates by which records are presented follow (domain 3.4)."""

from collections.abc import Collection
from datetime import date

from django.db import transaction

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import acting
from schoolimprove.accounts.roles import Permission
from schoolimprove.records.transition import Blocked, Conflict, record_events, save_changes
from schools.records import deadlines
from schools.records.models.meeting import GovernorsMeeting
from schools.records.models.record import RecordOfVisit
from schools.register.models.school import School


def add_meetings(school: School, days: Collection[date], *, by: User) -> list[GovernorsMeeting]:
    """Those of these days that were not known yet; entering one twice enters it once."""
    actor = acting(by, Permission.KEEP_MEETINGS, on=school)
    with transaction.atomic():
        _lock(school)
        known = set(school.governors_meetings.standing().filter(held_on__in=days).values_list("held_on", flat=True))
        new = [GovernorsMeeting(school=school, held_on=day, created_by=by) for day in sorted(set(days) - known)]
        GovernorsMeeting.objects.bulk_create(new)
        record_events(new, "entered", by=actor)
        if new:
            follow_meetings(school)
    return new


def cancel_meeting(meeting: GovernorsMeeting, *, by: User, reason: str, seen_version: int) -> None:
    """It does not take place. `Blocked` where a record was presented at it; `Conflict` when somebody was first."""
    actor = acting(by, Permission.KEEP_MEETINGS, on=meeting)
    if not reason.strip():
        raise Blocked(["Enter why you are cancelling the meeting."])
    with transaction.atomic():
        _lock(meeting.school)
        if RecordOfVisit.objects.filter(school=meeting.school_id, presented_on=meeting.held_on).exists():
            raise Blocked(["A Record of Visit was presented at this meeting, so it was held."])
        if meeting.cancelled_because:
            raise Conflict(meeting)
        save_changes(meeting, "cancelled", by=actor, reason=reason, seen_version=seen_version, cancelled_because=reason)
        follow_meetings(meeting.school)


def follow_meetings(school: School) -> None:
    """The open dates by which the school's records are to be presented, counted anew; new where there was none."""
    waiting = RecordOfVisit.objects.awaiting_presentation().filter(school=school)
    deadlines.meetings_changed(waiting.with_issued_at().select_related("visit"))


def _lock(school: School) -> None:
    """So that of two who change its meetings the second counts with what the first has done."""
    School.objects.select_for_update(of=("self",), no_key=True).get(pk=school.pk)
