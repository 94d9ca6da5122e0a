"""Forms of a school's governors' meetings."""

from datetime import date

from django import forms

from schoolimprove.lib import clock
from schoolimprove.ui.forms import Form, TextArea, TextField
from schools.records.rules import wrong_with_meeting

MOST_AT_ONCE = 30


class MeetingsForm(Form):
    """A year's dates as the clerk has them in a letter: one on each line."""

    submit_label = "Add meetings"

    days = TextArea(
        label="Dates of governors’ meetings",
        help_text="Enter one date on each line, like 3 December 2026 or 3/12/26.",
        rows=6,
        max_length=2000,
        named="the dates of the meetings",
    )

    def clean_days(self) -> list[date]:
        lines = [line.strip() for line in self.cleaned_data["days"].splitlines() if line.strip()]
        if len(lines) > MOST_AT_ONCE:
            raise forms.ValidationError(f"Enter up to {MOST_AT_ONCE} dates at a time")
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
        label="Why you are cancelling the meeting",
        help_text="The authority’s officers can read this. Do not include anything private.",
        named="why you are cancelling the meeting",
        max_length=200,
    )


class CancelMeetingsForm(Form):
    submit_label = "Continue"
    cancel_label = "Keep the meetings"

    reason = TextField(
        label="Why you are cancelling the meetings",
        help_text="The authority’s officers can read this. Do not include anything private.",
        named="why you are cancelling the meetings",
        max_length=200,
    )
