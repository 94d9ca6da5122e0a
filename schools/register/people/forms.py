"""The forms of a school's contacts."""

import re
from datetime import date
from typing import Any

from django import forms

from schoolimprove.lib import clock
from schoolimprove.ui.forms import DateField, EmailField, Form, TextField
from schools.register.rules import wrong_with_day_of_change

_TELEPHONE = re.compile(r"\+?[0-9][0-9 ()./-]{5,}( ?(ext|x)\.? ?[0-9]{1,6})?", re.IGNORECASE | re.ASCII)


class TelephoneField(TextField):
    """As it is dialled from England, with an extension where there is one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, width=20, autocomplete="off", **kwargs)

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if text and not _TELEPHONE.fullmatch(text):
            raise forms.ValidationError("Enter a telephone number, like 01632 960 001 or 01632 960 001 ext 24")
        return text


class WithdrawForm(Form):
    """For an appointment that has not begun."""

    submit_label = "Withdraw the appointment"

    reason = TextField(
        label="Reason", help_text="The authority’s officers can read this. Leave out anything private.", max_length=200
    )


class EndAppointmentForm(Form):
    """The last day of who leaves, and who comes after them, if that is known."""

    submit_label = "End the appointment"
    sections = (
        ("Who is leaving", ("last_day", "reason")),
        ("Who takes over the next day, if you know", ("name", "email", "telephone")),
    )

    last_day = DateField(label="Last day", help_text="This can be in the future.")
    reason = TextField(
        label="Reason", help_text="The authority’s officers can read this. Leave out anything private.", max_length=200
    )
    name = TextField(label="Name", named="their name", max_length=150, required=False, autocomplete="off")
    email = EmailField(
        label="Email address",
        help_text="If we already know this person, we find them by this address.",
        max_length=254,
        required=False,
        autocomplete="off",
    )
    telephone = TelephoneField(label="Telephone", required=False)

    def clean_last_day(self) -> date:
        day: date = self.cleaned_data["last_day"]
        if reasons := wrong_with_day_of_change(day, today=clock.today()):
            raise forms.ValidationError(reasons)
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("telephone") and not (data.get("name") or data.get("email")):
            self.add_error("name", "Enter the name of the person who takes over")
        return data

    def successor(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("name", "email", "telephone")}
