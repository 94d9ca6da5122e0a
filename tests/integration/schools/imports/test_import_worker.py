"""Real workers, and what is left when one is killed in the middle of an import."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest

from schoolimprove.records.actor import SYSTEM
from schoolimprove.records.models import AuditEvent, Job
from schools.imports.core import runs
from schools.imports.states import ImportStatus
from schools.models import ImportRun, School
from tests.integration.schools.imports.gias_files import INVENTED, register_held
from tests.processes import Running, running, wait_until

pytestmark = pytest.mark.prove
WORKER = ["celery", "--quiet", "--app", "schoolimprove", "worker", "--pool", "solo", "--beat"]
"""With its own beat: the sweep that picks up what was left lying is part of what is proved."""
HASTE = {"JOB_LEASE_SECONDS": "2", "JOB_SWEEP_SECONDS": "1"}
"""A dead worker is found out within seconds, where the service takes two minutes."""
SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.integration.schools.imports.worker_settings"}


@contextmanager
def worker(environment: dict[str, str], folder: Path, name: str) -> Iterator[Running]:
    command = [*WORKER, "--schedule", str(folder / f"{name}-schedule")]
    with running(command, log=folder / f"{name}.log", environment={**environment, **HASTE, **SETTINGS}) as started:
        yield started


def status_of(run: ImportRun) -> str:
    return str(ImportRun.objects.values_list("status", flat=True).get(pk=run.pk))


def waits_for_the_register(environment: dict[str, str]) -> bool:
    with psycopg2.connect(environment["DATABASE_URL"]) as looking, looking.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return bool(cursor.fetchone()[0])


def brought_in_and_checked(environment: dict[str, str], folder: Path) -> ImportRun:
    with worker(environment, folder, "first"):
        run = runs.start("gias", [(INVENTED.name, INVENTED)], by=SYSTEM)
        wait_until(lambda: status_of(run) == ImportStatus.CHECKED, what="the preview")
        # Ended after the preview is there: a worker killed in between would leave a job that is still to be done.
        wait_until(lambda: not Job.objects.unfinished().exists(), what="the end of its job")
    run.refresh_from_db()
    return run


def test_a_worker_killed_in_the_middle_leaves_nothing_half_done_and_another_takes_over(
    process_environment: dict[str, str], triggers: None, tmp_path: Path
) -> None:
    run = brought_in_and_checked(process_environment, tmp_path)
    assert not School.objects.exists()
    with register_held(process_environment), worker(process_environment, tmp_path, "killed") as killed:
        runs.confirm(run, by=SYSTEM, seen_version=run.version)
        wait_until(lambda: waits_for_the_register(process_environment), what="the import to be under way")
        for pid in killed.alive():
            os.kill(pid, signal.SIGKILL)
        wait_until(killed.has_ended, what="the worker's death")
    assert not School.objects.exists()
    assert status_of(run) == ImportStatus.APPLYING
    assert Job.objects.get(key=str(run.pk), ended_at=None).state == "running"
    with worker(process_environment, tmp_path, "second"):
        wait_until(lambda: status_of(run) == ImportStatus.APPLIED, what="another worker")
    assert (School.objects.count(), School.history.count()) == (8, 8)
    assert AuditEvent.objects.filter(verb="apply").count() == 1
    assert Job.objects.get(key=str(run.pk), attempts__gt=1).attempts == 2


def test_a_trigger_that_was_lost_is_made_up_for(
    process_environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was sent to the broker: the sweep finds the row."""
    monkeypatch.setattr("schoolimprove.records.jobs.trigger", lambda _job: None)
    run = runs.start("gias", [(INVENTED.name, INVENTED)], by=SYSTEM)
    with worker(process_environment, tmp_path, "only"):
        wait_until(lambda: status_of(run) == ImportStatus.CHECKED, what="the sweep")
        wait_until(lambda: Job.objects.get().state == "done", what="the end of its job")
