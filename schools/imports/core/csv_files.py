"""CSV files as they come: one pass, whatever the encoding, each record with the physical line it starts on.

A quotation mark too many makes one cell of many rows. Such a file is refused with the line, so that none is lost.
"""

import csv
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import NamedTuple

from schoolimprove.lib.text import visible
from schools.imports.core.unpacking import SAVE_AS, opened_bytes
from schools.imports.core.unpacking import Unusable as Unusable
from schools.imports.core.workbooks import WORKBOOK, lines_of

UTF8, UTF8_WITH_MARK, WINDOWS = "utf-8", "utf-8-sig", "windows-1252"
_MARK = "\ufeff"
APPOINTMENTS, TERM_DATES, SCHOOLS = "Appointments", "Term dates and closures", "Schools from GIAS"
CATEGORIES = "Categories"
_KINDS = {
    frozenset({"role", "from"}): ("appointments", APPOINTMENTS),
    frozenset({"academic year", "term"}): ("term dates", TERM_DATES),
    frozenset({"closure day"}): ("closures", TERM_DATES),
    frozenset({"la (code)", "establishmentname"}): ("schools", SCHOOLS),
    frozenset({"category", "effective_on"}): ("categories", CATEGORIES),
    frozenset({"urn", "linkurn"}): ("links between schools", SCHOOLS),
}
"""Columns → what a file with them is, and what to choose for it."""
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


class Record(NamedTuple):
    """`line` is the physical line the record starts on; the header's is 1."""

    line: int
    cells: list[str]


class CsvFile:
    """An open file. `encoding` is known once every record was read; `header` at once, without spaces around names.

    `called` has what the file itself calls a column of `header` that was given another name.
    """

    def __init__(self, path: Path, lines: Iterable[str], *, encoding: str = UTF8) -> None:
        self.path = path
        self.encoding = encoding
        self.header: list[str] = []
        self.called: dict[str, str] = {}
        self._line = 1
        self._lines: list[str] = []
        self._reader = csv.reader(self._decoded(lines))
        self._records = self._read()
        self.header = [name.strip() for name in next(self._records, Record(1, [])).cells]
        if not any(self.header):
            raise Unusable(f"{path.name} is empty.")
        self._refuse_separator()

    def records(self) -> Iterator[Record]:
        """The records below the header; lines without anything on them are not records."""
        return self._records

    def change_cells(self, header: list[str], change: Callable[[list[str]], list[str] | None]) -> None:
        """Read the file under another header, each record's cells as `change` makes them, without those it drops."""
        records = self._records
        self.header = header
        changed = ((record.line, change(record.cells)) for record in records)
        self._records = (Record(line, cells) for line, cells in changed if cells is not None)

    def _read(self) -> Iterator[Record]:
        try:
            for cells in self._reader:
                if len(self._lines) > 1:
                    self._refuse_swallowed(cells)
                if cells:
                    yield Record(self._line, cells)
                self._line = self._reader.line_num + 1
                self._lines.clear()
        except csv.Error as error:
            if len(self._lines) > 1:
                raise self._unclosed() from None
            raise Unusable(f"{self.path.name} cannot be read as CSV from line {self._line} on: {error}.") from None

    def _refuse_swallowed(self, cells: list[str]) -> None:
        """`Unusable` when a record over several lines is no record with line breaks, but rows one of which has a
        quotation mark too many.
        """
        try:
            list(csv.reader(self._lines, strict=True))
        except csv.Error:
            raise self._unclosed() from None
        first, *others = (line.count(",") for line in self._lines)
        separators = len(self.header) - 1
        # A row with all its cells has text with many commas in it before it has another row; one without, half as many.
        enough = separators if len(cells) == len(self.header) else separators // 2 + 1
        if separators > 0 and first >= enough and max(others) >= enough:
            raise self._unclosed()

    def _unclosed(self) -> Unusable:
        return Unusable(
            f"{self.path.name} cannot be read as CSV from line {self._line} because a quotation mark is not closed. "
            "Remove or close the mark, put each cell on one line, and import the file again."
        )

    def _refuse_separator(self) -> None:
        header = ",".join(self.header)
        for sign, name in _SEPARATORS.items():
            if header.count(sign) > header.count(","):
                raise Unusable(f"{self.path.name} has {name} between the cells. We need commas. {SAVE_AS}.")

    def _decoded(self, lines: Iterable[str]) -> Iterator[str]:
        """Line by line: UTF-8 where it can be, else Windows-1252, so that one wrong byte spoils one line at most.

        `lines` hold each byte as the character of that number. A byte that is neither becomes U+FFFD. Invisible
        characters are left out, so that a code or an address copied from a web page is the one that was meant.
        """
        keep = self._lines.append
        for number, line in enumerate(lines):
            text = line
            if not line.isascii():
                text = self._decode(line.encode("latin-1"))
                if number == 0 and text.startswith(_MARK):
                    self.encoding, text = UTF8_WITH_MARK, text.removeprefix(_MARK)
                text = visible(text)
            keep(text)
            yield text
        if self._lines:
            # The reader asks for more in the middle of a record.
            raise self._unclosed()

    def _decode(self, line: bytes) -> str:
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError:
            self.encoding = WINDOWS
            return line.decode("cp1252", errors="replace")


def meant_for(header: Sequence[str], *, besides: str) -> str:
    """What else a file with these columns is, as a sentence to add to a refusal; empty where that is not clear."""
    names = {" ".join(name.replace("-", " ").casefold().split()) for name in header}
    for needed, (what, choose) in _KINDS.items():
        if needed <= names and choose != besides:
            return f" It is a list of {what}: import it as {choose}."
    return ""


@contextmanager
def opened(path: Path) -> Iterator[CsvFile]:
    """The table at `path`, unpacked, or a workbook's; `Unusable` when it is none, cannot be read or holds nothing."""
    with opened_bytes(path) as (raw, is_workbook):
        if is_workbook:
            yield CsvFile(path, lines_of(raw, path.name), encoding=WORKBOOK)
            return
        # Every line end there is ends a line, and no byte is refused.
        with TextIOWrapper(raw, encoding="latin-1", newline="") as lines:
            yield CsvFile(path, lines)


def checksum(path: Path) -> str:
    """SHA-256 of the bytes, in hexadecimal."""
    with path.open("rb") as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()
