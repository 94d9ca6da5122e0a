"""Undoing an import of GIAS: before-values restored field by field, and what was added taken out again (design).

A school that somebody has changed since, or that the import added and something uses, stays as it is and is named; the
rest is undone. Refused, with every reason named, when that leaves nothing. What an import did is read from the audit;
whole tables at a time, in the same statements on both engines.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Field

from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked, record_event
from schools.imports.core.outcome import CHANGED, LEFT, REMOVED, Outcome
from schools.imports.core.registry import Work
from schools.imports.core.uses import uses_of
from schools.imports.core.words import Words
from schools.imports.gias import events, links, register, types
from schools.imports.gias.register import INCOMING
from schools.imports.gias.staging import column_of
from schools.imports.models import ImportRun
from schools.register import import_verbs
from schools.register.models.link import SchoolLink
from schools.register.models.places import Diocese, District, EstablishmentType, LocalAuthority
from schools.register.models.school import School

_POINTED_TO = (District, Diocese, LocalAuthority)
"""In this order: a district belongs to an authority."""
_PARTED_AT = 500
_KEPT = "gias_kept"
"""A temporary table: the keys of the schools that stay as they are."""
_CHANGE = "e.run_id = %(run)s AND e.subject_kind = 'schools.school' AND e.verb = %(verb)s"
_ADDITION = _CHANGE.replace("e.", "f.").replace("%(verb)s", "%(added)s")
_OF_RUN = f"records_auditevent e JOIN schools_school o ON o.id = e.subject_id WHERE {_CHANGE}"
_UNDONE = f"e.subject_id NOT IN (SELECT school_id FROM {_KEPT})"
"""SQL for whether what an event `e` did is undone."""
_UNDONE_KINDS = tuple(model._meta.label_lower for model in (School, SchoolLink, EstablishmentType))
Kept = tuple[int, str, str]
"""Key and name of a school that stays as it is, and why, as a sentence."""


def undo(run: ImportRun, work: Work) -> Outcome:
    """Take an applied run back, inside the caller's transaction; `Blocked` with every reason why not."""
    outcome = Outcome()
    with connection.cursor() as cursor:
        register.lock(cursor)
        work.tell("Checking what has changed since the import", 0, 0)
        kept = list(_kept(cursor, run))
        if reasons := [*links.blockers_to_undoing(run.pk), *types.blockers_to_undoing(run.pk)]:
            raise Blocked([*(why for _key, _name, why in kept), *reasons])
        _keep(cursor, run, kept, outcome)
        work.tell("Restoring the data from before the import", 0, 0)
        _restore(cursor, run, work, outcome)
        _remove(cursor, run, work, outcome)
        _remove_pointed_to(run, work)
        register.clear(cursor)
        cursor.execute(f"DROP TABLE {_KEPT}")
        for part in (links, types):
            restored, removed = part.undo(cursor, run.pk, work, outcome)
            outcome.changed += restored
            outcome.removed += removed
    return outcome


def _kept(cursor: CursorWrapper, run: ImportRun) -> Iterator[Kept]:
    """Yield each school that is no longer as the import left it, or was added by it and is used."""
    yield from _changed_since(cursor, run)
    yield from _added_and_changed(cursor, run)
    yield from _added_and_used(run)


def _keep(cursor: CursorWrapper, run: ImportRun, kept: Sequence[Kept], outcome: Outcome) -> None:
    """Fill `_KEPT`, and note each school in it; `Blocked` when the import touched nothing else."""
    keys = sorted({key for key, _name, _why in kept})
    cursor.execute(f"DROP TABLE IF EXISTS {_KEPT}")
    cursor.execute(f"CREATE TEMPORARY TABLE {_KEPT} AS SELECT id AS school_id FROM schools_school WHERE 1 = 0")
    cursor.executemany(f"INSERT INTO {_KEPT} (school_id) VALUES (%s)", [(key,) for key in keys])
    if keys:
        undone = AuditEvent.objects.of_run(run.pk).filter(subject_kind__in=_UNDONE_KINDS)
        if not undone.exclude(subject_kind=_UNDONE_KINDS[0], subject_id__in=keys).exists():
            raise Blocked([why for _key, _name, why in kept])
    outcome.left = len(keys)
    for _key, name, why in kept:
        outcome.note(LEFT, name, [(why, "", "")])


def _touched(cursor: CursorWrapper, run: ImportRun) -> list[Field[Any, Any]]:
    """The fields that the run changed at any school."""
    fields = register.told_fields()
    flags = ", ".join(f"MAX(CASE WHEN {events.touches(field.name)} THEN 1 ELSE 0 END)" for field in fields)
    cursor.execute(f"SELECT {flags} FROM records_auditevent e WHERE {_CHANGE}", _changes_of(run))
    return [field for field, touched in zip(fields, cursor.fetchone(), strict=True) if touched]


def _changes_of(run: ImportRun) -> dict[str, Any]:
    return {"run": run.pk, "verb": import_verbs.CHANGED_BY_IMPORT}


def _another(field: Field[Any, Any], order: str) -> str:
    """SQL for whether the run changed this field of the same school by another event, before (`<`) or after (`>`) `e`.

    Two files of one import may speak of the same school.
    """
    other = _CHANGE.replace("e.", "f.")
    return (
        f"EXISTS (SELECT 1 FROM records_auditevent f WHERE {other} AND f.subject_id = e.subject_id"
        f" AND f.id {order} e.id AND {events.touches(field.name, 'f')})"
    )


def _changed_since(cursor: CursorWrapper, run: ImportRun) -> Iterator[Kept]:
    for field in _touched(cursor, run):
        column = f"o.{column_of(field)}"
        cursor.execute(
            f"SELECT o.id, o.urn, o.name FROM {_OF_RUN} AND {events.touches(field.name)}"
            f" AND {column} {events.differs()} {events.value_after(field)} AND NOT {_another(field, '>')}"
            " ORDER BY o.name, o.urn",
            _changes_of(run),
        )
        for key, urn, name in cursor.fetchall():
            named = f"{name} (URN {urn})"
            yield key, named, f"{named}: {_lower(field)} was changed after the import."


def _added_and_changed(cursor: CursorWrapper, run: ImportRun) -> Iterator[Kept]:
    """Compared with the row of history that the import wrote: a change that was taken back is none."""
    different = " OR ".join(map(_differs_since_added, register.told_fields()))
    added = _OF_RUN.replace(" WHERE", " JOIN schools_historicalschool h ON h.id = o.id AND h.history_type = '+' WHERE")
    cursor.execute(
        f"SELECT o.id, o.urn, o.name FROM {added} AND ({different}) ORDER BY o.name, o.urn",
        {"run": run.pk, "verb": import_verbs.ADDED_BY_IMPORT, "changed": import_verbs.CHANGED_BY_IMPORT},
    )
    for key, urn, name in cursor.fetchall():
        named = f"{name} (URN {urn})"
        yield key, named, f"{named} was added by the import and changed after it."


def _differs_since_added(field: Field[Any, Any]) -> str:
    """Unless it was the same run that changed it."""
    by_itself = _CHANGE.replace("e.", "f.").replace("%(verb)s", "%(changed)s")
    return (
        f"(o.{column_of(field)} {events.differs()} h.{column_of(field)} AND NOT EXISTS (SELECT 1 FROM"
        f" records_auditevent f WHERE {by_itself} AND f.subject_id = o.id AND {events.touches(field.name, 'f')}))"
    )


def _added_and_used(run: ImportRun) -> Iterator[Kept]:
    added = _subjects(run, School, import_verbs.ADDED_BY_IMPORT)
    uses: dict[int, list[str]] = {}
    for start in range(0, len(added), _PARTED_AT):
        uses |= uses_of(School, added[start : start + _PARTED_AT])
    for school in School.objects.filter(pk__in=uses).order_by("name", "urn").iterator():
        named = f"{school.name} (URN {school.urn})"
        yield school.pk, named, f"{named} was added by the import and is used now: {', '.join(uses[school.pk])}."


def _subjects(run: ImportRun, model: Any, verb: str) -> list[int]:
    found = AuditEvent.objects.of_run(run.pk).filter(subject_kind=model._meta.label_lower, verb=verb)
    return list(found.values_list("subject_id", flat=True))


def _lower(field: Field[Any, Any]) -> str:
    label = str(field.verbose_name)
    return label[:1].lower() + label[1:] if not label[:2].isupper() else label


def _restore(cursor: CursorWrapper, run: ImportRun, work: Work, outcome: Outcome) -> None:
    """Fill `INCOMING` with the schools as they were, and write them as an import does."""
    changed = f"o.id IN (SELECT e.subject_id FROM records_auditevent e WHERE {_CHANGE} AND {_UNDONE})"
    added = f"o.id IN (SELECT f.subject_id FROM records_auditevent f WHERE {_ADDITION})"
    register.fill_with_held(
        cursor, f"{changed} AND NOT {added}", {**_changes_of(run), "added": import_verbs.ADDED_BY_IMPORT}, work.by
    )
    for field in _touched(cursor, run):
        cursor.execute(
            f"UPDATE {INCOMING} SET {column_of(field)} = {events.value_before(field)} FROM records_auditevent e"
            f" WHERE {_CHANGE} AND e.subject_id = {INCOMING}.school_id AND {events.touches(field.name)}"
            f" AND NOT {_another(field, '<')}",
            _changes_of(run),
        )
    register.fill_search_keys(cursor)
    register.fill_changes(cursor)
    words = Words(School)
    for urn, name, changes in register.changes(cursor):
        outcome.note(CHANGED, f"{name} (URN {urn})", words.of(changes))
        outcome.changed += 1
    register.write(cursor, work.by, f"Import number {run.pk} undone", verb=import_verbs.RESTORED)


def _remove(cursor: CursorWrapper, run: ImportRun, work: Work, outcome: Outcome) -> None:
    """The schools that were added, with a last row of history and an event each."""
    of_run: dict[str, Any] = {"run": run.pk, "verb": import_verbs.ADDED_BY_IMPORT}
    removed = f"{_OF_RUN} AND {_UNDONE}"
    cursor.execute(f"SELECT o.urn, o.name FROM {removed} ORDER BY o.name, o.urn", of_run)
    for urn, name in cursor.fetchall():
        outcome.note(REMOVED, f"{name} (URN {urn})")
        outcome.removed += 1
    reason = f"Import number {run.pk} undone"
    register.copy_to_history(cursor, removed, "'-'", work.by, reason, of_run)
    register.tell(cursor, work.by, import_verbs.REMOVED, removed, events.changes_sql({}), reason, of_run)
    for table, column in (("schools_watch", "school_id"), ("schools_school", "id")):
        cursor.execute(
            f"DELETE FROM {table} WHERE {column} IN (SELECT e.subject_id FROM records_auditevent e"
            f" WHERE {_CHANGE} AND {_UNDONE})",
            of_run,
        )


def _remove_pointed_to(run: ImportRun, work: Work) -> None:
    """Authorities, districts and dioceses that it added, unless something uses or somebody changed them by now."""
    for model in _POINTED_TO:
        keys = _subjects(run, model, "added")
        used = uses_of(model, keys)
        for row in model._default_manager.filter(pk__in=[key for key in keys if key not in used], version=1):
            record_event(row, "removed", by=work.by, reason=f"Import number {run.pk} undone")
            row.delete()
