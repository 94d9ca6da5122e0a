"""Bank holidays that the published rules do not know of yet, and those moved away."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from schoolimprove.calendar.rules import faults_of_override
from schoolimprove.lib.clock import uk_date

from .withdrawable import Withdrawable


class OverrideKind(models.TextChoices):
    ADD = "add", "Add a bank holiday"
    REMOVE = "remove", "Remove a bank holiday"


class BankHolidayOverride(Withdrawable):
    """A correction of England's bank holidays: a proclaimed extra one, or one moved to another day."""

    day = models.DateField()
    kind = models.CharField("change", max_length=6, choices=OverrideKind)
    name = models.CharField(max_length=100, help_text="The announced name, for example Coronation of the King.")
    reason = models.CharField(max_length=200, help_text="The proclamation or announcement.")

    history = HistoricalRecords()

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(
                fields=["day"],
                condition=Q(withdrawn_because=""),
                name="bank_holiday_override_one_per_day",
                violation_error_message="There is already a correction for this day.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=OverrideKind.values),
                name="bank_holiday_override_kind_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{uk_date(self.day)}: {self.name}"

    def clean(self) -> None:
        super().clean()
        if self.day and self.kind:
            faults = faults_of_override(self.day, adds=self.kind == OverrideKind.ADD)
            if faults:
                raise ValidationError(faults)
