"""What schools puts into somebody's own calendar: their visits, and the meetings of governors they go to."""

from collections.abc import Iterator
from datetime import UTC, date, timedelta
from typing import Any

from django.db.models import Q
from icalendar import Event

from schoolimprove.accounts import mail
from schoolimprove.accounts.roles import SCHOOL_ROLES, Permission, Role
from schoolimprove.reminders.registry import CalendarSource, calendar_sources
from schoolimprove.ui.calendar_files import cancel, named, one_line
from schools.records.models.meeting import GovernorsMeeting
from schools.register.scope import in_scope
from schools.visits.ics import STATUS, event_of
from schools.visits.models.visit import Visit

BACK = timedelta(days=120)
"""How far into the past a calendar goes: a term with the holiday after it."""
GO_TO_MEETINGS = SCHOOL_ROLES | {Role.SIP}
"""The people of a school, and the partner who comes when a record is presented."""


def visits_of(user: Any, on: date) -> Iterator[Event]:
    """The visits this user goes to, and those that come to their own school; with the cancelled, marked as such."""
    visible = Visit.objects.visible_to(user).filter(status__in=sorted(STATUS)).order_by()
    at_own_school = in_scope(user, Permission.VIEW_SHARED_RECORD, school="school", roles=SCHOOL_ROLES)
    mine = visible.filter(at_own_school | Q(pk__in=visible.of_visitor(user).values("pk")))
    lately = Q(held_on__gte=on - BACK) | Q(held_on=None, planned_on__gte=on - BACK)
    dated = mine.filter(lately).select_related("school", "author").order_by("pk")
    return (event_of(visit) for visit in dated if visit.day is not None)


def meetings_of(user: Any, on: date) -> Iterator[Event]:
    mine = in_scope(user, Permission.VIEW_SHARED_RECORD, school="school", roles=GO_TO_MEETINGS)
    meetings = GovernorsMeeting.objects.filter(mine, held_on__gte=on - BACK)
    return (_meeting(each) for each in meetings.select_related("school").order_by("pk"))


def _meeting(meeting: GovernorsMeeting) -> Event:
    """A whole day: the clerk gives no time. Why one was cancelled is nobody else's to read."""
    event = Event()
    event.add("uid", named(f"governors-{meeting.pk}"))
    event.add("sequence", meeting.version)
    event.add("dtstamp", meeting.updated_at.astimezone(UTC))
    event.add("dtstart", meeting.held_on)
    event.add("summary", one_line(f"Governors’ meeting: {meeting.school.name}"))
    event.add("location", one_line(", ".join([meeting.school.name, *meeting.school.address_lines])))
    event.add("url", mail.address_of("schools:governors", meeting.school.urn))
    event.add("status", "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    if meeting.cancelled_because:
        cancel(event)
    return event


def register() -> None:
    """Called once, when the app is ready."""
    calendar_sources.register(CalendarSource("visits", 10, visits_of))
    calendar_sources.register(CalendarSource("governors", 20, meetings_of))
