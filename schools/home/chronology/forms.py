"""What the chronology of a school is narrowed by."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.forms import CheckboxSelectMultiple

from schoolimprove.lib import clock
from schoolimprove.ui.forms import DateField

SYSTEM = "system"
"""Who acted, where nobody did."""
Choices = Sequence[tuple[str, str]]


class ChronologyForm(forms.Form):
    """`kinds` and `people` are what there is to choose from. Days are legal days, both ends included."""

    q = forms.CharField(label="Words in the event", required=False)
    kind = forms.MultipleChoiceField(label="Kind of event", required=False, widget=CheckboxSelectMultiple)
    by = forms.ChoiceField(label="Who did it", required=False)
    since = DateField(label="From", named="the first day", required=False)
    until = DateField(label="To", named="the last day", required=False)
    as_at = DateField(
        label="Show the school as it was on",
        named="the date",
        required=False,
        help_text="We hide everything later than this day.",
    )

    def __init__(self, data: Any, *, kinds: Choices, people: Choices) -> None:
        super().__init__(data)
        fields: dict[str, Any] = self.fields
        fields["kind"].choices = kinds
        fields["by"].choices = [("", "Anyone"), *people]

    def clean_as_at(self) -> date | None:
        day: date | None = self.cleaned_data["as_at"]
        if day is not None and day > clock.today():
            raise forms.ValidationError("The date must be today or in the past")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("since"), cleaned.get("until")
        if first and last and last < first:
            self.add_error("until", "The last day must be the same as or after the first day")
        return cleaned
