"""Forms of letters: the words of a draft, and how a letter was served."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError

from schoolimprove.ui.forms import DateField, Form, RadiosField, TextArea, TextField
from schools.letters.models import LONGEST_BODY, LONGEST_SUBJECT, Method
from schools.letters.rules import wrong_fields


class LetterForm(Form):
    """`known` are the fields that this kind of letter has."""

    submit_label = "Save the letter"

    heading = TextField(label="Subject", max_length=LONGEST_SUBJECT)
    body = TextArea(
        label="Letter",
        named="the letter",
        help_text="Put a field in curly brackets where we should fill in its text. You can use bullets and **bold**.",
        rows=25,
        max_length=LONGEST_BODY,
    )

    def __init__(self, *args: Any, known: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known

    def clean_heading(self) -> str:
        return self._with_known_fields("heading")

    def clean_body(self) -> str:
        return self._with_known_fields("body")

    def _with_known_fields(self, name: str) -> str:
        text: str = self.cleaned_data[name]
        if errors := wrong_fields(text, self.known):
            raise ValidationError(errors)
        return text


class ServiceForm(Form):
    submit_label = "Save"

    method = RadiosField(label="How the letter was served", choices=Method.choices, named="how the letter was served")
    sent_on = DateField(label="Date it was sent", named="the date it was sent")
    served_on = DateField(label="Date it was served", named="the date it was served")
    proof = TextArea(
        label="Proof",
        named="the proof",
        help_text="For example, the number of the receipt, or who signed for it. The school cannot read this.",
        rows=3,
        max_length=5_000,
    )
