"""Deadlines as rows, opened, moved and met by the verbs of the apps above, in their own transactions."""

from datetime import date
from typing import Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from schoolimprove.lib import clock


class DeadlineQuerySet(models.QuerySet["Deadline"]):
    def open(self) -> Self:
        return self.filter(met_at__isnull=True)

    def dated(self) -> Self:
        """Return the deadlines that have a day. A task without one is on no board and sends no reminder."""
        return self.filter(due_on__isnull=False)

    def overdue(self, on: date) -> Self:
        """Not met, and its last day is past."""
        return self.open().filter(due_on__lt=on)


class Deadline(models.Model):
    """What a rule asks about a subject, and by when; without a day it is a task that has no date.

    `working` is how the day was reached: ends, calendar, and each day skipped and why; empty where nothing was counted.
    """

    rule = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=100)
    subject_id = models.BigIntegerField()
    school_id = models.BigIntegerField(null=True)
    due_on = models.DateField(null=True)
    calendar = models.CharField(max_length=40, blank=True, default="")
    first_day = models.DateField(null=True)
    working = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    opened_at = models.DateTimeField(default=clock.now)
    met_at = models.DateTimeField(null=True, blank=True)

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        ordering = [models.F("due_on").asc(nulls_last=True), "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(due_on__isnull=True, first_day__isnull=True)
                | models.Q(due_on__isnull=False, first_day__isnull=False),
                name="deadline_first_and_last_day_or_neither",
            ),
            models.UniqueConstraint(
                fields=["rule", "subject_kind", "subject_id"],
                condition=models.Q(met_at__isnull=True),
                name="deadline_one_open_per_rule_and_subject",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=models.Q(met_at__isnull=True), name="deadline_open_due"),
            models.Index(fields=["school_id", "due_on"], name="deadline_school"),
            models.Index(
                fields=["school_id", "rule"], condition=models.Q(met_at__isnull=True), name="deadline_open_of_school"
            ),
            models.Index(fields=["subject_kind", "subject_id"], name="deadline_subject"),
        ]

    def __str__(self) -> str:
        due = f"due {self.due_on}" if self.due_on else "no date"
        return f"{self.rule}, {self.subject_kind} {self.subject_id}, {due}"

    @property
    def day(self) -> date:
        """The last day of a deadline that has one (`dated`)."""
        if self.due_on is None:
            raise ValueError(f"{self} has no day.")
        return self.due_on
