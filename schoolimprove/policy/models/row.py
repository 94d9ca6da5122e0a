"""One value of one policy key, from a day on until the next row begins."""

from datetime import date
from typing import Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from schoolimprove.records.models import BaseRecord


class PolicyRowQuerySet(models.QuerySet["PolicyRow"]):
    def approved(self) -> Self:
        return self.filter(approved_at__isnull=False)

    def standing(self) -> Self:
        """In force or waiting: whatever keeps its day from another row."""
        return self.filter(withdrawn_at__isnull=True)

    def awaiting_approval(self) -> Self:
        return self.filter(approved_at__isnull=True, withdrawn_at__isnull=True)

    def in_force(self, on: date) -> Self:
        """Approved rows that have begun by that day, newest first."""
        return self.approved().filter(effective_from__lte=on).order_by("-effective_from")


class PolicyRow(BaseRecord):
    """Proposed by one person, approved by another, never altered after that. Shipped rows have neither person."""

    key = models.CharField(max_length=100)
    effective_from = models.DateField("in force from")
    value = models.JSONField(encoder=DjangoJSONEncoder)
    reason = models.TextField()
    shipped = models.BooleanField(default=False, editable=False)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, editable=False)

    objects = PolicyRowQuerySet.as_manager()

    class Meta:
        ordering = ["key", "-effective_from"]
        verbose_name = "policy value"
        constraints = [
            models.UniqueConstraint(
                fields=["key", "effective_from"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="policy_one_row_per_key_and_day",
                violation_error_message="There is already a value that starts on that day.",
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True) | ~models.Q(approved_by=models.F("proposed_by")),
                name="policy_approved_by_somebody_else",
                violation_error_message="Another person must approve a change that you proposed.",
            ),
            models.CheckConstraint(
                condition=models.Q(shipped=True, approved_by__isnull=True, approved_at__isnull=False)
                | models.Q(shipped=False, approved_by__isnull=True, approved_at__isnull=True)
                | models.Q(shipped=False, approved_by__isnull=False, approved_at__isnull=False),
                name="policy_approved_at_and_by",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_by__isnull=True, withdrawn_at__isnull=True)
                | models.Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False, approved_at__isnull=True),
                name="policy_withdrawn_at_and_by_before_approval",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} from {self.effective_from}"
