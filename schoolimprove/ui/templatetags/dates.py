"""Dates as people read them, and the working behind one."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django import template

from schoolimprove.lib import clock

register = template.Library()


@register.filter
def uk_date(value: date | str | None) -> str:
    """`1 May 2026` for a day, a moment (its day in London) or a stored ISO date; nothing for none."""
    if not value:
        return ""
    if isinstance(value, str):
        value = date.fromisoformat(value)
    if isinstance(value, datetime):
        value = value.astimezone(clock.LONDON)
    return clock.uk_date(value)


@register.filter
def uk_time(value: time | None) -> str:
    """`1pm`, `9:30am`; nothing for none."""
    return clock.uk_time(value) if value else ""


@register.inclusion_tag("components/date_working.html")
def date_working(working: Mapping[str, Any]) -> dict[str, Any]:
    """A date that opens to its working. Takes what `Working.as_record()` or `as_json()` stored.

    `as_json()` says nothing of where the count began, so only the calendar and the days skipped are shown for it.
    """
    asked = clock.Working.from_record(working) if "start" in working else None
    skipped = [(date.fromisoformat(day["date"]), day["why"]) for day in working["skipped"]]
    return {
        "ends": uk_date(working["ends"]),
        "question": clock.question(asked) if asked else f"Counted in {working['calendar']}",
        "first_counted": clock.first_counted(asked) if asked else "",
        "first_day": clock.long_date(asked.first_day) if asked else "",
        "skipped": clock.skipped_in_words(skipped),
    }
