"""Entering and changing what has no verb of its own, exactly as the admin does it: checked, versioned, audited."""

from typing import Any, TypeVar

from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schoolimprove.records.history import attribute_history
from schoolimprove.records.models import BaseRecord
from schoolimprove.records.transition import record_event

T = TypeVar("T", bound=BaseRecord)


def added(obj: T, *, by: Actor) -> T:
    obj.created_by = obj.updated_by = by.user
    attribute_history(obj, by=by)
    obj.full_clean()
    obj.save()
    record_event(obj, "added", by=by)
    return obj


def changed(obj: BaseRecord, *, by: Actor, reason: str, **fields: Any) -> None:
    """Set plain fields, with their values before and after in the audit."""
    before = {name: getattr(obj, name) for name in fields}
    for name, value in fields.items():
        setattr(obj, name, value)
    obj.updated_at, obj.updated_by, obj.version = clock.now(), by.user, obj.version + 1
    attribute_history(obj, by=by, reason=reason)
    obj.full_clean()
    obj.save()
    record_event(obj, "changed", by=by, reason=reason, changes={name: [before[name], fields[name]] for name in fields})
