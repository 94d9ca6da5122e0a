"""Registries: how a lower page shows what a higher app knows, without importing it.

Each app fills them in `AppConfig.ready()`. An entry answers for a whole list at once, never one object at a time.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from .components import Event


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
class TodoItem:
    """A line on a home page: what to do or to know, where to do it, by when (nothing when no rule gives a date).

    Where the same is to be done in many places, `parts` are these, in the order they are to be shown, and `url` is
    empty.
    """

    title: str
    where: str
    url: str
    due_on: date | None = None
    working: dict[str, Any] | None = None
    overdue: bool = False
    parts: Sequence["TodoItem"] = ()


@dataclass(frozen=True)
class DatesPanel:
    """A source of dates to know that ask nothing of the reader: `dates(user, on)`, worded as tasks are."""

    key: str
    order: int
    dates: Callable[[Any, date], Sequence[TodoItem]]


@dataclass(frozen=True)
class NewsPanel:
    """A source of what others did: `news(user, since, most)`, newest first and no more than `most`."""

    key: str
    order: int
    news: Callable[[Any, datetime, int], Sequence[Event]]


@dataclass(frozen=True)
class Notice:
    """A sentence above everything else on the home page, and where it leads, if anywhere."""

    text: str
    link: str = ""
    url: str = ""

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class NoticePanel:
    """A source of notices: `notices(user, on)`."""

    key: str
    order: int
    notices: Callable[[Any, date], Sequence[Notice]]


class Area(StrEnum):
    """An area of the navigation, by its label and in the order of the page.

    A user has the areas in which they have an entry, and an area opens on the first of these.
    """

    HOME = "Home"
    SCHOOLS = "Schools"
    VISITS = "Visits"
    CATEGORIES = "Categories"
    CONCERNS = "Concerns"
    INCLUSION = "Inclusion"
    MONEY = "Money"
    REPORTS = "Reports"
    REMINDERS = "Reminders"
    ADMINISTRATION = "Administration"
    HELP = "Help"

    @property
    def in_header(self) -> bool:
        """Return whether the area stands in the header, and not in the service navigation."""
        return self in (Area.REMINDERS, Area.ADMINISTRATION, Area.HELP)


@dataclass(frozen=True)
class NavigationItem:
    """An entry of an area, for users for whom `shown(user)` is true.

    `waiting(user)` counts what is unread there. Both run on every page, so they read the user and their appointments
    and no more. `keeps` names the parameters of the address that go along to other entries which keep them too.
    """

    key: str
    area: Area
    order: int
    label: str
    url_name: str
    shown: Callable[[Any], bool]
    waiting: Callable[[Any], int] = lambda _user: 0
    keeps: tuple[str, ...] = ()


dates_panels: Registry[DatesPanel] = Registry()
news_panels: Registry[NewsPanel] = Registry()
notice_panels: Registry[NoticePanel] = Registry()
navigation: Registry[NavigationItem] = Registry()


def dates_for(user: Any, on: date) -> list[TodoItem]:
    """The dates a person should know, by urgency."""
    return by_urgency((each for panel in dates_panels for each in panel.dates(user, on)), on)


def by_urgency(tasks: Iterable[TodoItem], on: date) -> list[TodoItem]:
    """Sort: overdue first, then soonest due, then what has no date."""
    return sorted(
        tasks, key=lambda task: (not task.overdue, task.due_on is None, task.due_on or on, task.title, task.where)
    )


def news_for(user: Any, since: datetime, *, most: int) -> list[Event]:
    """What others did since that moment, as far as the person may know of it, newest first."""
    told = [event for panel in news_panels for event in panel.news(user, since, most)]
    return sorted(told, key=lambda event: event.when, reverse=True)[:most]


def notices_for(user: Any, on: date) -> list[Notice]:
    return [notice for panel in notice_panels for notice in panel.notices(user, on)]
