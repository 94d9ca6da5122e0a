"""What the components show: plain values that views build and templates draw. No queries, no rules."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Fact:
    """A line of a summary list. `hidden` names the field for those who only hear "Change"; it defaults to the label.

    `source` is where a fact from outside comes from, with its date: "GIAS, 3 May 2021".
    """

    label: str
    value: Any = None
    change_url: str = ""
    change_label: str = "Change"
    hidden: str = ""
    empty: str = "Not recorded"
    source: str = ""


@dataclass(frozen=True)
class Column:
    """A column of a table. With `sort` (the value of `?sort=`) its heading is a link."""

    label: str
    sort: str = ""
    numeric: bool = False


@dataclass(frozen=True)
class Table:
    """Rows of cells under a caption. A cell is text, a date, a number, a `Link`, a `Status` or safe markup.

    `ordering` is the current value of `?sort=`, with a leading minus when descending. `wide` tables of figures
    scroll inside a region on a phone, and say so; the others stack into cards. `broad` ones are wider than any window:
    their first column stays where it is while the others scroll.
    """

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    ordering: str = ""
    empty: str = "There is nothing to show yet."
    wide: bool = False
    caption_hidden: bool = False
    broad: bool = False


@dataclass(frozen=True)
class Link:
    """A cell that is a link, with a line of lesser text beneath it, and a status tag where its state is unusual."""

    label: str
    url: str
    note: str = ""
    status: "Status | None" = None


@dataclass(frozen=True)
class Status:
    """A cell that is a status tag: the code decides the colour, the label is what is read."""

    code: str
    label: str


@dataclass(frozen=True)
class Event:
    """A moment of a timeline: who, what, when, why, and where if not here. `when` is a date or a moment."""

    what: str
    when: date
    who: str = ""
    why: str = ""
    url: str = ""
    changes: Sequence[tuple[str, Any, Any]] = ()
    where: str = ""


@dataclass(frozen=True)
class Tab:
    """A view of the same thing, on a page of its own; a `current` one may be `beneath`, on a page under that."""

    label: str
    url: str
    current: bool = False
    count: int | None = None
    beneath: bool = False


@dataclass(frozen=True)
class Task:
    """A line of a task list; without `url` it cannot be started yet, and `hint` says why."""

    label: str
    status: Status
    url: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Figure:
    """A key figure with what it counts, and where it comes from."""

    label: str
    value: Any
    url: str = ""
    source: str = ""


@dataclass(frozen=True)
class Crumb:
    """A step of the breadcrumbs; the last, without `url`, is this page."""

    label: str
    url: str = ""


@dataclass(frozen=True)
class Export:
    """A file that holds what a list shows, with the list's own filters."""

    label: str
    url: str


@dataclass(frozen=True)
class Empty:
    """What stands where nothing is: a sentence, and what to do next."""

    title: str
    text: str = ""
    action: Link | None = field(default=None)
