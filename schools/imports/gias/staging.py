"""Staging: what a file says, in a temporary table of the database, beside what is held."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any, Protocol

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Field

from schools.imports.gias.layout import FIELDS
from schools.imports.gias.tables import fill
from schools.register.models.school import School

TABLE = "gias_staged"
NAMED = ("district", "diocese")
"""Fields of ours that are rows elsewhere, and in a file only a name."""
TEXTS = ("la_code", "la_name", "search_key", "unread", *NAMED)
VALUES = tuple(name for name in FIELDS if name not in NAMED)
COLUMNS = ("line", "urn", *TEXTS, *VALUES)
"""The staged columns; `unread` names fields between commas, each with a comma before and after it."""
SCHOOL = {field.name: field for field in School._meta.concrete_fields}
_CHUNK = 1 << 20
_SIGNS = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class StagedRows(Protocol):
    """Rows of `COLUMNS`, one by one or some thousand at a time, as a list of columns."""

    def __iter__(self) -> Iterator[Sequence[Any]]: ...

    def columns(self) -> Iterator[list[Sequence[Any]]]: ...


def column_of(field: Field[Any, Any]) -> str:
    return str(field.column)


def stage(cursor: CursorWrapper, rows: StagedRows) -> None:
    """Fill the table anew with `rows`. It is gone when its transaction is undone."""
    typed = [f"{column_of(SCHOOL[name])} AS {name}" for name in VALUES]
    texts = [f"CAST('' AS text) AS {name}" for name in TEXTS]
    columns = ", ".join(["urn AS line", "urn", *texts, *typed])
    cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
    cursor.execute(f"CREATE TEMPORARY TABLE {TABLE} AS SELECT {columns} FROM schools_school WHERE 1 = 0")
    if connection.vendor == "postgresql":
        _copy(cursor, rows)
        # A tenth of the usual sample tells the planner as much, about a table that is gone with the transaction.
        sample = "SET LOCAL default_statistics_target = 10"
        cursor.execute(f"{sample}; ANALYZE {TABLE} (urn, la_code, district, diocese)")
    else:
        fill(cursor, TABLE, COLUMNS, rows, texts=())


def _copy(cursor: CursorWrapper, rows: StagedRows) -> None:
    for columns in rows.columns():
        lines = map("\t".join, zip(*map(_copied, columns), strict=True))
        text = BytesIO("\n".join(lines).encode())
        cursor.copy_expert(f"COPY {TABLE} ({', '.join(COLUMNS)}) FROM STDIN", text, _CHUNK)


def _copied(column: Sequence[Any]) -> Sequence[str]:
    """As COPY wants it: without signs of its own, and \\N where there is nothing."""
    try:
        text = "".join(column)
    except TypeError:
        return [
            "\\N" if each is None else each.translate(_SIGNS) if type(each) is str else str(each) for each in column
        ]
    return [each.translate(_SIGNS) for each in column] if any(map(text.__contains__, "\\\t\n\r")) else column
