"""Coming in: address and password, codes, and the forms behind links from emails."""

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from schoolimprove.accounts.models import User
from schoolimprove.ui.forms import EmailField, Form, PasswordField, TextField


class SignInForm(Form):
    submit_label = "Sign in"
    email = EmailField(label="Email address", autocomplete="username")
    password = PasswordField(label="Password")


class CodeForm(Form):
    """The six digits of an authenticator app; spaces, as apps show them, are taken out."""

    submit_label = "Continue"
    code = TextField(
        label="Security code",
        help_text="The 6 digits in your authenticator app.",
        width=10,
        autocomplete="one-time-code",
        named="the security code",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "spellcheck": "false"}

    def clean_code(self) -> str:
        return "".join(self.cleaned_data["code"].split())


class RecoveryCodeForm(Form):
    submit_label = "Continue"
    code = TextField(
        label="Recovery code",
        help_text="Use one of the codes you printed or wrote down.",
        width=20,
        autocomplete="off",
        named="a recovery code",
    )


class ForgottenForm(Form):
    submit_label = "Send the link"
    email = EmailField(label="Email address", autocomplete="username")


class NewPasswordForm(Form):
    """A password typed twice and held against the validators; `user` is whose it will be."""

    submit_label = "Save password"
    password = PasswordField(
        label="New password",
        autocomplete="new-password",
        help_text="At least 12 characters. Do not use only a name, a common or work-related word, or numbers.",
        named="a new password",
    )
    again = PasswordField(label="New password again", autocomplete="new-password", named="the new password again")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        password, again = cleaned.get("password"), cleaned.get("again")
        if password and again and password != again:
            self.add_error("again", "The passwords must match")
        elif password:
            self._hold_against_validators(password)
        return cleaned

    def _hold_against_validators(self, password: str) -> None:
        try:
            validate_password(password, self.user)
        except ValidationError as error:
            self.add_error("password", error)


class ConfirmForm(Form):
    """Nothing to fill in: a button."""

    submit_label = "Confirm"
