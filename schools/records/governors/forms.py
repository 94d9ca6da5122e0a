"""Forms of a school's governors' meetings."""

import re
from datetime import date

from django import forms

from schoolimprove.lib import clock
from schoolimprove.ui.forms import Form, TextArea, TextField
from schools.records.rules import wrong_with_meeting

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MOST_AT_ONCE = 30
_SEPARATED = re.compile(r"[\s/.-]+")
_WEEKDAY = re.compile(r"^(mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+", re.IGNORECASE)


def read_day(line: str) -> date | None:
    """`3 December 2026`, `Thu 3 Dec 2026` or `3/12/2026`; None where it is no date of a day."""
    parts = _SEPARATED.split(_WEEKDAY.sub("", line.strip()))
    if len(parts) != 3 or not parts[0].isdecimal() or not re.fullmatch(r"[0-9]{4}", parts[2]):
        return None
    name = parts[1].lower()[:3]
    month = int(parts[1]) if parts[1].isdecimal() else MONTHS.index(name) + 1 if name in MONTHS else 0
    try:
        return date(int(parts[2]), month, int(parts[0]))
    except (ValueError, OverflowError):
        return None


class MeetingsForm(Form):
    """A year's dates as the clerk has them in a letter: one on each line."""

    submit_label = "Add these meetings"

    days = TextArea(
        label="Dates of governors’ meetings",
        help_text="One on each line, like 3 December 2026 or 3/12/2026. A whole year’s can be added at once.",
        rows=6,
        max_length=2000,
        named="the dates of the meetings",
    )

    def clean_days(self) -> list[date]:
        lines = [line.strip() for line in self.cleaned_data["days"].splitlines() if line.strip()]
        if len(lines) > MOST_AT_ONCE:
            raise forms.ValidationError(f"Enter at most {MOST_AT_ONCE} dates at once")
        days = {line: read_day(line) for line in lines}
        errors = [f"“{line[:60]}” is not a date like 3 December 2026" for line, day in days.items() if day is None]
        known = [day for day in days.values() if day is not None]
        errors += [reason for day in known for reason in wrong_with_meeting(day, today=clock.today())]
        if errors:
            raise forms.ValidationError(errors)
        return sorted(set(known))


class CancelMeetingForm(Form):
    submit_label = "Cancel the meeting"
    cancel_label = "Keep the meeting"

    reason = TextField(
        label="Why it is cancelled",
        help_text="Officers of the authority can read it. Leave out anything private.",
        named="why the meeting is cancelled",
        max_length=200,
    )


class CancelMeetingsForm(Form):
    submit_label = "Continue"
    cancel_label = "Keep the meetings"

    reason = TextField(
        label="Why they are cancelled",
        help_text="Officers of the authority can read it. Leave out anything private.",
        named="why the meetings are cancelled",
        max_length=200,
    )
