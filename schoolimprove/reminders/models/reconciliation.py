"""What a night's comparison of deadlines found."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from schoolimprove.lib import clock


class Reconciliation(models.Model):
    """The open deadlines against those that the apps say there should be: how many drifted, and some of each kind.

    `examples` is kind of drift → findings, as `schoolimprove.reminders.reconciling.Finding.as_json` has them.
    """

    on = models.DateField("as at")
    at = models.DateTimeField("compared at", default=clock.now)
    expected = models.PositiveIntegerField("deadlines that should be open", default=0)
    missing = models.PositiveIntegerField("missing", default=0)
    left_over = models.PositiveIntegerField("left over", default=0)
    other_day = models.PositiveIntegerField("on the wrong day", default=0)
    examples = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["-at"], name="reconciliation_newest")]

    def __str__(self) -> str:
        return f"Deadlines of {clock.uk_date(self.on)}: {self.drifted:,} of {self.expected:,} wrong"

    @property
    def drifted(self) -> int:
        return self.missing + self.left_over + self.other_day
