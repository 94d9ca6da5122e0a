"""What stands in somebody's calendar: what the apps above have for it, and the dates that person was reminded of."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Subquery
from icalendar import Event

from schoolimprove.accounts import mail
from schoolimprove.reminders.models import Reminder
from schoolimprove.reminders.models.reminder import deadline_now
from schoolimprove.reminders.registry import CalendarSource, Described, calendar_sources, described, rule_named
from schoolimprove.reminders.steps import Step
from schoolimprove.ui.calendar_files import calendar_bytes, named, one_line

READ_AGAIN = timedelta(hours=1)
"""How often a calendar is asked to look; most look when they please."""


SAID = {
    *("UID", "SEQUENCE", "CREATED", "DTSTAMP", "LAST-MODIFIED", "STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS"),
    *("DTSTART", "DTEND", "DURATION", "SUMMARY", "LOCATION", "URL", "ORGANIZER"),
}
"""What a calendar says of an event: what kind it is, when and where, whether it stands, and its page."""
OWN_STEPS = (Step.COMING, Step.LATE)
"""What has gone up to somebody is not theirs to do, and a calendar is read by others."""


def calendar_for(user: Any, on: date) -> bytes:
    """The whole calendar, as that user may see it on a day; the same contents are the same bytes."""
    events = (_when_and_where(event) for source in calendar_sources for event in source.events(user, on))
    return calendar_bytes(events, name=settings.SERVICE_NAME, read_again=READ_AGAIN)


def _when_and_where(event: Event) -> Event:
    """Return the event without who goes and what is said of it: anyone with the address reads it without signing in."""
    for name in set(event) - SAID:
        event.pop(name)
    return event


def deadlines_of(user: Any, _on: date) -> Iterator[Event]:
    """Return the dates this person was told of, each once whatever the step, as long as they stand as they were told.

    One that has moved is there again, on its new day, once the person is told of that.
    """
    stands = Subquery(deadline_now().values("due_on")[:1])
    own = Reminder.objects.to(user).open().filter(step__in=OWN_STEPS, due_on=stands)
    told = list(_first_told(own.order_by("told_at", "pk")))
    words = described(user, told)
    return (_event(each, words[each.pk]) for each in told if each.pk in words)


def _first_told(reminders: Iterable[Reminder]) -> Iterator[Reminder]:
    seen: set[tuple[Any, ...]] = set()
    for each in reminders:
        key = (each.rule, each.subject_kind, each.subject_id)
        if key not in seen:
            seen.add(key)
            yield each


def _event(reminder: Reminder, said: Described) -> Event:
    """A whole day that leaves its owner free. Its name is that of the deadline: moved, it replaces itself."""
    rule = rule_named(reminder.rule)
    what = rule.label if rule else reminder.rule
    event = Event()
    event.add("uid", named(f"due-{reminder.rule}-{reminder.subject_kind}-{reminder.subject_id}"))
    event.add("dtstamp", reminder.told_at.astimezone(UTC))
    event.add("dtstart", reminder.due_on)
    event.add("summary", one_line(f"Due: {what}, {said.where}"))
    event.add("url", mail.in_full(said.url))
    event.add("transp", "TRANSPARENT")
    return event


def register() -> None:
    calendar_sources.register(CalendarSource("deadlines", 30, deadlines_of))
