"""A visit to a school that was held."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models

from schoolimprove.records.models import BaseRecord

from .school import School


class VisitKind(models.TextChoices):
    CORE = "core", "Core visit"
    ADDITIONAL = "additional", "Additional visit"
    MONITORING = "monitoring", "Monitoring visit"
    FAMILIARISATION = "familiarisation", "Familiarisation visit"
    REVIEW = "review", "Subject or leadership review"
    SENIOR_APPOINTMENT = "senior_appointment", "Support for a senior appointment"
    NEW_HEAD = "new_head", "Support for a new headteacher"
    NEW_TEACHER = "new_teacher", "Support for a newly qualified teacher"


class Visit(BaseRecord):
    """`days` counts against the school's entitlement, in halves."""

    school = models.ForeignKey(School, models.PROTECT, related_name="visits")
    kind = models.CharField("type of visit", max_length=30, choices=VisitKind, default=VisitKind.CORE)
    held_on = models.DateField("date of the visit")
    days = models.DecimalField(
        "days used", max_digits=5, decimal_places=1, default=Decimal("1.0"), validators=[MinValueValidator(0)]
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="visits")

    class Meta:
        ordering = ["-held_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "author", "held_on", "kind"],
                name="visit_counted_once",
                violation_error_message="You already have a record of this type for this school on that day.",
            ),
            models.CheckConstraint(
                condition=models.Q(days__gte=0, days__lte=20),
                name="visit_days_between_0_and_20",
                violation_error_message="Enter between 0 and 20 days.",
            ),
        ]
        indexes = [models.Index(fields=["school", "-held_on"], name="visit_school_day")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} to {self.school}, {self.held_on:%-d %B %Y}"
