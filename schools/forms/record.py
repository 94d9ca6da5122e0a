"""Forms of a Record of Visit: writing it, returning it, answering it."""

from decimal import Decimal
from typing import Any

from django import forms

from schoolimprove.lib import clock
from schoolimprove.ui.forms import DateField, DecimalField, Form, RadiosField, SelectField, TextArea
from schools.models.record import LONGEST, TEXTS
from schools.models.visit import VisitKind
from schools.rules import REQUIRED_TO_SUBMIT, wrong_with_response, wrong_with_visit_date


class DaysField(DecimalField):
    """Days in halves, from 0 to 20."""

    def clean(self, value: Any) -> Decimal | None:
        days: Decimal | None = super().clean(value)
        if days is not None and (not 0 <= days <= 20 or days % Decimal("0.5")):
            raise forms.ValidationError("Days used must be between 0 and 20, in halves, like 1 or 0.5")
        return days


class TextsForm(Form):
    """The texts of a record. None is needed to save; the page says what is missing before it can be submitted."""

    submit_label = "Save"

    met = TextArea(label="Who you met", help_text="Roles are enough.", rows=3, max_length=LONGEST, required=False)
    evidence = TextArea(
        label="Evidence you saw",
        help_text="Lessons, pupils’ work, data, documents, and what people told you.",
        max_length=LONGEST,
        required=False,
    )
    findings = TextArea(label="What you found", rows=12, max_length=LONGEST, required=False)
    judgements = TextArea(label="Judgements", max_length=LONGEST, required=False)
    strengths = TextArea(label="Strengths to share", rows=4, max_length=LONGEST, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in REQUIRED_TO_SUBMIT:
            self.fields[name].note = "needed before you submit"  # type: ignore[attr-defined]

    def texts(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in TEXTS}


class NewRecordForm(TextsForm):
    """A visit that was held, and the first text of its record."""

    kind = SelectField(label="Type of visit", choices=VisitKind.choices, initial=VisitKind.CORE)
    held_on = DateField(label="Date of the visit")
    days = DaysField(label="Days used", help_text="In halves, like 1 or 0.5.", initial=Decimal("1.0"))

    field_order = ["kind", "held_on", "days", *TEXTS]

    def visit(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("kind", "held_on", "days")}

    def clean_held_on(self) -> Any:
        held_on = self.cleaned_data["held_on"]
        if reasons := wrong_with_visit_date(held_on, today=clock.today()):
            raise forms.ValidationError(reasons)
        return held_on


class ReturnForm(Form):
    """The line manager's comments to the author."""

    submit_label = "Return to the author"

    reason = TextArea(
        label="Comments for the author",
        help_text="What needs to change before you can approve it.",
        max_length=LONGEST,
        named="your comments for the author",
    )


class ResponseForm(Form):
    """The school's answer in its two parts: factual accuracy, then content."""

    submit_label = "Send our response"

    accurate = RadiosField(
        label="Is the record factually accurate?",
        named="whether the record is factually accurate",
        choices=[("yes", "Yes"), ("no", "No, something is not accurate")],
    )
    on_accuracy = TextArea(
        label="What is not accurate",
        help_text="If something is not accurate, say what, and what is right.",
        max_length=LONGEST,
        required=False,
    )
    on_content = TextArea(
        label="Your comments on the content",
        help_text="For example whether you agree with the judgements, and what the school will do.",
        max_length=LONGEST,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "accurate" in data:
            reasons = wrong_with_response(accurate=data["accurate"] == "yes", on_accuracy=data.get("on_accuracy", ""))
            for reason in reasons:
                self.add_error("on_accuracy", reason)
        return data
