"""Column by column: what the records of a file say, each different cell read once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import itemgetter
from typing import Any

from schools.imports.core.cells import Column, Unreadable
from schools.imports.core.csv_files import Record


@dataclass(frozen=True)
class Part:
    """A piece of a row: from the cells of `columns`, in that order, a value for each of `fields`.

    Of several columns one is enough; `read` is given an empty cell for one that the file does not have. With one
    field `read` returns its value, else a tuple. It is pure, and what it said is remembered. For a column in which
    hardly any two cells are alike, `read_plain` reads all of them at once, or nothing.
    """

    fields: tuple[str, ...]
    columns: tuple[str, ...]
    read: Callable[..., Any]
    read_plain: Column | None = None


@dataclass(frozen=True)
class Problem:
    """What was not taken from a row, and why. `column` is None when it is about the whole row."""

    column: str | None
    reason: str


@dataclass
class Reading:
    """What some records say, each known by its place among them.

    `values` has a column for every field that was read, with None where a record's cell was not. `unread` are the
    fields that the file has and we could not read, which keep what is held.
    """

    values: dict[str, list[Any]] = field(default_factory=dict)
    unread: dict[int, list[str]] = field(default_factory=dict)
    problems: dict[int, list[Problem]] = field(default_factory=dict)

    def leave(self, at: int, fields: Sequence[str]) -> None:
        self.unread.setdefault(at, []).extend(fields)

    def note(self, at: int, problem: Problem) -> None:
        self.problems.setdefault(at, []).append(problem)


_REMEMBERED = 4096
ABSENT = -1
"""The position of a column that the file does not have."""


class Batch:
    """Records side by side, those of another width than the header's made as wide; `ragged` has what they were."""

    def __init__(self, records: Sequence[Record], width: int) -> None:
        self.rows = [record.cells for record in records]
        self.ragged = {at: row for at, row in enumerate(self.rows) if len(row) != width}
        for at, row in self.ragged.items():
            self.rows[at] = [*row[:width], *[""] * (width - len(row))]

    def column(self, position: int) -> list[str]:
        return [""] * len(self.rows) if position == ABSENT else list(map(itemgetter(position), self.rows))


class _Said(dict[Any, Any]):
    """What each cell says, or for a part with several columns each tuple of cells, read when it is first asked for.

    None where it cannot be read, and then `refused` has why.
    """

    def __init__(self, read: Callable[[Any], Any]) -> None:
        super().__init__()
        self.read = read
        self.refused: dict[Any, str] = {}

    def __missing__(self, cell: Any) -> Any:
        try:
            self[cell] = self.read(cell)
        except Unreadable as error:
            self[cell], self.refused[cell] = None, str(error)
        return self[cell]


class Planned:
    """A part with the positions of its columns in one file."""

    def __init__(self, part: Part, positions: tuple[int, ...]) -> None:
        self.part = part
        self._positions = positions
        self._read = part.read if len(positions) == 1 else partial(_apart, part.read)
        self._said = _Said(self._read)

    @property
    def is_carried(self) -> bool:
        return any(at != ABSENT for at in self._positions)

    @property
    def last(self) -> int:
        """The position of its last column."""
        return max(self._positions)

    def tells(self, row: Sequence[str]) -> bool:
        """Whether a row has something there."""
        return any(at != ABSENT and row[at].strip() for at in self._positions)

    def is_within(self, row: Sequence[str]) -> bool:
        return self.last < len(row)

    def read(self, batch: Batch, reading: Reading) -> None:
        columns = [batch.column(at) for at in self._positions]
        plain = self.part.read_plain(columns[0]) if self.part.read_plain else None
        if plain is None:
            self._read_each(batch, columns, reading)
        else:
            reading.values[self.part.fields[0]] = plain
        for at in self._out_of_reach(batch):
            for name in self.part.fields:
                reading.values[name][at] = None

    def _out_of_reach(self, batch: Batch) -> list[int]:
        return [at for at, row in batch.ragged.items() if not self.is_within(row)]

    def _read_each(self, batch: Batch, columns: list[list[str]], reading: Reading) -> None:
        cells: list[Any] = columns[0] if len(columns) == 1 else list(zip(*columns, strict=True))
        said = self._remembered()
        values = list(map(said.__getitem__, cells))
        fields = self.part.fields
        if len(fields) == 1:
            reading.values[fields[0]] = values
        else:
            for number, name in enumerate(fields):
                reading.values[name] = [None if got is None else got[number] for got in values]
        if said.refused:
            self._refuse(cells, said.refused, set(self._out_of_reach(batch)), reading)

    def _remembered(self) -> _Said:
        """From one batch to the next, but not without end, and nothing that was refused, which may be long."""
        if len(self._said) > _REMEMBERED or self._said.refused:
            self._said = _Said(self._read)
        return self._said

    def _refuse(self, cells: list[Any], refused: dict[Any, str], out_of_reach: set[int], reading: Reading) -> None:
        for at, cell in enumerate(cells):
            if cell in refused and at not in out_of_reach:
                reading.leave(at, self.part.fields)
                reading.note(at, Problem(self._culprit(cell), refused[cell]))

    def _culprit(self, cell: Any) -> str:
        """The column to name when the part cannot be read: the first that has something in it."""
        cells = (cell,) if len(self._positions) == 1 else cell
        columns = zip(self.part.columns, self._positions, cells, strict=True)
        given = [(column, cell) for column, at, cell in columns if at != ABSENT]
        return next((column for column, cell in given if cell.strip()), given[0][0])


def _apart(read: Callable[..., Any], cells: tuple[str, ...]) -> Any:
    return read(*cells)
