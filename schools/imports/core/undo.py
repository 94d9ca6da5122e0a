"""Ordinary rows that an import writes: saving one with all that a person's save leaves, and taking a whole run back.

Undoing reads the audit: what the run's events say each row held before and after. A row that holds anything else by
now was changed since, and is nobody's to take back.
"""

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, models, transaction

from schoolimprove.lib import clock
from schoolimprove.lib.clock import uk_date
from schoolimprove.records.actor import Actor
from schoolimprove.records.history import attribute_history
from schoolimprove.records.models import AuditEvent, BaseRecord
from schoolimprove.records.transition import Blocked, Conflict, differences, record_event
from schools.imports.core.outcome import CHANGED, REMOVED, Change, Outcome
from schools.imports.core.registry import Work
from schools.imports.core.uses import relations_to
from schools.imports.core.words import Words

Uses = Callable[[models.Model], list[str]]
"""What an added row is used for, as sentences; it then stays."""

Restores = Callable[[Any, Any], list[str]]
"""Why a row cannot be changed back from how it is now (first) to how it was (second), as sentences."""

ADDED = frozenset({"added"})
"""The verbs by which importers enter rows."""


def save_kept(obj: BaseRecord, verb: str, *, by: Actor, reason: str = "", fields: Collection[str]) -> bool:
    """Enter a new row, or save these fields of a held one with its history and audit; False where nothing differs.

    `Conflict` when somebody has saved the row since it was read: whoever compares first locks what it compares.
    """
    with transaction.atomic():
        before = type(obj)._base_manager.select_for_update().filter(pk=obj.pk).first()
        if before is None:
            obj.created_by = by.user
        elif before.version != obj.version:
            raise Conflict(before)
        elif not differences(before, obj, fields):
            return False
        else:
            obj.version += 1
        obj.updated_at, obj.updated_by = clock.now(), by.user
        attribute_history(obj, by=by, reason=reason)
        obj.save()
        record_event(obj, verb, by=by, reason=reason, changes=_written(before, obj, fields))
    return True


def _written(before: models.Model | None, obj: models.Model, fields: Collection[str]) -> dict[str, list[Any]]:
    """`{field: [before, after]}`; of a new row everything, with nothing before it."""
    if before is not None:
        return differences(before, obj, fields)
    return {name: [None, obj._meta.get_field(name).value_from_object(obj)] for name in fields}  # type: ignore[union-attr]


@dataclass
class Touched:
    """What one run did to one row: `changes` runs from before its first event to after its last."""

    kind: str
    pk: int
    name: str = ""
    newest: int = 0
    added: bool = False
    changes: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, int]:
        return self.kind, self.pk

    @cached_property
    def model(self) -> Any:
        return apps.get_model(self.kind)

    def fields(self) -> Iterator[tuple[models.Field[Any, Any], Any, Any]]:
        """(field, before, after) of what are fields of the row, in its order: an event may tell more."""
        for each in self.model._meta.concrete_fields:
            if each.name in self.changes:
                yield each, *self.changes[each.name]


def undo(
    run_id: int,
    work: Work,
    outcome: Outcome,
    *,
    added_verbs: Collection[str] = ADDED,
    uses: Uses | None = None,
    restores: Restores | None = None,
    reason: str,
) -> tuple[int, int]:
    """Put back what the run changed, field by field, and take out what it added, each noted; how many rows of each.

    `Blocked` with every reason there is, and then nothing is done. Deleting is allowed here alone: an added row that
    nothing uses and nobody touched was never more than the import's.
    """
    with transaction.atomic():
        touched = _touched(run_id, added_verbs)
        held = _held(touched, lock=True)
        blockers = _blockers(run_id, touched, held, uses)
        if blockers := blockers or _not_restorable(touched, held, restores):
            raise Blocked(blockers)
        return _taken_back(touched, held, work, outcome, reason)


def blockers_to_undoing(run_id: int, *, added_verbs: Collection[str] = ADDED, uses: Uses | None = None) -> list[str]:
    """Why a run cannot be taken back, as sentences, the newest change first.

    `uses` says what an added row is used for; else whatever points to it does, but for what the run itself added.
    """
    touched = _touched(run_id, added_verbs)
    return _blockers(run_id, touched, _held(touched), uses)


def _touched(run_id: int, added_verbs: Collection[str]) -> list[Touched]:
    """Newest first, so that what was added on top of something goes before it.

    Kept records alone: what follows from them, as a person's way into the admin does, its own verbs see to.
    """
    found: dict[tuple[str, int], Touched] = {}
    for event in AuditEvent.objects.of_run(run_id):
        key = event.subject_kind, event.subject_id
        if not issubclass(apps.get_model(event.subject_kind), BaseRecord):
            continue
        row = found.setdefault(key, Touched(*key))
        row.name, row.newest = event.subject_name, event.pk
        row.added = row.added or event.verb in added_verbs
        for name, (before, after) in event.changes.items():
            row.changes[name] = [row.changes.get(name, [before])[0], after]
    return sorted(found.values(), key=lambda row: -row.newest)


def _held(touched: Sequence[Touched], *, lock: bool = False) -> dict[tuple[str, int], models.Model]:
    """The rows as they are now; one query a model."""
    held: dict[tuple[str, int], models.Model] = {}
    for kind in sorted({row.kind for row in touched}):
        rows = apps.get_model(kind)._base_manager.order_by("pk")
        rows = rows.select_for_update() if lock else rows
        for obj in rows.filter(pk__in=[row.pk for row in touched if row.kind == kind]):
            held[kind, obj.pk] = obj
    return held


def _blockers(
    run_id: int, touched: Sequence[Touched], held: dict[tuple[str, int], models.Model], uses: Uses | None
) -> list[str]:
    later = _later(run_id, touched)
    going = {row.key for row in touched if row.added}
    found: list[str] = []
    for row in touched:
        obj, events = held.get(row.key), later.get(row.key, [])
        if obj is not None:
            found += _changed_since(row, obj, events)
            if row.added:
                found += uses(obj) if uses else _users(obj, going)
        elif not row.added:
            found.append(f"{row.name} is no longer in our data.")
    return found


def _later(run_id: int, touched: Sequence[Touched]) -> dict[tuple[str, int], list[AuditEvent]]:
    """What others did to these rows after the run did, newest first. One query a model."""
    newest = {row.key: row.newest for row in touched}
    found: dict[tuple[str, int], list[AuditEvent]] = {}
    for kind in sorted({row.kind for row in touched}):
        about = AuditEvent.objects.about(kind, *(row.pk for row in touched if row.kind == kind)).select_related("by")
        for event in about.exclude(run_id=run_id).order_by("-pk"):
            if event.pk > newest[key := (kind, event.subject_id)]:
                found.setdefault(key, []).append(event)
    return found


def _changed_since(row: Touched, obj: models.Model, later: Sequence[AuditEvent]) -> list[str]:
    """A sentence for each field that holds something else; for an added row also that a person has touched it."""
    found = []
    for each, _before, after in row.fields():
        if not _holds(each, obj, after):
            now, then = _in_words(each, _stored(each, obj)), _in_words(each, after)
            event = next((event for event in later if each.name in event.changes), None)
            found.append(f"{row.name}: {each.verbose_name} is now {now}, no longer {then}{_who(event)}.")
    by_hand = [event for event in later if event.run_id is None]
    if row.added and by_hand and not found:
        found.append(f"{row.name} was changed since{_who(by_hand[0], before=' ')}.")
    return found


def _who(event: AuditEvent | None, before: str = "; changed ") -> str:
    if event is None:
        return ""
    return f"{before}by {event.by or 'the service'} on {uk_date(event.at.astimezone(clock.LONDON).date())}"


def _holds(each: models.Field[Any, Any], obj: models.Model, stored: Any) -> bool:
    """Whether the field holds what the audit says: as it would be written there, or as it would be read back."""
    if _stored(each, obj) == stored:
        return True
    try:
        return bool(each.to_python(stored) == each.value_from_object(obj))
    except ValidationError:
        return False


def _stored(each: models.Field[Any, Any], obj: models.Model) -> Any:
    """The value as the audit writes it."""
    return json.loads(json.dumps(each.value_from_object(obj), cls=DjangoJSONEncoder))


def _in_words(each: models.Field[Any, Any], stored: Any) -> str:
    if stored is None or stored == "":
        return "empty"
    if each.is_relation:
        related: Any = each.related_model
        return str(related._base_manager.filter(pk=stored).first() or stored)
    value = each.to_python(stored)
    if isinstance(value, date):
        return uk_date(value)
    return str(dict(each.flatchoices).get(value, value))


def _users(obj: models.Model, going: set[tuple[str, int]]) -> list[str]:
    """A sentence for each relation by which other rows point to this one, hidden relations included."""
    found = []
    for relation in relations_to(type(obj)):
        pointing = relation.related_model
        kind = pointing._meta.label_lower
        rows = pointing._base_manager.filter(**{relation.field.name: obj})
        if user := next((row for row in rows if (kind, row.pk) not in going), None):
            found.append(f"{obj} is used: {pointing._meta.verbose_name} {user}.")
    return found


def _taken_back(
    touched: Sequence[Touched], held: dict[tuple[str, int], models.Model], work: Work, outcome: Outcome, reason: str
) -> tuple[int, int]:
    restored = removed = 0
    for done, row in enumerate(touched, start=1):
        work.tell("Undoing", done, len(touched))
        obj = held.get(row.key)
        if obj is None:
            continue
        try:
            with transaction.atomic():
                gone = row.added and _remove(row, obj, work.by, reason)
                back = not row.added and _restore(row, obj, work.by, reason)
        except IntegrityError:
            raise Blocked([f"We cannot restore {row.name}: another entry has replaced it."]) from None
        if gone or back:
            outcome.note(REMOVED if gone else CHANGED, _named(row, obj), [] if gone else _back_in_words(row))
        removed, restored = removed + gone, restored + back
    return restored, removed


def _named(row: Touched, obj: models.Model) -> str:
    """With the school whose own it is, where the name says nothing of it."""
    school = getattr(obj, "school", None)
    return row.name if school is None or str(school) in row.name else f"{school}: {row.name}"


def _back_in_words(row: Touched) -> list[Change]:
    back = {each.name: [after, before] for each, before, after in row.fields() if before != after}
    return Words(row.model).of(back)


def _not_restorable(
    touched: Sequence[Touched], held: dict[tuple[str, int], models.Model], restores: Restores | None
) -> list[str]:
    if restores is None:
        return []
    rows = [(row, obj) for row in touched if not row.added and (obj := held.get(row.key)) is not None]
    return [reason for row, obj in rows for reason in restores(obj, _as_before(row, copy(obj)))]


def _as_before(row: Touched, obj: Any) -> Any:
    for each, value, _after in row.fields():
        setattr(obj, each.attname, each.to_python(value))
    return obj


def _restore(row: Touched, obj: Any, by: Actor, reason: str) -> bool:
    _as_before(row, obj)
    return save_kept(obj, "restored", by=by, reason=reason, fields=[each.name for each, *_ in row.fields()])


def _remove(row: Touched, obj: models.Model, by: Actor, reason: str) -> bool:
    changes = {each.name: [_stored(each, obj), None] for each, *_ in row.fields()}
    record_event(obj, "removed", by=by, reason=reason, changes=changes)
    attribute_history(obj, by=by, reason=reason)
    obj.delete()
    return True
