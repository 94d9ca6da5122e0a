"""Visits as a calendar file (RFC 5545), to be opened in whatever calendar its reader keeps.

Opened again after the visit was moved or cancelled, it replaces what it added: its name stays, its sequence grows.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from email.utils import parseaddr

from django.conf import settings
from icalendar import Event, vCalAddress

from schoolimprove.accounts import mail
from schoolimprove.lib import clock
from schoolimprove.ui.calendar_files import calendar_bytes, cancel, named, one_line
from schools.visits.models.visit import WITHOUT_RECORD, Visit
from schools.visits.states import VisitStatus

MEETING = "Meeting"
"""What a visit of performance management is called where calendars may be shared."""
STATUS = {
    VisitStatus.PROPOSED: "TENTATIVE",
    VisitStatus.COUNTERED: "TENTATIVE",
    VisitStatus.AGREED: "CONFIRMED",
    VisitStatus.HELD: "CONFIRMED",
    VisitStatus.CANCELLED: "CANCELLED",
}
"""One that is only owed has no day, and so no file."""
HALF_DAY = timedelta(hours=3)
"""How long half a day of a visit with a time is: only its beginning is planned. A whole day is twice as long."""
LAST_MOMENT = time(23, 59)


def has_calendar_file(visit: Visit) -> bool:
    return visit.day is not None and visit.status in STATUS


def calendar_file(visit: Visit) -> bytes:
    """The file of a visit that has a day. It holds nothing of the visit's purpose, nor who takes part beside."""
    method = "CANCEL" if visit.status == VisitStatus.CANCELLED else "PUBLISH"
    return calendar_bytes([event_of(visit)], method=method)


def calendar_of(visits: Iterable[Visit]) -> bytes:
    """Those of them that have a day and stand, in one file; nothing where none has."""
    shown = [each for each in visits if has_calendar_file(each) and each.status != VisitStatus.CANCELLED]
    return calendar_bytes(map(event_of, shown)) if shown else b""


def event_of(visit: Visit) -> Event:
    """Of a visit that has a day. Nothing of its purpose: a calendar is read by others too."""
    kind = MEETING if visit.kind in WITHOUT_RECORD else visit.get_kind_display()
    changed = visit.updated_at.astimezone(UTC)
    event = Event()
    event.add("uid", named(f"visit-{visit.pk}"))
    event.add("sequence", visit.version)
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    start = _start(visit)
    event.add("dtstart", start)
    if isinstance(start, datetime):
        event.add("dtend", _end(start, visit.days))
    event.add("summary", one_line(f"{kind}: {visit.school.name}"))
    event.add("location", one_line(", ".join([visit.school.name, *visit.school.address_lines])))
    if visit.author is not None:
        event.add("description", one_line(f"{visit.author} goes."))
    event.add("url", mail.address_of("schools:visit", visit.school.urn, visit.pk))
    event.add("status", STATUS[VisitStatus(visit.status)])
    if visit.status == VisitStatus.CANCELLED:
        cancel(event)
        # RFC 5546, 3.2.5: what takes an event out of a calendar names whom it comes from.
        event.add("organizer", vCalAddress(f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"))
    return event


def _start(visit: Visit) -> date | None:
    """The whole day, or in London's time where a time is planned for the day it is on."""
    if visit.planned_at is None or visit.planned_on is None or visit.day != visit.planned_on:
        return visit.day
    return datetime.combine(visit.planned_on, visit.planned_at, clock.LONDON)


def _end(start: datetime, days: Decimal) -> datetime:
    """When a visit ends that begins at a time: by its days, and on the same day."""
    longest = datetime.combine(start.date(), LAST_MOMENT)
    lasts = HALF_DAY if days <= Decimal("0.5") else 2 * HALF_DAY
    return min(start.replace(tzinfo=None) + lasts, longest).replace(tzinfo=start.tzinfo)
