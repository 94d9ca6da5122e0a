"""A file read by the names of its columns, with what cannot be taken noted on the way.

For the small files of GIAS; `gias` is the layout of the large one, where each row costs.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from schools.imports.core.cells import Unreadable, shown, tidy
from schools.imports.core.csv_files import CsvFile, Record, Unusable
from schools.imports.core.outcome import FileRead, Outcome, Rejection

T = TypeVar("T")


class RowLost(Exception):
    """Why a row cannot be taken at all. `column` is None when it is about the whole row."""

    def __init__(self, column: str | None, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


class Unknown:
    """What a cell says that is not there or cannot be read: nothing, so that what is held stays."""


UNKNOWN = Unknown()


class Columns:
    """A file with the columns `needed`, and perhaps those `wanted`; what it is else is called `what`.

    Case and order of the columns do not matter. Raises `Unusable` when one that is needed is missing, or one of
    either stands there twice.
    """

    def __init__(
        self,
        source: CsvFile,
        file: FileRead,
        outcome: Outcome,
        *,
        what: str,
        needed: Sequence[str],
        wanted: Sequence[str],
    ) -> None:
        self._source, self._file, self._outcome = source, file, outcome
        self._at = {name.casefold(): at for at, name in enumerate(source.header)}
        self._width = len(source.header)
        self._refuse_missing(what, needed)
        self._refuse_twice([*needed, *wanted])

    def _refuse_missing(self, what: str, needed: Sequence[str]) -> None:
        missing = [name for name in needed if name.casefold() not in self._at]
        if missing:
            columns = "column" if len(missing) == 1 else "columns"
            names = " and ".join(filter(None, [", ".join(missing[:-1]), missing[-1]]))
            raise Unusable(f"{self._source.path.name} is not {what}: it has no {columns} {names}.")

    def _refuse_twice(self, names: Sequence[str]) -> None:
        counted = Counter(name.casefold() for name in self._source.header)
        twice = [name for name in names if counted[name.casefold()] > 1]
        if twice:
            where = f"{self._source.path.name} has the column {twice[0]} more than once"
            raise Unusable(f"{where}. Keep one of them.")

    def rows(self, read: Callable[[Record], T | None]) -> Iterator[T]:
        """What `read` makes of each record; it raises `RowLost`, or gives None for a row to be left alone."""
        for record in self._source.records():
            self._file.rows += 1
            try:
                row = read(record)
            except RowLost as lost:
                self._file.refused += 1
                self._note(record, lost.column, lost.reason)
            else:
                self._file.ignored += row is None
                if row is not None:
                    yield row
        self._file.encoding = self._source.encoding

    def need(self, record: Record, column: str, read: Callable[[str], T]) -> T:
        """The value of a cell that identifies its row; `RowLost` when it cannot be read."""
        try:
            return read(self._cell(record, column) or "")
        except Unreadable as error:
            raise RowLost(column, str(error)) from None

    def take(self, record: Record, column: str, read: Callable[[str], T]) -> T | Unknown:
        """The value of any other cell; one that cannot be read is noted."""
        cell = self._cell(record, column)
        if cell is None:
            return UNKNOWN
        try:
            return read(cell)
        except Unreadable as error:
            self._note(record, column, str(error))
            return UNKNOWN

    def _cell(self, record: Record, column: str) -> str | None:
        at = self._at.get(column.casefold(), len(record.cells))
        return record.cells[at] if at < len(record.cells) else None

    def note_length(self, record: Record) -> None:
        """Note a row that is shorter than the header, or has more in it than the header has columns for."""
        width = len(record.cells)
        if width < self._width or any(cell.strip() for cell in record.cells[self._width :]):
            lengths = f"The row has {width} cells and the header has {self._width}"
            self._note(record, None, f"{lengths}. We use only the cells that match a column.")

    def _note(self, record: Record, column: str | None, reason: str) -> None:
        self._outcome.rejected.append(Rejection(str(self._file.path), record.line, column, reason))


def urn_of(cell: str) -> int:
    """Reads a URN."""
    text = tidy(cell)
    if not (5 <= len(text) <= 7 and text.isascii() and text.isdigit() and text[0] != "0"):
        raise Unreadable(f"{shown(text)} is not a URN of 5 to 7 digits.")
    return int(text)
