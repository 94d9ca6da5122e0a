"""Typed policy keys: what may vary, in what unit, from which paragraph, with which shipped value."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any, Generic, TypeVar, get_type_hints

T = TypeVar("T")
SINCE_ALWAYS = date(1900, 1, 1)


class PolicyError(ValueError):
    """A value does not fit its key; the message says why in a sentence."""


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
        """A stored value in the order of the fields of the dataclass; a database may keep another."""
        return {each.name: value[each.name] for each in fields(self.kind) if each.name in value}  # type: ignore[arg-type]

    def label_of(self, name: str) -> str:
        """The label of a field of the dataclass."""
        return self.labels.get(name) or name.replace("_", " ").capitalize()

    def load(self, value: Any) -> T:
        """The dataclass from stored JSON; `PolicyError` when a field is missing, unknown or of the wrong type."""
        if not isinstance(value, dict):
            raise PolicyError("Enter the value as a set of named fields.")
        hints = get_type_hints(self.kind)
        names = {each.name for each in fields(self.kind)}  # type: ignore[arg-type]
        if set(value) != names:
            raise PolicyError(f"Enter these fields: {', '.join(sorted(names))}.")
        loaded = self.kind(**{name: _fit(name, value[name], hints[name]) for name in names})
        reasons = list(self.validator(loaded))
        if reasons:
            raise PolicyError(" ".join(reasons))
        return loaded

    def dump(self, value: T) -> dict[str, Any]:
        """JSON for storing."""
        return {name: list(item) if isinstance(item, tuple) else item for name, item in asdict(value).items()}  # type: ignore[call-overload]


def _fit(name: str, value: Any, hint: Any) -> Any:
    """Whole numbers, text, truth and lists of text; a dict of text for tables."""
    origin = getattr(hint, "__origin__", hint)
    if origin is tuple:
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
    elif origin is dict:
        if isinstance(value, dict) and all(isinstance(item, str) for item in value.values()):
            return value
    elif isinstance(value, origin) and (origin is bool or not isinstance(value, bool)):
        return value
    raise PolicyError(f"The value of {name} is the wrong type.")


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


def entry_name(key: PolicyKey[Any], entry: str) -> str:
    """An entry of a list or table as people read it."""
    return _entry_names[key.name](entry) if key.name in _entry_names else entry
