"""A visit to a school that was held."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import IntegrityError, models, transaction

from schoolimprove.records.actor import Actor
from schoolimprove.records.models import BaseRecord
from schoolimprove.records.transition import Blocked, save_changes

from .school import School


@contextmanager
def counted_once(*, besides: int = 0, **same: Any) -> Iterator[None]:
    """Turns the database's last word on a second visit of one school, author, day and kind into a sentence."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if not Visit.objects.filter(**same).exclude(pk=besides).exists():
            raise
        raise Blocked(["You already have a record of this type for this school on that day."]) from error


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

    def correct(self, *, by: Actor, **fields: Any) -> bool:
        """Put right kind, held_on or days; whether anything changed. `Blocked` when the visit would count twice."""
        changed = {name: value for name, value in fields.items() if getattr(self, name) != value}
        if changed:
            now = {"held_on": self.held_on, "kind": self.kind} | {k: v for k, v in changed.items() if k != "days"}
            with counted_once(besides=self.pk, school=self.school_id, author=self.author_id, **now):
                save_changes(self, "corrected", by=by, seen_version=self.version, **changed)
        return bool(changed)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} to {self.school}, {self.held_on:%-d %B %Y}"
