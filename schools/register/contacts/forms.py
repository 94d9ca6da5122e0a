"""The forms of a school's contacts."""

from datetime import date
from typing import Any

from django import forms

from schoolimprove.lib import clock
from schoolimprove.ui.forms import DateField, EmailField, Form, SelectField, TextField
from schools.register.contacts.actions import FIELDS
from schools.register.models.contact import ContactFor
from schools.register.people.forms import TelephoneField
from schools.register.rules import wrong_with_as_of


class ContactForm(Form):
    """Whom to reach for what, and who says so since when."""

    submit_label = "Save"

    purpose = SelectField(label="Contact for", choices=ContactFor.choices, empty="")
    name = TextField(label="Name", max_length=150, required=False)
    email = EmailField(label="Email address", max_length=254, required=False, autocomplete="off")
    telephone = TelephoneField(label="Telephone", required=False)
    source = TextField(
        label="Source", help_text="Who told you: for example, a letter, the school’s website or a call.", max_length=150
    )
    as_of = DateField(label="As of", named="the date this was correct", help_text="The date this was correct.")

    def clean_as_of(self) -> date:
        day: date = self.cleaned_data["as_of"]
        if reasons := wrong_with_as_of(day, today=clock.today()):
            raise forms.ValidationError(reasons)
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if {"email", "telephone"} <= data.keys() and not (data["email"] or data["telephone"]):
            self.add_error("email", "Enter an email address or a telephone number")
        return data

    def contact(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FIELDS}


class EndContactForm(Form):
    submit_label = "End this contact"

    reason = TextField(label="Why this contact is out of date", named="why this contact is out of date", max_length=200)
