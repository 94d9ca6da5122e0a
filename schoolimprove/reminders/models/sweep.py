"""A day's sweep: the lock under which it is done, and what came of it."""

from django.db import models

from schoolimprove.lib import clock


class Sweep(models.Model):
    """What the sweeps of a day found and wrote, the later ones counted in."""

    on = models.DateField(unique=True)
    began_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)
    due = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-on"]

    def __str__(self) -> str:
        return f"Sweep of {clock.uk_date(self.on)}: {self.created} reminders"
