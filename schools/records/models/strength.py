"""Strengths to share, made when the record that names them is shared."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.text import Truncator

from schoolimprove.records.models import BaseRecord
from schools.records.models.action import SHOWN
from schools.records.states import STRENGTH, StrengthStatus
from schools.register.models.school import School


class Strength(BaseRecord):
    """A strength the newest version of its record names, tagged by theme; shared only if the headteacher consents."""

    STATES = STRENGTH

    record = models.ForeignKey("schools.RecordOfVisit", models.PROTECT, related_name="strengths")
    school = models.ForeignKey(School, models.PROTECT, related_name="strengths")
    key = models.CharField(max_length=20, editable=False)
    text = models.TextField()
    theme = models.CharField(max_length=150, blank=True)
    status = models.CharField(max_length=20, choices=STRENGTH.choices(), default=StrengthStatus.ASKED, editable=False)
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["record", "key"], name="strength_once_in_a_record"),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="strength_decided_at_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[StrengthStatus.AGREED, StrengthStatus.DECLINED]) | Q(decided_at__isnull=False),
                name="strength_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return Truncator(self.text).chars(SHOWN)
