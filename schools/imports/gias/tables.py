"""Tables of the database that an import fills at once, and those that nobody else may write meanwhile."""

import csv
from collections.abc import Collection, Iterable, Sequence
from io import StringIO
from itertools import islice
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

_BATCH = 5_000


def lock(cursor: CursorWrapper, table: str) -> None:
    """Nobody else writes `table` until this transaction ends; reading goes on. SQLite has one writer from BEGIN on."""
    if connection.vendor == "postgresql":
        cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")


def fill(
    cursor: CursorWrapper,
    table: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    texts: Collection[str],
) -> None:
    """Put `rows` into `table`; an empty text is NULL but in the columns of `texts`."""
    put = _copy if connection.vendor == "postgresql" else _insert
    remaining = iter(rows)
    while batch := list(islice(remaining, _BATCH)):
        put(cursor, table, columns, batch, texts)


def _copy(
    cursor: CursorWrapper, table: str, columns: Sequence[str], rows: list[Sequence[Any]], texts: Collection[str]
) -> None:
    lines = StringIO()
    csv.writer(lines, lineterminator="\n").writerows(rows)
    lines.seek(0)
    options = f"FORMAT csv, FORCE_NOT_NULL ({', '.join(texts)})"
    cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN WITH ({options})", lines)


def _insert(
    cursor: CursorWrapper, table: str, columns: Sequence[str], rows: list[Sequence[Any]], _texts: Collection[str]
) -> None:
    places = ", ".join(["%s"] * len(columns))
    cursor.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows)
