"""When governors meet: the dates a record is presented by (domain 3.4)."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q

from schoolimprove.records.models import BaseRecord
from schools.register.models.school import School


class GovernorsMeetingQuerySet(models.QuerySet["GovernorsMeeting"]):
    def standing(self) -> Self:
        return self.filter(cancelled_because="")

    def after(self, day: date) -> Self:
        """The next first."""
        return self.standing().filter(held_on__gt=day).order_by("held_on")


class GovernorsMeeting(BaseRecord):
    """A meeting of a school's governing body, past or to come."""

    school = models.ForeignKey(School, models.PROTECT, related_name="governors_meetings")
    held_on = models.DateField("date of the meeting")
    cancelled_because = models.CharField(max_length=200, blank=True, default="", editable=False)

    objects = GovernorsMeetingQuerySet.as_manager()

    class Meta:
        ordering = ["held_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "held_on"],
                condition=Q(cancelled_because=""),
                name="governorsmeeting_one_a_day",
                violation_error_message="This school already has a governors’ meeting on that day.",
            )
        ]

    def __str__(self) -> str:
        return f"Governors’ meeting, {self.held_on:%-d %B %Y}"
