"""Dates that open to their working, drawn once for all rows that have the same."""

from typing import Any

from django.template.loader import render_to_string

from schoolimprove.lib import clock
from schoolimprove.reminders.models import Deadline
from schoolimprove.ui.templatetags.dates import date_working


class DrawnDates:
    """Most rows of a list have a date in common, and its working with it."""

    def __init__(self) -> None:
        self._drawn: dict[str, Any] = {}

    def of(self, due: Deadline) -> Any:
        key = f"{due.due_on} {due.working}"
        if key not in self._drawn:
            self._drawn[key] = _draw(due)
        return self._drawn[key]


def _draw(due: Deadline) -> str:
    """A date without working is only a date."""
    if "skipped" not in due.working:
        return clock.uk_date(due.due_on)
    return render_to_string("components/date_working.html", date_working(due.working))
