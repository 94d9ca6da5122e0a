"""Mismatches between the last full inspection of a school and the category that the authority gave it (domain 4.5)."""

from collections.abc import Collection
from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from categorisation.decisions.models import CategoryDecision
from categorisation.mismatches.rules import Difference
from categorisation.mismatches.states import MISMATCH, OPEN, RESPONSE_LABELS, MismatchResponse, MismatchStatus
from categorisation.schemes.rules import Mismatch
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib.states import Move
from schoolimprove.records.models import BaseRecord
from schools.inspections.models import Inspection
from schools.register.models.school import School
from schools.register.scope import in_scope

LONGEST_EXPLANATION = 10_000
LONGEST_REFERENCE = 100
"""Characters."""
DIRECTION_LABELS = {Mismatch.HARSHER: "Ofsted is harsher", Mismatch.MORE_GENEROUS: "Ofsted is more generous"}


class CategoryMismatchQuerySet(models.QuerySet["CategoryMismatch"]):
    def visible_to(self, user: Any) -> Self:
        """Return the mismatches at schools whose category a user sees as an officer; schools see none."""
        return self.filter(in_scope(user, Permission.VIEW_STANDING, school="school"))

    def open(self) -> Self:
        return self.filter(status__in=OPEN)

    def for_lists(self) -> Self:
        return self.select_related("school__district", "inspection__framework", "decision__scheme")


class CategoryMismatch(BaseRecord):
    """An inspection that differs from the category of a decision.

    `grade` is the grade as it was compared, because an inspection can be corrected. `response_on` is the day of the
    appeal letter or of the governors' meeting. The letter goes to Ofsted, so it is none of our letters to schools: we
    keep its reference.
    """

    STATES = MISMATCH

    school = models.ForeignKey(School, models.PROTECT, related_name="mismatches")
    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="mismatches")
    decision = models.ForeignKey(CategoryDecision, models.PROTECT, related_name="mismatches")
    direction = models.CharField(max_length=20, choices=[(key.value, label) for key, label in DIRECTION_LABELS.items()])
    grade = models.CharField(max_length=200)
    found_on = models.DateField("found")
    status = models.CharField(max_length=20, choices=MISMATCH.choices(), default=MismatchStatus.FOUND, editable=False)
    response = models.CharField(
        max_length=20, choices=[(key.value, label) for key, label in RESPONSE_LABELS.items()], blank=True
    )
    explanation = models.TextField(max_length=LONGEST_EXPLANATION, blank=True)
    letter_reference = models.CharField(max_length=LONGEST_REFERENCE, blank=True)
    response_on = models.DateField("day of the response", null=True, blank=True)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    settled_at = models.DateTimeField("settled", null=True, editable=False)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects = CategoryMismatchQuerySet.as_manager()

    class Meta:
        ordering = ["-found_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["school"],
                condition=Q(status__in=sorted(each.value for each in OPEN)),
                name="mismatch_one_open_a_school",
                violation_error_message="This school already has an open difference from Ofsted.",
            ),
            models.CheckConstraint(
                condition=Q(status=MismatchStatus.SETTLED.value, settled_at__isnull=False, settled_by__isnull=False)
                | (~Q(status=MismatchStatus.SETTLED.value) & Q(settled_at__isnull=True, settled_by__isnull=True)),
                name="mismatch_settled_at_and_by",
                violation_error_message="A difference is settled by a person at a time.",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[MismatchStatus.DRAFTED.value, MismatchStatus.SETTLED.value])
                | (~Q(response="") & ~Q(explanation="") & Q(drafted_by__isnull=False)),
                name="mismatch_response_before_signature",
                violation_error_message="Enter the response before it is signed.",
            ),
            models.CheckConstraint(
                condition=~Q(direction=Mismatch.HARSHER.value, response=MismatchResponse.PRESENTATION.value)
                & ~Q(direction=Mismatch.MORE_GENEROUS.value, response=MismatchResponse.APPEAL_LETTER.value),
                name="mismatch_response_fits_direction",
                violation_error_message="Select a response that fits how Ofsted differs.",
            ),
            models.CheckConstraint(
                condition=Q(response__in=["", MismatchResponse.NONE.value], response_on__isnull=True)
                | Q(response=MismatchResponse.APPEAL_LETTER.value, response_on__isnull=False)
                | Q(response=MismatchResponse.PRESENTATION.value, response_on__isnull=False),
                name="mismatch_response_has_its_day",
                violation_error_message="Enter the day of the letter or of the meeting.",
            ),
            models.CheckConstraint(
                condition=Q(response=MismatchResponse.APPEAL_LETTER.value) & ~Q(letter_reference="")
                | ~Q(response=MismatchResponse.APPEAL_LETTER.value) & Q(letter_reference=""),
                name="mismatch_letter_has_reference",
                violation_error_message="Enter the reference of the letter.",
            ),
        ]
        indexes = [models.Index(fields=["status", "found_on"], name="mismatch_status_found")]

    def __str__(self) -> str:
        return f"{self.school}: {self.get_direction_display()}"

    def get_absolute_url(self) -> str:
        return reverse("categorisation:mismatch", args=[self.pk])

    @property
    def difference(self) -> Difference:
        return Difference(Mismatch(self.direction), self.inspection_id, self.grade, self.decision.category)

    @property
    def response_day_label(self) -> str:
        return "Day of the letter" if self.direction == Mismatch.HARSHER else "Day of the governors’ meeting"

    @property
    def reported_on(self) -> date:
        """Return when the report was received; an inspection that was corrected since may have no such day."""
        return self.inspection.report_received_on or self.found_on

    def barred(self, user: Any, move: Move) -> str | None:
        """Return why a user with the permission may not sign: they wrote the response."""
        wrote = move.verb == "sign" and self.drafted_by_id == user.pk
        return "Another person must sign the response that you wrote." if wrote else None


def open_mismatches(school_ids: Collection[int]) -> dict[int, CategoryMismatch]:
    """Return the open mismatch of each school that has one: school id → it. One query."""
    rows = CategoryMismatch.objects.open().filter(school__in=school_ids).for_lists()
    return {row.school_id: row for row in rows}
