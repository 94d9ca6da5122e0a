"""What kind of file a file is, by its first bytes: tables are opened, also packed ones, anything else is named.

An officer uploads by mistake a web page, an old Excel file or a zip of several. Each is refused with what it is and
what to do. What is packed is unpacked while it is read, and no further than `LARGEST_UNPACKED`.
"""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any, NamedTuple

LARGEST = 200 * 1024 * 1024
"""Bytes of one file; the whole of England's register is about 60 MB."""
LARGEST_UNPACKED = LARGEST
LARGEST_WORKBOOK = 50 * 1024 * 1024
"""Bytes of all parts of an Excel workbook, whose texts are held in memory while it is read."""
MOST_PARTS = 5_000
LARGEST_OTHER_PART = 5 * 1024 * 1024
"""Bytes of a part of a workbook that is neither a sheet nor its texts: a style is an object many times as large."""
_LONGEST_END, _LEAST_ENTRY = 22 + 0xFFFF, 46 + 200
"""Bytes of the end of an archive with its comment; and of an entry in its list, with a name of usual length."""
SAVE_AS = "In Excel, select Save as, then CSV UTF-8 (comma delimited). Import that file"
_DAMAGED = (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError)
"""What `gzip` and `zipfile` raise on a damaged archive, or on one packed in a way that they cannot read."""
_TABLES = frozenset({".csv", ".txt"})


class Unusable(Exception):
    """A file that cannot be imported; the message says why and what to do, in sentences."""


class Opened(NamedTuple):
    """The bytes of a table; `is_workbook` when they are those of an Excel workbook."""

    raw: IO[bytes]
    is_workbook: bool = False


class _Kind(NamedTuple):
    begins: tuple[bytes, ...]
    what: str
    do: str


_OTHERS = (
    _Kind(
        (b"<!doctype html", b"<html", b"<head", b"<body"),
        "a web page, not a table",
        "The website may have asked you to sign in, or had a fault. Download the file again and check it before you "
        "import it",
    ),
    _Kind((b"<?xml", b"<"), "a web page or XML, not a table", "Download the file again, as CSV"),
    _Kind(
        (b"\xd0\xcf\x11\xe0",),
        "an Excel file in the old format (.xls), or one with a password",
        "Open it in Excel and select Save as, then CSV UTF-8 (comma delimited). Import that file",
    ),
    _Kind((b"\xff\xfe", b"\xfe\xff"), "text in UTF-16, which Excel calls Unicode text", SAVE_AS),
    _Kind((b"%pdf",), "a PDF, not a table", "Ask for the table as CSV or Excel"),
    _Kind((b"\x89png", b"\xff\xd8\xff", b"gif8"), "a picture, not a table", "Ask for the table as CSV or Excel"),
)
_READ_ROW_BY_ROW = ("xl/worksheets/", "xl/sharedStrings.xml")
_OFFICE = {
    "word/document.xml": ("a Word document, not a table", "Copy the table into Excel and save it as CSV"),
    "ppt/presentation.xml": ("a PowerPoint file, not a table", "Copy the table into Excel and save it as CSV"),
    "content.xml": ("an OpenDocument file", "Open it and save it as CSV"),
}


@contextmanager
def opened_bytes(path: Path) -> Iterator[Opened]:
    """Open the table at `path`, unpacked; `Unusable` when the file cannot be read or is something else."""
    try:
        raw = path.open("rb")
    except OSError as error:
        raise Unusable(f"{path.name} cannot be read: {error.strerror}.") from None
    with raw:
        head = raw.read(512)
        raw.seek(0)
        if head.startswith(b"\x1f\x8b"):
            yield Opened(_limited(gzip.GzipFile(fileobj=raw), path))
        elif head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            with _archive(raw, path) as archive:
                yield _in_archive(archive, raw, path)
        else:
            _refuse_other(head, path)
            yield Opened(raw)


def _refuse_other(head: bytes, path: Path) -> None:
    begins = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for kind in _OTHERS:
        if begins.startswith(kind.begins):
            raise Unusable(f"{path.name} is {kind.what}. {kind.do}.")


def _parts_said(raw: IO[bytes]) -> int:
    """Return how many parts an archive says it has, by its end, before a library lists them all in memory."""
    size = raw.seek(0, io.SEEK_END)
    raw.seek(max(0, size - _LONGEST_END))
    end = raw.read()
    raw.seek(0)
    at = end.rfind(b"PK\x05\x06")
    if at < 0 or len(end) < at + 22:
        return 0
    number, directory = int.from_bytes(end[at + 10 : at + 12], "little"), end[at + 12 : at + 16]
    # The number has two bytes, and 65,535 also says that it has more. A lying one is held to the bytes of the list.
    return max(number, int.from_bytes(directory, "little") // _LEAST_ENTRY)


@contextmanager
def _archive(raw: IO[bytes], path: Path) -> Iterator[zipfile.ZipFile]:
    if _parts_said(raw) > MOST_PARTS:
        raise Unusable(f"{path.name} has more than {MOST_PARTS:,} files in it. Unzip it and import the one you need.")
    try:
        archive = zipfile.ZipFile(raw)
    except _DAMAGED:
        raise Unusable(f"{path.name} is a damaged zip or Excel file. Download it again.") from None
    with archive:
        yield archive


def _in_archive(archive: zipfile.ZipFile, raw: IO[bytes], path: Path) -> Opened:
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if "xl/workbook.xml" in names:
        others = (part.file_size for part in parts if not part.filename.startswith(_READ_ROW_BY_ROW))
        if sum(part.file_size for part in parts) > LARGEST_WORKBOOK or max(others, default=0) > LARGEST_OTHER_PART:
            limit = LARGEST_WORKBOOK // 1024 // 1024
            raise Unusable(f"{path.name} is an Excel file that unpacks to more than {limit} MB. Save it as CSV.")
        return Opened(raw, is_workbook=True)
    for part, (what, do) in _OFFICE.items():
        if part in names:
            raise Unusable(f"{path.name} is {what}. {do}.")
    return Opened(_limited(_only_table(archive, parts, path), path))


def _only_table(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo], path: Path) -> IO[bytes]:
    tables = [part for part in parts if _is_table(PurePosixPath(part.filename))]
    if not tables:
        raise Unusable(f"{path.name} is a zip file without a CSV file in it. Unzip it and import the file you need.")
    if len(tables) > 1:
        many = f"{len(tables):,} CSV files"
        raise Unusable(f"{path.name} is a zip file with {many} in it. Unzip it and import the one you need.")
    if tables[0].flag_bits & 1:
        raise Unusable(f"{path.name} is a zip file with a password. Unzip it and import the CSV file.")
    try:
        return archive.open(tables[0])
    except _DAMAGED:
        raise Unusable(f"{path.name} is a zip file we cannot open. Unzip it and import the CSV file.") from None


def _is_table(name: PurePosixPath) -> bool:
    """Whether a part of a zip is a table; a Mac adds hidden files that are none."""
    hidden = any(part.startswith((".", "__MACOSX")) for part in name.parts)
    return name.suffix.lower() in _TABLES and not hidden


def _limited(packed: Any, path: Path) -> IO[bytes]:
    """Refuse what is packed inside when it is no table either, as a zip of a web page."""
    raw = io.BufferedReader(_Limited(packed, path))
    _refuse_other(raw.peek(512)[:512], path)
    return raw


class _Limited(io.RawIOBase):
    """Bytes as they are unpacked. `Unusable` when there are too many of them, or they are damaged."""

    def __init__(self, packed: IO[bytes], path: Path) -> None:
        super().__init__()
        self._packed, self._path, self._left = packed, path, LARGEST_UNPACKED

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            read = self._packed.read(len(buffer))
        except _DAMAGED:
            raise Unusable(f"{self._path.name} is damaged and cannot be unpacked. Download it again.") from None
        self._left -= len(read)
        if self._left < 0:
            limit = LARGEST_UNPACKED // 1024 // 1024
            raise Unusable(f"{self._path.name} unpacks to more than {limit} MB. Check that it is the right file.")
        buffer[: len(read)] = read
        return len(read)
