"""The rows of a CSV file of term dates: each a term or a closure day, of the authority or of one school.

Columns go by name, in any order and case:

    Academic year   2026/27, 2026-27 or 2026
    Term            Autumn, Spring or Summer
    First day, Half-term first day, Half-term last day, Last day
    Closure day     a day of term without school; on a row of its own
    Reason          why
    URN, LAESTAB    either makes the row that school's own; empty, it is everybody's
"""

import csv
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from schoolimprove.calendar.reading import (
    DATE_FIELDS,
    YEARS,
    ClosureRead,
    Fault,
    TermRead,
    Unreadable,
    day_of,
    term_name_of,
    year_of,
)
from schoolimprove.lib.clock import uk_date
from schoolimprove.lib.years import academic_year
from schools.imports.core import cells
from schools.imports.core.csv_files import TERM_DATES, CsvFile, Record, Unusable, meant_for

YEAR, TERM, CLOSURE, REASON, URN, LAESTAB = "Academic year", "Term", "Closure day", "Reason", "URN", "LAESTAB"
TERM_COLUMNS = (YEAR, TERM, *DATE_FIELDS.values())
COLUMNS = (*TERM_COLUMNS, CLOSURE, REASON, URN, LAESTAB)
LONGEST_REASON = 200
_PLAIN = re.compile(r"[\W_]+")
_URN = re.compile(r"\d{5,7}", re.ASCII)
_LAESTAB = re.compile(r"(\d{3})[ /]?(\d{4})", re.ASCII)

T = TypeVar("T")


@dataclass(frozen=True)
class Place:
    """The school a row names: by URN, or by authority code and establishment number."""

    urn: int | None = None
    laestab: tuple[str, int] | None = None

    def __str__(self) -> str:
        if self.urn is not None:
            return f"URN {self.urn}"
        return "LAESTAB {}/{:04d}".format(*self.laestab) if self.laestab else ""


EVERYWHERE = Place()
Row = tuple[Place, TermRead | ClosureRead]


@dataclass
class Table:
    """The rows that can be identified; `faults` are what cannot be taken, and `rows` counts every record."""

    source: CsvFile
    rows: int = 0
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._places = _places(self.source)

    @property
    def has_closures(self) -> bool:
        return CLOSURE in self._places

    def read(self) -> list[Row]:
        found = [self._row(record) for record in self.source.records() if any(cell.strip() for cell in record.cells)]
        return [row for row in found if row is not None]

    def _row(self, record: Record) -> Row | None:
        self.rows += 1
        try:
            place, filled = self._place(record), self._filled(record)
            is_term = any(name in filled for name in (TERM, *DATE_FIELDS.values()))
            if is_term == (CLOSURE in filled):
                raise _Lost(None, _BOTH if is_term else _NEITHER)
            return place, self._term(record) if is_term else self._closure(record)
        except _Lost as fault:
            self.faults.append(Fault(record.line, fault.column, fault.reason, lost=True))
            return None

    def _filled(self, record: Record) -> set[str]:
        return {name for name in self._places if self._raw(record, name).strip()}

    def _term(self, record: Record) -> TermRead:
        year, name = self._needed(record, YEAR, year_of), self._needed(record, TERM, term_name_of)
        dates: dict[str, date] = {}
        for each, column in DATE_FIELDS.items():
            try:
                dates[each] = self._needed(record, column, day_of)
            except _Lost as fault:
                self.faults.append(Fault(record.line, column, fault.reason))
        return TermRead(record.line, year, name, dates)

    def _closure(self, record: Record) -> ClosureRead:
        day = self._needed(record, CLOSURE, day_of)
        if academic_year(day) not in YEARS:
            raise _Lost(CLOSURE, f"{uk_date(day)} is outside the years we record.")
        return ClosureRead(record.line, day, self._needed(record, REASON, cells.text_of(LONGEST_REASON)))

    def _place(self, record: Record) -> Place:
        """By URN where there is one; a row that names a school nobody can read is never everybody's."""
        for column, read in ((URN, _urn), (LAESTAB, _laestab)):
            if column in self._places and self._raw(record, column).strip():
                return self._needed(record, column, read)
        return EVERYWHERE

    def _needed(self, record: Record, column: str, read: Callable[[str], T]) -> T:
        try:
            text = cells.tidy(self._raw(record, column))
            if not text:
                raise Unreadable("The cell is empty.")
            return read(text)
        except (Unreadable, cells.Unreadable) as fault:
            raise _Lost(column, str(fault)) from None

    def _raw(self, record: Record, column: str) -> str:
        """What stands there; a row may end early."""
        place = self._places.get(column, len(record.cells))
        return record.cells[place] if place < len(record.cells) else ""


_BOTH = "The row has a term and a closure day. Give each its own row."
_NEITHER = "The row has neither a term nor a closure day."


class _Lost(Exception):
    """Why a row cannot be taken at all."""

    def __init__(self, column: str | None, reason: str) -> None:
        super().__init__(reason)
        self.column, self.reason = column, reason


def _places(source: CsvFile) -> dict[str, int]:
    """Column → where it stands; `Unusable` when the file is neither of terms nor of closure days."""
    known = {_plain(name): name for name in COLUMNS}
    named = [known.get(_plain(name), "") for name in source.header]
    places = {name: named.index(name) for name in named if name}
    if twice := next((name for name in places if named.count(name) > 1), ""):
        raise Unusable(f"{source.path.name} has the column {twice} twice.")
    if missing := _missing(places):
        other = meant_for(source.header, besides=TERM_DATES)
        raise Unusable(f"{source.path.name} is not a list of term dates. These columns are missing: {missing}.{other}")
    return places


def _missing(names: Iterable[str]) -> str:
    held = set(names)
    if TERM in held or CLOSURE not in held:
        return ", ".join(name for name in TERM_COLUMNS if name not in held)
    return "" if REASON in held else REASON


def _plain(name: str) -> str:
    return _PLAIN.sub("", name.casefold())


def _urn(text: str) -> Place:
    if not _URN.fullmatch(text):
        raise Unreadable(f"{cells.shown(text)} is not a URN of 5 to 7 digits.")
    return Place(urn=int(text))


def _laestab(text: str) -> Place:
    found = _LAESTAB.fullmatch(text)
    if not found:
        raise Unreadable(f"{cells.shown(text)} is not a LAESTAB such as 936/1234.")
    return Place(laestab=(found[1], int(found[2])))


EXAMPLES = (
    ("2026/27", "Autumn", "1 September 2026", "26 October 2026", "30 October 2026", "18 December 2026", "", "", "", ""),
    ("", "", "", "", "", "", "6 May 2027", "Polling day", "", ""),
    ("", "", "", "", "", "", "2 September 2026", "Staff training", "900001", ""),
)


def template() -> str:
    """A file to begin with: the columns, and invented rows to be replaced."""
    text = io.StringIO()
    csv.writer(text).writerows([COLUMNS, *EXAMPLES])
    return text.getvalue()
