"""The round of a term, in which every school we serve is categorised or reviewed (domain 4.3)."""

from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from categorisation.policy import ANNUAL, REVIEW
from categorisation.rounds.states import ROUND, RoundStatus
from categorisation.schemes.models import SchemeEdition
from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.calendar.models.term import TERM_NAMES
from schoolimprove.lib.years import academic_year_label
from schoolimprove.records.models import BaseRecord

KINDS = ((ANNUAL, "Annual: SIPs recommend"), (REVIEW, "Review: DSIMs review"))


class RoundQuerySet(models.QuerySet["Round"]):
    def visible_to(self, user: Any) -> Self:
        return self if user_can(user, Permission.VIEW_RECOMMENDATION) else self.none()

    def open(self) -> Self:
        return self.filter(status=RoundStatus.OPEN)


class Round(BaseRecord):
    """Categories are recommended by `recommend_by` and moderated by `moderate_by`, under one scheme."""

    STATES = ROUND
    SERVICE_WIDE = True
    """A round belongs to no school: a right over it counts wherever the appointment is."""

    academic_year = models.PositiveSmallIntegerField()
    term = models.CharField(max_length=10, choices=TERM_NAMES)
    kind = models.CharField(max_length=10, choices=KINDS)
    scheme = models.ForeignKey(SchemeEdition, models.PROTECT, related_name="rounds")
    recommend_by = models.DateField()
    moderate_by = models.DateField()
    status = models.CharField(max_length=20, choices=ROUND.choices(), default=RoundStatus.OPEN, editable=False)

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["-recommend_by", "-pk"]
        verbose_name = "category round"
        constraints = [
            models.UniqueConstraint(
                fields=["academic_year", "term"],
                name="round_one_a_term",
                violation_error_message="There is already a round for this term.",
            ),
            models.CheckConstraint(
                condition=Q(recommend_by__lt=F("moderate_by")), name="round_recommended_before_moderated"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_term_display()} round {academic_year_label(self.academic_year)}"

    def get_absolute_url(self) -> str:
        return reverse("categorisation:round", args=[self.pk])

    @property
    def is_annual(self) -> bool:
        return self.kind == ANNUAL
