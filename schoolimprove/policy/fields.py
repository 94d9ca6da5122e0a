"""A form field for each type that a policy value or the content of an edition may hold (`policy.nested`)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import is_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, get_args, get_origin, get_type_hints

from django import forms
from django.core.exceptions import ValidationError

from schoolimprove.lib.text import visible
from schoolimprove.policy.content import without_none
from schoolimprove.policy.nested import in_line
from schoolimprove.ui.fields import DateField, DecimalField, NumberField, SelectField, TextArea, TextField

LONGEST_LIST = 20_000
"""Characters of a list that is typed into one box."""


class LinesField(TextArea):
    """A list of texts, one on each line. `show` is an entry as a line, `read` the entry that a line means."""

    def __init__(
        self, *, show: Callable[[str], str] = str, read: Callable[[str], str] = str, rows: int = 6, **kwargs: Any
    ) -> None:
        self.show, self.read_entry = show, read
        super().__init__(max_length=LONGEST_LIST, rows=rows, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else "\n".join(self.lines(value or []))

    def to_python(self, value: Any) -> Any:
        return str(super().to_python(value) or "")

    def clean(self, value: Any) -> Any:
        rows = (" ".join(visible(line).split()) for line in str(super().clean(value)).splitlines())
        return self.read([row for row in rows if row])

    def lines(self, value: Any) -> Sequence[str]:
        return [self.show(each) for each in value]

    def read(self, rows: Sequence[str]) -> Any:
        return [self.read_entry(row) for row in rows]


class PairsField(LinesField):
    """A table of two columns, a row on each line with a colon between the two sides.

    `show_side` and `read_side` do for the right side what `show` and `read` do for the left.
    """

    def __init__(
        self, *, show_side: Callable[[Any], str] = str, read_side: Callable[[str], Any] = str, **kwargs: Any
    ) -> None:
        self.show_side, self.read_side = show_side, read_side
        super().__init__(**kwargs)

    def lines(self, value: Mapping[str, Any]) -> Sequence[str]:
        return [f"{self.show(name)}: {self.show_side(side)}" for name, side in sorted(dict(value).items())]

    def read(self, rows: Sequence[str]) -> dict[str, Any]:
        pairs: dict[str, Any] = {}
        for row in rows:
            left, colon, right = (part.strip() for part in row.rpartition(":"))
            code = self.read_entry(left)
            if not (code and colon and right):
                raise ValidationError(f"Enter both sides with a colon between them: {row}")
            if code in pairs:
                raise ValidationError(f"{code} is in the list twice. Remove one of the two lines.")
            pairs[code] = self.read_side(right)
        return pairs


class EntriesField(LinesField):
    """A list of dataclasses, one on each line, with its fields between semicolons."""

    def __init__(self, *, row: type, **kwargs: Any) -> None:
        self.hints = get_type_hints(row)
        super().__init__(**kwargs)

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
        return {name: _typed(hint, part) for (name, hint), part in typed}


def value_field(hint: Any, *, long: bool = False, choices: Mapping[str, str] | None = None, **kwargs: Any) -> Any:
    """Return the field of one value. `long` text has many lines; `choices` are the labels of a `StrEnum`."""
    kind, optional = without_none(hint)
    kwargs = {**kwargs, "required": kwargs.get("required", True) and not optional}
    if get_origin(kind) is tuple and is_dataclass(get_args(kind)[0]):
        return EntriesField(row=get_args(kind)[0], **kwargs)
    if get_origin(kind) is tuple:
        return LinesField(**kwargs)
    if get_origin(kind) is dict:
        if get_origin(get_args(kind)[1]) is tuple:
            kwargs |= {"show_side": ", ".join, "read_side": _separated}
        return PairsField(**kwargs)
    if kind is bool:
        kwargs.pop("named", None)
        return forms.BooleanField(**{**kwargs, "required": False})
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        labels = choices or {}
        return SelectField(choices=[(each.value, labels.get(each.value, each.value)) for each in kind], **kwargs)
    simple: dict[Any, Any] = {int: NumberField, Decimal: DecimalField, date: DateField}
    return simple.get(kind, TextArea if long else TextField)(**{"rows": 3} if long else {}, **kwargs)


def _typed(hint: Any, text: str) -> Any:
    """Return what was typed for a field; text that does not fit, for the policy to refuse."""
    if hint is bool:
        return {"yes": True, "no": False}.get(text.lower(), text)
    return int(text) if hint is int and text.isdecimal() else text


def _separated(side: str) -> list[str]:
    return [each.strip() for each in side.split(",") if each.strip()]
