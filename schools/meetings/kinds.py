"""The kinds of items that meetings decide, which the apps that act on the decisions register.

An app registers an `ItemKind` in `AppConfig.ready()` and puts its items on agendas with `meetings.actions.add_items`.
The meeting asks the kind for a form and for the evidence, keeps what is decided as JSON, and calls `apply` for all
items of the kind at once, in the transaction that confirms the meeting.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from schoolimprove.records.actor import Actor
from schoolimprove.ui.registry import Registry


@dataclass(frozen=True)
class Outcome:
    """What was decided: the kind's own values, for `apply`, and a sentence for the agenda and the minutes."""

    summary: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ItemKind:
    """A kind of item. The functions read a `MeetingItem` with its `meeting` and `school`.

    `form` returns the class of the form, a `schoolimprove.ui.forms.Form`, and `initial` what it starts with where
    nothing is decided yet. `outcome` makes of its cleaned data what is kept. `wrong_with` says in sentences why that
    cannot be decided. `apply` acts on the decided items (not those deferred) and may raise `Blocked`, which undoes the
    whole confirmation.
    """

    key: str
    order: int
    label: str
    form: Callable[[Any, Any], type[Any]]
    """`form(item, user)`"""
    outcome: Callable[[Any, Mapping[str, Any]], Outcome]
    """`outcome(item, answers)`"""
    apply: Callable[[Sequence[Any], Actor, date], None] = lambda items, by, on: None
    initial: Callable[[Any], Mapping[str, Any]] = lambda item: {}
    wrong_with: Callable[[Any, Outcome], Sequence[str]] = lambda item, outcome: ()
    evidence: Callable[[Any, Any], tuple[str, Mapping[str, Any]]] = lambda item, user: ("", {})
    """`evidence(item, user)`: the template that draws the evidence (empty for none), and its context."""
    recommenders: Callable[[Sequence[Any]], Mapping[int, Collection[int]]] = lambda items: {}
    """Key of an item → keys of the users who recommended what it decides, for many items at once."""
    blockers: Callable[[Sequence[Any]], Mapping[int, str]] = lambda items: {}
    """Key of a decided item → why it cannot be confirmed any more, as a sentence, where that is so."""
    together: Callable[[Sequence[Any]], Mapping[int, Mapping[str, Any]]] = lambda items: {}
    """Key of an item → the answers with which it may be confirmed together with others, once it was read out."""


@dataclass(frozen=True)
class ItemsFollower:
    """`follow(items, by, on)` runs in the same transaction as what it follows."""

    key: str
    order: int
    follow: Callable[[Sequence[Any], Actor, date], None]


item_kinds: Registry[ItemKind] = Registry()
meeting_confirmed: Registry[ItemsFollower] = Registry()
"""Followers of all items of a meeting that was confirmed."""
items_dropped: Registry[ItemsFollower] = Registry()
"""Followers of items that their meeting does not decide: one that was withdrawn, or all of a cancelled meeting."""
