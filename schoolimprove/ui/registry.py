"""Registries: how a lower page shows what a higher app knows, without importing it.

Each app fills them in `AppConfig.ready()`. An entry answers for a whole list at once, never one object at a time.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, Protocol, TypeVar


class Named(Protocol):
    @property
    def key(self) -> str: ...

    @property
    def order(self) -> int: ...


N = TypeVar("N", bound=Named)


class Registry(Generic[N]):
    """Entries by key, read in their order. Registering a key twice is a mistake."""

    def __init__(self) -> None:
        self._entries: dict[str, N] = {}

    def register(self, entry: N) -> None:
        if entry.key in self._entries:
            raise RuntimeError(f"{entry.key} is registered twice.")
        self._entries[entry.key] = entry

    def __getitem__(self, key: str) -> N:
        """The entry of that key; `KeyError` where there is none."""
        return self._entries[key]

    def __iter__(self) -> Iterator[N]:
        return iter(sorted(self._entries.values(), key=lambda entry: (entry.order, entry.key)))


@dataclass(frozen=True)
class Ask:
    """One thing asked of a person: what, where to do it, by when (nothing when no rule gives a date)."""

    title: str
    where: str
    url: str
    due_on: date | None = None
    working: dict[str, Any] | None = None
    overdue: bool = False


@dataclass(frozen=True)
class HomePanel:
    """A source of asks for the home page: `asks(user, on)`."""

    key: str
    order: int
    asks: Callable[[Any, date], Sequence[Ask]]


@dataclass(frozen=True)
class NavigationItem:
    """An entry of the service navigation, for those for whom `shown(user)` holds."""

    key: str
    order: int
    label: str
    url_name: str
    shown: Callable[[Any], bool]


home_panels: Registry[HomePanel] = Registry()
navigation: Registry[NavigationItem] = Registry()


def asked_of(user: Any, on: date) -> list[Ask]:
    """Everything asked of a person: overdue first, then soonest due, then what has no date."""
    asks = [ask for panel in home_panels for ask in panel.asks(user, on)]
    return sorted(asks, key=lambda ask: (not ask.overdue, ask.due_on is None, ask.due_on or on, ask.title, ask.where))
