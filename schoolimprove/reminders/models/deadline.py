"""Deadlines as rows, opened, moved and met by the verbs of the apps above, in their own transactions."""

from datetime import date
from typing import Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from schoolimprove.lib import clock


class DeadlineQuerySet(models.QuerySet["Deadline"]):
    def open(self) -> Self:
        return self.filter(met_at__isnull=True)

    def overdue(self, on: date) -> Self:
        """Not met, and its last day is past."""
        return self.open().filter(due_on__lt=on)


class Deadline(models.Model):
    """A rule's date for a subject. `working` is how it was reached: ends, calendar, and each day skipped and why."""

    rule = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=100)
    subject_id = models.BigIntegerField()
    school_id = models.BigIntegerField(null=True)
    due_on = models.DateField()
    calendar = models.CharField(max_length=40)
    first_day = models.DateField()
    working = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    opened_at = models.DateTimeField(default=clock.now)
    met_at = models.DateTimeField(null=True, blank=True)

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "subject_kind", "subject_id"],
                condition=models.Q(met_at__isnull=True),
                name="deadline_one_open_per_rule_and_subject",
            )
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=models.Q(met_at__isnull=True), name="deadline_open_due"),
            models.Index(fields=["school_id", "due_on"], name="deadline_school"),
            models.Index(fields=["subject_kind", "subject_id"], name="deadline_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.rule}, {self.subject_kind} {self.subject_id}, due {self.due_on}"
