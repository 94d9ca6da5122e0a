"""Background work as rows: the row is the truth, whoever triggers it (design, Jobs)."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from schoolimprove.lib import clock


class JobState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


UNFINISHED = (JobState.WAITING, JobState.RUNNING)


class JobQuerySet(models.QuerySet["Job"]):
    def unfinished(self) -> Self:
        return self.filter(state__in=UNFINISHED)

    def free(self, *, at: datetime) -> Self:
        """Waiting, or claimed by somebody whose time is up: a worker that was killed tells nobody."""
        return self.filter(Q(state=JobState.WAITING) | Q(state=JobState.RUNNING, claimed_until__lt=at))


class Job(models.Model):
    """A piece of work of one `kind` on one `key`. `done` of `total` says how far the step named `step` is."""

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=100)
    state = models.CharField(max_length=10, choices=JobState, default=JobState.WAITING)
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    step = models.CharField(max_length=100, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    asked_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"],
                condition=Q(state__in=[state.value for state in UNFINISHED]),
                name="job_one_unfinished_of_a_kind_and_key",
            ),
            models.CheckConstraint(
                condition=Q(state=JobState.RUNNING, claimed_until__isnull=False)
                | (~Q(state=JobState.RUNNING) & Q(claimed_until__isnull=True)),
                name="job_is_claimed_while_it_runs",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}, {self.get_state_display().lower()}"
