"""Check who may make a move of a state table, and make it.

A move names its permission. A noun may bar a user who has it: its model has `barred(user, move)`, which returns why
as a sentence (their own work, an interest, approver and issuer the same person), or nothing. It may also give the right
to a user without an appointment, such as the chair of a meeting: its model has `entitles(user, move)`.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import PermissionDenied

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import acting, user_can
from schoolimprove.lib.states import Move
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import Conflict, transition


class Barred(PermissionDenied):
    """Refusal of a move to a user who has its permission; the message says why."""


def why_barred(subject: Any, user: Any, move: Move) -> str:
    """Return why this person may not make the move, as a sentence; empty where they may."""
    barred: Callable[[Any, Move], str | None] | None = getattr(subject, "barred", None)
    return (barred(user, move) or "") if barred else ""


def covered(subject: Any) -> Any:
    """Return what an appointment must cover for a move; None for a thing of the whole service, such as an edition.

    That is the thing itself, or its `rights_over`: the group of a meeting.
    """
    return None if getattr(subject, "SERVICE_WIDE", False) else getattr(subject, "rights_over", subject)


def is_entitled(user: Any, subject: Any, move: Move) -> bool:
    """Return whether the thing itself gives this person the right, without an appointment."""
    entitles: Callable[[Any, Move], bool] | None = getattr(subject, "entitles", None)
    return entitles is not None and entitles(user, move)


def holds_permission(user: Any, subject: Any, move: Move) -> bool:
    on = covered(subject)
    held = any(user_can(user, permission, on=on) for permission in move.permissions)  # type: ignore[arg-type]
    return held or is_entitled(user, subject, move)


def may_move(user: Any, subject: Any, move: Move) -> bool:
    return holds_permission(user, subject, move) and not why_barred(subject, user, move)


def require_move(user: User, subject: Any, move: Move) -> Actor:
    """Return the actor for a move; raise `PermissionDenied` without its permission, `Barred` where the noun bars."""
    on = covered(subject)
    held = next((each for each in move.permissions if user_can(user, each, on=on)), None)  # type: ignore[arg-type]
    if held is None and not is_entitled(user, subject, move):
        raise PermissionDenied(move.verb)
    if reason := why_barred(subject, user, move):
        raise Barred(reason)
    return Actor(user) if held is None else acting(user, held, on=on)  # type: ignore[arg-type]


def make_move(
    subject: Any,
    verb: str,
    *,
    by: User,
    seen_version: int,
    reason: str = "",
    blockers: Iterable[str] = (),
    **fields: Any,
) -> Actor:
    """Make the move of that name and return who made it. Raise as `require_move` and `transition` do.

    Who is barred is asked about the thing as the user saw it: a newer one is a conflict before it is anything else.
    """
    if seen_version != subject.version:
        raise Conflict(subject)
    actor = require_move(by, subject, type(subject).STATES.move(verb))
    transition(subject, verb, by=actor, reason=reason, seen_version=seen_version, blockers=blockers, **fields)
    return actor
