"""Days of term on which schools are closed."""

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from schoolimprove.lib.clock import uk_date

from .withdrawable import Withdrawable


class ClosureDates(Withdrawable):
    """A day of term on which there is no school, and why: staff training, polling, snow."""

    day = models.DateField()
    reason = models.CharField(max_length=200, help_text="We show this when a deadline skips this day.")

    class Meta:
        abstract = True
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{uk_date(self.day)}: {self.reason}"


class ClosureDay(ClosureDates):
    """A day on which every school of the authority is closed."""

    history = HistoricalRecords()

    class Meta(ClosureDates.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["day"],
                condition=Q(withdrawn_because=""),
                name="closure_one_per_day",
                violation_error_message="This day is already a closure day.",
            ),
        ]
