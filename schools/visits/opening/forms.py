"""Which term to open."""

from collections.abc import Sequence
from typing import Any

from crispy_forms_gds.helper import FormHelper

from schoolimprove.ui.forms import Form, RadiosField
from schools.visits.term_slots import TermDays


class TermForm(Form):
    """Asked in the address: what would happen is shown before anything does."""

    submit_label = "Show what will happen"

    term = RadiosField(label="Term", named="a term")

    def __init__(self, *args: Any, terms: Sequence[TermDays], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Once it was asked, the button to press is the one that opens the term.
        self.submit_kind = "secondary" if self.is_bound else ""
        self._terms = {each.key: each for each in terms}
        self.fields["term"].choices = [(each.key, each.label) for each in terms]  # type: ignore[attr-defined]

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper.form_method = "get"
        return helper

    @property
    def chosen(self) -> TermDays:
        return self._terms[self.cleaned_data["term"]]
