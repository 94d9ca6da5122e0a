"""The one way a status changes, and the one way a kept record is saved.

Both compare the version the person saw, write in one statement, believe the row count, and leave an audit event
in the same transaction.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F

from schoolimprove.lib import clock, context
from schoolimprove.lib.states import StateTable

from .actor import Actor
from .models import AuditEvent, BaseRecord


class Conflict(Exception):
    """Somebody else changed the thing first. `current` is how it stands now."""

    def __init__(self, current: BaseRecord) -> None:
        super().__init__(f"{current} was changed by somebody else.")
        self.current = current


class Blocked(ValidationError):
    """The verb is refused; `messages` are the reasons, as sentences."""


def transition(
    obj: BaseRecord,
    verb: str,
    *,
    by: Actor,
    reason: str = "",
    seen_version: int,
    blockers: Iterable[str] = (),
    **fields: Any,
) -> None:
    """Move `obj` by `verb` of its state table and set `fields` with it; `obj` is refreshed in place.

    `blockers` are the reasons, as sentences, why the verb cannot be done today. Raises `Blocked` when there are any,
    `Conflict` when the record is no longer as it was seen.
    """
    if "status" in fields:
        raise ValueError("The status a verb leads to is in its state table.")
    table: StateTable = type(obj).STATES  # type: ignore[attr-defined]
    move = table.move(verb)
    reasons = list(blockers)
    if move.reason_required and not reason.strip():
        reasons.append("Enter a reason.")
    if reasons:
        raise Blocked(reasons)
    legal = [status.value for status in move.sources]
    _write(obj, verb, by, reason, seen_version, {"status__in": legal}, {"status": move.target.value, **fields})


def save_changes(obj: BaseRecord, verb: str, *, by: Actor, reason: str = "", seen_version: int, **fields: Any) -> None:
    """Set `fields` on a kept record without moving it; `Conflict` as for `transition`."""
    if "status" in fields:
        raise ValueError("A status is written by transition().")
    _write(obj, verb, by, reason, seen_version, {}, fields)


def _write(
    obj: BaseRecord, verb: str, by: Actor, reason: str, seen: int, legal: Mapping[str, Any], fields: Mapping[str, Any]
) -> None:
    rows = type(obj)._base_manager.filter(pk=obj.pk)
    with transaction.atomic():
        current = rows.select_for_update().get()
        written = rows.filter(version=seen, **legal).update(
            **fields, version=F("version") + 1, updated_at=clock.now(), updated_by=by.user
        )
        if not written:
            raise Conflict(current)
        obj.refresh_from_db()
        record_event(obj, verb, by=by, reason=reason, changes=differences(current, obj, fields))


def differences(before: models.Model, after: models.Model, names: Iterable[str]) -> dict[str, list[Any]]:
    """`{field: [before, after]}` of those of these fields that differ, as the audit keeps it."""
    pairs = {name: [_plain(before, name), _plain(after, name)] for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _plain(obj: models.Model, name: str) -> Any:
    """The stored value: a key for a relation, never an object."""
    field: models.Field[Any, Any] = obj._meta.get_field(name)  # type: ignore[assignment]
    return field.value_from_object(obj)


def record_event(
    subject: models.Model,
    verb: str,
    *,
    by: Actor,
    reason: str = "",
    changes: Mapping[str, list[Any]] | None = None,
    school_id: int | None = None,
) -> AuditEvent:
    """Leave an audit event for an act; call it inside the act's own transaction.

    The school is `school_id`, else the subject's own, else the subject itself when it is a school.
    """
    event = event_of(subject, verb, by=by, reason=reason, changes=changes, school_id=school_id)
    event.save(force_insert=True)
    return event


def record_events(subjects: Iterable[models.Model], verb: str, *, by: Actor, reason: str = "") -> None:
    """The same act on each of several things, in one statement."""
    AuditEvent.objects.bulk_create(event_of(subject, verb, by=by, reason=reason) for subject in subjects)


def event_of(
    subject: models.Model,
    verb: str,
    *,
    by: Actor,
    reason: str = "",
    changes: Mapping[str, list[Any]] | None = None,
    school_id: int | None = None,
) -> AuditEvent:
    """The same, not kept yet: for verbs that act on many things and leave all their events at once."""
    if school_id is None:
        school_id = getattr(subject, "school_id", None)
    if school_id is None and subject._meta.label_lower == "schools.school":
        school_id = subject.pk
    return AuditEvent(
        at=clock.now(),
        by=by.user,
        appointment_id=by.appointment_id,
        verb=verb,
        subject_kind=subject._meta.label_lower,
        subject_id=subject.pk,
        subject_name=str(subject)[:200],
        school_id=school_id,
        reason=reason,
        changes=dict(changes or {}),
        request_id=context.request_id.get(),
        run_id=context.run_id.get(),
    )
