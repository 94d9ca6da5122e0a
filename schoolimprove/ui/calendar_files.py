"""Calendar files (RFC 5545): what every one of ours has, and text that stays text.

Each event brings its own stamp, that of its last change, so that the same contents are the same bytes.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vDuration, vText

from .exports import seen

CONTENT_TYPE = "text/calendar; charset=utf-8"
PRODUCT = "-//School improvement//Calendar//EN"
LONDON = "Europe/London"
CANCELLED = "Cancelled"
_CHANGES: tuple[tuple[type[TimezoneDaylight | TimezoneStandard], str, int, datetime, timedelta], ...] = (
    (TimezoneDaylight, "BST", 3, datetime(1996, 3, 31, 1), timedelta(0)),  # noqa: DTZ001 (on the clocks of before)
    (TimezoneStandard, "GMT", 10, datetime(1996, 10, 27, 2), timedelta(hours=1)),  # noqa: DTZ001
)
"""When the clocks change since 1996: the last Sundays of March and October, the hour that was before."""


def calendar_bytes(
    events: Iterable[Event], *, method: str = "PUBLISH", name: str = "", read_again: timedelta | None = None
) -> bytes:
    """A file of these events. A calendar that is subscribed to has a `name`, and is read again after so long."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    if name:
        # What RFC 7986 calls it, and what the calendars of before call it.
        calendar.add("name", one_line(name))
        calendar.add("x-wr-calname", one_line(name))
    if read_again:
        # The same, by the same two.
        calendar.add("refresh-interval", read_again, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", vDuration(read_again))
    for event in events:
        calendar.add_component(event)
    if LONDON in calendar.get_missing_tzids():
        calendar.subcomponents.insert(0, _london())
    return bytes(calendar.to_ical())


def _london() -> Timezone:
    """London's time by its rule. A list of every change since 1970, as a library makes one, is misread by programs that
    keep no zones of their own: they take summer's time for the whole year.
    """
    zone = Timezone()
    zone.add("tzid", LONDON)
    for part, name, month, start, before in _CHANGES:
        change = part()
        change.add("tzname", name)
        change.add("dtstart", start)
        change.add("rrule", {"freq": "yearly", "bymonth": month, "byday": "-1su"})
        change.add("tzoffsetfrom", before)
        change.add("tzoffsetto", timedelta(hours=1) - before)
        zone.add_component(change)
    return zone


def named(key: str) -> str:
    """The name by which a calendar knows an event again, whatever else of it changes."""
    return f"{key}@{urlsplit(settings.SITE_URL).hostname}"


def cancel(event: Event) -> None:
    """Mark an event as cancelled: its time is free, and its summary says so where a program shows no status."""
    event["summary"] = vText(one_line(f"{CANCELLED}: {event['summary']}"))
    for name, value in (("status", "CANCELLED"), ("transp", "TRANSPARENT")):
        event.pop(name, None)
        event.add(name, value)


def one_line(text: str) -> str:
    """Text on one line, without what nobody sees: a break in a name begins no property of its own."""
    return " ".join(seen(text).split())
