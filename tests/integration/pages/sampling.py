"""What a sample of a list or of a form on the toolkit is, and which of them the product has."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from schoolimprove.accounts.models import User
from schoolimprove.pages.lists import ListPage
from schoolimprove.pages.verbs import VerbPage

NEXT_WEEK = date(2026, 11, 10)


@dataclass(frozen=True)
class ListSample:
    """`reader` sees what `make(n)` makes, with `text` (a formula) in it; `outsider` may not open the list."""

    reader: User
    outsider: User
    make: Callable[[int, str], object]
    filtered: str


@dataclass(frozen=True)
class VerbSample:
    """A form at `path` that `user` may send with `typed`, and `outsider`, in whose scope it is, may not.

    `finish` lets a colleague change the thing first, None where the form makes something new; the form is open no more
    if it `closes`. `kept` is what the form shows again of what was typed. `counted` says how many new things there are,
    `checks` that answers are checked before they are sent. `refused` is what the outsider gets: 404 where everyone who
    finds the thing may send the form.
    """

    path: str
    user: User
    outsider: User
    typed: Mapping[str, Any]
    kept: str
    finish: Callable[[], object] | None = None
    counted: Callable[[], int] = field(default=lambda: 0)
    checks: bool = False
    closes: bool = True
    refused: int = 403


def pages() -> dict[str, Any]:
    """Return the view class of every route that has one."""
    return {name: view for name, view in _views(get_resolver().url_patterns) if isinstance(view, type)}


def _views(patterns: list[URLPattern | URLResolver], namespace: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", getattr(pattern.callback, "view_class", None)
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _views(pattern.url_patterns, inner)


def lists() -> set[str]:
    return {name for name, view in pages().items() if issubclass(view, ListPage)}


def verbs() -> set[str]:
    return {name for name, view in pages().items() if issubclass(view, VerbPage)}


def day(name: str, on: date) -> dict[str, str]:
    return {f"{name}_0": str(on.day), f"{name}_1": str(on.month), f"{name}_2": str(on.year)}


def again(thing: Any) -> Any:
    return type(thing).objects.get(pk=thing.pk)
