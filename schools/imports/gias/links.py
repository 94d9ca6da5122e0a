"""Links between schools, as GIAS publishes them in a file of their own, into the register.

A link is known by its two URNs and its kind; a file may say another name or date of it. Those that a file does not
name stay: GIAS never takes back that one school came of another.
"""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Field

from schoolimprove.lib.clock import uk_date
from schoolimprove.records.transition import Blocked
from schools.imports.core.cells import Unreadable, day, text_of
from schools.imports.core.csv_files import CsvFile, Record
from schools.imports.core.outcome import ADDED, CHANGED, REMOVED, FileRead, Outcome
from schools.imports.core.registry import Work
from schools.imports.core.sheet import Columns, RowLost, Unknown, urn_of
from schools.imports.gias.events import Acts, changes_sql, differs, insert_events, touches, value_after, value_before
from schools.imports.gias.tables import fill, lock
from schools.register.models.link import SchoolLink
from schools.register.models.school import School

URN, LINK_URN, KIND, NAME, ESTABLISHED = "URN", "LinkURN", "LinkType", "LinkName", "LinkEstablishedDate"
_LABEL = SchoolLink._meta.label_lower
_HELD, _STAGED, _INCOMING, _UNDONE = (
    "schools_schoollink",
    "gias_links_staged",
    "gias_links_incoming",
    "gias_links_undone",
)
_KEY, _SAID = ("urn", "linked_urn", "kind"), ("linked_name", "established_on")
_FIELDS: dict[str, Field[Any, Any]] = {name: SchoolLink._meta.get_field(name) for name in (*_KEY, *_SAID)}  # type: ignore[misc]
_COLUMNS = ("line", *_KEY, *_SAID, "knows_name", "knows_date")
Row = tuple[int, int, int, str, str, str | None, int, int]
"""One link of a file, in the order of `_COLUMNS`."""


def take(cursor: CursorWrapper, source: CsvFile, file: FileRead, work: Work, outcome: Outcome) -> None:
    """Take a file of links in; with `work.only`, those from schools that are held of that authority."""
    reader = _Reader(source, file, outcome, urns_of(work.only) if work.only else None)
    cursor.execute(f"DROP TABLE IF EXISTS {_STAGED}")
    cursor.execute(
        f"CREATE TEMPORARY TABLE {_STAGED} AS SELECT urn AS line, {', '.join((*_KEY, *_SAID))}, urn AS knows_name,"
        f" urn AS knows_date FROM {_HELD} WHERE 1 = 0"
    )
    fill(cursor, _STAGED, _COLUMNS, reader, texts=("linked_name",))
    lock(cursor, _HELD)
    staged, added, changed = _compare(cursor)
    outcome.added += added
    outcome.changed += changed
    outcome.unchanged += staged - added - changed
    _note(cursor, outcome)
    _write(cursor, work)
    for table in (_STAGED, _INCOMING):
        cursor.execute(f"DROP TABLE {table}")


def urns_of(code: str) -> frozenset[int]:
    """URNs of the schools that are held of an authority."""
    return frozenset(School.objects.filter(authority__code=code).values_list("urn", flat=True))


class _Reader:
    """The links of a file; of these schools only, where `urns` says which."""

    def __init__(self, source: CsvFile, file: FileRead, outcome: Outcome, urns: Collection[int] | None) -> None:
        self._columns = Columns(
            source,
            file,
            outcome,
            what="a list of links from GIAS",
            needed=(URN, LINK_URN, KIND),
            wanted=(NAME, ESTABLISHED),
        )
        self._urns = urns
        self._lines: dict[tuple[int, int, str], int] = {}

    def __iter__(self) -> Iterator[Row]:
        return self._columns.rows(self._row)

    def _row(self, record: Record) -> Row | None:
        columns = self._columns
        urn = columns.need(record, URN, urn_of)
        if self._urns is not None and urn not in self._urns:
            return None
        linked, kind = columns.need(record, LINK_URN, urn_of), columns.need(record, KIND, _read_kind)
        self._refuse(record, urn, linked, kind)
        columns.note_length(record)
        name, on = columns.take(record, NAME, _read_name), columns.take(record, ESTABLISHED, day)
        said_name, said_on = ("" if isinstance(name, Unknown) else name), (None if isinstance(on, Unknown) else on)
        knows = [not isinstance(value, Unknown) for value in (name, on)]
        return record.line, urn, linked, kind, said_name, said_on, int(knows[0]), int(knows[1])

    def _refuse(self, record: Record, urn: int, linked: int, kind: str) -> None:
        if urn == linked:
            raise RowLost(LINK_URN, f"School {urn} cannot be linked to itself.")
        first = self._lines.setdefault((urn, linked, kind), record.line)
        if first != record.line:
            raise RowLost(None, f"This link is on line {first} too. We use that row.")


_read_name = text_of(200)


def _read_kind(cell: str) -> str:
    kind = text_of(100)(cell)
    if not kind:
        raise Unreadable("The cell is empty. Every link needs a value here.")
    return kind


def _compare(cursor: CursorWrapper) -> tuple[int, int, int]:
    """Fill `_INCOMING` with what is new or differs, beside what is held; how many were staged, are new, and differ."""
    was = ", ".join(f"{name} AS was_{name}" for name in _SAID)
    columns = f"line, link_id, {', '.join((*_KEY, *_SAID))}, {', '.join(f'was_{name}' for name in _SAID)}"
    cursor.execute(f"DROP TABLE IF EXISTS {_INCOMING}")
    cursor.execute(
        f"CREATE TEMPORARY TABLE {_INCOMING} AS SELECT urn AS line, id AS link_id, {', '.join((*_KEY, *_SAID))}, {was}"
        f" FROM {_HELD} WHERE 1 = 0"
    )
    name = "CASE WHEN s.knows_name = 0 AND l.id IS NOT NULL THEN l.linked_name ELSE s.linked_name END"
    on = "CASE WHEN s.knows_date = 0 THEN l.established_on ELSE s.established_on END"
    cursor.execute(
        f"INSERT INTO {_INCOMING} ({columns}) SELECT s.line, l.id, s.urn, s.linked_urn, s.kind, {name}, {on},"
        f" l.linked_name, l.established_on FROM {_STAGED} s LEFT JOIN {_HELD} l ON l.urn = s.urn"
        f" AND l.linked_urn = s.linked_urn AND l.kind = s.kind"
        f" WHERE l.id IS NULL OR l.linked_name <> {name} OR l.established_on {differs()} {on}"
    )
    cursor.execute(f"SELECT (SELECT COUNT(*) FROM {_STAGED}), COUNT(*), COUNT(link_id) FROM {_INCOMING}")
    staged, incoming, changed = cursor.fetchone()
    return staged, incoming - changed, changed


def _note(cursor: CursorWrapper, outcome: Outcome) -> None:
    """Changes first, since they are what somebody looks at before they confirm."""
    cursor.execute(
        f"SELECT urn, linked_urn, kind, link_id, was_linked_name, linked_name, was_established_on, established_on"
        f" FROM {_INCOMING} ORDER BY CASE WHEN link_id IS NULL THEN 1 ELSE 0 END, line"
    )
    while rows := cursor.fetchmany(1_000):
        for urn, linked, kind, held, *said in rows:
            changes = [] if held is None else _in_words(*said)
            outcome.note(ADDED if held is None else CHANGED, f"{urn}: {kind} {linked}", changes)


def _in_words(name: str, new_name: str, on: Any, new_on: Any) -> list[tuple[str, str, str]]:
    pairs = [("Linked name", name, new_name), ("Established on", _day_in_words(on), _day_in_words(new_on))]
    return [each for each in pairs if each[1] != each[2]]


def _day_in_words(on: date | str | None) -> str:
    """SQLite knows no dates."""
    return uk_date(date.fromisoformat(str(on))) if on else ""


def _write(cursor: CursorWrapper, work: Work) -> None:
    columns = ", ".join((*_KEY, *_SAID))
    # WHERE keeps SQLite from taking ON for a join's.
    cursor.execute(
        f"INSERT INTO {_HELD} ({columns}) SELECT {columns} FROM {_INCOMING} WHERE 1 = 1 ORDER BY line"
        f" ON CONFLICT ({', '.join(_KEY)}) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _SAID)}"
    )
    known = {name: (f"CASE WHEN i.link_id IS NOT NULL THEN l.{name} END", f"l.{name}") for name in _KEY}
    changes = changes_sql(known | {name: (f"i.was_{name}", f"l.{name}") for name in _SAID})
    verb = "CASE WHEN i.link_id IS NULL THEN 'added' ELSE 'changed' END"
    source = f"{_INCOMING} i JOIN {_HELD} l ON l.urn = i.urn AND l.linked_urn = i.linked_urn AND l.kind = i.kind"
    insert_events(cursor, _acts(source, "1 = 1", verb, changes, "i.line"), by=work.by)


def _acts(source: str, where: str, verb: str, changes: str, order: str) -> Acts:
    """Acts on links, of which `source` has each as `l`."""
    return Acts(
        _LABEL,
        source=f"{source} LEFT JOIN schools_school o ON o.urn = l.urn WHERE {where}",
        verb=verb,
        subject_id="l.id",
        subject_name="l.urn || ': ' || l.kind || ' ' || l.linked_urn",
        school_id="o.id",
        changes=changes,
        order=order,
    )


def blockers_to_undoing(run_id: int) -> list[str]:
    """Why what an import did to links cannot be undone: each link that was changed since, as a sentence."""
    changed_since = " OR ".join(_changed_since(field) for field in _FIELDS.values())
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT e.subject_name FROM records_auditevent e LEFT JOIN {_HELD} l ON l.id = e.subject_id"
            f" WHERE e.run_id = %(run)s AND e.subject_kind = %(kind)s AND (l.id IS NULL OR {changed_since}) ORDER BY 1",
            {"run": run_id, "kind": _LABEL},
        )
        return [f"The link “{name}” was changed after this import." for (name,) in cursor.fetchall()]


def _changed_since(field: Field[Any, Any]) -> str:
    """SQL for whether a link differs from what the last event of the run that touched this field made of it."""
    later = (
        "SELECT 1 FROM records_auditevent later WHERE later.run_id = e.run_id AND later.subject_kind = e.subject_kind"
        f" AND later.subject_id = e.subject_id AND later.id > e.id AND {touches(field.name, 'later')}"
    )
    return f"({touches(field.name)} AND l.{field.name} {differs()} {value_after(field)} AND NOT EXISTS ({later}))"


def undo(cursor: CursorWrapper, run_id: int, work: Work, outcome: Outcome) -> tuple[int, int]:
    """Put every link as it was before an import, and take out those it added, each noted; how many of each.

    Raises `Blocked` with all reasons when a link was changed since.
    """
    lock(cursor, _HELD)
    if reasons := blockers_to_undoing(run_id):
        raise Blocked(reasons)
    _stage_undoing(cursor, run_id)
    _note_undoing(cursor, outcome)
    restored, removed = _leave_undoing_events(cursor, work)
    taken = ", ".join(f"{name} = (SELECT u.{name} FROM {_UNDONE} u WHERE u.link_id = {_HELD}.id)" for name in _SAID)
    cursor.execute(f"UPDATE {_HELD} SET {taken} WHERE id IN (SELECT link_id FROM {_UNDONE} WHERE added = 0)")
    cursor.execute(f"DELETE FROM {_HELD} WHERE id IN (SELECT link_id FROM {_UNDONE} WHERE added = 1)")
    cursor.execute(f"DROP TABLE {_UNDONE}")
    return restored, removed


def _stage_undoing(cursor: CursorWrapper, run_id: int) -> None:
    """Fill `_UNDONE` with each link as it was before the first event of the run that touched it.

    The joins are by primary keys, so that they cost the same whether or not the database has counted its rows yet.
    """
    firsts = ", ".join(f"MIN(CASE WHEN {touches(name)} THEN e.id END) AS first_{name}" for name in _SAID)
    touched = (
        f"SELECT e.subject_id, MAX(CASE WHEN e.verb = 'added' THEN 1 ELSE 0 END) AS added, {firsts}"
        " FROM records_auditevent e WHERE e.run_id = %(run)s AND e.subject_kind = %(kind)s GROUP BY e.subject_id"
    )
    joins = " ".join(f"LEFT JOIN records_auditevent e_{name} ON e_{name}.id = t.first_{name}" for name in _SAID)
    cursor.execute(f"DROP TABLE IF EXISTS {_UNDONE}")
    cursor.execute(
        f"CREATE TEMPORARY TABLE {_UNDONE} AS SELECT l.id AS link_id, t.added,"
        f" {', '.join(f'{_was(_FIELDS[name])} AS {name}' for name in _SAID)}"
        f" FROM ({touched}) t JOIN {_HELD} l ON l.id = t.subject_id {joins}",
        {"run": run_id, "kind": _LABEL},
    )
    cursor.execute(f"CREATE UNIQUE INDEX {_UNDONE}_link ON {_UNDONE} (link_id)")


def _was(field: Field[Any, Any]) -> str:
    event = f"e_{field.name}"
    return f"CASE WHEN {event}.id IS NULL THEN l.{field.name} ELSE {value_before(field, event)} END"


def _note_undoing(cursor: CursorWrapper, outcome: Outcome) -> None:
    """Before the links are written; what is put back goes first, as in an import."""
    cursor.execute(
        "SELECT l.urn, l.linked_urn, l.kind, u.added, l.linked_name, u.linked_name, l.established_on, u.established_on"
        f" FROM {_UNDONE} u JOIN {_HELD} l ON l.id = u.link_id WHERE u.added = 1 OR {_differing()}"
        " ORDER BY u.added, l.id"
    )
    while rows := cursor.fetchmany(1_000):
        for urn, linked, kind, added, *said in rows:
            outcome.note(REMOVED if added else CHANGED, f"{urn}: {kind} {linked}", [] if added else _in_words(*said))


def _leave_undoing_events(cursor: CursorWrapper, work: Work) -> tuple[int, int]:
    """Before the links are written, while both sides are there; how many are restored and removed."""
    source = f"{_UNDONE} u JOIN {_HELD} l ON l.id = u.link_id"
    back = {name: (f"l.{name}", f"u.{name}") for name in _SAID}
    gone = {name: (f"l.{name}", "NULL") for name in _FIELDS}
    restoring = _acts(source, f"u.added = 0 AND ({_differing()})", "'restored'", changes_sql(back), "l.id")
    removing = _acts(source, "u.added = 1", "'removed'", changes_sql(gone), "l.id")
    return insert_events(cursor, restoring, by=work.by), insert_events(cursor, removing, by=work.by)


def _differing() -> str:
    """SQL for whether a link differs from what it was."""
    return " OR ".join(f"l.{name} {differs()} u.{name}" for name in _SAID)
