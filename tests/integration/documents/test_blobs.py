"""Files by their hash: one copy however often it is stored, and never handed out when it is not what was stored."""

import hashlib
import os
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from schoolimprove.documents.models import Blob, BlobDamaged, BlobScan, ScanState
from schoolimprove.documents.models.blob import path_of
from schoolimprove.records.actor import SYSTEM, Actor
from tests.factories.accounts import UserFactory
from tests.factories.documents import BlobFactory, BlobScanFactory
from tests.integration.together import together

pytestmark = pytest.mark.django_db

LETTER = b"%PDF-1.7 a letter"
DIGEST = hashlib.sha256(LETTER).hexdigest()


def stored(content: bytes = LETTER, *, by: Actor = SYSTEM) -> Blob:
    return Blob.objects.store(content, content_type="application/pdf", by=by)


def files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_what_is_stored_is_read_back(blob_root: Path) -> None:
    user = UserFactory.create()
    blob = stored(by=Actor(user))
    assert (blob.sha256, blob.size, blob.content_type, blob.created_by) == (DIGEST, 17, "application/pdf", user)
    assert blob.read() == LETTER
    assert blob.path == blob_root / DIGEST[:2] / DIGEST[2:4] / DIGEST


def test_the_same_content_twice_is_one_blob(blob_root: Path) -> None:
    first = stored(by=Actor(UserFactory.create()))
    second = stored(by=Actor(UserFactory.create()))
    assert second == first
    assert second.created_by == first.created_by
    assert (Blob.objects.count(), len(files(blob_root))) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_the_same_content_from_two_people_at_once_is_one_blob(blob_root: Path) -> None:
    first, second = together(stored, stored)
    assert first == second
    assert (Blob.objects.count(), len(files(blob_root))) == (1, 1)


def test_other_content_is_another_blob() -> None:
    assert stored() != stored(LETTER + b".")


def test_nothing_but_whole_files_is_left_in_the_folder(blob_root: Path) -> None:
    stored()
    assert files(blob_root) == [path_of(DIGEST)]


def test_a_file_is_not_left_for_anybody_to_write_to() -> None:
    assert os.stat(stored().path).st_mode & 0o777 == 0o440


def test_a_missing_file_is_told() -> None:
    blob = stored()
    blob.path.unlink()
    with pytest.raises(BlobDamaged, match=f"The file {DIGEST} is missing"):
        blob.read()


def damage(blob: Blob) -> None:
    blob.path.chmod(0o640)
    blob.path.write_bytes(LETTER[:-1] + b"!")


def test_a_damaged_file_is_not_handed_out() -> None:
    blob = stored()
    damage(blob)
    with pytest.raises(BlobDamaged, match=f"The file {DIGEST} is not what was stored"):
        blob.read()


def test_storing_what_was_damaged_mends_it() -> None:
    blob = stored()
    damage(blob)
    stored()
    assert blob.read() == LETTER


def test_storing_what_went_missing_brings_it_back() -> None:
    blob = stored()
    blob.path.unlink()
    stored()
    assert blob.read() == LETTER


def test_a_row_that_is_undone_leaves_a_file_that_nobody_points_to_and_that_is_used_again() -> None:
    with transaction.atomic():
        stored()
        transaction.set_rollback(True)
    assert path_of(DIGEST).exists()
    assert not Blob.objects.exists()
    assert stored().read() == LETTER


@pytest.mark.parametrize("digest", ["", "f" * 63, "F" * 64, "g" * 64, "../../etc/passwd".ljust(64, "0")])
def test_a_name_that_is_no_hash_is_refused_by_the_database(digest: str) -> None:
    with pytest.raises(IntegrityError, match="blob_sha256_is_one"), transaction.atomic():
        BlobFactory.create(sha256=digest)


def test_what_a_scan_found_is_a_row_of_its_own_and_the_newest_comes_first() -> None:
    blob = stored()
    assert not blob.scans.exists()
    BlobScanFactory.create(blob=blob, state=ScanState.CLEAN)
    newer = BlobScanFactory.create(blob=blob, state=ScanState.INFECTED, detail="Eicar")
    assert blob.scans.first() == newer
    assert BlobScan.objects.count() == 2
