"""Dataclasses to JSON and back: what a policy value or the content of an edition may hold.

A field is text, a whole number, yes or no, a decimal (kept as text), a date (kept as 2026-09-01), a word of a
`StrEnum`, one of these or nothing, a dataclass, a tuple of any of them, or a table from text to any of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, is_dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints


class PolicyError(ValueError):
    """A value does not fit its type; the message says why in a sentence."""


def load(kind: Any, value: Any, path: Sequence[str] = ()) -> Any:
    """Return what stored JSON means as `kind`. `PolicyError` names the place that does not fit: "bands: 2: days"."""
    origin, arguments = get_origin(kind) or kind, get_args(kind)
    if origin in (Union, UnionType):
        [inner] = [each for each in arguments if each is not NoneType]
        return None if value is None else load(inner, value, path)
    if is_dataclass(origin):
        return _load_dataclass(origin, value, path)
    if origin is tuple and isinstance(value, list):
        return tuple(load(arguments[0], item, [*path, str(number)]) for number, item in enumerate(value, 1))
    if origin is dict and isinstance(value, dict):
        return {name: load(arguments[1], item, [*path, name]) for name, item in value.items()}
    if origin in (int, str, bool) and type(value) is origin:
        return value
    if isinstance(value, str) and (read := _READERS.get(StrEnum if _is_words(origin) else origin)):
        try:
            return read(origin, value)
        except (ValueError, InvalidOperation):
            pass
    raise PolicyError(f"The value of {': '.join(path)} is the wrong type.")


def dump(value: Any) -> Any:
    """Return JSON for what `load` reads back as the same."""
    if is_dataclass(value) and not isinstance(value, type):
        return dump(asdict(value))
    if isinstance(value, Mapping):
        return {name: dump(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [dump(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, (Decimal, StrEnum)) else value


def in_order(kind: Any, value: Any) -> Any:
    """Return stored JSON with the fields of each dataclass in their order; what is missing stays missing."""
    origin, arguments = get_origin(kind) or kind, get_args(kind)
    if is_dataclass(origin) and isinstance(value, Mapping):
        hints = get_type_hints(origin)
        return {
            each.name: in_order(hints[each.name], value[each.name]) for each in fields(origin) if each.name in value
        }
    return [in_order(arguments[0], each) for each in value] if origin is tuple and isinstance(value, list) else value


def in_line(entry: Any, between: str = "; ") -> str:
    """Return an entry of a list on one line, with `between` the fields of a dataclass."""
    if not isinstance(entry, Mapping):
        return str(entry)
    words = {True: "yes", False: "no"}
    return between.join(words[each] if isinstance(each, bool) else str(each) for each in entry.values())


def _load_dataclass(kind: Any, value: Any, path: Sequence[str]) -> Any:
    if not isinstance(value, dict):
        raise PolicyError(f"Enter {': '.join(path) or 'the value'} as a set of named fields.")
    hints = get_type_hints(kind)
    names = [each.name for each in fields(kind)]
    if set(value) != set(names):
        place = f" for {': '.join(path)}" if path else ""
        raise PolicyError(f"Enter these fields{place}: {', '.join(sorted(names))}.")
    return kind(**{name: load(hints[name], value[name], [*path, name]) for name in names})


def _is_words(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, StrEnum)


def _decimal(_kind: Any, text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite():
        raise InvalidOperation
    return number


_READERS: Mapping[Any, Any] = {
    Decimal: _decimal,
    date: lambda _kind, text: date.fromisoformat(text),
    StrEnum: lambda kind, text: kind(text),
}
