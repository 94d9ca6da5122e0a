"""Questions this app asks of the apps above it, which register their answers when they are ready.

Appointments, visits and cases live above accounts; a person's page still shows them, and deactivating somebody still
hands them over.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from schoolimprove.records.actor import Actor
from schoolimprove.ui.components import Link
from schoolimprove.ui.registry import Registry

from .models import User


class HandOver(Protocol):
    """Something a person holds that must go to somebody, or end, when the person leaves.

    `key` names it in forms, `label` on the page ("Appointments"). `end_label` is the choice that hands it to nobody
    ("End them all today"); empty when somebody must take over.
    """

    @property
    def key(self) -> str: ...

    @property
    def order(self) -> int: ...

    @property
    def label(self) -> str: ...

    @property
    def end_label(self) -> str: ...

    def held_by(self, user: User, *, on: date) -> Sequence[str]:
        """What there is to hand over, a line each; nothing when this hook has no question to ask."""

    def candidates(self, user: User, *, on: date) -> Sequence[tuple[str, str]]:
        """Who may take it, as (value, label)."""

    def hand_over(self, user: User, *, to: str, by: Actor, on: date, reason: str) -> None:
        """Do it, inside the transaction that deactivates; `to` is a candidate's value, or empty to end."""


@dataclass(frozen=True)
class Panel:
    """A section of a person's page. A row's `url` may be empty; `actions` stand beneath the rows."""

    title: str
    rows: Sequence[Link] = ()
    empty: str = ""
    actions: Sequence[Link] = ()


@dataclass(frozen=True)
class PersonPanel:
    """`panel(viewer, person, on)` is a section of the person's page."""

    key: str
    order: int
    panel: Callable[[User, User, date], Panel]


@dataclass(frozen=True)
class PersonFacts:
    """`facts(user_ids, on)` says a few words of each person in the list of people, in constant queries."""

    key: str
    order: int
    facts: Callable[[Sequence[int], date], Mapping[int, Sequence[str]]]


@dataclass(frozen=True)
class IdentityFollower:
    """`follow(user, by)` runs inside the transaction that changed a user's name or address."""

    key: str
    order: int
    follow: Callable[[User, Actor], None]


@dataclass(frozen=True)
class AccessFollower:
    """`follow(user, by)` ends what a higher app gave out for a user, such as the address of a calendar.

    It runs inside the transaction that deactivates the user, sets their password, ends their other sessions or removes
    their authenticator app.
    """

    key: str
    order: int
    follow: Callable[[User, Actor], None]


@dataclass(frozen=True)
class AccountLink:
    """A page of a higher app about oneself, which one's own account leads to; `hint` says what it is for."""

    key: str
    order: int
    label: str
    hint: str
    url_name: str


hand_overs: Registry[HandOver] = Registry()
person_panels: Registry[PersonPanel] = Registry()
person_facts: Registry[PersonFacts] = Registry()
identity_followers: Registry[IdentityFollower] = Registry()
access_followers: Registry[AccessFollower] = Registry()
account_links: Registry[AccountLink] = Registry()


def facts_about(user_ids: Sequence[int], *, on: date) -> dict[int, list[str]]:
    """What the higher apps say of these people."""
    said: dict[int, list[str]] = {user_id: [] for user_id in user_ids}
    for entry in person_facts:
        for user_id, words in entry.facts(user_ids, on).items():
            said[user_id].extend(words)
    return said


def tell_followers(user: User, *, by: Actor) -> None:
    for entry in identity_followers:
        entry.follow(user, by)
