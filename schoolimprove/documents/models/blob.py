"""Files by their hash: immutable, outside static, served only through the view of the app that owns the join."""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import models, transaction

from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor

_PIECE = 1024 * 1024


class BlobDamaged(Exception):
    """The file under this hash is missing or is not what was stored."""


class ScanState(models.TextChoices):
    NOT_SCANNED = "not_scanned", "Not scanned"
    CLEAN = "clean", "Clean"
    INFECTED = "infected", "Infected"


class BlobManager(models.Manager["Blob"]):
    def store(self, content: bytes, *, content_type: str, by: Actor) -> "Blob":
        """The blob of this content; the same content twice is one blob. The file is on disk before the row is."""
        digest = hashlib.sha256(content).hexdigest()
        _write(path_of(digest), content)
        with transaction.atomic():
            blob, _made = self.get_or_create(
                sha256=digest,
                defaults={"size": len(content), "content_type": content_type, "created_by": by.user},
            )
        return blob

    def store_file(self, path: Path, *, content_type: str, by: Actor) -> "Blob":
        """As `store`, for a file that may be too large to be held in memory."""
        digest = _digest_of(path)
        with path.open("rb") as file:
            _write_file(path_of(digest), digest, file)
        defaults = {"size": path.stat().st_size, "content_type": content_type, "created_by": by.user}
        with transaction.atomic():
            return self.get_or_create(sha256=digest, defaults=defaults)[0]


class Blob(models.Model):
    """`size` in bytes. A trigger refuses changes, but for what a virus scan found, which is a row of its own."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    size = models.PositiveBigIntegerField()
    content_type = models.CharField(max_length=100)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects = BlobManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="blob_sha256_is_one")
        ]

    def __str__(self) -> str:
        return self.sha256

    @property
    def path(self) -> Path:
        return path_of(self.sha256)

    def read(self) -> bytes:
        """The content, verified against the hash; `BlobDamaged` when it is not what was stored."""
        try:
            content = self.path.read_bytes()
        except FileNotFoundError as error:
            raise BlobDamaged(f"The file {self.sha256} is missing.") from error
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise BlobDamaged(f"The file {self.sha256} is not what was stored.")
        return content


class BlobScan(models.Model):
    """What a virus scanner said of a blob, and when. The newest row counts; none means not scanned."""

    blob = models.ForeignKey(Blob, models.PROTECT, related_name="scans")
    at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=20, choices=ScanState)
    detail = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.blob_id}: {self.state}"


def path_of(digest: str) -> Path:
    """`BLOB_ROOT/ab/cd/abcd…`: two levels, so that no folder holds them all."""
    return Path(settings.BLOB_ROOT) / digest[:2] / digest[2:4] / digest


def _write(path: Path, content: bytes) -> None:
    if path.exists() and path.read_bytes() == content:
        return
    _put(path, [content])


def _write_file(path: Path, digest: str, source: IO[bytes]) -> None:
    """A file that is there and whole is left; a damaged one is replaced."""
    if path.exists() and _digest_of(path) == digest:
        return
    source.seek(0)
    _put(path, iter(lambda: source.read(_PIECE), b""))


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _put(path: Path, pieces: Iterable[bytes]) -> None:
    """Whole or not at all: a temporary file in the same folder, synced, then renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(file.name, 0o440)
    os.replace(file.name, path)
