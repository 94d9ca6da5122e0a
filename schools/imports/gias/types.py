"""The list of establishment types as GIAS publishes it; what it says goes before the list that is shipped."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.backends.utils import CursorWrapper

from schoolimprove.records.actor import Actor
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked, record_event, save_changes
from schools.imports.core.cells import Unreadable, shown, text_of
from schools.imports.core.csv_files import CsvFile, Record
from schools.imports.core.outcome import ADDED, CHANGED, REMOVED, Change, FileRead, Outcome
from schools.imports.core.registry import Work
from schools.imports.core.sheet import Columns, RowLost, Unknown
from schools.imports.gias.tables import lock
from schools.register.establishments import TYPES
from schools.register.models.places import EstablishmentType

CODE, NAME = "type-of-establishment-code", "type-of-establishment-name"
GROUP_CODE, GROUP_NAME = "establishment-type-group-code", "establishment-type-group-name"
_LABEL = EstablishmentType._meta.label_lower
_TABLE = EstablishmentType._meta.db_table
_LABELS = {"name": "Name", "group_code": "Group code", "group_name": "Group"}
Values = dict[str, Any]


def known_types() -> Mapping[str, str]:
    """Code → name of every type: as shipped, and before that as GIAS's list was imported. One query."""
    return {**TYPES, **dict(EstablishmentType.objects.values_list("code", "name"))}


def take(cursor: CursorWrapper, source: CsvFile, file: FileRead, work: Work, outcome: Outcome) -> None:
    """Take a list of types in. It is one for all authorities, so that `work.only` leaves nothing of it out."""
    taking = _Taking(source, file, outcome, work.by)
    lock(cursor, _TABLE)
    taking.held.update({each.code: each for each in EstablishmentType.objects.all()})
    for came_of_it in taking.columns.rows(taking.row):
        setattr(outcome, came_of_it, getattr(outcome, came_of_it) + 1)


class _Taking:
    """A file being taken in; `lines` is where each code was first, and what was said there."""

    def __init__(self, source: CsvFile, file: FileRead, outcome: Outcome, by: Actor) -> None:
        self.columns = Columns(
            source,
            file,
            outcome,
            what="a list of types of establishment from GIAS",
            needed=(CODE, NAME),
            wanted=(GROUP_CODE, GROUP_NAME),
        )
        self.held: dict[str, EstablishmentType] = {}
        self._lines: dict[str, tuple[int, Values]] = {}
        self._outcome, self._by = outcome, by

    def row(self, record: Record) -> str:
        """What came of a row, as the outcome counts it."""
        code = self.columns.need(record, CODE, _read_code)
        self.columns.note_length(record)
        said = self._values(record)
        if code in self._lines:
            return _repeated(code, said, *self._lines[code])
        came_of_it = self._change(self.held[code], said) if code in self.held else self._add(code, said)
        self._lines[code] = (record.line, said)
        return came_of_it

    def _values(self, record: Record) -> Values:
        """The fields that the row has something to say of."""
        cells = {
            "name": self.columns.take(record, NAME, _read_name),
            "group_code": self.columns.take(record, GROUP_CODE, text_of(3)),
            "group_name": self.columns.take(record, GROUP_NAME, text_of(100)),
        }
        return {name: value for name, value in cells.items() if not isinstance(value, Unknown)}

    def _add(self, code: str, said: Values) -> str:
        values = {"name": TYPES.get(code, ""), **said}
        if not values["name"]:
            raise RowLost(None, f"Type {code} is new, so it needs a name.")
        made = EstablishmentType(code=code, **values, created_by=self._by.user, updated_by=self._by.user)
        made.save()
        record_event(
            made,
            "added",
            by=self._by,
            changes={name: [None, value] for name, value in {"code": code, **values}.items()},
        )
        self._show(made, [])
        return "added"

    def _change(self, held: EstablishmentType, said: Values) -> str:
        before = {name: getattr(held, name) for name in said}
        differing = {name: value for name, value in said.items() if value != before[name]}
        if not differing:
            return "unchanged"
        self._show(held, [(_LABELS[name], before[name], value) for name, value in differing.items()])
        save_changes(held, "changed", by=self._by, seen_version=held.version, **differing)
        return "changed"

    def _show(self, kind: EstablishmentType, changes: list[tuple[str, str, str]]) -> None:
        self._outcome.note(CHANGED if changes else ADDED, str(kind), changes)


def _repeated(code: str, said: Values, line: int, first: Values) -> str:
    """A code stands there once for each further-education name it goes with, and says the same each time."""
    if any(first.get(name, value) != value for name, value in said.items()):
        raise RowLost(CODE, f"Type {code} is on line {line} too, with another name. We use that row.")
    return "unchanged"


def _read_code(cell: str) -> str:
    text = cell.strip()
    if not (1 <= len(text) <= 3 and text.isascii() and text.isdigit()):
        raise Unreadable(f"{shown(text)} is not the code of a type, which is a number of one to three digits.")
    return text.zfill(2)


def _read_name(cell: str) -> str:
    name = text_of(100)(cell)
    if not name:
        raise Unreadable("The cell is empty. Every type needs a name.")
    return name


@dataclass
class _Touched:
    """What an import did to one type: whether it added it, what each field was before, and what it left there."""

    name: str
    added: bool = False
    before: Values = field(default_factory=dict)
    after: Values = field(default_factory=dict)

    def back(self) -> list[Change]:
        """In words, from what the import left to what was before."""
        pairs = [(_LABELS[name], self.after[name], before) for name, before in self.before.items()]
        return [each for each in pairs if each[1] != each[2]]


def blockers_to_undoing(run_id: int) -> list[str]:
    """Why what an import did to types cannot be undone: each type that was changed since, as a sentence."""
    touched = _touched(run_id)
    held = EstablishmentType.objects.in_bulk(list(touched))
    return [
        f"The type “{each.name}” was changed after this import."
        for pk, each in touched.items()
        if pk not in held or any(getattr(held[pk], name) != value for name, value in each.after.items())
    ]


def _touched(run_id: int) -> dict[int, _Touched]:
    touched: dict[int, _Touched] = {}
    for event in AuditEvent.objects.of_run(run_id).filter(subject_kind=_LABEL):
        each = touched.setdefault(event.subject_id, _Touched(event.subject_name))
        each.added |= event.verb == "added"
        for name, (before, after) in event.changes.items():
            each.before.setdefault(name, before)
            each.after[name] = after
    return touched


def undo(cursor: CursorWrapper, run_id: int, work: Work, outcome: Outcome) -> tuple[int, int]:
    """Put every type as it was before an import, and take out those it added, each noted; how many of each.

    Raises `Blocked` with all reasons when a type was changed since.
    """
    lock(cursor, _TABLE)
    if reasons := blockers_to_undoing(run_id):
        raise Blocked(reasons)
    touched = _touched(run_id)
    held = EstablishmentType.objects.in_bulk(list(touched))
    for pk, each in touched.items():
        outcome.note(REMOVED if each.added else CHANGED, str(held[pk]), [] if each.added else each.back())
        (_remove if each.added else _restore)(held[pk], each, work.by)
    removed = sum(each.added for each in touched.values())
    return len(touched) - removed, removed


def _remove(held: EstablishmentType, touched: _Touched, by: Actor) -> None:
    record_event(held, "removed", by=by, changes={name: [value, None] for name, value in touched.after.items()})
    held.delete()


def _restore(held: EstablishmentType, touched: _Touched, by: Actor) -> None:
    save_changes(held, "restored", by=by, seen_version=held.version, **touched.before)
