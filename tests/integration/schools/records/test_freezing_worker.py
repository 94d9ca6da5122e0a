"""Real workers, and what is left when one is killed in the middle of freezing a PDF."""

import hashlib
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest

from schoolimprove.records.models import AuditEvent, Job
from schools.models import RecordDocument, RecordVersion
from schools.records.pdf import JOB, asked_to_freeze
from schools.records.states import RecordStatus
from tests.factories.county import County
from tests.integration.schools.imports.test_import_worker import worker
from tests.processes import wait_until

pytestmark = pytest.mark.prove


@contextmanager
def documents_held(environment: dict[str, str]) -> Iterator[None]:
    """Nobody may write frozen documents: a worker waits here, its file kept and its row not yet written."""
    held = psycopg2.connect(environment["DATABASE_URL"])
    with held, held.cursor() as cursor:
        cursor.execute("LOCK TABLE schools_recorddocument IN SHARE ROW EXCLUSIVE MODE")
        yield
        held.rollback()
    held.close()


def somebody_waits(environment: dict[str, str]) -> bool:
    with psycopg2.connect(environment["DATABASE_URL"]) as looking, looking.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        found = bool(cursor.fetchone()[0])
    looking.close()
    return found


def shared_version() -> RecordVersion:
    return County().record(RecordStatus.SHARED).versions.get()


def files_under(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def frozen_once(version: RecordVersion, blob_root: Path) -> None:
    """One row, its file whole under its hash, and no other file."""
    document = RecordDocument.objects.get()
    assert document.version == version
    content = document.blob.read()
    assert hashlib.sha256(content).hexdigest() == document.blob_id
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")
    assert files_under(blob_root) == [document.blob.path]
    assert AuditEvent.objects.filter(verb="frozen").count() == 1


def test_a_worker_killed_while_freezing_leaves_nothing_half_done_and_another_takes_over(
    process_environment: dict[str, str], triggers: None, blob_root: Path, tmp_path: Path
) -> None:
    with (
        documents_held(process_environment),
        worker(process_environment, tmp_path, "killed") as killed,
    ):
        version = shared_version()
        wait_until(lambda: somebody_waits(process_environment), what="the PDF to be under way")
        for pid in killed.alive():
            os.kill(pid, signal.SIGKILL)
        wait_until(killed.has_ended, what="the worker's death")
    assert not RecordDocument.objects.exists()
    assert Job.objects.get(kind=JOB).state == "running"
    with worker(process_environment, tmp_path, "second"):
        wait_until(RecordDocument.objects.exists, what="another worker")
        wait_until(lambda: Job.objects.get(kind=JOB).state == "done", what="the end of its job")
    frozen_once(version, blob_root)
    assert Job.objects.get(kind=JOB).attempts == 2


def test_a_trigger_that_was_lost_is_made_up_for(
    process_environment: dict[str, str], blob_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was sent to the broker: the sweep finds the row."""
    monkeypatch.setattr("schoolimprove.records.jobs.trigger", lambda _job: None)
    version = shared_version()
    with worker(process_environment, tmp_path, "only"):
        wait_until(lambda: Job.objects.get(kind=JOB).state == "done", what="the sweep")
    frozen_once(version, blob_root)


def test_two_workers_that_are_asked_at_once_freeze_one(
    process_environment: dict[str, str], triggers: None, blob_root: Path, tmp_path: Path
) -> None:
    with worker(process_environment, tmp_path, "one"), worker(process_environment, tmp_path, "two"):
        version = shared_version()
        for _asked in range(5):
            asked_to_freeze(version, "shared")
        wait_until(
            lambda: not Job.objects.unfinished().exists() and RecordDocument.objects.exists(),
            what="both workers",
        )
    frozen_once(version, blob_root)
