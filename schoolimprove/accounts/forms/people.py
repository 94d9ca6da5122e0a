"""People, as a system administrator invites, finds and deactivates them."""

from collections.abc import Sequence
from typing import Any

from schoolimprove.accounts.actions.person import ALREADY_KNOWN
from schoolimprove.accounts.models import User, normalise_email
from schoolimprove.accounts.registry import HandOver
from schoolimprove.ui.forms import EmailField, Form, RadiosField, TextArea, TextField

END = "end"


class InviteForm(Form):
    submit_label = "Send invitation"
    name = TextField(label="Full name", max_length=150, autocomplete="off", named="the full name")
    email = EmailField(label="Email address", autocomplete="off")
    note = TextArea(
        label="Message",
        help_text="We include it in the invitation email.",
        required=False,
    )

    def clean_email(self) -> str:
        address = normalise_email(self.cleaned_data["email"])
        if User.objects.filter(email=address).exists():
            self.add_error("email", ALREADY_KNOWN)
        return address


class InviteAgainForm(Form):
    submit_label = "Send invitation again"
    note = TextArea(label="Message", required=False)


class ReasonForm(Form):
    reason = TextArea(label="Reason", rows=3, max_length=1000, named="the reason")


class DeactivateForm(ReasonForm):
    """The reason, and for each thing the person holds, who takes it over."""

    submit_label = "Deactivate"
    submit_kind = "warning"

    def __init__(self, *args: Any, hooks: Sequence[tuple[HandOver, Sequence[tuple[str, str]]]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for hook, candidates in hooks:
            choices = [(END, hook.end_label), *candidates] if hook.end_label else list(candidates)
            self.fields[f"to_{hook.key}"] = RadiosField(
                label=f"Who takes over {hook.label.lower()}?",
                choices=choices,
                named=f"who takes over {hook.label.lower()}",
            )

    @property
    def hand_over_to(self) -> dict[str, str]:
        """The choice for each hand-over by its key; empty where it ends."""
        chosen = {name[3:]: value for name, value in self.cleaned_data.items() if name.startswith("to_")}
        return {key: "" if value == END else value for key, value in chosen.items()}
