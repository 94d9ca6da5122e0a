"""A form for a policy value: a field for each field of its dataclass, so that no one types JSON."""

from collections.abc import Mapping
from dataclasses import is_dataclass
from types import new_class
from typing import Any, get_args, get_origin, get_type_hints

from django import forms

from schoolimprove.policy.fields import value_field
from schoolimprove.policy.nested import dump
from schoolimprove.records.admin import KeptForm

from .actions import wrong_with_proposal
from .keys import PolicyKey, entry_name, has_codes
from .models import PolicyRow

PREFIX = "value_"
"""Before the name of a field of the dataclass, so that none is taken for a field of the row."""


class ProposalForm(KeptForm):
    """A new value of a policy from a day on, with the reason. `proposal_form` adds the fields of the value."""

    policy_key: PolicyKey[Any]

    class Meta:
        model = PolicyRow
        fields = ["effective_from", "reason"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        names = [name for name in self.fields if name.startswith(PREFIX)]
        if not self.errors:
            value = {name.removeprefix(PREFIX): dump(data[name]) for name in names}
            self.instance.key, self.instance.value = self.policy_key.name, value
            start = data["effective_from"]
            wrong = wrong_with_proposal(key=self.policy_key.name, effective_from=start, value=value)
            for name, sentence in wrong.items():
                # A sentence about the value is about one of its fields only where there is one.
                field = names[0] if len(names) == 1 else None
                self.add_error(field if name == "value" else name, sentence)
        return data


def proposal_form(key: PolicyKey[Any]) -> type[ProposalForm]:
    """Return the form of one key, with the labels of its fields."""
    hints = get_type_hints(key.kind)
    names = key.in_order(dict.fromkeys(hints))
    fields = {f"{PREFIX}{name}": _field(key, name, hints[name]) for name in names}
    return new_class("ProposalForm", (ProposalForm,), exec_body=lambda body: body.update(policy_key=key, **fields))


def initial_of(key: PolicyKey[Any], value: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the fields of a form begin with."""
    return {f"{PREFIX}{name}": entry for name, entry in key.in_order(value).items()}


def _field(key: PolicyKey[Any], name: str, hint: Any) -> forms.Field:
    """Return the field of one part of the value. A code is followed by its name, which is only read."""
    kwargs: dict[str, Any] = {"label": key.label_of(name)}
    if kind := {tuple: "on a line of its own.", dict: "on a line of its own, with a colon."}.get(get_origin(hint)):
        codes = has_codes(key)
        about_codes = " Begin with the code. You can leave out the name after it." if codes else ""
        kwargs["help_text"] = f"Put each {kind}{about_codes}"
        kwargs |= {
            "show": lambda entry: entry_name(key, entry),
            "read": lambda row: row.split()[0] if row and codes else row,
        }
    if get_origin(hint) is tuple and is_dataclass(row := get_args(hint)[0]):
        named = "; ".join(each.replace("_", " ") for each in get_type_hints(row))
        kwargs = {"label": key.label_of(name), "help_text": f"Put each on a line of its own, like this: {named}"}
    if get_origin(hint) is dict:
        kwargs |= {
            "show_side": lambda side: side.replace("_", " "),
            "read_side": lambda side: side.lower().replace(" ", "_"),
        }
    made: forms.Field = value_field(hint, **kwargs)
    return made
