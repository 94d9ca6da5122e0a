"""What is done by itself once a term (domain 9.2): each app registers its jobs, and beat asks for those whose day has
come.

A turn is done once; what is missing later is made by the job's own button, which its app has. The row of the job says
how it went (`records.jobs`): a worker that is killed leaves it to the next, and whoever does it again makes nothing
twice.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from schoolimprove.records import jobs
from schoolimprove.records.jobs import JobKind, Progress
from schoolimprove.records.models import Job
from schoolimprove.records.models.job import JobState
from schoolimprove.ui.registry import Registry

JOB = "termly"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Turn:
    """A time for which a job is done: `2026-autumn`, "Autumn term 2026/27", and the day from which it is."""

    key: str
    label: str
    from_day: date


@dataclass(frozen=True)
class TermlyJob:
    """`turns(on)` are those that are near; `run(turn key, tell)` does one and says in a few words what came of it.

    `plan_url(turn key)` is the page that lists what would be made, as far as its reader may see.
    """

    key: str
    order: int
    label: str
    turns: Callable[[date], Sequence[Turn]]
    run: Callable[[str, Progress], str]
    plan_url: Callable[[str], str]


@dataclass(frozen=True)
class Standing:
    """How far a job is with a turn; without `job` it has not been asked for."""

    termly: TermlyJob
    turn: Turn
    job: Job | None

    @property
    def is_done(self) -> bool:
        return self.job is not None and self.job.state == JobState.DONE

    @property
    def has_failed(self) -> bool:
        return self.job is not None and self.job.state == JobState.FAILED


termly_jobs: Registry[TermlyJob] = Registry()


def register() -> None:
    """Called once, when the app is ready."""
    jobs.job_kinds.register(JobKind(JOB, 30, _run, _given_up))


def standings(on: date) -> list[Standing]:
    """Every job with every turn that is near, newest turn first. One query, and those of the jobs for their turns."""
    newest = {job.key: job for job in Job.objects.filter(kind=JOB).order_by("pk")}
    return [Standing(each, turn, newest.get(_key(each, turn))) for each, turn in _near(on)]


def ask_for_due(on: date) -> int:
    """Ask for what has its day and was never done; how many. Asked for again it is one job.

    What was given up waits for somebody to look at it.
    """
    due = [each for each in standings(on) if each.turn.from_day <= on and not (each.is_done or each.has_failed)]
    for each in due:
        jobs.ask_for(JOB, _key(each.termly, each.turn))
    return len(due)


def try_again(key: str, turn: str, on: date) -> bool:
    """Ask anew for one that was given up; whether there is one."""
    wanted = [each for each in standings(on) if (each.termly.key, each.turn.key) == (key, turn) and each.has_failed]
    for each in wanted:
        jobs.ask_for(JOB, _key(each.termly, each.turn))
    return bool(wanted)


def _near(on: date) -> Iterator[tuple[TermlyJob, Turn]]:
    for termly in termly_jobs:
        for turn in sorted(termly.turns(on), key=lambda each: each.from_day, reverse=True):
            yield termly, turn


def _key(termly: TermlyJob, turn: Turn) -> str:
    return f"{termly.key} {turn.key}"


def _run(key: str, tell: Progress) -> None:
    termly, turn = key.split(" ", 1)
    tell(termly_jobs[termly].run(turn, tell))


def _given_up(key: str, sentence: str) -> None:
    _log.error("%s was given up: %s", key, sentence)
