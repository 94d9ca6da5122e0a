"""What the board of deadlines is narrowed to."""

from collections.abc import Sequence
from typing import Any

from django import forms

from schools.due import WHEN_LABELS

Choices = Sequence[tuple[str, str]]


class DueForm(forms.Form):
    """Read from the address. What is not understood is as if it had not been asked."""

    q = forms.CharField(label="Name, URN, LAESTAB or postcode", required=False)
    when = forms.ChoiceField(
        label="When it is due",
        choices=[("", "At any time"), *((when.value, label) for when, label in WHEN_LABELS.items())],
        widget=forms.RadioSelect,
        required=False,
    )
    rule = forms.MultipleChoiceField(label="What is due", widget=forms.CheckboxSelectMultiple, required=False)
    district = forms.MultipleChoiceField(label="District", widget=forms.CheckboxSelectMultiple, required=False)
    sip = forms.ChoiceField(label="School Improvement Partner", required=False)

    def __init__(self, data: Any, *, rules: Choices, districts: Choices, sips: Choices) -> None:
        super().__init__(data)
        offered: dict[str, Choices] = {"rule": rules, "district": districts, "sip": [("", "Any"), *sips]}
        for name, choices in offered.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        self.is_valid()

    def chosen(self, name: str) -> Any:
        """What was chosen and can be understood; None for nothing."""
        return self.cleaned_data.get(name)

    @property
    def narrowed(self) -> bool:
        return any(self.chosen(name) for name in self.fields)
