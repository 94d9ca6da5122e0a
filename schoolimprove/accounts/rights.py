"""The one question about rights: `user_can(user, Permission.X, on=obj)`.

Appointments live above this app, in schools, which registers its resolver here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.core.exceptions import PermissionDenied
from django_stubs_ext import StrOrPromise

from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor

from .models import User
from .roles import ROLE_LABELS, ROLE_PERMISSIONS, SCHOOL_ROLES, Permission, Role, needs_second_factor


@dataclass(frozen=True)
class Held:
    """An appointment as this app needs to know it: which row, which role, and its scope as (kind, key).

    `scope_name` may be a promise, kept by reading the database when somebody shows it. `barred` are the keys of the
    schools in which it gives no right, because they are the person's own.
    """

    appointment_id: int
    role: Role
    scope_kind: str
    scope_key: str
    scope_name: StrOrPromise
    barred: frozenset[int] = frozenset()

    def __str__(self) -> str:
        return f"{ROLE_LABELS[self.role]}, {self.scope_name}"


class Resolver(Protocol):
    """What schools answers: who holds what today, and does one appointment cover an object."""

    def held_by(self, user: User) -> Sequence[Held]: ...

    def covers(self, held: Held, obj: Any) -> bool: ...


_resolver: Resolver | None = None
SHOWN_SCOPES = 3
"""Of one role; more are counted."""


def register_resolver(resolver: Resolver) -> None:
    """Called once, from the app that owns appointments."""
    global _resolver
    _resolver = resolver


def appointments_of(user: Any) -> Sequence[Held]:
    """The appointments `user` holds today; kept on the user object, so one query a request."""
    if not getattr(user, "is_authenticated", False) or not user.is_active or _resolver is None:
        return ()
    day = clock.today()
    kept: tuple[Any, Sequence[Held]] | None = user.__dict__.get("_appointments")
    if kept is None or kept[0] != day:
        kept = (day, _resolver.held_by(user))
        user.__dict__["_appointments"] = kept
    return kept[1]


def in_words(appointments: Sequence[Held]) -> list[str]:
    """A line for each role, with what it is held over; where that is more than a few, how many there are."""
    by_role: dict[Role, list[Held]] = {}
    for held in appointments:
        by_role.setdefault(held.role, []).append(held)
    return [f"{ROLE_LABELS[role]}, {_over(group)}" for role, group in by_role.items()]


def _over(group: Sequence[Held]) -> str:
    if len(group) <= SHOWN_SCOPES:
        return "; ".join(str(held.scope_name) for held in group)
    schools = all(held.scope_kind == "school" for held in group)
    return f"{len(group)} {'schools' if schools else 'appointments'}"


def forget_appointments(user: User) -> None:
    """Ask the database again, after an appointment of this user changed."""
    user.__dict__.pop("_appointments", None)


def all_authorising(user: Any, permission: Permission, *, on: Any = None) -> list[Held]:
    """The appointments that carry `permission` and cover `on`.

    Without `on` the question is which appointments carry the permission at all.
    """
    return [
        held
        for held in appointments_of(user)
        if permission in ROLE_PERMISSIONS[held.role] and (on is None or (_resolver and _resolver.covers(held, on)))
    ]


def authorising(user: Any, permission: Permission, *, on: Any = None) -> Held | None:
    """The first appointment that carries `permission` and covers `on`, if there is one."""
    return next(iter(all_authorising(user, permission, on=on)), None)


def user_can(user: Any, permission: Permission, *, on: Any = None) -> bool:
    """True when one current appointment carries the permission *and* covers the object."""
    return authorising(user, permission, on=on) is not None


def acting(user: User, permission: Permission, *, on: Any = None) -> Actor:
    """The actor for a verb; `PermissionDenied` when no single appointment gives the right."""
    held = authorising(user, permission, on=on)
    if held is None:
        raise PermissionDenied(permission.value)
    return Actor(user, held.appointment_id)


def is_officer(user: Any) -> bool:
    """Whether any appointment held today is outside schools."""
    return any(held.role not in SCHOOL_ROLES for held in appointments_of(user))


def must_have_second_factor(user: Any) -> bool:
    """Whether any appointment held today demands a second factor."""
    return user.is_superuser or any(needs_second_factor(held.role) for held in appointments_of(user))
