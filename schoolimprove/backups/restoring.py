"""Restoring a backup, and looking whether everything is back."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from schoolimprove.records.appendonly import AppendOnly, StillAppendOnly

from . import files, postgres
from .making import BLOBS, DUMP, Manifest, manifest_of
from .postgres import BackupError, Database

APPLIED = "SELECT app, name FROM django_migrations"
STORED = "SELECT sha256, size FROM documents_blob ORDER BY sha256"
NAMED_BY_VERSIONS = """
    SELECT DISTINCT line ->> 'sha256'
    FROM schools_recordversion, jsonb_array_elements(texts -> 'attachments') AS line
    WHERE NOT EXISTS (SELECT 1 FROM documents_blob WHERE sha256 = line ->> 'sha256')
"""


@dataclass(frozen=True)
class Findings:
    """`faults` are sentences; there are none when everything is back."""

    manifest: Manifest
    files: int
    guarded: int
    faults: list[str]


def check(folder: Path, *, server: Database) -> Findings:
    """Restore the backup beside what is kept, into a database and a folder that are gone afterwards, and look."""
    manifest = manifest_of(folder)
    with postgres.scratch(server) as database, _room() as root:
        postgres.restore(database, folder / DUMP)
        files.copy(folder / BLOBS, root)
        return found(manifest, database, root)


def restore(folder: Path) -> Findings:
    """Restore the backup into the service's own database and folder, which must be empty."""
    manifest, database, root = manifest_of(folder), Database.ours(), Path(settings.BLOB_ROOT)
    if postgres.counts(database):
        raise BackupError(f"The database {database.name} is not empty. A backup is restored into an empty one only.")
    if root.exists() and any(files.kept(root)):
        raise BackupError(f"{root} is not empty. A backup is restored into an empty folder only.")
    postgres.restore(database, folder / DUMP)
    files.copy(folder / BLOBS, root)
    return found(manifest, database, root)


def found(manifest: Manifest, database: Database, root: Path) -> Findings:
    stored = postgres.rows(database, STORED)
    owed = append_only({(app, name) for app, name in postgres.rows(database, APPLIED)})
    faults = [
        *_counted_otherwise(manifest.tables, postgres.counts(database)),
        *(wrong for digest, size in stored if (wrong := files.wrong_with(root, digest, size))),
        *(
            f"A shared record names the file {row[0]}, which has no row."
            for row in postgres.rows(database, NAMED_BY_VERSIONS)
        ),
        *(
            f"{table} is append-only, and its trigger is not there."
            for table in sorted(owed - postgres.guarded(database))
        ),
    ]
    return Findings(manifest, len(stored), len(owed), faults)


def append_only(applied: set[tuple[str, str]]) -> set[str]:
    """The tables that these migrations, (app, name) each, have made append-only."""
    loader = MigrationLoader(connection, ignore_no_migrations=True)
    operations = (each for key in applied & loader.disk_migrations.keys() for each in _operations(loader, key))
    return {each.table for each in operations if isinstance(each, AppendOnly) and not isinstance(each, StillAppendOnly)}


def _operations(loader: MigrationLoader, key: tuple[str, str]) -> list[object]:
    return list(loader.disk_migrations[key].operations)


def _counted_otherwise(before: Mapping[str, int], after: Mapping[str, int]) -> Iterator[str]:
    for table in sorted(before.keys() | after.keys()):
        if before.get(table) != after.get(table):
            then, now = (_rows(counted.get(table)) for counted in (before, after))
            yield f"{table} had {then} when it was backed up, and has {now} restored."


def _rows(number: int | None) -> str:
    return "no table" if number is None else f"{number:,} {'row' if number == 1 else 'rows'}"


@contextmanager
def _room() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="restore-check-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
