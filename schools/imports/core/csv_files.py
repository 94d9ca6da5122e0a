"""CSV files as they come: one pass, whatever the encoding, each record with the physical line it starts on."""

import csv
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import NamedTuple

UTF8, UTF8_WITH_MARK, WINDOWS = "utf-8", "utf-8-sig", "windows-1252"
_MARK = "\ufeff"


class Unusable(Exception):
    """A file that cannot be imported; the message is one sentence."""


class Record(NamedTuple):
    """`line` is the physical line the record starts on; the header's is 1."""

    line: int
    cells: list[str]


class CsvFile:
    """An open file. `encoding` is known once every record was read; `header` at once, without spaces around names."""

    def __init__(self, path: Path, lines: Iterable[str]) -> None:
        self.path = path
        self.encoding = UTF8
        self._reader = csv.reader(self._decoded(lines))
        self._records = self._read()
        self.header = [name.strip() for name in next(self._records, Record(1, [])).cells]
        if not any(self.header):
            raise Unusable(f"{path.name} is empty.")

    def records(self) -> Iterator[Record]:
        """The records below the header; lines without anything on them are not records."""
        return self._records

    def _read(self) -> Iterator[Record]:
        line = 1
        try:
            for cells in self._reader:
                if cells:
                    yield Record(line, cells)
                line = self._reader.line_num + 1
        except csv.Error as error:
            raise Unusable(f"{self.path.name} cannot be read as CSV from line {line} on: {error}.") from None

    def _decoded(self, lines: Iterable[str]) -> Iterator[str]:
        """Line by line: UTF-8 where it can be, else Windows-1252, so that one wrong byte spoils one line at most.

        `lines` hold each byte as the character of that number. A byte that is neither becomes U+FFFD.
        """
        for number, line in enumerate(lines):
            if line.isascii():
                yield line
                continue
            text = self._decode(line.encode("latin-1"))
            if number == 0 and text.startswith(_MARK):
                self.encoding, text = UTF8_WITH_MARK, text.removeprefix(_MARK)
            yield text

    def _decode(self, line: bytes) -> str:
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError:
            self.encoding = WINDOWS
            return line.decode("cp1252", errors="replace")


@contextmanager
def opened(path: Path) -> Iterator[CsvFile]:
    """The file at `path`; `Unusable` when it cannot be read or holds nothing."""
    try:
        raw = path.open("rb")
    except OSError as error:
        raise Unusable(f"{path.name} cannot be read: {error.strerror}.") from None
    # Every line end there is ends a line, and no byte is refused.
    with raw, TextIOWrapper(raw, encoding="latin-1", newline="") as lines:
        yield CsvFile(path, lines)


def checksum(path: Path) -> str:
    """SHA-256 of the bytes, in hexadecimal."""
    with path.open("rb") as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()
