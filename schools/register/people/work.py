"""Unfinished work of a person who leaves: each noun above registers what it hands over."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from schoolimprove.accounts.models import User
from schoolimprove.records.actor import Actor
from schoolimprove.ui.registry import Registry
from schools.register.models.school import School


class HandOverWork(Protocol):
    """Give what `user` was doing everywhere, or `at` some schools, to somebody else; return how many things."""

    def __call__(self, user: User, *, to: User | None, by: Actor, at: Iterable[School] | None = None) -> int: ...


@dataclass(frozen=True)
class Work:
    """`unfinished(user, schools)` lists what a School Improvement Partner has begun there and not finished.

    With `goes_with_appointments` it is handed over with a leaver's appointments, and may go to nobody; else the page
    of the leaver asks who takes it (`schoolimprove.accounts.registry.hand_overs`).
    """

    key: str
    order: int
    hand_over: HandOverWork
    unfinished: Callable[[User, Iterable[School]], Sequence[Any]] = lambda _user, _schools: ()
    goes_with_appointments: bool = False


works: Registry[Work] = Registry()
