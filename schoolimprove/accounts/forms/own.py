"""A person's own account."""

from typing import Any

from django.contrib.auth import authenticate
from django.http import HttpRequest

from schoolimprove.accounts.models import normalise_email, user_of
from schoolimprove.ui.forms import EmailField, Form, PasswordField, TextField

from .door import NewPasswordForm

NOT_YOURS = "The password you entered is not correct"


class WithPassword(Form):
    """A form that asks for the present password first: a walked-away-from screen is not its owner.

    Wrong passwords count towards the lock-out exactly as at the door.
    """

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_present(self) -> str:
        password: str = self.cleaned_data["present"]
        if authenticate(self.request, email=user_of(self.request).email, password=password) is None:
            self.add_error("present", NOT_YOURS)
        return password


def present_password() -> PasswordField:
    return PasswordField(label="Your password", named="your password")


class NameForm(Form):
    submit_label = "Save"
    name = TextField(label="Full name", max_length=150, autocomplete="name", named="your full name")


class ChangePasswordForm(WithPassword, NewPasswordForm):
    present = PasswordField(label="Current password", named="your current password")
    field_order = ("present", "password", "again")


class AddressForm(WithPassword):
    submit_label = "Send the link"
    email = EmailField(label="New email address", named="the new email address")
    present = present_password()

    def clean_email(self) -> str:
        address = normalise_email(self.cleaned_data["email"])
        if address == user_of(self.request).email:
            self.add_error("email", "This is already your email address")
        return address


class PasswordOnlyForm(WithPassword):
    submit_label = "Continue"
    present = present_password()
