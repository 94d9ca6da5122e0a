"""One run of the GIAS import: files in, the register changed in one transaction, an account of it out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from schoolimprove.lib import clock
from schoolimprove.policy.values import policy_value
from schoolimprove.records.actor import SYSTEM, Actor
from schoolimprove.records.transition import record_event
from schools.imports import register, staging
from schools.imports.files import CsvFile, Record, checksum, opened
from schools.imports.gias import KIND, URN, Layout, Problem, Reading
from schools.models import LocalAuthority
from schools.models.school import searchable
from schools.policy import PHASE_BY_TYPE

_KEY_PARTS = ("name", "establishment_number", "postcode")
_DATE_COLUMNS = {"opened_on": "OpenDate", "closed_on": "CloseDate"}


@dataclass(frozen=True)
class Rejection:
    """A row, or with a column one cell of it, that was not taken. `row` is a physical line; the header's is 1."""

    file: str
    row: int
    column: str | None
    reason: str


@dataclass
class FileRead:
    """One file of the run. `rows` are its records below the header; `seen` are its URNs, with their lines."""

    path: Path
    sha256: str
    encoding: str = ""
    rows: int = 0
    ignored: int = 0
    refused: int = 0
    seen: dict[int, int] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)


@dataclass
class Outcome:
    """What came of a run. `rejected` has every row and cell that was not taken; only a row without a URN or an
    authority of its own, or with a URN that an earlier row has, is lost as a whole."""

    files: list[FileRead] = field(default_factory=list)
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    vanished: list[int] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)

    @property
    def ignored(self) -> int:
        """Rows of other authorities than the one asked for."""
        return sum(each.ignored for each in self.files)

    def as_json(self) -> dict[str, Any]:
        return {
            "files": [
                {
                    "path": str(each.path),
                    "kind": KIND,
                    "sha256": each.sha256,
                    "encoding": each.encoding,
                    "rows": each.rows,
                }
                for each in self.files
            ],
            "added": self.added,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "ignored": self.ignored,
            "vanished": self.vanished,
            "rejected": [vars(each) for each in self.rejected],
        }


def import_gias(
    paths: Sequence[Path], *, only: str | None = None, by: Actor = SYSTEM, dry_run: bool = False
) -> Outcome:
    """Import files one after another, all or none; with `only`, the rows of one authority code.

    Raises `Unusable` when a file is not a list of establishments. A dry run does everything and undoes it.
    """
    outcome = Outcome()
    with transaction.atomic(), connection.cursor() as cursor:
        for path in paths:
            _import_file(cursor, path, only, by, outcome)
        outcome.vanished = _vanished(outcome.files)
        register.clear(cursor)
        outcome.rejected.sort(key=lambda each: (paths.index(Path(each.file)), each.row))
        transaction.set_rollback(dry_run)
    return outcome


def _import_file(cursor: CursorWrapper, path: Path, only: str | None, by: Actor, outcome: Outcome) -> None:
    with opened(path) as source:
        file = FileRead(path, checksum(path))
        layout = Layout(source.header, path.name, phases=policy_value(PHASE_BY_TYPE, on=clock.today()).phases)
        rows = _Rows(source, layout, file, outcome.rejected, only)
        staging.stage(cursor, rows)
        file.encoding = source.encoding
    outcome.files.append(file)
    _apply(cursor, layout, file, by, outcome)


def _apply(cursor: CursorWrapper, layout: Layout, file: FileRead, by: Actor, outcome: Outcome) -> None:
    register.lock(cursor)
    register.keep_unread(cursor, sorted(file.unread))
    _report_dates(cursor, layout, file, outcome)
    register.make_authorities(cursor, by)
    register.make_dioceses(cursor, by)
    register.make_districts(cursor, by)
    register.compare(cursor, layout.carried, by)
    register.write(cursor, by)
    tally = register.tally(cursor)
    outcome.added += sum(each.added for each in tally.values())
    outcome.changed += sum(each.changed for each in tally.values())
    outcome.unchanged += sum(each.unchanged for each in tally.values())
    _leave_events(tally, file, by)


def _report_dates(cursor: CursorWrapper, layout: Layout, file: FileRead, outcome: Outcome) -> None:
    blamed, lines = register.keep_dates_in_order(cursor, layout.carried)
    reason = "A school cannot close before it opens."
    outcome.rejected.extend(Rejection(str(file.path), line, _DATE_COLUMNS[blamed], reason) for line in lines)


def _leave_events(tally: dict[str, register.Held], file: FileRead, by: Actor) -> None:
    """One audit event for each authority in the file, which for an authority's own export is one."""
    for authority in LocalAuthority.objects.filter(code__in=tally):
        held = tally[authority.code]
        words = f"{file.path.name}: {held.added} added, {held.changed} changed, {held.unchanged} unchanged"
        record_event(authority, "imported", by=by, reason=words, changes={"sha256": [None, file.sha256]})


def _vanished(files: Sequence[FileRead]) -> list[int]:
    """Open here, in an authority code present in a file, and in no file."""
    codes = set[str]().union(*(each.codes for each in files))
    return [urn for urn in register.open_urns(codes) if not any(urn in each.seen for each in files)]


@dataclass
class _Rows:
    """The rows of a file for staging, in the order of `staging.COLUMNS`; what cannot be taken is noted on the way."""

    source: CsvFile
    layout: Layout
    file: FileRead
    rejected: list[Rejection]
    only: str | None

    def __iter__(self) -> Iterator[Sequence[Any]]:
        for record in self.source.records():
            self.file.rows += 1
            try:
                row = self._row(record)
            except Problem as problem:
                self.file.refused += 1
                self._note(record, problem)
            else:
                if row is not None:
                    yield row

    def _row(self, record: Record) -> Sequence[Any] | None:
        """None for a row of another authority than the one asked for."""
        urn, code = _or_problem(self.layout.urn, record), _or_problem(self.layout.la_code, record)
        first = record.line if isinstance(urn, Problem) else self.file.seen.setdefault(urn, record.line)
        if self.only is not None and isinstance(code, str) and code != self.only:
            self.file.ignored += 1
            return None
        if isinstance(urn, Problem):
            raise urn
        if isinstance(code, Problem):
            raise code
        if first != record.line:
            raise Problem(URN, f"URN {urn} is on line {first} already, and that row was taken.")
        return self._reading(record, urn, code)

    def _reading(self, record: Record, urn: int, code: str) -> Sequence[Any]:
        reading = self.layout.read(record)
        for problem in reading.problems:
            self._note(record, problem)
        self.file.codes.add(code)
        self.file.unread.update(reading.unread)
        return _staged(record.line, urn, code, self.layout.la_name(record), reading)

    def _note(self, record: Record, problem: Problem) -> None:
        self.rejected.append(Rejection(str(self.file.path), record.line, problem.column, problem.reason))


T = TypeVar("T")


def _or_problem(read: Callable[[Record], T], record: Record) -> T | Problem:
    try:
        return read(record)
    except Problem as problem:
        return problem


def _staged(line: int, urn: int, code: str, la_name: str, reading: Reading) -> Sequence[Any]:
    values = reading.values
    key = None
    if all(name in values for name in _KEY_PARTS):
        key = searchable(values["name"], urn, code, values["establishment_number"], values["postcode"])
    unread = f",{','.join(reading.unread)}," if reading.unread else ""
    named = [values.get(name) for name in staging.NAMED]
    return (line, urn, code, la_name, key, unread, *named, *map(values.get, staging.VALUES))
