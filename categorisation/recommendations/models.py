"""Recommendations of a category, and what the school says of them (domain 4.3)."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, CharField, Exists, OuterRef, Q, Value, When
from django.urls import reverse
from django.utils.functional import cached_property

from categorisation.letters import CATEGORY_LETTER
from categorisation.policy import REVIEW
from categorisation.recommendations.rules import FINISHED, Assessment, Progress
from categorisation.recommendations.states import (
    ASSURE,
    RECOMMENDATION,
    UNSHARED,
    RecommendationStatus,
)
from categorisation.rounds.models import Round
from schoolimprove.accounts.rights import authorising
from schoolimprove.accounts.roles import LINE_MANAGEMENT, ROLE_LABELS, Permission, Role, rights_over
from schoolimprove.lib import clock
from schoolimprove.lib.states import Move
from schoolimprove.policy.nested import dump, load
from schoolimprove.records.models import BaseRecord
from schools.letters.models import Letter
from schools.register.models.school import School
from schools.register.scope import in_scope

LONGEST = 20_000
"""Characters of the statement."""
ANSWERING_ROLES = (Role.HEADTEACHER, Role.CHAIR)


def written_or_managed(user: Any) -> Q:
    """Return a filter of the recommendations whose writing this user may follow: own, and of those they manage."""
    seen = Q(author=user)
    for rights in LINE_MANAGEMENT:
        seen |= Q(author_role__in=rights.author_roles) & in_scope(user, rights.view_unshared, school="school")
    return seen


class RecommendationQuerySet(models.QuerySet["Recommendation"]):
    def visible_to(self, user: Any) -> Self:
        """Officers see that each is due, and read it once it is out of its author's hands; schools once it is shared.

        What is not shared yet is read by its author and their managers only. A review is never shared.
        """
        officers = in_scope(user, Permission.VIEW_RECOMMENDATION, school="school")
        school = in_scope(user, Permission.VIEW_SHARED_RECOMMENDATION, school="school")
        unshared = Q(status__in=UNSHARED)
        return self.filter((unshared & written_or_managed(user)) | (~unshared & officers) | (self.shared() & school))

    @staticmethod
    def shared() -> Q:
        return Q(
            status__in=[RecommendationStatus.SHARED, RecommendationStatus.DECIDED, RecommendationStatus.WITHDRAWN],
            shared_at__isnull=False,
        )

    def awaiting_approval_by(self, user: Any) -> Self:
        """Return submitted recommendations whose author this user manages; never their own."""
        mine = Q(pk__in=[])
        for rights in LINE_MANAGEMENT:
            mine |= Q(author_role__in=rights.author_roles) & in_scope(user, rights.approve, school="school")
        annual = self.filter(mine, status=RecommendationStatus.SUBMITTED, no_change=False)
        return annual.exclude(author=user)

    def to_review_by(self, user: Any) -> Self:
        """Return the rows of open reviews that this DSIM has not reviewed."""
        mine = in_scope(user, Permission.REVIEW_CATEGORY, school="school")
        return self.filter(mine, status=RecommendationStatus.DUE, round__kind=REVIEW)

    def awaiting_answer_from(self, user: Any, *, role: Role) -> Self:
        """Return shared recommendations at schools where this user is `role`, which has not answered."""
        answered = Agreement.objects.filter(recommendation=OuterRef("pk"), role=role, agrees__isnull=False)
        at_my_school = in_scope(user, Permission.ANSWER_RECOMMENDATION, school="school", roles=[role])
        return self.filter(at_my_school, ~Exists(answered), status=RecommendationStatus.SHARED)

    def with_progress(self, user: Any = None) -> Self:
        """Add `progress`: how far each has come, by its state, by what the school says of it, and by its letter (C8).

        To a reader at the school one that is decided stays as it was shared until the letter is issued. Without
        `user` as officers know it.

        One who disagrees makes it disputed, whatever the other says; it is silent when the time is over and no one has
        answered.
        """
        answers = Agreement.objects.filter(recommendation=OuterRef("pk")).order_by()
        shared = [
            When(Exists(answers.filter(agrees=answer)), then=Value(progress))
            for answer, progress in ((False, Progress.DISPUTED), (True, Progress.AGREED))
        ]
        silent = When(Exists(answers.filter(agrees__isnull=True)), then=Value(Progress.SILENT))
        of_shared = Case(*shared, silent, default=Value(Progress.SHARED), output_field=CharField())
        issued = Letter.objects.filter(kind=CATEGORY_LETTER.key, issued_on__isnull=False).order_by()
        told = self.model._base_manager.filter(pk=OuterRef("pk"), decisions__in=issued.values("subject_id"))
        other = {
            RecommendationStatus.DUE: Progress.DUE,
            RecommendationStatus.DRAFT: Progress.DRAFT,
            RecommendationStatus.SUBMITTED: Progress.SUBMITTED,
            RecommendationStatus.WITHDRAWN: Progress.WITHDRAWN,
        }
        cases = [When(Exists(told), status=RecommendationStatus.DECIDED, then=Value(Progress.TOLD))]
        officers = Q() if user is None else in_scope(user, Permission.VIEW_RECOMMENDATION, school="school")
        cases.append(When(officers, status=RecommendationStatus.DECIDED, then=Value(Progress.MODERATED)))
        cases += [When(status=status, then=Value(progress)) for status, progress in other.items()]
        return self.annotate(progress=Case(*cases, default=of_shared, output_field=CharField()))

    def undecided_to(self, user: Any) -> Self:
        """Return what this user may see and does not know to be decided or withdrawn."""
        return self.visible_to(user).with_progress(user).exclude(progress__in=FINISHED)

    def for_lists(self) -> Self:
        # Rows share their few rounds and schemes, which are read once for all: a scheme is long to read.
        rows = self.select_related("school__district", "author").prefetch_related("round__scheme")
        return rows.defer("statement", "ratings", "causes")


class Recommendation(BaseRecord):
    """A school's row of a round. In an annual round its SIP writes it; in a review the DSIM says *no change*.

    `ratings` and `causes` are lists of `Rating` and `CauseOfConcern` as JSON.
    """

    STATES = RECOMMENDATION

    round = models.ForeignKey(Round, models.PROTECT, related_name="recommendations")
    school = models.ForeignKey(School, models.PROTECT, related_name="recommendations")
    status = models.CharField(
        max_length=20, choices=RECOMMENDATION.choices(), default=RecommendationStatus.DUE, editable=False
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="recommendations")
    author_role = models.CharField(max_length=40, blank=True, editable=False)
    sef_grade = models.CharField("the school’s own grade", max_length=100, blank=True)
    category = models.CharField(max_length=10, blank=True)
    level = models.CharField("level of support", max_length=20, blank=True)
    level_reason = models.TextField(max_length=5_000, blank=True)
    ratings = models.JSONField(default=list)
    causes = models.JSONField(default=list)
    statement = models.TextField(max_length=LONGEST, blank=True)
    no_change = models.BooleanField(default=False)
    submitted_at = models.DateTimeField(null=True, editable=False)
    shared_at = models.DateTimeField(null=True, editable=False)
    shared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+")

    objects = RecommendationQuerySet.as_manager()

    class Meta:
        ordering = ["-round__recommend_by", "school__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "school"],
                name="recommendation_one_a_round",
                violation_error_message="The school already has a recommendation in this round.",
            ),
            models.CheckConstraint(
                condition=Q(author__isnull=True, author_role="") | (Q(author__isnull=False) & ~Q(author_role="")),
                name="recommendation_author_and_role",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=sorted({*UNSHARED, RecommendationStatus.SHARED, RecommendationStatus.DECIDED}))
                | Q(author__isnull=False),
                name="recommendation_written_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(shared_at__isnull=True, shared_by__isnull=True)
                | Q(shared_at__isnull=False, shared_by__isnull=False),
                name="recommendation_shared_at_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(status=RecommendationStatus.SHARED) | Q(shared_at__isnull=False, no_change=False),
                name="recommendation_shared_on_a_day",
            ),
        ]
        indexes = [models.Index(fields=["school", "status"], name="recommendation_school")]

    def __str__(self) -> str:
        return f"{self.school}, {self.round}"

    def get_absolute_url(self) -> str:
        return reverse("categorisation:recommendation", args=[self.pk])

    @cached_property
    def assessment(self) -> Assessment:
        names = ("sef_grade", "category", "level", "level_reason", "ratings", "causes", "statement")
        written: Assessment = load(Assessment, {name: getattr(self, name) for name in names})
        return written

    @property
    def scheme(self) -> Any:
        return self.round.scheme.scheme

    def barred(self, user: Any, move: Move) -> str | None:
        """Return why a user with the permission of a move may not make it: not the author, or not their manager."""
        if move.verb == "submit" and self.author_id != user.pk:
            return f"{self.author} is writing this recommendation."
        if not set(move.permissions) & set(ASSURE):
            return None
        if self.author is None:
            return "No one has written this recommendation yet."
        if self.author_id == user.pk:
            return "Another person must approve or return what you wrote."
        if authorising(user, rights_over(self.author_role).approve, on=self) is None:
            return f"The line manager of {self.author} approves or returns this."
        return None


def stored(written: Assessment) -> dict[str, Any]:
    """Return the fields that keep an assessment."""
    fields: dict[str, Any] = dump(written)
    return fields


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def given(self) -> Self:
        return self.filter(agrees__isnull=False)


class Agreement(models.Model):
    """What the headteacher or the chair says of a shared recommendation; `agrees` is empty where none was received.

    Append-only. A school that was recorded as silent may still answer, in a row of its own.
    """

    recommendation = models.ForeignKey(Recommendation, models.PROTECT, related_name="agreements")
    role = models.CharField(max_length=40, choices=[(role.value, ROLE_LABELS[role]) for role in ANSWERING_ROLES])
    agrees = models.BooleanField(null=True)
    words = models.TextField(max_length=5_000, blank=True)
    at = models.DateTimeField(default=clock.now, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+")
    appointment_id = models.BigIntegerField(null=True, editable=False)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["recommendation", "role"],
                condition=Q(agrees__isnull=False),
                name="agreement_one_answer_a_role",
                violation_error_message="This person has already answered.",
            ),
            models.UniqueConstraint(
                fields=["recommendation", "role"], condition=Q(agrees__isnull=True), name="agreement_silent_once"
            ),
            models.CheckConstraint(
                condition=Q(agrees__isnull=True, by__isnull=True, words="") | Q(agrees__isnull=False, by__isnull=False),
                name="agreement_answered_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(agrees=False) | ~Q(words=""),
                name="agreement_disagrees_in_words",
                violation_error_message="Enter why you disagree.",
            ),
        ]

    def __str__(self) -> str:
        said = {True: "agrees", False: "disagrees", None: "none received"}[self.agrees]
        return f"{self.recommendation}, {self.get_role_display()}: {said}"
