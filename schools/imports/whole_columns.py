"""Column by column: what the records of a file say, each different cell read once."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import itemgetter
from typing import Any

from schools.imports.cells import Column, Unreadable
from schools.imports.files import Record


@dataclass(frozen=True)
class Part:
    """A piece of a row: from the cells of `columns`, in that order, a value for each of `fields`.

    Of several columns one is enough; `read` is given an empty cell for one that the file does not have. With one
    field `read` returns its value, else a tuple. It is pure, and remembered where files say the same over and over.
    Where they hardly ever do, `read_plain` reads a whole column at once, or nothing.
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


@dataclass(frozen=True)
class Planned:
    part: Part
    positions: tuple[int, ...]

    @property
    def is_carried(self) -> bool:
        return any(at != ABSENT for at in self.positions)

    def is_within(self, row: Sequence[str]) -> bool:
        return max(self.positions) < len(row)

    def read(self, batch: Batch, reading: Reading) -> None:
        columns = [batch.column(at) for at in self.positions]
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
        """Each different cell, or where there are several columns each different pair, once."""
        cells: list[Any] = columns[0] if len(columns) == 1 else list(zip(*columns, strict=True))
        values, refused = self._read_different(set(cells))
        for name, said in zip(self.part.fields, values, strict=True):
            reading.values[name] = list(map(said.__getitem__, cells))
        if refused:
            self._refuse(cells, refused, set(self._out_of_reach(batch)), reading)

    def _read_different(self, cells: Collection[Any]) -> tuple[list[dict[Any, Any]], dict[Any, str]]:
        """For each field what each cell says, None where it cannot be read; and why it cannot."""
        read = self.part.read if len(self.positions) == 1 else partial(_apart, self.part.read)
        said, refused = {}, {}
        for cell in cells:
            try:
                said[cell] = read(cell)
            except Unreadable as error:
                refused[cell] = str(error)
        fields = len(self.part.fields)
        values = [said] if fields == 1 else [{cell: got[n] for cell, got in said.items()} for n in range(fields)]
        return [each | dict.fromkeys(refused) for each in values], refused

    def _refuse(self, cells: list[Any], refused: dict[Any, str], out_of_reach: set[int], reading: Reading) -> None:
        for at, cell in enumerate(cells):
            if cell in refused and at not in out_of_reach:
                reading.leave(at, self.part.fields)
                reading.note(at, Problem(self._culprit(cell), refused[cell]))

    def _culprit(self, cell: Any) -> str:
        """The column to name when the part cannot be read: the first that has something in it."""
        cells = (cell,) if len(self.positions) == 1 else cell
        columns = zip(self.part.columns, self.positions, cells, strict=True)
        given = [(column, cell) for column, at, cell in columns if at != ABSENT]
        return next((column for column, cell in given if cell.strip()), given[0][0])


def _apart(read: Callable[..., Any], cells: tuple[str, ...]) -> Any:
    return read(*cells)
