"""The forms of a shared record: the school’s response, presenting it, and closing it without a presentation."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from schoolimprove.lib import clock
from schoolimprove.ui.forms import DateField, Form, RadiosField, TextArea
from schools.records.models.record import LONGEST
from schools.records.rules import wrong_with_presenting, wrong_with_response


class ResponseForm(Form):
    """The school's answer in its two parts: factual accuracy, then content.

    `role` is the one that the form was opened to answer in: a user who is headteacher and chair answers as each.
    """

    submit_label = "Continue"

    accurate = RadiosField(
        label="Is the record factually accurate?",
        named="whether the record is factually accurate",
        choices=[("yes", "Yes"), ("no", "No, something is not accurate")],
    )
    on_accuracy = TextArea(
        label="What is not accurate",
        help_text="Say what is wrong and what it should say.",
        max_length=LONGEST,
        required=False,
    )
    on_content = TextArea(
        label="Your comments on the content",
        help_text="For example, whether you agree with the judgements and what the school will do.",
        max_length=LONGEST,
        required=False,
    )
    role = forms.CharField(label="You respond as", widget=forms.HiddenInput, required=False, max_length=40)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on_accuracy"].note = "if something is not"  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if {"accurate", "on_accuracy"} <= data.keys():
            reasons = wrong_with_response(accurate=data["accurate"] == "yes", on_accuracy=data["on_accuracy"])
            for reason in reasons:
                self.add_error("on_accuracy", reason)
        return data


ANOTHER = "another"
"""A meeting whose date nobody has entered yet."""


class PresentForm(Form):
    """At which meeting: one of those held since the record was shared, or one of another day."""

    submit_label = "Mark as presented"

    meeting = RadiosField(label="At which governors’ meeting was it presented?", named="the governors’ meeting")
    held_on = DateField(
        label="Date of the other meeting",
        named="the date of the meeting",
        help_text="We add it to the school’s governors’ meetings.",
        required=False,
    )

    def __init__(self, *args: Any, held: Sequence[date], shared_on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shared_on = shared_on
        fields: dict[str, Any] = self.fields
        fields["held_on"].note = "if on another date"
        if held:
            dated = [(day.isoformat(), clock.uk_date(day)) for day in held]
            fields["meeting"].choices = [*dated, (ANOTHER, "On another date")]
        else:
            del fields["meeting"]
            fields["held_on"].required, fields["held_on"].note = True, None
            fields["held_on"].label = "Date of the governors’ meeting"
            fields["held_on"].help_text = "We add it to the school’s governors’ meetings."
            fields["held_on"].name_messages("Date of the governors’ meeting")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        chosen, typed = data.get("meeting", ANOTHER), data.get("held_on")
        if chosen != ANOTHER and chosen:
            data["day"] = date.fromisoformat(chosen)
            if typed not in (None, data["day"]):
                both = f"You selected the meeting of {clock.uk_date(data['day'])}, but you also entered another date."
                self.add_error("held_on", f"{both} Clear the date or select “On another date”")
        elif "meeting" in self.errors or "held_on" in self.errors:
            return data
        elif typed is None:
            self.add_error("held_on", "Enter the date of the meeting")
        elif reasons := wrong_with_presenting(typed, self.shared_on, today=clock.today()):
            self.add_error("held_on", forms.ValidationError(reasons))
        else:
            data["day"] = typed
        return data


class CloseUnpresentedForm(Form):
    submit_label = "Continue"

    reason = TextArea(
        label="Why you are closing it without presentation",
        help_text="The school can read your reason.",
        rows=3,
        max_length=1000,
        named="why you are closing it without presentation",
    )
