"""A form for a policy value: a field for each field of its dataclass, so that no one types JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass
from types import new_class
from typing import Any, get_args, get_origin, get_type_hints

from django import forms
from django.core.exceptions import ValidationError

from schoolimprove.lib.text import visible
from schoolimprove.records.admin import KeptForm

from .actions import wrong_with_proposal
from .keys import PolicyKey, entry_name, has_codes
from .models import PolicyRow
from .nested import in_line

PREFIX = "value_"
"""Before the name of a field of the dataclass, so that none is taken for a field of the row."""


class LinesField(forms.CharField):
    """A list of texts, one on each line. A code is followed by its name, which is only read."""

    widget = forms.Textarea(attrs={"cols": 60})

    def __init__(self, key: PolicyKey[Any], **kwargs: Any) -> None:
        self.key = key
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else "\n".join(self.lines(value or []))

    def to_python(self, value: Any) -> Any:
        rows = (" ".join(visible(line).split()) for line in str(super().to_python(value) or "").splitlines())
        return self.read([row for row in rows if row])

    def lines(self, value: Any) -> Sequence[str]:
        return [entry_name(self.key, each) for each in value]

    def read(self, rows: Sequence[str]) -> Any:
        return [self.code(row) for row in rows]

    def code(self, row: str) -> str:
        return row.split()[0] if row and has_codes(self.key) else row


class PairsField(LinesField):
    """A table of two columns, a row on each line with a colon between the two sides."""

    def lines(self, value: Mapping[str, str]) -> Sequence[str]:
        return [f"{entry_name(self.key, name)}: {side.replace('_', ' ')}" for name, side in dict(value).items()]

    def read(self, rows: Sequence[str]) -> dict[str, str]:
        pairs: dict[str, str] = {}
        for row in rows:
            left, colon, right = (part.strip() for part in row.rpartition(":"))
            code = self.code(left)
            if not (code and colon and right):
                raise ValidationError(f"Enter both sides with a colon between them: {row}")
            if code in pairs:
                raise ValidationError(f"{code} is in the list twice. Remove one of the two lines.")
            pairs[code] = right.lower().replace(" ", "_")
        return pairs


class EntriesField(LinesField):
    """A list of dataclasses, one on each line, with its fields between semicolons."""

    def __init__(self, key: PolicyKey[Any], *, row: type, **kwargs: Any) -> None:
        self.hints = get_type_hints(row)
        super().__init__(key, **kwargs)

    def lines(self, value: Any) -> Sequence[str]:
        return [in_line(each) for each in value]

    def read(self, rows: Sequence[str]) -> list[dict[str, Any]]:
        return [self.entry(row) for row in rows]

    def entry(self, row: str) -> dict[str, Any]:
        parts = [part.strip() for part in row.split(";")]
        if len(parts) != len(self.hints):
            named = ", ".join(name.replace("_", " ") for name in self.hints)
            raise ValidationError(f"Enter {named}, with semicolons between them: {row}")
        typed = zip(self.hints.items(), parts, strict=True)
        return {name: int(part) if hint is int and part.isdecimal() else part for (name, hint), part in typed}


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
            value = {name.removeprefix(PREFIX): data[name] for name in names}
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
    label = key.label_of(name)
    kind, [row, *_] = get_origin(hint) or hint, get_args(hint) or [None]
    if kind is tuple and is_dataclass(row):
        named = "; ".join(each.replace("_", " ") for each in get_type_hints(row))
        return EntriesField(key, row=row, label=label, help_text=f"Put each on a line of its own, like this: {named}")  # type: ignore[arg-type]
    if kind is tuple:
        return LinesField(key, label=label, help_text=f"Put each on a line of its own. {_codes(key)}".strip())
    if kind is dict:
        return PairsField(
            key, label=label, help_text=f"Put each on a line of its own, with a colon. {_codes(key)}".strip()
        )
    if kind is bool:
        return forms.BooleanField(label=label, required=False)
    if kind is int:
        return forms.IntegerField(label=label)
    return forms.CharField(label=label)


def _codes(key: PolicyKey[Any]) -> str:
    return "Begin with the code. You can leave out the name after it." if has_codes(key) else ""
