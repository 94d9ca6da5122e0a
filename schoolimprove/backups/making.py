"""Making a backup: a folder that is there when it is whole, and says what it holds."""

import json
import shutil
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from schoolimprove.lib import clock

from . import files, postgres
from .postgres import BackupError, Database

DUMP, BLOBS, MANIFEST = "database.dump", "blobs", "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """What a backup holds: `tables` are table → rows, `size` the bytes of its `files`, `dump` the dump's SHA-256."""

    made_at: str
    database: str
    dump: str
    tables: dict[str, int]
    files: int
    size: int

    def in_words(self) -> str:
        moment = datetime.fromisoformat(self.made_at).astimezone(clock.LONDON)
        return (
            f"{sum(self.tables.values()):,} rows of {len(self.tables)} tables and {self.files:,} files "
            f"({self.size:,} bytes), of {clock.uk_date(moment.date())} at {moment:%H:%M}"
        )


def back_up(folder: Path) -> Manifest:
    """The database first and the files after it: each file a row names was written before the row was."""
    if folder.exists():
        raise BackupError(f"{folder} is there already. Name a folder that is not; a backup is never written over.")
    database = Database.ours()
    being_made = folder.with_name(f"{folder.name}.unfinished")
    if being_made.exists():
        raise BackupError(
            f"{being_made} is there: another backup is making it, or was stopped while it did. If none is running, "
            "remove it and start again."
        )
    being_made.mkdir(mode=0o700, parents=True)
    try:
        manifest = _made(database, being_made)
        (being_made / MANIFEST).write_text(json.dumps(asdict(manifest), indent=2) + "\n")
        being_made.rename(folder)
    finally:
        shutil.rmtree(being_made, ignore_errors=True)
    return manifest


def _made(database: Database, folder: Path) -> Manifest:
    made_at = clock.now().isoformat()
    tables = postgres.dump(database, folder / DUMP)
    copied = files.copy(Path(settings.BLOB_ROOT), folder / BLOBS)
    digest = files.digest_of(folder / DUMP)
    return Manifest(made_at, database.name, digest, tables, copied.files, copied.size)


def manifest_of(folder: Path) -> Manifest:
    """`BackupError` where there is none, or where the dump beside it is not the one it speaks of."""
    try:
        manifest = Manifest(**json.loads((folder / MANIFEST).read_text()))
        whole = files.digest_of(folder / DUMP) == manifest.dump
    except (OSError, ValueError, TypeError) as error:
        raise BackupError(f"{folder} is not a backup: it has no {MANIFEST} and {DUMP} that can be read.") from error
    if not whole:
        raise BackupError(f"{folder / DUMP} is not the dump its {MANIFEST} speaks of.")
    return manifest
