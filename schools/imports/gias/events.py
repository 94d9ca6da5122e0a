"""Audit events of an import, written and read back in SQL: one statement, however many things changed.

The statements are the same on both engines but for JSON, which each builds and reads in its own words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Field

from schoolimprove.lib import clock, context
from schoolimprove.records.actor import Actor
from schoolimprove.records.models import AuditEvent

_AT_ONCE = 40
"""Fields to one call; both engines take a hundred arguments, two to a field."""


@dataclass(frozen=True)
class Acts:
    """The acts to leave events of, one for each row of `source` (what follows FROM).

    `verb`, `subject_id`, `subject_name`, `school_id` and `changes` are SQL over its columns; `kind` is the subject's
    model label, such as `schools.school`.
    """

    kind: str
    source: str
    verb: str
    subject_id: str
    subject_name: str
    school_id: str
    changes: str
    order: str = "1"


def insert_events(
    cursor: CursorWrapper, acts: Acts, *, by: Actor, reason: str = "", parameters: Mapping[str, Any] | None = None
) -> int:
    """Leave one audit event an act, as `record_event` would; how many. `parameters` are those of the acts' SQL."""
    values = {
        "at": "%(event_at)s",
        "by_id": "%(event_by)s",
        "appointment_id": "%(event_appointment)s",
        "verb": acts.verb,
        "subject_kind": "%(event_kind)s",
        "subject_id": acts.subject_id,
        "subject_name": f"SUBSTR({acts.subject_name}, 1, 200)",
        "school_id": acts.school_id,
        "reason": "%(event_reason)s",
        "changes": acts.changes,
        "request_id": "%(event_request)s",
        "run_id": "%(event_run)s",
    }
    cursor.execute(
        f"INSERT INTO {AuditEvent._meta.db_table} ({', '.join(values)})"
        f" SELECT {', '.join(_typed(column, sql) for column, sql in values.items())} FROM {acts.source}"
        f" ORDER BY {acts.order}",
        {**(parameters or {}), **_event_parameters(acts.kind, by, reason)},
    )
    return int(cursor.rowcount)


def _typed(column: str, sql: str) -> str:
    """A bare parameter of a SELECT has no type of its own on PostgreSQL, which an empty one needs."""
    if not sql.startswith("%(") or connection.vendor != "postgresql":
        return sql
    field: Field[Any, Any] = next(each for each in AuditEvent._meta.concrete_fields if each.column == column)
    return f"CAST({sql} AS {field.rel_db_type(connection) if field.is_relation else field.db_type(connection)})"


def _event_parameters(kind: str, by: Actor, reason: str) -> dict[str, Any]:
    return {
        "event_at": connection.ops.adapt_datetimefield_value(clock.now()),
        "event_by": by.user_id,
        "event_appointment": by.appointment_id,
        "event_kind": kind,
        "event_reason": reason,
        "event_request": context.request_id.get(),
        "event_run": context.run_id.get(),
    }


def changes_sql(pairs: Mapping[str, tuple[str, str]]) -> str:
    """SQL for `{name: [before, after]}` of the pairs of SQL that differ, as the audit keeps it.

    A value's JSON follows from its column's type: text, number, date as text, NULL as null.
    """
    names = list(pairs)
    pieces = [_changes_of({name: pairs[name] for name in names[at : at + _AT_ONCE]}) for at in _starts(names)]
    if connection.vendor == "postgresql":
        return f"jsonb_strip_nulls({' || '.join(pieces)})"
    patched = "'{}'"
    for piece in pieces:
        # Patching leaves out what is null, but not inside an array.
        patched = f"json_patch({patched}, {piece})"
    return patched


def _starts(names: list[str]) -> range:
    return range(0, max(len(names), 1), _AT_ONCE)


def _changes_of(pairs: Mapping[str, tuple[str, str]]) -> str:
    """A JSON object with null for each pair that does not differ."""
    postgresql = connection.vendor == "postgresql"
    make_object, make_array = (
        ("jsonb_build_object", "jsonb_build_array") if postgresql else ("json_object", "json_array")
    )
    members = (
        f"'{name}', CASE WHEN {before} {differs()} {after} THEN {make_array}({before}, {after}) END"
        for name, (before, after) in pairs.items()
    )
    return f"{make_object}({', '.join(members)})"


def differs() -> str:
    """The operator for "is another value", NULL being one."""
    return "IS DISTINCT FROM" if connection.vendor == "postgresql" else "IS NOT"


def touches(name: str, event: str = "e") -> str:
    """SQL for whether an event, by the alias of its row, changed this field."""
    if connection.vendor == "postgresql":
        return f"jsonb_exists({event}.changes, '{name}')"
    return f"json_type({event}.changes, '$.{name}') IS NOT NULL"


def value_before(field: Field[Any, Any], event: str = "e") -> str:
    """SQL for what `field` held before an event, in the field's own type; NULL where the event did not touch it."""
    return _value(field, 0, event)


def value_after(field: Field[Any, Any], event: str = "e") -> str:
    """SQL for what an event made of `field`, in the field's own type; NULL where the event did not touch it."""
    return _value(field, 1, event)


def _value(field: Field[Any, Any], at: int, event: str) -> str:
    if connection.vendor == "postgresql":
        kind = field.rel_db_type(connection) if field.is_relation else field.db_type(connection)
        return f"CAST({event}.changes -> '{field.name}' ->> {at} AS {kind})"
    return f"json_extract({event}.changes, '$.{field.name}[{at}]')"
