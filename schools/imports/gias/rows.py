"""The rows of a GIAS file for staging, with what cannot be taken noted on the way."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from schools.imports.core.csv_files import CsvFile, Record
from schools.imports.core.outcome import FileRead, Rejection
from schools.imports.gias import staging
from schools.imports.gias.layout import URN, Layout
from schools.imports.gias.whole_columns import Problem, Reading
from schools.register.models.school import searchable_of_each

AT_ONCE = 1_000
_KEY_PARTS = ("name", "establishment_number", "postcode")


@dataclass(frozen=True)
class _Taken:
    """Records that are taken, with what identifies them: lists of one length."""

    records: list[Record]
    urns: list[int]
    codes: list[str]


@dataclass
class Rows:
    """The rows of a file, in the order of `staging.COLUMNS`."""

    source: CsvFile
    layout: Layout
    file: FileRead
    rejected: list[Rejection]
    only: str | None
    ours: Collection[int] = ()
    """URNs of the schools that are held of the one authority asked for."""

    def __iter__(self) -> Iterator[Sequence[Any]]:
        for columns in self.columns():
            yield from zip(*columns, strict=True)

    def columns(self) -> Iterator[list[Sequence[Any]]]:
        """Some thousand rows at a time, as a list of columns."""
        remaining = iter(self.source.records())
        while records := list(islice(remaining, AT_ONCE)):
            refused: list[tuple[Record, Problem]] = []
            taken = self._taken(records, refused)
            reading = self.layout.read(taken.records)
            noted = [(taken.records[at], problem) for at, some in reading.problems.items() for problem in some]
            self._note([*refused, *noted])
            self.file.unread.update(*reading.unread.values())
            yield _staged(taken, self.layout.la_names(taken.records), reading)

    def _taken(self, records: Sequence[Record], refused: list[tuple[Record, Problem]]) -> _Taken:
        """Without the rows of other authorities than the one asked for, and without those that are refused."""
        taken = _Taken([], [], [])
        self.file.rows += len(records)
        urns, codes = self.layout.urns(records), self.layout.la_codes(records)
        for record, urn, code in zip(records, urns, codes, strict=True):
            first = record.line if isinstance(urn, Problem) else self.file.seen.setdefault(urn, record.line)
            if self.only is not None and isinstance(code, str) and code != self.only:
                self.file.ignored += 1
                if isinstance(urn, int) and urn in self.ours:
                    self.file.elsewhere[urn] = code
            elif isinstance(urn, Problem):
                refused.append((record, urn))
            elif isinstance(code, Problem):
                refused.append((record, code))
            elif first != record.line:
                refused.append((record, Problem(URN, f"URN {urn} is on line {first} too. We use that row.")))
            else:
                taken.records.append(record)
                taken.urns.append(urn)
                taken.codes.append(code)
        self.file.refused += len(refused)
        self.file.codes.update(taken.codes)
        return taken

    def _note(self, problems: list[tuple[Record, Problem]]) -> None:
        path = str(self.file.path)
        for record, problem in sorted(problems, key=lambda each: each[0].line):
            column = self.source.called.get(problem.column or "", problem.column)
            self.rejected.append(Rejection(path, record.line, column, problem.reason))


def _staged(taken: _Taken, la_names: list[str], reading: Reading) -> list[Sequence[Any]]:
    nothing = [None] * len(taken.records)
    unread = [""] * len(taken.records)
    for at, fields in reading.unread.items():
        unread[at] = f",{','.join(fields)},"
    lines = [record.line for record in taken.records]
    read = [reading.values.get(name, nothing) for name in (*staging.NAMED, *staging.VALUES)]
    return [lines, taken.urns, taken.codes, la_names, _search_keys(taken, reading), unread, *read]


def _search_keys(taken: _Taken, reading: Reading) -> Sequence[str | None]:
    """None where a part of the key is not the file's to say."""
    names, numbers, postcodes = (reading.values.get(name) for name in _KEY_PARTS)
    if names is None or numbers is None or postcodes is None:
        return [None] * len(taken.records)
    named, coded = [name or "" for name in names], [postcode or "" for postcode in postcodes]
    keys: list[str | None] = [*searchable_of_each(named, taken.urns, taken.codes, numbers, coded)]
    for at, fields in reading.unread.items():
        if not set(_KEY_PARTS).isdisjoint(fields):
            keys[at] = None
    return keys
