"""Decisions of a school's category and its level of support (domain 4.1, 4.3)."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.urls import reverse

from categorisation.decisions.rules import support_from
from categorisation.letters import CATEGORY_LETTER
from categorisation.recommendations.models import Recommendation
from categorisation.rounds.models import Round
from categorisation.schemes.models import SchemeEdition
from categorisation.schemes.rules import Level
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schools.letters.models import Letter
from schools.register.models.decision import Decision, DecisionQuerySet
from schools.register.scope import in_scope

NO_CHANGE = "We reviewed the category and found no reason to change it."


class CategoryDecisionQuerySet(DecisionQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Return what a user may read: officers as soon as it is decided, the school once it was told."""
        officers = in_scope(user, Permission.VIEW_STANDING, school="school")
        school = in_scope(user, Permission.VIEW_STANDING_WHEN_TOLD, school="school")
        return self.filter(officers | self.told() & school)

    @staticmethod
    def told() -> Q:
        """Return a filter of the decisions whose letter was issued. Of the past, schools were told at the time."""
        issued = Letter.objects.filter(issued_on__isnull=False, **about_decisions(), subject_id=OuterRef("pk"))
        return Q(imported_run__isnull=False) | Q(Exists(issued))

    def to_notify(self) -> Self:
        """Return the decisions of which the school waits to be told, whether or not a letter is drafted."""
        return self.counting().exclude(self.told())

    def without_letter(self) -> Self:
        """Return those of them whose letter was discarded."""
        drafted = Letter.objects.waiting().filter(**about_decisions(), subject_id=OuterRef("pk"))
        return self.to_notify().filter(~Exists(drafted))

    def before(self, day: date) -> Subquery:
        """Return the expression of the category that the school of a row had on a day."""
        counting = self._all().counting()
        return Subquery(counting.last_on(day, school=OuterRef("school")).values("category")[:1])

    def for_lists(self) -> Self:
        # Rows share their few schemes, which are read once for all.
        return self.select_related("school__district", "by").prefetch_related("scheme")


def about_decisions() -> dict[str, str]:
    """Return the fields of a letter that say it is about a decision of a category."""
    return {"kind": CATEGORY_LETTER.key, "subject_kind": CategoryDecision._meta.label_lower}


class CategoryDecision(Decision):
    """A category and a level of support, in a round or within the year; see `Decision`."""

    round = models.ForeignKey(Round, models.PROTECT, null=True, related_name="decisions")
    recommendation = models.ForeignKey(Recommendation, models.PROTECT, null=True, related_name="decisions")
    scheme = models.ForeignKey(SchemeEdition, models.PROTECT, related_name="decisions")
    category = models.CharField(max_length=10)
    level = models.CharField("level of support", max_length=20)
    level_reason = models.TextField(max_length=5_000, blank=True)
    change_cause = models.CharField(max_length=40, blank=True)
    evidence_sources = models.JSONField(default=list, blank=True)
    causing_concern = models.BooleanField(null=True)
    proposed_stage = models.CharField(max_length=40, blank=True)

    objects = CategoryDecisionQuerySet.as_manager()

    class Meta(Decision.Meta):
        constraints = [
            *Decision.Meta.constraints,
            models.UniqueConstraint(
                fields=["round", "school"],
                condition=Q(round__isnull=False, supersedes__isnull=True),
                name="categorydecision_one_a_round",
                violation_error_message="The category of this school was decided in this round already.",
            ),
            models.CheckConstraint(condition=~Q(category="") & ~Q(level=""), name="categorydecision_of_a_category"),
        ]

    def __str__(self) -> str:
        return f"{self.school}: category {self.category} from {self.effective_on:%-d %B %Y}"

    def get_absolute_url(self) -> str:
        return reverse("categorisation:category_of_school", args=[self.school.urn])

    @property
    def label(self) -> str:
        """Return the category with its name, as `3, Satisfactory`."""
        return f"{self.category}, {self.scheme.scheme.category(self.category).label}"

    @property
    def decided_on(self) -> date:
        return self.decided_at.astimezone(clock.LONDON).date()

    @property
    def support(self) -> Level:
        return self.scheme.scheme.level(self.level)

    @property
    def support_from(self) -> date:
        """Return the first day of the support that the level brings."""
        annual = self.round.academic_year if self.round and self.round.is_annual else None
        return support_from(self.effective_on, annual_round=annual)

    @property
    def why(self) -> str:
        """Return what the school reads: the reason of the decision, or else the statement that was agreed with."""
        row = self.recommendation
        recommended = (row.statement or (NO_CHANGE if row.no_change else "")) if row else ""
        return "\n\n".join(filter(None, [self.reason or recommended, self.level_reason]))
