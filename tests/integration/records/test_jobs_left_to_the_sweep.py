"""What the sweep triggers, and what is left to it from the start."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from schoolimprove.lib import clock
from schoolimprove.records import jobs
from schoolimprove.records.models import Job

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=clock.LONDON)
pytestmark = pytest.mark.django_db


@pytest.fixture
def triggered(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The jobs that somebody was told of."""
    found: list[int] = []
    monkeypatch.setattr("schoolimprove.records.jobs.trigger", found.append)
    return found


def test_what_was_asked_for_is_triggered_when_it_is_committed(
    triggered: list[int], clock_at: Callable[..., Any], django_capture_on_commit_callbacks: Any
) -> None:
    clock_at(NOON)
    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.ask_for("invented", "1")
    assert triggered == [job.pk]


def test_what_was_asked_for_long_before_its_commit_is_left_to_the_sweep(
    triggered: list[int], clock_at: Callable[..., Any], django_capture_on_commit_callbacks: Any
) -> None:
    """A demonstration replays a year and commits it today."""
    clock_at(NOON)
    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.ask_for("invented", "1")
        clock_at(NOON + timedelta(seconds=settings.JOB_SWEEP_SECONDS))
    assert triggered == []
    assert jobs.resume() == [job.pk] == triggered


def test_a_sweep_triggers_the_longest_waiting_and_not_too_many(
    triggered: list[int], clock_at: Callable[..., Any]
) -> None:
    clock_at(NOON)
    waiting = [jobs.ask_for("invented", str(number)).pk for number in range(jobs.MOST_AT_ONCE + 5)]
    assert jobs.resume() == []
    clock_at(NOON + timedelta(seconds=settings.JOB_SWEEP_SECONDS))
    assert jobs.resume() == waiting[: jobs.MOST_AT_ONCE]
    Job.objects.filter(pk__in=waiting[:10]).update(state="done")
    assert jobs.resume() == waiting[10 : 10 + jobs.MOST_AT_ONCE]
