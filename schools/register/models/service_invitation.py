"""Academies and free schools are visited by invitation, accepted by the school for one academic year."""

from datetime import date
from typing import Self

from django.db import models

from schoolimprove.lib.years import academic_year, academic_year_label
from schoolimprove.records.models import BaseRecord
from schools.register.models.school import School


class ServiceInvitationQuerySet(models.QuerySet["ServiceInvitation"]):
    def accepted(self, on: date) -> Self:
        """Invitations accepted for the academic year that holds `on`."""
        return self.filter(academic_year=academic_year(on), accepted_on__isnull=False)


class ServiceInvitation(BaseRecord):
    school = models.ForeignKey(School, models.PROTECT, related_name="invitations")
    academic_year = models.PositiveSmallIntegerField(help_text="The year it starts in: 2026 for 2026/27.")
    sent_on = models.DateField()
    accepted_on = models.DateField(null=True, blank=True)
    accepted_by_name = models.CharField("accepted by", max_length=150, blank=True)

    objects = ServiceInvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-academic_year", "school__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "academic_year"],
                name="invitation_one_per_school_and_year",
                violation_error_message="This school already has an invitation for that year.",
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_on__isnull=True, accepted_by_name="")
                | (models.Q(accepted_on__isnull=False) & ~models.Q(accepted_by_name="")),
                name="invitation_accepted_on_and_by",
                violation_error_message="Enter both who accepted and when, or neither.",
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_on__isnull=True) | models.Q(accepted_on__gte=models.F("sent_on")),
                name="invitation_accepted_after_it_was_sent",
                violation_error_message="An invitation cannot be accepted before it was sent.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school}, {academic_year_label(self.academic_year)}"
