"""Verbs of policy: ship, propose, approve, withdraw."""

from datetime import date
from typing import Any

from django.db import transaction

from schoolimprove.lib import clock
from schoolimprove.records.actor import SYSTEM, Actor
from schoolimprove.records.changes import TASKS, changed
from schoolimprove.records.transition import Blocked, Conflict, record_event

from .keys import PolicyError, all_keys, key_named
from .models import PolicyRow
from .values import forget_reading


def sync_policy() -> int:
    """Load the shipped rows that are missing, never over an edit; the number added."""
    added = 0
    with transaction.atomic():
        for key in all_keys():
            held = set(PolicyRow.objects.standing().filter(key=key.name).values_list("effective_from", flat=True))
            for start, value in key.shipped.items():
                if start not in held:
                    _ship(key.name, start, key.dump(value), key.source)
                    added += 1
    forget_reading()
    return added


def _ship(key: str, start: date, value: dict[str, Any], source: str) -> None:
    row = PolicyRow.objects.create(
        key=key, effective_from=start, value=value, reason=f"Shipped: {source}", shipped=True, approved_at=clock.now()
    )
    record_event(row, "shipped", by=SYSTEM, reason=row.reason)


def wrong_with_proposal(*, key: str, effective_from: date | None, value: Any) -> dict[str, str]:
    """Why a value may not be proposed, as a sentence for the field it is about; empty when it may."""
    try:
        key_named(key).load(value)
    except PolicyError as error:
        return {"value": str(error)}
    standing = PolicyRow.objects.standing().filter(key=key)
    if effective_from and standing.filter(effective_from=effective_from).exists():
        return {"effective_from": "There is already a value that starts on that day."}
    return {}


def propose(*, key: str, effective_from: date, value: dict[str, Any], reason: str, by: Actor) -> PolicyRow:
    """A proposal that waits for a second person. `Blocked` when the value does not fit its key, or its day is taken."""
    if wrong := wrong_with_proposal(key=key, effective_from=effective_from, value=value):
        raise Blocked(list(wrong.values()))
    with transaction.atomic():
        row = PolicyRow.objects.create(
            key=key,
            effective_from=effective_from,
            value=value,
            reason=reason,
            proposed_by=by.user,
            created_by=by.user,
        )
        record_event(row, "proposed", by=by, reason=reason, changes={"value": [None, value]})
        changed(TASKS)
    return row


def approve(row: PolicyRow, *, by: Actor) -> None:
    """Put a proposal in force. `Blocked` for one's own; `Conflict` when it was decided meanwhile."""
    if row.proposed_by_id == by.user_id:
        raise Blocked(["Another person must approve a change that you proposed."])
    with transaction.atomic():
        _decide(row, "approved", by, approved_at=clock.now(), approved_by=by.user)
        changed(row.key, TASKS)


def withdraw(row: PolicyRow, *, by: Actor, reason: str) -> None:
    """Take a proposal back before it is approved; its row stays."""
    with transaction.atomic():
        _decide(row, "withdrawn", by, reason, withdrawn_at=clock.now(), withdrawn_by=by.user)
        changed(TASKS)


def _decide(row: PolicyRow, verb: str, by: Actor, reason: str = "", **fields: Any) -> None:
    with transaction.atomic():
        decided = PolicyRow.objects.awaiting_approval().filter(pk=row.pk).update(**fields)
        row.refresh_from_db()
        if not decided:
            raise Conflict(row)
        record_event(row, verb, by=by, reason=reason)
    forget_reading()
