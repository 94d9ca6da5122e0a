"""Forms of contacts in two lines."""

from datetime import date

from django import forms

from schoolimprove.lib import clock
from schoolimprove.ui.forms import DateField, Form, SelectField, TextArea, TextField
from schools.register.rules import wrong_with_as_of
from schools.visits.models.contact_note import LONGEST_NOTE, ContactKind


class ContactNoteForm(Form):
    submit_label = "Save"

    kind = SelectField(label="Kind", choices=ContactKind.choices, empty="")
    happened_on = DateField(label="Date", named="the date of the call, letter or meeting")
    with_whom = TextField(
        label="With whom", help_text="You can enter a role instead of a name.", named="with whom it was", max_length=150
    )
    note = TextArea(
        label="Note",
        help_text="Two lines. The school cannot read it. You cannot change it later, but you can withdraw it.",
        max_length=LONGEST_NOTE,
        rows=3,
    )

    def clean_happened_on(self) -> date:
        day: date = self.cleaned_data["happened_on"]
        if reasons := wrong_with_as_of(day, today=clock.today()):
            raise forms.ValidationError(reasons)
        return day


class TakeBackForm(Form):
    submit_label = "Withdraw note"
    submit_kind = "warning"

    reason = TextField(label="Reason", help_text="For example, entered for the wrong school.", max_length=200)
