"""Typed policy keys: what may vary, in what unit, from which paragraph, with which shipped value."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, TypeVar

from . import nested
from .nested import PolicyError as PolicyError

T = TypeVar("T")
SINCE_ALWAYS = date(1900, 1, 1)


@dataclass(frozen=True)
class PolicyKey(Generic[T]):
    """A key, its dataclass and its shipped rows (first day in force → value).

    `validator` returns the reasons a value is refused. `unit` and `source` are shown to the administrator, with what
    the key `does` in a sentence and `labels` for the fields of its dataclass.
    """

    name: str
    label: str
    kind: type[T]
    unit: str
    source: str
    shipped: dict[date, T]
    validator: Callable[[T], Iterable[str]] = lambda _value: ()
    does: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)

    def in_order(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """A stored value in the order of the fields of its dataclasses; a database may keep another."""
        ordered: dict[str, Any] = nested.in_order(self.kind, value)
        return ordered

    def label_of(self, name: str) -> str:
        """The label of a field of the dataclass."""
        return self.labels.get(name) or name.replace("_", " ").capitalize()

    def load(self, value: Any) -> T:
        """The dataclass from stored JSON; `PolicyError` when a field is missing, unknown or of the wrong type."""
        loaded: T = nested.load(self.kind, value)
        reasons = list(self.validator(loaded))
        if reasons:
            raise PolicyError(" ".join(reasons))
        return loaded

    def dump(self, value: T) -> dict[str, Any]:
        """JSON for storing."""
        dumped: dict[str, Any] = nested.dump(value)
        return dumped


_keys: dict[str, PolicyKey[Any]] = {}
_entry_names: dict[str, Callable[[str], str]] = {}


def declare(key: PolicyKey[T]) -> PolicyKey[T]:
    """Register a key; called where `<app>/policy.py` is imported."""
    if key.name in _keys:
        raise RuntimeError(f"Policy key {key.name} is declared twice.")
    _keys[key.name] = key
    return key


def all_keys() -> list[PolicyKey[Any]]:
    return sorted(_keys.values(), key=lambda key: key.name)


def key_named(name: str) -> PolicyKey[Any]:
    """`KeyError` for a name nobody declared."""
    return _keys[name]


def name_entries(key: PolicyKey[Any], name_of: Callable[[str], str]) -> None:
    """Show the entries of a list or table, which are codes, by their names; called where these are known."""
    _entry_names[key.name] = name_of


def has_codes(key: PolicyKey[Any]) -> bool:
    """Return whether the entries of a list or table are codes, which have names."""
    return key.name in _entry_names


def entry_name(key: PolicyKey[Any], entry: str) -> str:
    """An entry of a list or table as people read it."""
    return _entry_names[key.name](entry) if has_codes(key) else entry
