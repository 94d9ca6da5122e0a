"""Who acts, and by what right."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Actor:
    """A user and the appointment that authorises the act; both are empty for the system itself.

    The user is accounts' `User`, which stands above this app and so is not named here.
    """

    user: Any = None
    appointment_id: int | None = None

    @property
    def user_id(self) -> int | None:
        return self.user.pk if self.user else None


SYSTEM = Actor()

_finder: Callable[[Any, str], Actor] | None = None


def register_actor_finder(finder: Callable[[Any, str], Actor]) -> None:
    """Called once by accounts: which appointment gives `user` a Django permission such as `schools.add_person`."""
    global _finder
    _finder = finder


def actor_for(user: Any, permission: str) -> Actor:
    """The actor of an act in the admin."""
    return _finder(user, permission) if _finder else Actor(user)
