"""Forms of actions agreed in records: how far they are, and what the list of them is narrowed by."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms import CheckboxSelectMultiple

from schoolimprove.ui.forms import Form, RadiosField, TextArea
from schools.records.agreed_actions.listing import OVERDUE
from schools.records.content import OWNER_LABELS
from schools.records.states import ACTION, ActionStatus

BEGIN, REPORT, FINISH = "begin", "report", "finish"
ACTS = {
    ActionStatus.OPEN: [
        (BEGIN, "Under way"),
        (REPORT, "Not started, with something to report"),
        (FINISH, "Done"),
    ],
    ActionStatus.UNDERWAY: [(REPORT, "Still under way"), (FINISH, "Done")],
    ActionStatus.DONE: [(BEGIN, "Not done after all: under way again")],
}
"""What can be said of an action in each state; of one no longer needed, nothing."""


class ActionForm(Form):
    submit_label = "Save"

    act = RadiosField(label="Progress", named="the progress")
    note = TextArea(
        label="What has been done",
        help_text="Everyone who can read the record can read this. You can leave it empty if you select “Under way”.",
        max_length=5000,
        required=False,
        named="what has been done",
    )

    def __init__(self, *args: Any, state: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["act"].choices = ACTS.get(ActionStatus(state), [])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("act") in (REPORT, FINISH) and not data.get("note", "").strip() and "note" not in self.errors:
            self.add_error("note", "Enter what has been done")
        return data


class ActionFilter(forms.Form):
    """`records` are the references there are to choose from. Without a choice of state, what is unfinished."""

    owner = forms.MultipleChoiceField(
        label="Owner",
        required=False,
        widget=CheckboxSelectMultiple,
        choices=[(each.value, label) for each, label in OWNER_LABELS.items()],
    )
    status = forms.MultipleChoiceField(
        label="State",
        required=False,
        widget=CheckboxSelectMultiple,
        choices=[(OVERDUE, "Overdue"), *ACTION.choices()],
    )
    record = forms.ChoiceField(label="Record of Visit", required=False)

    def __init__(self, data: Any, *, records: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        fields: dict[str, Any] = self.fields
        fields["record"].choices = [("", "Any"), *records]
