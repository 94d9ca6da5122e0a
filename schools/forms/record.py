"""Forms of a Record of Visit: writing it, returning it, answering it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms

from schoolimprove.lib import clock
from schoolimprove.ui.forms import DateField, DecimalField, Form, RadiosField, SelectField, TextArea
from schools.models.record import LONGEST
from schools.models.visit import COMMISSIONED, WITHOUT_RECORD, VisitKind
from schools.rules import wrong_with_response, wrong_with_visit_date

WRITTEN_KINDS = [(each.value, each.label) for each in VisitKind if each not in COMMISSIONED | WITHOUT_RECORD]
"""The types a record can be begun for without more."""


class DaysField(DecimalField):
    """Days in halves, from 0 to 20."""

    def clean(self, value: Any) -> Decimal | None:
        days: Decimal | None = super().clean(value)
        if days is not None and (not 0 <= days <= 20 or days % Decimal("0.5")):
            raise forms.ValidationError("Days used must be between 0 and 20, in halves, like 1 or 0.5")
        return days


class VisitFactsForm(Form):
    """When a visit was held, of which type, and the days it used."""

    kind = SelectField(label="Type of visit", choices=WRITTEN_KINDS, initial=VisitKind.CORE)
    held_on = DateField(label="Date of the visit")
    days = DaysField(label="Days used", help_text="In halves, like 1 or 0.5.", initial=Decimal("1.0"))

    def __init__(self, *args: Any, keeps_kind: bool = False, **kwargs: Any) -> None:
        """`keeps_kind`: what was planned or commissioned keeps its type."""
        super().__init__(*args, **kwargs)
        if keeps_kind:
            del self.fields["kind"]

    def visit(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("kind", "held_on", "days") if name in self.fields}

    def clean_held_on(self) -> Any:
        held_on = self.cleaned_data["held_on"]
        if reasons := wrong_with_visit_date(held_on, today=clock.today()):
            raise forms.ValidationError(reasons)
        return held_on


class NewRecordForm(VisitFactsForm):
    """A visit that was held, whose record is begun; who was met is what one knows at once."""

    submit_label = "Begin the record"

    met = TextArea(label="Who you met", help_text="Roles are enough.", rows=3, max_length=LONGEST, required=False)


class ReturnForm(Form):
    """The line manager's comments to the author: on the whole, and on any part of the record.

    `parts` are (name, heading) in the order of the record.
    """

    submit_label = "Return to the author"

    reason = TextArea(
        label="Comments on the whole record",
        help_text="What needs to change before you can approve it.",
        rows=5,
        max_length=LONGEST,
        named="your comments for the author",
        required=False,
    )

    def __init__(self, *args: Any, parts: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.headings = dict(parts)
        for name, heading in parts:
            self.fields[f"comment_{name}"] = TextArea(
                label=f"Comment on “{heading}”", rows=2, max_length=LONGEST, required=False
            )
        for field in self.fields.values():
            field.note = None  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not str(data.get("reason", "")).strip() and not self.comments():
            self.add_error("reason", "Enter your comments for the author, on the whole or on a part")
        return data

    def comments(self) -> dict[str, str]:
        """Part → comment, of those that have one."""
        said = {name: str(self.cleaned_data.get(f"comment_{name}", "")).strip() for name in self.headings}
        return {name: text for name, text in said.items() if text}

    def summary(self) -> str:
        """What is said on the whole; without it, where the comments are."""
        whole = str(self.cleaned_data["reason"]).strip()
        return whole or f"See the comments on: {', '.join(self.headings[name] for name in self.comments())}."

    def comment_field(self, name: str) -> Any:
        return self[f"comment_{name}"]


class ReasonForm(Form):
    """Why something is given up."""

    reason = TextArea(label="Why", named="why", rows=4)


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
        help_text="Say what, and what is right.",
        max_length=LONGEST,
        required=False,
    )
    on_content = TextArea(
        label="Your comments on the content",
        help_text="For example whether you agree with the judgements, and what the school will do.",
        max_length=LONGEST,
        required=False,
    )
    role = forms.CharField(label="You answer as", widget=forms.HiddenInput, required=False, max_length=40)

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
