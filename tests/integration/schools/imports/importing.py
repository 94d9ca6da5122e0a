"""Files for the imports under test, and taking one in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from schoolimprove.lib import context
from schoolimprove.records.actor import SYSTEM, Actor
from schools.imports.core.csv_files import CsvFile, checksum, opened
from schools.imports.core.outcome import FileRead, Outcome
from schools.imports.core.registry import Work


class Take(Protocol):
    def __call__(
        self, cursor: CursorWrapper, source: CsvFile, file: FileRead, work: Work, outcome: Outcome
    ) -> None: ...


def taken(take: Take, path: Path, *, only: str = "", by: Actor = SYSTEM) -> Outcome:
    """What comes of a file of one kind, taken in within one transaction."""
    outcome = Outcome()
    with transaction.atomic(), connection.cursor() as cursor, opened(path) as source:
        file = FileRead(path, checksum(path))
        take(cursor, source, file, Work(by=by, only=only), outcome)
        outcome.files.append(file)
    return outcome


@contextmanager
def in_run(number: int) -> Iterator[None]:
    """What is done in here is done by the import of that number."""
    token = context.run_id.set(number)
    try:
        yield
    finally:
        context.run_id.reset(token)


def counts(outcome: Outcome) -> tuple[int, int, int, int, int]:
    """Rows added, changed, unchanged, ignored and refused, which are all there are."""
    parts = (outcome.added, outcome.changed, outcome.unchanged, outcome.ignored, outcome.refused)
    assert sum(parts) == sum(file.rows for file in outcome.files)
    return parts


def said(outcome: Outcome) -> list[tuple[int, str | None, str]]:
    """Line, column and reason of all that was not taken."""
    return [(each.row, each.column, each.reason) for each in outcome.rejected]
