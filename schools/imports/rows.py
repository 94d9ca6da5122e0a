"""The rows of a GIAS file for staging, with what cannot be taken noted on the way."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from schools.imports import staging
from schools.imports.files import CsvFile, Record
from schools.imports.gias import URN, Layout, Problem, Reading
from schools.imports.outcome import FileRead, Rejection
from schools.models.school import searchable

_KEY_PARTS = ("name", "establishment_number", "postcode")


@dataclass
class Rows:
    """The rows of a file, in the order of `staging.COLUMNS`."""

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
