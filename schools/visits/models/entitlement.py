"""The days a school is entitled to in a year, where they are not the policy's."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from schoolimprove.records.models import BaseRecord
from schools.register.models.school import School


class Entitlement(BaseRecord):
    """SIP days of one school in one academic year, set with a reason; without a row the policy's hold (domain 3.1)."""

    school = models.ForeignKey(School, models.PROTECT, related_name="entitlements")
    academic_year = models.PositiveSmallIntegerField()
    days = models.DecimalField(
        max_digits=5, decimal_places=1, validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))]
    )
    reason = models.CharField(max_length=1000)

    class Meta:
        ordering = ["-academic_year"]
        constraints = [
            models.UniqueConstraint(fields=["school", "academic_year"], name="entitlement_one_a_year"),
            models.CheckConstraint(condition=Q(days__gte=0, days__lte=100), name="entitlement_days_between_0_and_100"),
        ]

    def __str__(self) -> str:
        return f"{self.school}, {self.academic_year}: {self.days} days"
