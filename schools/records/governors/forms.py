"""Forms of a school's governors' meetings."""

from datetime import date

from django import forms

from schoolimprove.lib import clock
from schoolimprove.ui.forms import Form, TextArea, TextField
from schools.records.rules import wrong_with_meeting

MOST_AT_ONCE = 30


class MeetingsForm(Form):
    """A year's dates as the clerk has them in a letter: one on each line."""

    submit_label = "Add these meetings"

    days = TextArea(
        label="Dates of governors’ meetings",
        help_text="One on each line, like 3 December 2026 or 3/12/26. A whole year’s can be added at once.",
        rows=6,
        max_length=2000,
        named="the dates of the meetings",
    )

    def clean_days(self) -> list[date]:
        lines = [line.strip() for line in self.cleaned_data["days"].splitlines() if line.strip()]
        if len(lines) > MOST_AT_ONCE:
            raise forms.ValidationError(f"Enter at most {MOST_AT_ONCE} dates at once")
        days, errors = set[date](), list[str]()
        for line in lines:
            try:
                day = clock.read_day(line)
            except clock.NotADay as error:
                errors.append(str(error))
            else:
                days.add(day)
                errors += wrong_with_meeting(day, today=clock.today())
        if errors:
            raise forms.ValidationError(errors)
        return sorted(days)


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
