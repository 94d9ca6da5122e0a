"""The forms that choose what the boards show: a term, districts and partners, and the dates that are due."""

from collections.abc import Sequence
from typing import Any

from django import forms

from schools.oversight.core_visits import STAGE_LABELS
from schools.oversight.deadlines_board import WHEN_LABELS
from schools.policy import LONGEST_NOT_SEEN
from schools.visits.term_slots import TermDays

BY = [("district", "District"), ("sip", "School Improvement Partner")]


class CoverageForm(forms.Form):
    """Read from the address. What is not understood is as if it had not been asked."""

    term = forms.ChoiceField(label="Term", required=False)
    by = forms.ChoiceField(label="Count by", choices=BY, required=False)

    def __init__(self, data: Any, *, terms: Sequence[TermDays], chosen: str) -> None:
        filled = data.copy()
        filled.setdefault("term", chosen)
        filled.setdefault("by", BY[0][0])
        super().__init__(filled)
        self.fields["term"].choices = [(each.key, each.label) for each in terms]  # type: ignore[attr-defined]


class CoverageListForm(forms.Form):
    q = forms.CharField(label="Name, URN, LAESTAB or postcode", required=False)
    term = forms.ChoiceField(label="Term", required=False)
    stage = forms.MultipleChoiceField(
        label="Stage",
        choices=[(stage.value, label) for stage, label in STAGE_LABELS.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    late = forms.MultipleChoiceField(
        label="Overdue", choices=[("yes", "Something is overdue")], widget=forms.CheckboxSelectMultiple, required=False
    )
    district = forms.MultipleChoiceField(label="District", widget=forms.CheckboxSelectMultiple, required=False)
    sip = forms.ChoiceField(label="School Improvement Partner", required=False)

    def __init__(
        self,
        data: Any,
        *,
        terms: Sequence[TermDays],
        districts: Sequence[tuple[str, str]],
        sips: Sequence[tuple[str, str]],
    ) -> None:
        super().__init__(data)
        choices: dict[str, list[tuple[str, str]]] = {
            "term": [(each.key, each.label) for each in terms],
            "district": list(districts),
            "sip": [("", "Any"), *sips],
        }
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]

    def chosen(self, name: str) -> Any:
        """What was chosen and can be understood; None for nothing."""
        self.is_valid()
        return self.cleaned_data.get(name)


KINDS = [("all", "All visits"), ("core", "Core visits only")]


class WeeksForm(forms.Form):
    """Which district and term to look at, and which visits. What is not understood is as if it had not been asked."""

    district = forms.ChoiceField(label="District", required=False)
    term = forms.ChoiceField(label="Term", required=False)
    kinds = forms.ChoiceField(label="Visits", choices=KINDS, required=False)

    def __init__(
        self, data: Any, *, terms: Sequence[TermDays], chosen: str, districts: Sequence[tuple[str, str]]
    ) -> None:
        filled = data.copy()
        filled.setdefault("term", chosen)
        filled.setdefault("kinds", KINDS[0][0])
        filled.setdefault("district", districts[0][0] if districts else "")
        super().__init__(filled)
        self.fields["term"].choices = [(each.key, each.label) for each in terms]  # type: ignore[attr-defined]
        self.fields["district"].choices = districts  # type: ignore[attr-defined]


class LoadForm(forms.Form):
    term = forms.ChoiceField(label="Term", required=False)

    def __init__(self, data: Any, *, terms: Sequence[TermDays], chosen: str) -> None:
        filled = data.copy()
        filled.setdefault("term", chosen)
        super().__init__(filled)
        self.fields["term"].choices = [(each.key, each.label) for each in terms]  # type: ignore[attr-defined]


class NotSeenForm(forms.Form):
    """`days` is the policy's number where nothing that can be understood was asked."""

    q = forms.CharField(label="Name, URN, LAESTAB or postcode", required=False)
    days = forms.CharField(label="Days since the last visit, at least", required=False)
    district = forms.MultipleChoiceField(label="District", widget=forms.CheckboxSelectMultiple, required=False)
    sip = forms.ChoiceField(label="School Improvement Partner", required=False)

    def __init__(
        self, data: Any, *, usual: int, districts: Sequence[tuple[str, str]], sips: Sequence[tuple[str, str]]
    ) -> None:
        super().__init__(data)
        self.usual = usual
        self.fields["days"].help_text = f"From 1 to {LONGEST_NOT_SEEN}. The policy is {usual}."
        self.fields["district"].choices = districts  # type: ignore[attr-defined]
        self.fields["sip"].choices = [("", "Any"), *sips]  # type: ignore[attr-defined]
        self.is_valid()

    def chosen(self, name: str) -> Any:
        """What was chosen and can be understood; None for nothing."""
        return self.cleaned_data.get(name)

    @property
    def days_asked(self) -> int:
        asked = (self.chosen("days") or "").strip()
        number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 5 else 0
        return number if 1 <= number <= LONGEST_NOT_SEEN else self.usual

    @property
    def misread(self) -> bool:
        """Whether something was asked that is no number of days."""
        asked = (self.chosen("days") or "").strip()
        return bool(asked) and asked != str(self.days_asked)


Choices = Sequence[tuple[str, str]]


class DueForm(forms.Form):
    """Read from the address. What is not understood is as if it had not been asked."""

    q = forms.CharField(label="Name, URN, LAESTAB or postcode", required=False)
    when = forms.ChoiceField(
        label="When it is due",
        choices=[("", "Any time"), *((when.value, label) for when, label in WHEN_LABELS.items())],
        widget=forms.RadioSelect,
        required=False,
    )
    rule = forms.MultipleChoiceField(label="What to do", widget=forms.CheckboxSelectMultiple, required=False)
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
