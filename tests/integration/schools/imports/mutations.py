"""Files as they arrive on a bad day: real ones, with one to three things done to them. The same every time."""

import csv
import re
from collections.abc import Callable
from io import StringIO
from random import Random

Mutation = Callable[[Random, bytes], bytes]
Rows = list[list[str]]
_NASTY = (
    *("", " ", "0", "00000", "-1", "1e9", "NaN", "1,234", "12.5", "99999", "1000000", "2147483648", "9" * 30, "\u0663"),
    *("31-02-2020", "00-00-0000", "01-01-0000", "1/1/99999", "2020-01-01", "29/02/2021", "1-1-1", "31-12-9999"),
    *("Not applicable", "does not apply", "NULL", "None", "\\N", "\\.", "=1+1", "' OR 1=1 --", "%s", "%(now)s", "{0}"),
    *("\x00", "a\x00b", "\x1a", "\x7f", "\x85", "\xa0", "a\nb", "a\r\nb", '"', '""', "a,b", "\t", "é" * 200),
    *("x" * 101, "x" * 201, "x" * 301, "18", "4", "Open", "Closed", "100000", "10000", "9999999", "999", "936", "0936"),
)
NASTY = tuple(text.encode().decode("latin-1") for text in _NASTY)
"""What a cell may hold instead: UTF-8, each byte as the character of that number."""
ENDS = (b"\n", b"\r", b"\r\n", b"\n\r", b"\n\n", b"\x0b", b"")
MARKS = (b"\xef\xbb\xbf", b"\xef\xbb\xbf\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
HUGE = (100, 400, 10_000, 131_073)


def mutated(rng: Random, content: bytes) -> bytes:
    """The content with one thing done to it, more rarely two or three."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        content = rng.choice(MUTATIONS)(rng, content)
    return content


# Of bytes -------------------------------------------------------------------------------------------------------------


def bytes_flipped(rng: Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.randint(1, 8) if changed else 0):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def bytes_replaced(rng: Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.randint(1, 8) if changed else 0):
        changed[rng.randrange(len(changed))] = rng.choice(
            (0, 10, 13, 34, 44, 0x81, 0x92, 0xE9, 0xFF, rng.randrange(256))
        )
    return bytes(changed)


def truncated(rng: Random, content: bytes) -> bytes:
    return content[: rng.randint(0, len(content))]


def part_lost(rng: Random, content: bytes) -> bytes:
    start = rng.randint(0, len(content))
    return content[:start] + content[start + rng.randint(1, 400) :]


def line_ends_changed(rng: Random, content: bytes) -> bytes:
    lines, one = re.split(rb"\r\n|\n|\r", content), rng.choice(ENDS)
    mixed = rng.random() < 0.3
    return b"".join(line + (rng.choice(ENDS) if mixed else one) for line in lines)


def quotes_unbalanced(rng: Random, content: bytes) -> bytes:
    places = [at for at, byte in enumerate(content) if byte in b'",']
    at = rng.choice(places) if places else 0
    return content[:at] + (b"" if content[at : at + 1] == b'"' else b'"') + content[at + rng.randint(0, 1) :]


def mark_added(rng: Random, content: bytes) -> bytes:
    at = 0 if rng.random() < 0.7 else rng.randint(0, len(content))
    return content[:at] + rng.choice(MARKS) + content[at:]


def encodings_mixed(rng: Random, content: bytes) -> bytes:
    lines = content.split(b"\n")
    for spelled in (b"\xe9\x92", "é’".encode(), b"\xc2\x92", b"\x81"):
        line = rng.randrange(len(lines))
        at = rng.randint(0, len(lines[line]))
        lines[line] = lines[line][:at] + spelled + lines[line][at:]
    return b"\n".join(lines)


def written_otherwise(rng: Random, content: bytes) -> bytes:
    encoding = rng.choice(("utf-16", "utf-16-le", "utf-8-sig", "utf-7", "cp037"))
    return content.decode("latin-1").encode(encoding, errors="replace")


# Of rows and columns --------------------------------------------------------------------------------------------------


def _of_table(change: Callable[[Random, Rows], None]) -> Mutation:
    def mutation(rng: Random, content: bytes) -> bytes:
        try:
            rows = list(csv.reader(StringIO(content.decode("latin-1"), newline="")))
        except csv.Error:
            return content
        if not rows or not rows[0]:
            return content
        change(rng, rows)
        written = StringIO()
        csv.writer(written, lineterminator="\r\n").writerows(rows)
        return written.getvalue().encode("latin-1")

    mutation.__name__ = change.__name__
    return mutation


def _at(rng: Random, rows: Rows) -> int:
    return rng.randrange(len(rows[0]))


@_of_table
def column_dropped(rng: Random, rows: Rows) -> None:
    at = _at(rng, rows)
    for row in rows:
        del row[at : at + 1]


@_of_table
def column_duplicated(rng: Random, rows: Rows) -> None:
    at, to = _at(rng, rows), _at(rng, rows)
    for row in rows:
        row[to:to] = list(row[at : at + 1])


@_of_table
def columns_swapped(rng: Random, rows: Rows) -> None:
    """In the header or everywhere."""
    one, other = _at(rng, rows), _at(rng, rows)
    for row in rows if rng.random() < 0.5 else rows[:1]:
        if max(one, other) < len(row):
            row[one], row[other] = row[other], row[one]


@_of_table
def column_renamed(rng: Random, rows: Rows) -> None:
    at = _at(rng, rows)
    rows[0][at] = rng.choice((rows[0][at].upper(), f" {rows[0][at]} ", rows[0][at][1:], *NASTY, *rows[0]))


@_of_table
def row_cut(rng: Random, rows: Rows) -> None:
    row = rng.choice(rows)
    del row[rng.randint(0, len(row)) :]


@_of_table
def row_lengthened(rng: Random, rows: Rows) -> None:
    row = rng.choice(rows)
    at = rng.randint(0, len(row))
    row[at:at] = [rng.choice(NASTY) for _ in range(rng.randint(1, 5))]


@_of_table
def rows_repeated(rng: Random, rows: Rows) -> None:
    rows.insert(rng.randint(0, len(rows)), list(rng.choice(rows)))


@_of_table
def row_lost(rng: Random, rows: Rows) -> None:
    del rows[rng.randrange(len(rows))]


@_of_table
def cells_wrong(rng: Random, rows: Rows) -> None:
    for _ in range(rng.randint(1, 12)):
        row = rng.choice(rows[1:] or rows)
        if row:
            row[rng.randrange(len(row))] = rng.choice(NASTY)


@_of_table
def column_wrong(rng: Random, rows: Rows) -> None:
    at = _at(rng, rows)
    for row in rows[1:]:
        row[at : at + 1] = [rng.choice(NASTY)]


@_of_table
def cell_huge(rng: Random, rows: Rows) -> None:
    row = rng.choice(rows)
    if row:
        row[rng.randrange(len(row))] = rng.choice(("x", " ", "9", "\xe9", "\x00")) * rng.choice(HUGE)


@_of_table
def cells_moved(rng: Random, rows: Rows) -> None:
    """What one row says in a column another says."""
    for _ in range(rng.randint(1, 4)):
        row, other, at = rng.choice(rows), rng.choice(rows), _at(rng, rows)
        row[at : at + 1] = other[at : at + 1]


MUTATIONS: tuple[Mutation, ...] = (
    bytes_flipped,
    bytes_replaced,
    truncated,
    part_lost,
    line_ends_changed,
    quotes_unbalanced,
    mark_added,
    encodings_mixed,
    written_otherwise,
    column_dropped,
    column_duplicated,
    columns_swapped,
    column_renamed,
    row_cut,
    row_lengthened,
    rows_repeated,
    row_lost,
    cells_wrong,
    cells_wrong,
    column_wrong,
    cell_huge,
    cells_moved,
)
