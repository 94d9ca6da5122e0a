"""A correction of a shared record: proposed by its author, issued by the line manager as a new version."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from schoolimprove.records.models import BaseRecord
from schools.records.content import Content
from schools.records.models.record import RecordOfVisit
from schools.records.states import CORRECTION, CorrectionStatus
from schools.register.models.school import School

OPEN = (CorrectionStatus.PROPOSED, CorrectionStatus.RETURNED)


class Correction(BaseRecord):
    """`texts` and `content` are the record's as they shall read; `corrects` is the number of the version they mend."""

    STATES = CORRECTION

    record = models.ForeignKey("schools.RecordOfVisit", models.PROTECT, related_name="corrections")
    corrects = models.PositiveSmallIntegerField()
    reason = models.TextField(max_length=5000)
    texts = models.JSONField(default=dict)
    content = models.JSONField(default=dict)
    visit_facts = models.JSONField(default=dict)
    """`{"kind", "held_on", "days"}` as they shall read."""
    status = models.CharField(
        max_length=20, choices=CORRECTION.choices(), default=CorrectionStatus.PROPOSED, editable=False
    )
    returned_because = models.TextField(blank=True, default="", editable=False)
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["record"],
                condition=Q(status__in=OPEN),
                name="correction_one_open_per_record",
                violation_error_message="This record already has an open correction.",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="correction_decided_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"Correction of {self.record.reference}, version {self.corrects}"

    @property
    def school_id(self) -> int:
        return self.record.school_id

    @property
    def school(self) -> School:
        return self.record.school

    @property
    def written(self) -> Content:
        """What shall stand beside the texts."""
        return Content.from_json(self.content)

    @property
    def visit(self) -> dict[str, Any]:
        """The facts of the visit as they shall read, as values."""
        facts = self.visit_facts
        if not facts:
            return {}
        held_on, days = date.fromisoformat(facts["held_on"]), Decimal(facts["days"])
        return {"kind": facts["kind"], "held_on": held_on, "days": days}


def open_correction(record: RecordOfVisit) -> Correction | None:
    """The correction of it that is not decided yet."""
    return Correction.objects.filter(record=record, status__in=OPEN).select_related("created_by").first()
