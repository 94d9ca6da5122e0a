"""From staging into the register: what is new, what differs, and the history of both, in SQL.

The statements are the same on both engines. They run while nobody else can write schools (`lock`): two imports wait
for one another, and nobody's change in the admin is lost between comparing and writing. Reading goes on, and so do
visits.

A district of GIAS is given to a school only while it has none, or has left its authority: an administrator's placing
is never overwritten.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Field

from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schoolimprove.records.history import LONGEST_REASON
from schoolimprove.records.transition import record_events
from schools.imports.gias import events, tables
from schools.imports.gias.staging import SCHOOL, TABLE, VALUES, column_of
from schools.register.import_verbs import ADDED_BY_IMPORT, CHANGED_BY_IMPORT
from schools.register.models.places import Diocese, District, LocalAuthority
from schools.register.models.school import Establishment, School, searchable

INCOMING, CHANGES = "gias_incoming", "gias_changes"
REASON = "Imported from GIAS"


@dataclass(frozen=True)
class Held:
    """How many rows of an authority were new and how many changed what is held, of how many staged."""

    staged: int = 0
    added: int = 0
    changed: int = 0

    @property
    def unchanged(self) -> int:
        return self.staged - self.added - self.changed


def lock(cursor: CursorWrapper) -> None:
    """Nobody else writes schools until this transaction ends."""
    tables.lock(cursor, School._meta.db_table)


def keep_unread(cursor: CursorWrapper, fields: Collection[str]) -> None:
    """Where a cell could not be read: as held; nothing for a school that is not held yet."""
    for name in fields:
        held = f"(SELECT {_held(name)} FROM schools_school o {_JOIN_DIOCESE} WHERE o.urn = {TABLE}.urn)"
        cursor.execute(f"UPDATE {TABLE} SET {name} = {held} WHERE unread LIKE %s", [f"%,{name},%"])


def refuse_nameless(cursor: CursorWrapper) -> list[int]:
    """Leave out the schools that are not held yet and have no name in the file; the lines of their rows."""
    nameless = f"name IS NULL AND NOT EXISTS (SELECT 1 FROM schools_school o WHERE o.urn = {TABLE}.urn)"
    cursor.execute(f"SELECT line FROM {TABLE} WHERE {nameless} ORDER BY line")
    lines = [line for (line,) in cursor.fetchall()]
    if lines:
        cursor.execute(f"DELETE FROM {TABLE} WHERE {nameless}")
    return lines


_JOIN_DIOCESE = "LEFT JOIN schools_diocese d ON d.id = o.diocese_id"


def _held(name: str) -> str:
    if name == "district":
        return "NULL"
    return "d.name" if name == "diocese" else f"o.{column_of(SCHOOL[name])}"


def keep_dates_in_order(cursor: CursorWrapper, carried: Collection[str]) -> tuple[str, list[int]]:
    """Where a school would close before it opens, its later column is not taken; which, and on which lines."""
    opened = "s.opened_on" if "opened_on" in carried else "o.opened_on"
    closed = "s.closed_on" if "closed_on" in carried else "o.closed_on"
    blamed, other = ("closed_on", opened) if "closed_on" in carried else ("opened_on", closed)
    if blamed not in carried:
        return blamed, []
    staged = f"FROM {TABLE} s LEFT JOIN schools_school o ON o.urn = s.urn WHERE {closed} < {opened}"
    cursor.execute(f"SELECT s.line, s.urn {staged} ORDER BY s.line")
    found = cursor.fetchall()
    in_order = f"o.{blamed} >= {other}" if blamed == "closed_on" else f"o.{blamed} <= {other}"
    held = f"SELECT o.{blamed} FROM schools_school o JOIN {TABLE} s ON s.urn = o.urn WHERE o.urn = %s AND {in_order}"
    cursor.executemany(
        f"UPDATE {TABLE} SET {blamed} = ({held}) WHERE urn = %s",
        [(urn, urn) for _, urn in found],
    )
    return blamed, [line for line, _ in found]


def make_authorities(cursor: CursorWrapper, by: Actor) -> None:
    """Those of the file that are not held yet; a name that is held is the administrator's."""
    cursor.execute(f"SELECT la_code, MAX(la_name) FROM {TABLE} GROUP BY la_code")
    names = dict(cursor.fetchall())
    held = LocalAuthority.objects.filter(code__in=names).values_list("code", flat=True)
    made = [
        LocalAuthority(code=code, name=names[code] or f"Local authority {code}") for code in names.keys() - set(held)
    ]
    _add_all(LocalAuthority, made, by)


def make_dioceses(cursor: CursorWrapper, by: Actor) -> None:
    cursor.execute(
        f"SELECT DISTINCT diocese FROM {TABLE} WHERE diocese <> '' AND diocese NOT IN"
        " (SELECT name FROM schools_diocese)"
    )
    _add_all(Diocese, [Diocese(name=name) for (name,) in cursor.fetchall()], by)


def make_districts(cursor: CursorWrapper, by: Actor) -> None:
    """Only those that a school without a district is about to be given."""
    cursor.execute(
        f"SELECT DISTINCT a.id, s.district FROM {TABLE} s JOIN schools_localauthority a ON a.code = s.la_code"
        " LEFT JOIN schools_school o ON o.urn = s.urn"
        " LEFT JOIN schools_district t ON t.authority_id = a.id AND t.name = s.district"
        " WHERE s.district <> '' AND (o.district_id IS NULL OR o.authority_id <> a.id) AND t.id IS NULL"
    )
    _add_all(District, [District(authority_id=authority, name=name) for authority, name in cursor.fetchall()], by)


def _add_all(model: type[LocalAuthority | Diocese | District], made: list[Any], by: Actor) -> None:
    """Rows that are not held yet, each with its event. Who adds one in the admin meanwhile waits, and is refused."""
    for row in made:
        row.created_by = row.updated_by = by.user
    rows: list[Any] = model._default_manager.bulk_create(made)
    record_events(rows, "added", by=by, reason=REASON)


def compare(cursor: CursorWrapper, carried: Collection[str], by: Actor) -> None:
    """Fill `INCOMING` with whole rows of School for what is new or differs; `school_id` is empty for what is new."""
    made = {column_of(field): _incoming(field, carried) for field in _written()}
    columns = ", ".join(made)
    _make_incoming(cursor)
    cursor.execute(
        f"INSERT INTO {INCOMING} (school_id, {columns}) SELECT o.id, {', '.join(made.values())} FROM {TABLE} s"
        " JOIN schools_localauthority a ON a.code = s.la_code LEFT JOIN schools_diocese d ON d.name = s.diocese"
        " LEFT JOIN schools_district t ON t.authority_id = a.id AND t.name = s.district"
        f" LEFT JOIN schools_school o ON o.urn = s.urn WHERE o.id IS NULL OR {' OR '.join(_differences(carried))}",
        _parameters(by),
    )
    fill_search_keys(cursor)
    fill_changes(cursor)


def fill_with_held(cursor: CursorWrapper, which: str, parameters: Mapping[str, Any], by: Actor) -> None:
    """Fill `INCOMING` with the schools `o` of which SQL says so, as they are held, about to be written once more."""
    made = {column_of(field): f"o.{column_of(field)}" for field in _written()}
    made |= {"version": "o.version + 1", "updated_at": "%(now)s", "updated_by_id": "%(by)s", "search_key": "NULL"}
    _make_incoming(cursor)
    cursor.execute(
        f"INSERT INTO {INCOMING} (school_id, {', '.join(made)}) SELECT o.id, {', '.join(made.values())}"
        f" FROM schools_school o WHERE {which}",
        {**parameters, **_parameters(by)},
    )


def _make_incoming(cursor: CursorWrapper) -> None:
    columns = ", ".join(column_of(field) for field in _written())
    cursor.execute(f"DROP TABLE IF EXISTS {INCOMING}")
    cursor.execute(
        f"CREATE TEMPORARY TABLE {INCOMING} AS SELECT id AS school_id, {columns} FROM schools_school WHERE 1 = 0"
    )


def _written() -> list[Field[Any, Any]]:
    return [field for field in School._meta.concrete_fields if not field.primary_key]


_MOVED_AWAY = (
    "o.authority_id <> a.id AND NOT EXISTS (SELECT 1 FROM schools_district k JOIN schools_localauthority l"
    " ON l.id = k.authority_id WHERE k.id = o.district_id AND (l.id = a.id OR (l.own AND a.own)))"
)
"""A school that another authority takes over leaves its district behind; between two codes of our own it stays."""


def _incoming(field: Field[Any, Any], carried: Collection[str]) -> str:
    """What a school's column will hold: as the file says, else as held, else its default."""
    special = {
        "urn": "s.urn",
        "authority": "a.id",
        "district": f"CASE WHEN {_MOVED_AWAY} THEN t.id ELSE COALESCE(o.district_id, t.id) END",
        "diocese": "d.id" if "diocese" in carried else "o.diocese_id",
        "search_key": "s.search_key",
        "version": "COALESCE(o.version + 1, 1)",
        "created_at": "COALESCE(o.created_at, %(now)s)",
        "created_by": "COALESCE(o.created_by_id, %(by)s)",
        "updated_at": "%(now)s",
        "updated_by": "%(by)s",
    }
    if field.name in special:
        return special[field.name]
    column = f"s.{field.name}" if field.name in carried else f"o.{column_of(field)}"
    if field.name == "establishment" and "establishment" in carried:
        # A status that cannot be read does not make a new school an open one.
        return f"COALESCE({column}, '{Establishment.UNKNOWN.value}')"
    return column if field.null else f"COALESCE({column}, %({field.name})s)"


def _parameters(by: Actor) -> dict[str, Any]:
    now = connection.ops.adapt_datetimefield_value(clock.now())
    defaults = {field.name: field.get_default() for field in _written() if field.name in VALUES and not field.null}
    return {**defaults, "now": now, "by": by.user_id}


def _differences(carried: Collection[str]) -> Iterator[str]:
    """What makes a row differ from what is held."""
    yield "o.authority_id <> a.id"
    yield "(o.district_id IS NULL AND t.id IS NOT NULL)"
    for field in _written():
        if field.name in carried and field.name != "district":
            yield f"o.{column_of(field)} {events.differs()} {_incoming(field, carried)}"


def fill_search_keys(cursor: CursorWrapper) -> None:
    """For rows whose name, number or postcode is not the file's own, so that staging could not make their key."""
    cursor.execute(
        "SELECT i.urn, i.name, a.code, i.establishment_number, i.postcode FROM gias_incoming i"
        " JOIN schools_localauthority a ON a.id = i.authority_id WHERE i.search_key IS NULL"
    )
    made = [(searchable(name, urn, code, number, postcode), urn) for urn, name, code, number, postcode in cursor]
    cursor.executemany(f"UPDATE {INCOMING} SET search_key = %s WHERE urn = %s", made)


NOT_TOLD = frozenset({"id", "search_key", "version", "created_at", "created_by", "updated_at", "updated_by"})
"""Columns whose change is no news."""


def told_fields() -> list[Field[Any, Any]]:
    return [field for field in School._meta.concrete_fields if field.name not in NOT_TOLD]


def _changes() -> str:
    pairs = {field.name: (f"o.{column_of(field)}", f"i.{column_of(field)}") for field in told_fields()}
    return events.changes_sql(pairs)


def fill_changes(cursor: CursorWrapper) -> None:
    """Fill `CHANGES` with what is about to change at each school that is held: worked out once, told twice."""
    cursor.execute(f"DROP TABLE IF EXISTS {CHANGES}")
    cursor.execute(
        f"CREATE TEMPORARY TABLE {CHANGES} AS SELECT i.school_id, i.urn, i.name, {_changes()} AS changes"
        f" FROM {INCOMING} i JOIN schools_school o ON o.id = i.school_id"
    )


def changes(cursor: CursorWrapper) -> Iterator[tuple[int, str, dict[str, list[Any]]]]:
    """URN, name and `{field: [before, after]}` of every school that is about to be changed, by name."""
    cursor.execute(f"SELECT urn, name, CAST(changes AS text) FROM {CHANGES} ORDER BY name, urn")
    for urn, name, found in _fetched(cursor):
        yield urn, name, json.loads(found)


def additions(cursor: CursorWrapper) -> Iterator[tuple[int, str]]:
    """URN and name of every school that is about to be added, by name."""
    cursor.execute(f"SELECT urn, name FROM {INCOMING} WHERE school_id IS NULL ORDER BY name, urn")
    yield from _fetched(cursor)


def _fetched(cursor: CursorWrapper) -> Iterator[Any]:
    while rows := cursor.fetchmany(1_000):
        yield from rows


def held_newer(cursor: CursorWrapper) -> tuple[int, date | None]:
    """How many schools are held with a later day of change than the file gives them, and the latest of those days."""
    cursor.execute(
        f"SELECT COUNT(*), MAX(o.source_changed_on) FROM {TABLE} s JOIN schools_school o ON o.urn = s.urn"
        " WHERE o.source_changed_on > s.source_changed_on"
    )
    count, latest = cursor.fetchone()
    return count, date.fromisoformat(latest) if isinstance(latest, str) else latest


def write(cursor: CursorWrapper, by: Actor, file: str, *, verb: str = CHANGED_BY_IMPORT) -> None:
    """Insert what is new, update what differs, and leave the history and the audit of both."""
    tell(cursor, by, verb, f"{CHANGES} c JOIN schools_school o ON o.id = c.school_id", "c.changes", file)
    columns = [column_of(field) for field in _written()]
    kept = {"urn", "created_at", "created_by_id"}
    changed = ", ".join(f"{column} = excluded.{column}" for column in columns if column not in kept)
    # WHERE keeps SQLite from taking ON for a join's.
    cursor.execute(
        f"INSERT INTO schools_school ({', '.join(columns)}) SELECT {', '.join(columns)} FROM {INCOMING} WHERE 1 = 1"
        f" ON CONFLICT (urn) DO UPDATE SET {changed}"
    )
    kind = "CASE WHEN i.school_id IS NULL THEN '+' ELSE '~' END"
    incoming = f"schools_school o JOIN {INCOMING} i ON i.urn = o.urn"
    copy_to_history(cursor, incoming, kind, by, REASON if verb == CHANGED_BY_IMPORT else file)
    tell(cursor, by, ADDED_BY_IMPORT, f"{incoming} WHERE i.school_id IS NULL", events.changes_sql({}), file)


def tell(
    cursor: CursorWrapper,
    by: Actor,
    verb: str,
    source: str,
    changed: str,
    reason: str,
    parameters: Mapping[str, Any] | None = None,
) -> None:
    """An event for each school `o` of `source`, which is what follows FROM."""
    acts = events.Acts(
        kind=School._meta.label_lower,
        source=source,
        verb=f"'{verb}'",
        subject_id="o.id",
        subject_name="o.name",
        school_id="o.id",
        changes=changed,
        order="o.id",
    )
    events.insert_events(cursor, acts, by=by, reason=reason, parameters=parameters)


def copy_to_history(
    cursor: CursorWrapper,
    source: str,
    kind: str,
    by: Actor,
    reason: str,
    parameters: Mapping[str, Any] | None = None,
) -> None:
    """A row of history, of this kind ("'~'"), for each school `o` of `source`, which is what follows FROM."""
    history = School.history.model._meta
    copied = [column_of(field) for field in history.concrete_fields if column_of(field) in _school_columns()]
    added = {
        "history_type": kind,
        "history_date": "%(now)s",
        "history_change_reason": "%(history_reason)s",
        "history_user_id": "%(by)s",
    }
    cursor.execute(
        f"INSERT INTO {history.db_table} ({', '.join([*copied, *added])})"
        f" SELECT {', '.join([*(f'o.{column}' for column in copied), *added.values()])} FROM {source}",
        {**(parameters or {}), **_parameters(by), "history_reason": reason[:LONGEST_REASON]},
    )


def _school_columns() -> set[str]:
    return {column_of(field) for field in School._meta.concrete_fields}


def clear(cursor: CursorWrapper) -> None:
    for table in (CHANGES, INCOMING, TABLE):
        cursor.execute(f"DROP TABLE IF EXISTS {table}")


def tally(cursor: CursorWrapper) -> dict[str, Held]:
    """By authority code, for the authorities staged."""
    cursor.execute(
        f"SELECT s.la_code, COUNT(*), SUM(CASE WHEN i.urn IS NOT NULL AND i.school_id IS NULL THEN 1 ELSE 0 END),"
        f" SUM(CASE WHEN i.school_id IS NOT NULL THEN 1 ELSE 0 END) FROM {TABLE} s"
        f" LEFT JOIN {INCOMING} i ON i.urn = s.urn GROUP BY s.la_code ORDER BY s.la_code"
    )
    return {code: Held(staged, added, changed) for code, staged, added, changed in cursor.fetchall()}


def of_unknown_status(cursor: CursorWrapper) -> list[tuple[int, str]]:
    """URN and name of the schools in the file that are held, or would be, with a status that is not known."""
    status = "COALESCE(i.establishment, o.establishment)"
    cursor.execute(
        f"SELECT s.urn, COALESCE(i.name, o.name) AS name FROM {TABLE} s LEFT JOIN {INCOMING} i ON i.urn = s.urn"
        f" LEFT JOIN schools_school o ON o.urn = s.urn WHERE {status} = %s ORDER BY name, s.urn",
        [Establishment.UNKNOWN.value],
    )
    return list(cursor.fetchall())


def leaving(cursor: CursorWrapper) -> list[tuple[int, str, str]]:
    """URN, name and new code of the schools of our own authority that the file gives to another."""
    cursor.execute(
        f"SELECT o.urn, o.name, s.la_code FROM {TABLE} s JOIN schools_school o ON o.urn = s.urn"
        " JOIN schools_localauthority l ON l.id = o.authority_id JOIN schools_localauthority a ON a.code = s.la_code"
        " WHERE l.own AND NOT a.own ORDER BY o.name, o.urn"
    )
    return list(cursor.fetchall())


def closing(cursor: CursorWrapper) -> list[int]:
    """Keys of the schools that are held as open, and would be no longer."""
    is_open = f"IN ('{Establishment.OPEN.value}', '{Establishment.CLOSING.value}')"
    cursor.execute(
        f"SELECT o.id FROM {INCOMING} i JOIN schools_school o ON o.id = i.school_id"
        f" WHERE o.establishment {is_open} AND NOT i.establishment {is_open} ORDER BY o.name, o.urn"
    )
    return [key for (key,) in cursor.fetchall()]


def open_urns(codes: Collection[str]) -> list[int]:
    """URNs of the schools that are open here, in these authorities."""
    schools = School.objects.filter(
        authority__code__in=codes, establishment__in=[Establishment.OPEN, Establishment.CLOSING]
    )
    return list(schools.order_by("urn").values_list("urn", flat=True))
