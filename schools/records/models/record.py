"""The Record of Visit, its shared versions and the school's responses."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import Held, all_authorising, authorising, user_can
from schoolimprove.accounts.roles import LINE_MANAGEMENT, ROLE_LABELS, Permission, Role, rights_over
from schoolimprove.lib import clock
from schoolimprove.records.models import BaseRecord
from schools.records.content import Content
from schools.records.models.response import Response
from schools.records.models.version import RecordVersion
from schools.records.states import RECORD_OF_VISIT, SHARED_STATES, CorrectionStatus, RecordStatus
from schools.register.models.school import School
from schools.register.scope import in_scope
from schools.visits.models.visit import Visit, VisitKind

ANSWERED_IN = (RecordStatus.SHARED, RecordStatus.PRESENTED)
"""In which the school's answer is taken."""
TEXTS = ("met", "evidence", "findings", "judgements")
LONGEST = 20_000
"""Characters in one text of a record."""


def _written_or_managed(user: Any) -> Q:
    seen = Q(author=user)
    for rights in LINE_MANAGEMENT:
        managed = in_scope(user, rights.view_unshared, school="school")
        seen |= Q(author_role__in=rights.author_roles) & managed
    return seen


def _followed_at(user: Any, *schools: School) -> Q:
    seen = Q(author=user)
    for rights in LINE_MANAGEMENT:
        if _may(user, rights.view_unshared, *schools):
            seen |= Q(author_role__in=rights.author_roles)
    return seen


def _may(user: Any, permission: Permission, *schools: School) -> bool:
    return any(user_can(user, permission, on=school) for school in schools)


class RecordOfVisitQuerySet(models.QuerySet["RecordOfVisit"]):
    def visible_to(self, user: Any) -> Self:
        """One's own, those of authors one manages, and shared ones of schools one reads (domain 3.5, 10)."""
        shared = Q(status__in=SHARED_STATES)
        readable = in_scope(user, Permission.VIEW_SHARED_RECORD, school="school")
        return self.filter(_written_or_managed(user) | (shared & readable))

    def visible_at(self, school: School, user: Any, *heirs: School) -> Self:
        """What `visible_to` says of one school, whose rights are known without asking the database.

        What one may read at one of its `heirs` (`schools.register.lineage`) one may read here as well, and do nothing
        with it.
        """
        seen = _followed_at(user, school, *heirs)
        if _may(user, Permission.VIEW_SHARED_RECORD, school, *heirs):
            seen |= Q(status__in=SHARED_STATES)
        return self.filter(seen, school=school)

    def visible_along(self, school: School, predecessors: Iterable[School], user: Any) -> Self:
        """Those of a school and of its predecessors, as far as one's rights there or at the school go."""
        seen = self.visible_at(school, user)
        for each in predecessors:
            seen |= self.visible_at(each, user, school)
        return seen

    def followed_at(self, school: School, user: Any, *heirs: School) -> Self:
        """What `written_or_managed_by` says of one school, and of its heirs."""
        return self.filter(_followed_at(user, school, *heirs), school=school)

    def written_or_managed_by(self, user: Any) -> Self:
        """Those whose making this user may follow: the author and the author's managers."""
        return self.filter(_written_or_managed(user))

    def awaiting_approval_by(self, user: Any) -> Self:
        """Submitted records whose author this user manages; never one's own."""
        return self.assured_by(user).filter(status=RecordStatus.SUBMITTED)

    def assured_by(self, user: Any) -> Self:
        """Return those not shared yet that this user is to approve, or will be; never one's own."""
        unshared = self.managed_by(user).filter(status__in=[RecordStatus.DRAFT, RecordStatus.SUBMITTED])
        return unshared.exclude(submitted_by=user)

    def managed_by(self, user: Any) -> Self:
        """Return the records of those this user is the line manager of; never one's own."""
        mine = Q(pk__in=[])
        for rights in LINE_MANAGEMENT:
            managed = in_scope(user, rights.approve, school="school")
            mine |= Q(author_role__in=rights.author_roles) & managed
        return self.filter(mine).exclude(author=user)

    def to_assure_by(self, user: Any) -> Self:
        """Return those of `assured_by`, and the shared records with a correction that this user issues or returns."""
        corrected = Q(status__in=SHARED_STATES, corrections__status=CorrectionStatus.PROPOSED)
        unshared = Q(pk__in=self.model.objects.assured_by(user).order_by().values("pk"))
        return self.managed_by(user).filter(unshared | corrected)

    def unfinished_by(self, user: Any) -> Self:
        """Drafts this user can still write: their own, at schools where they hold a role that writes."""
        mine = in_scope(user, Permission.WRITE_RECORD, school="school")
        return self.filter(mine, author=user, status=RecordStatus.DRAFT)

    def awaiting_response_from(self, user: Any, *, role: Role) -> Self:
        """Shared records at schools where this user is `role`, whose newest version that role has not answered."""
        answered = Response.objects.filter(
            version__record=models.OuterRef("pk"), version__number=models.OuterRef("shared_version"), role=role
        )
        at_my_school = in_scope(user, Permission.RESPOND_TO_RECORD, school="school", roles=[role])
        return self.filter(at_my_school, ~models.Exists(answered), status__in=ANSWERED_IN)

    def with_issued_at(self) -> Self:
        """`issued_at`: when the newest version was shared."""
        newest = RecordVersion.objects.filter(
            record=models.OuterRef("pk"), number=models.OuterRef("shared_version")
        ).order_by()
        return self.annotate(issued_at=models.Subquery(newest.values("issued_at")[:1]))

    def awaiting_presentation(self) -> Self:
        """Of core visits, shared and not presented yet."""
        return self.filter(status=RecordStatus.SHARED, visit__kind=VisitKind.CORE)

    def for_page(self) -> Self:
        """With what one record's page shows and what rights over it are asked by."""
        return self.select_related("school__authority", "school__district", "visit", "author")

    def for_lists(self) -> Self:
        """With what a line about each needs, which is none of its texts."""
        return self.select_related("school", "visit", "author").defer(*TEXTS)


class RecordOfVisit(BaseRecord):
    """Written by the author of a visit, approved by their line manager, read and answered by the school."""

    STATES = RECORD_OF_VISIT

    visit = models.OneToOneField(Visit, models.PROTECT, related_name="record")
    school = models.ForeignKey(
        School,
        models.PROTECT,
        editable=False,
        db_index=False,
        related_name="records_of_visit",
        help_text="The visit's. Said here too, so that a reader's records are found without reading their visits.",
    )
    reference = models.CharField(max_length=20, unique=True, editable=False)
    status = models.CharField(
        max_length=20, choices=RECORD_OF_VISIT.choices(), default=RecordStatus.DRAFT, editable=False
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="records_of_visit")
    author_role = models.CharField(max_length=40, editable=False)
    met = models.TextField("who you met", max_length=LONGEST, blank=True)
    evidence = models.TextField("evidence you saw", max_length=LONGEST, blank=True)
    findings = models.TextField("what you found", max_length=LONGEST, blank=True)
    judgements = models.TextField(max_length=LONGEST, blank=True)
    content = models.JSONField(default=dict, db_default={}, editable=False)
    """`schools.records.content.Content`: findings by agenda item, grades, strengths, actions."""
    returned_because = models.TextField(blank=True, editable=False)
    submitted_at = models.DateTimeField(null=True, editable=False)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    shared_version = models.PositiveSmallIntegerField(null=True, editable=False)
    presented_on = models.DateField("date of the governors’ meeting", null=True, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)

    objects = RecordOfVisitQuerySet.as_manager()

    class Meta:
        ordering = ["-visit__held_on", "-id"]
        verbose_name = "Record of Visit"
        verbose_name_plural = "Records of Visit"
        constraints = [
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True, submitted_by__isnull=True)
                | Q(submitted_at__isnull=False, submitted_by__isnull=False),
                name="record_submitted_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, approved_by__isnull=True, shared_version__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False, shared_version__isnull=False),
                name="record_approved_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=models.F("author")),
                name="record_not_approved_by_its_author",
                violation_error_message="Authors cannot approve their own record.",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=sorted(SHARED_STATES)) | Q(approved_at__isnull=False),
                name="record_shared_only_when_approved",
            ),
            models.CheckConstraint(
                condition=~Q(status=RecordStatus.PRESENTED) | Q(presented_on__isnull=False),
                name="record_presented_on_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(status=RecordStatus.CLOSED) | Q(closed_at__isnull=False), name="record_closed_at"
            ),
        ]
        indexes = [
            models.Index(fields=["author", "status"], name="record_author_status"),
            models.Index(fields=["status", "visit"], name="record_status"),
            models.Index(fields=["school", "status", "-approved_at"], name="record_school"),
        ]

    def __str__(self) -> str:
        return f"{self.reference}, {self.school}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            self.school = self.visit.school
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("schools:record", args=[self.school.urn, self.reference])

    @property
    def author_role_label(self) -> str:
        return ROLE_LABELS[Role(self.author_role)]

    @property
    def held_on(self) -> date:
        """The day of its visit, which was held."""
        day = self.visit.held_on
        if day is None:
            raise ValueError(f"{self.reference} is of a visit that was not held.")
        return day

    @property
    def shared_on(self) -> date:
        """The day its newest version was shared; asked of the database unless it came `with_issued_at`."""
        issued_at = self.__dict__.get("issued_at")
        if issued_at is None:
            issued_at = self.versions.values_list("issued_at", flat=True).get(number=self.shared_version or 0)
        return issued_at.astimezone(clock.LONDON).date()

    @property
    def texts(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in TEXTS}

    @property
    def written(self) -> Content:
        """What its author wrote beside the texts."""
        return Content.from_json(self.content)

    def newest_version(self) -> RecordVersion:
        """What the school reads, of a record that is shared."""
        return self.versions.get(number=self.shared_version or 0)

    # Who may. Each answers for the page what the verb will enforce.

    def is_written_by(self, user: User) -> bool:
        """The author, while they still hold a role that writes at this school."""
        writes = authorising(user, Permission.WRITE_RECORD, on=self)
        return self.author_id == user.pk and writes is not None

    def is_approved_by(self, user: User) -> bool:
        """The author's line manager, never the author, nor who submitted it before it was handed over."""
        manages = authorising(user, rights_over(self.author_role).approve, on=self)
        return user.pk not in (self.author_id, self.submitted_by_id) and manages is not None

    def respondents(self, user: User) -> list[Held]:
        """The appointments in which this user answers for the school; somebody may be its head and its chair."""
        return all_authorising(user, Permission.RESPOND_TO_RECORD, on=self)

    def parts(self) -> list[tuple[str, str]]:
        """(name, heading) of what a line manager may comment on, in the order of the record."""
        items = [(f"item_{line.key}", line.heading) for line in self.visit.agenda()]
        other = "Anything else found" if items else "Findings"
        return [
            ("visit", "The visit"),
            ("met", "Who was met"),
            ("evidence", "Evidence seen"),
            *items,
            ("findings", other),
            ("grades", "Self-evaluation"),
            ("judgements", "Judgements"),
            ("strengths", "Strengths to share"),
            ("carried", "Actions from earlier records"),
            ("actions", "Actions agreed"),
        ]

    def roles_asked(self, on: date) -> set[str]:
        """The roles somebody holds at the school today and is asked in: a school without a chair is not asked twice."""
        held = self.school.appointments.current(on).filter(role__in=[Role.HEADTEACHER, Role.CHAIR])
        return set(held.values_list("role", flat=True))

    def roles_answered(self) -> set[str]:
        answers = Response.objects.filter(version__record=self, version__number=self.shared_version or 0)
        return set(answers.values_list("role", flat=True))


def assures(user: Any) -> bool:
    """Whether anybody's records come to this user for approval."""
    return any(user_can(user, rights.approve) for rights in LINE_MANAGEMENT)


def follows_corrections(record: RecordOfVisit, user: Any) -> bool:
    """Whether this user may see what is proposed: the author and their managers, never the school."""
    manages = user_can(user, rights_over(record.author_role).view_unshared, on=record)
    return bool(record.author_id == user.pk or manages)
