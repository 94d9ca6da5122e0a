"""The form in which the response to a mismatch is written."""

from typing import Any

from categorisation.mismatches.models import LONGEST_EXPLANATION, LONGEST_REFERENCE, CategoryMismatch
from categorisation.mismatches.rules import response_errors, responses_to
from categorisation.mismatches.states import RESPONSE_LABELS, MismatchResponse
from categorisation.schemes.rules import Mismatch
from schoolimprove.ui.forms import DateField, Form, RadiosField, TextArea, TextField

HINTS = {
    MismatchResponse.APPEAL_LETTER: "You ask Ofsted to look at the grade again.",
    MismatchResponse.PRESENTATION: "You present the concern to the governors. Keep support high if need be.",
    MismatchResponse.NONE: "Say in the explanation why none is needed.",
}


class ResponseForm(Form):
    """The responses that fit how Ofsted differs; a reference only where there can be a letter."""

    response = RadiosField(label="Response", named="the response")
    letter_reference = TextField(
        label="Reference of the letter",
        help_text="Where your authority keeps the appeal letter. Only for an appeal letter.",
        max_length=LONGEST_REFERENCE,
        required=False,
    )
    response_on = DateField(label="Day", help_text="Leave this empty if no response is needed.", required=False)
    explanation = TextArea(
        label="Explanation",
        named="the explanation",
        help_text="What you ask or present, or why no response is needed. The school cannot read this.",
        max_length=LONGEST_EXPLANATION,
        rows=8,
    )

    def __init__(self, *args: Any, subject: CategoryMismatch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subject, fields = subject, dict[str, Any](self.fields)
        self.direction = Mismatch(subject.direction)
        choices = responses_to(self.direction)
        fields["response"].choices = [(each.value, RESPONSE_LABELS[each]) for each in choices]
        fields["response"].hints = {each.value: HINTS[each] for each in choices}
        fields["response_on"].label = subject.response_day_label
        if self.direction != Mismatch.HARSHER:
            del self.fields["letter_reference"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = {"letter_reference": "", **(super().clean() or self.cleaned_data)}
        if "response" in cleaned:
            errors = response_errors(
                self.direction,
                response=cleaned["response"],
                explanation=cleaned.get("explanation", ""),
                letter_reference=cleaned["letter_reference"],
                response_on=cleaned.get("response_on"),
                reported_on=self.subject.reported_on,
            )
            for field, why in errors:
                # A field that is wrong in itself has said so already.
                if field not in self.errors:
                    self.add_error(field, why.removesuffix("."))
        return cleaned
