"""Which school came of which, as GIAS links them."""

from collections.abc import Collection
from typing import Self

from django.db import models

PREDECESSOR, SUCCESSOR = "Predecessor", "Successor"


class SchoolLinkQuerySet(models.QuerySet["SchoolLink"]):
    def touching(self, urns: Collection[int]) -> Self:
        """Links from or to any of these schools."""
        return self.filter(models.Q(urn__in=urns) | models.Q(linked_urn__in=urns))


class SchoolLink(models.Model):
    """School `urn` has, as GIAS says, a link of this kind to school `linked_urn`.

    By URN and not by row: one of the two is often not held. `kind` is GIAS's own word ("Predecessor - merged").
    """

    urn = models.PositiveIntegerField("URN")
    linked_urn = models.PositiveIntegerField("linked URN")
    linked_name = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=100)
    established_on = models.DateField(null=True, blank=True)

    objects = SchoolLinkQuerySet.as_manager()

    class Meta:
        ordering = ["urn", "established_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["urn", "linked_urn", "kind"], name="schoollink_one_of_a_kind"),
            models.CheckConstraint(
                condition=~models.Q(urn=models.F("linked_urn")),
                name="schoollink_leads_to_another_school",
                violation_error_message="A school is not its own successor.",
            ),
        ]
        indexes = [models.Index(fields=["linked_urn"], name="schoollink_linked_urn")]

    def __str__(self) -> str:
        return f"{self.urn}: {self.kind} {self.linked_urn}"
