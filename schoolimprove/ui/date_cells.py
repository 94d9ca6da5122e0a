"""Cells of dates that open to their working."""

from datetime import date
from typing import Any

from django.template.loader import render_to_string

from schoolimprove.lib import clock

from .templatetags.dates import date_working


class CachedDateCells:
    """Dates that open to their working, drawn once for all rows that share one: most rows of a list do."""

    def __init__(self) -> None:
        self._drawn: dict[str, Any] = {}

    def of(self, deadline: Any) -> Any:
        """Return the cell of a deadline, given by its `due_on` and `working`."""
        key = f"{deadline.due_on} {deadline.working}"
        if key not in self._drawn:
            self._drawn[key] = _date_cell(deadline.due_on, deadline.working)
        return self._drawn[key]


def _date_cell(due_on: date, working: Any) -> str:
    """A date without working is only a date."""
    if "skipped" not in working:
        return clock.uk_date(due_on)
    return render_to_string("components/date_working.html", date_working(working))
