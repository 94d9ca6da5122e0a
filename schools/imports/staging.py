"""Staging: what a file says, in a temporary table of the database, beside what is held."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import islice
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import CharField, Field

from schools.imports.gias import FIELDS
from schools.models import School

TABLE = "gias_staged"
NAMED = ("district", "diocese")
"""Fields of ours that are rows elsewhere, and in a file only a name."""
TEXTS = ("la_code", "la_name", "search_key", "unread", *NAMED)
VALUES = tuple(name for name in FIELDS if name not in NAMED)
COLUMNS = ("line", "urn", *TEXTS, *VALUES)
"""The staged columns; `unread` names fields between commas, each with a comma before and after it."""
SCHOOL = {field.name: field for field in School._meta.concrete_fields}
_BATCH = 5_000


def column_of(field: Field[Any, Any]) -> str:
    return str(field.column)


def stage(cursor: CursorWrapper, rows: Iterable[Sequence[Any]]) -> None:
    """Fill the table anew with `rows` in the order of `COLUMNS`. It is gone when its transaction is undone."""
    typed = [f"{column_of(SCHOOL[name])} AS {name}" for name in VALUES]
    texts = [f"CAST('' AS text) AS {name}" for name in TEXTS]
    columns = ", ".join(["urn AS line", "urn", *texts, *typed])
    cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
    cursor.execute(f"CREATE TEMPORARY TABLE {TABLE} AS SELECT {columns} FROM schools_school WHERE 1 = 0")
    fill = _copy if connection.vendor == "postgresql" else _insert
    for batch in _batches(rows):
        fill(cursor, batch)
    if connection.vendor == "postgresql":
        cursor.execute(f"ANALYZE {TABLE} (urn, la_code, district, diocese)")


def _batches(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, _BATCH)):
        yield batch


def _copy(cursor: CursorWrapper, rows: list[Sequence[Any]]) -> None:
    """COPY as CSV, where an empty cell is NULL but in columns of text."""
    lines = StringIO()
    csv.writer(lines, lineterminator="\n").writerows(rows)
    lines.seek(0)
    texts = ", ".join(["unread", *(name for name in VALUES if isinstance(SCHOOL[name], CharField))])
    options = f"FORMAT csv, FORCE_NOT_NULL ({texts})"
    cursor.copy_expert(f"COPY {TABLE} ({', '.join(COLUMNS)}) FROM STDIN WITH ({options})", lines)


def _insert(cursor: CursorWrapper, rows: list[Sequence[Any]]) -> None:
    places = ", ".join(["%s"] * len(COLUMNS))
    cursor.executemany(f"INSERT INTO {TABLE} ({', '.join(COLUMNS)}) VALUES ({places})", rows)
