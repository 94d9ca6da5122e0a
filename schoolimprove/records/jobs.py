"""Asking for background work, doing it, and picking up what was left lying.

A job is claimed by one UPDATE, so that of two workers one has it; the claim runs out unless the work says how far it
is. Whoever does the work must stand being run again: what it writes is one transaction that begins by looking whether
it is still to be done.
"""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from schoolimprove.lib import clock
from schoolimprove.ui.registry import Registry

from .models import Job
from .models.job import JobState

_log = logging.getLogger(__name__)
SECONDS_BETWEEN_WORDS = 0.5
LONGEST_STEP = 100
MOST_AT_ONCE = 20
"""Jobs that one sweep triggers."""


@dataclass(frozen=True)
class JobKind:
    """`run(key, tell)` does the work; `failed(key, sentence)` is told when it will not be tried again."""

    key: str
    order: int
    run: Callable[[str, "Progress"], None]
    failed: Callable[[str, str], None]
    attempts: int = 4


job_kinds: Registry[JobKind] = Registry()


def ask_for(kind: str, key: str) -> Job:
    """A job in the caller's transaction, triggered when that is committed. Asked for twice it is one job.

    One that somebody has in hand may be past looking for what is asked now: it is done once more, and theirs ends
    nothing.
    """
    with transaction.atomic():
        job, made = (
            Job.objects.unfinished()
            .select_for_update()
            .get_or_create(kind=kind, key=key, defaults={"state": JobState.WAITING, "asked_at": clock.now()})
        )
        begun = job.state == JobState.RUNNING
        if begun:
            job.state, job.claimed_until, job.attempts = JobState.WAITING, None, job.attempts + 1
            job.asked_at = clock.now()
            job.save(update_fields=["state", "claimed_until", "attempts", "asked_at"])
        if made or begun:
            transaction.on_commit(lambda: _trigger_unless_done(job.pk))
    return job


def _trigger_unless_done(job_id: int) -> None:
    """Whoever asked may have done the work in the same transaction, as a demonstration does before it has a worker.

    What was asked for so long ago that the sweep finds it is left to it: a demonstration that replays a year would
    else have its worker busy with that year's jobs before it does anything for whoever looks at it.
    """
    if Job.objects.unfinished().filter(pk=job_id, asked_at__gt=_last_sweep()).exists():
        trigger(job_id)


_send: Callable[[int], object] | None = None


def register_trigger(send: Callable[[int], object]) -> None:
    """Called once, when the app is ready: tasks stand above those who ask for work, models among them."""
    global _send
    _send = send


def trigger(job_id: int) -> None:
    if _send is not None:
        _send(job_id)


def resume() -> list[int]:
    """Trigger what has waited since the last sweep, and what a worker left when it was killed; the jobs' keys.

    The longest waiting and so many at once that the next sweep does not find them all still waiting in the queue.
    """
    left = Job.objects.free(at=clock.now()).exclude(state=JobState.WAITING, asked_at__gt=_last_sweep())
    found = list(left.order_by("pk").values_list("pk", flat=True)[:MOST_AT_ONCE])
    for job_id in found:
        trigger(job_id)
    return found


def _last_sweep() -> datetime:
    return clock.now() - timedelta(seconds=settings.JOB_SWEEP_SECONDS)


def run(job_id: int) -> bool:
    """Do the work if nobody else does; whether it was done now."""
    job = _claim(job_id)
    if job is None:
        return False
    kind = job_kinds[job.kind]
    if job.attempts > kind.attempts:
        _give_up(job, kind, "We started this several times, but it did not finish.")
        return False
    with Progress(job) as tell:
        return _done(job, kind, tell)


def _done(job: Job, kind: JobKind, tell: "Progress") -> bool:
    try:
        kind.run(job.key, tell)
    except Exception as error:
        _log.exception("%s did not end well, attempt %s of %s", job, job.attempts, kind.attempts)
        _after_error(job, kind, error)
        return False
    _end(job, JobState.DONE)
    return True


def _after_error(job: Job, kind: JobKind, error: Exception) -> None:
    """Left to the sweep where the database itself is away; the claim then runs out."""
    with suppress(DatabaseError):
        if job.attempts >= kind.attempts:
            _give_up(job, kind, f"This failed {job.attempts} times. The log has the details.")
        else:
            said = f"{type(error).__name__} at attempt {job.attempts}"
            _mine(job).update(state=JobState.WAITING, claimed_until=None, error=said, asked_at=clock.now())


def _claim(job_id: int) -> Job | None:
    now = clock.now()
    claimed = Job.objects.free(at=now).filter(pk=job_id)
    taken = claimed.update(state=JobState.RUNNING, claimed_until=_lease(now), attempts=F("attempts") + 1, done=0)
    return Job.objects.get(pk=job_id) if taken else None


def _lease(now: datetime) -> datetime:
    return now + timedelta(seconds=settings.JOB_LEASE_SECONDS)


def _mine(job: Job) -> Any:
    """The row while nobody has claimed it after us."""
    return Job.objects.filter(pk=job.pk, attempts=job.attempts, state=JobState.RUNNING)


def _end(job: Job, state: JobState, error: str = "") -> None:
    _mine(job).update(state=state, claimed_until=None, ended_at=clock.now(), error=error)


def _give_up(job: Job, kind: JobKind, sentence: str) -> None:
    with transaction.atomic():
        _end(job, JobState.FAILED, sentence)
        kind.failed(job.key, sentence)


class Progress:
    """`tell("Reading", 300, 590)` says how far the work is, and keeps the claim. Often called, seldom written.

    It is seen while the work's own transaction is open, since it goes over a connection of its own. SQLite has one
    writer: there nothing is said from inside a transaction.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._said = ("", 0.0)
        self._beside: Any = None

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._beside is not None:
            self._beside.close()

    def __call__(self, step: str, done: int = 0, total: int = 0) -> None:
        step = step[:LONGEST_STEP]
        said, at = self._said
        if step == said and time.monotonic() - at < SECONDS_BETWEEN_WORDS:
            return
        self._said = (step, time.monotonic())
        if connection.vendor == "postgresql":
            self._write(step, done, total)
        elif not connection.in_atomic_block:
            _mine(self._job).update(step=step, done=done, total=total, claimed_until=_lease(clock.now()))

    def _write(self, step: str, done: int, total: int) -> None:
        if self._beside is None:
            self._beside = connection.copy()
        with self._beside.cursor() as cursor:
            cursor.execute(
                "UPDATE records_job SET step = %s, done = %s, total = %s, claimed_until = %s"
                " WHERE id = %s AND attempts = %s AND state = %s",
                [step, done, total, _lease(clock.now()), self._job.pk, self._job.attempts, JobState.RUNNING.value],
            )
