"""The Record of Visit, its shared versions and the school's responses."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse

from schoolimprove.accounts.rights import Held, acting, all_authorising, authorising, user_can
from schoolimprove.accounts.roles import LINE_MANAGEMENT, ROLE_LABELS, Permission, Role, rights_over
from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schoolimprove.records.models import BaseRecord
from schoolimprove.records.transition import Blocked, Conflict, record_event, save_changes, transition
from schools import deadlines, notices
from schools.rules import missing_to_submit, wrong_with_response
from schools.scope import in_scope
from schools.states import RECORD_OF_VISIT, RecordStatus

from .response import RecordVersion, Response
from .school import School
from .visit import Visit

if TYPE_CHECKING:
    from schoolimprove.accounts.models import User

TEXTS = ("met", "evidence", "findings", "judgements", "strengths")
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
        shared = Q(status=RecordStatus.SHARED)
        readable = in_scope(user, Permission.VIEW_SHARED_RECORD, school="school")
        return self.filter(_written_or_managed(user) | (shared & readable))

    def visible_at(self, school: School, user: Any, *heirs: School) -> Self:
        """What `visible_to` says of one school, whose rights are known without asking the database.

        What one may read at one of its `heirs` (`schools.lineage`) one may read here as well, and do nothing with it.
        """
        seen = _followed_at(user, school, *heirs)
        if _may(user, Permission.VIEW_SHARED_RECORD, school, *heirs):
            seen |= Q(status=RecordStatus.SHARED)
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
        mine = Q(pk__in=[])
        for rights in LINE_MANAGEMENT:
            managed = in_scope(user, rights.approve, school="school")
            mine |= Q(author_role__in=rights.author_roles) & managed
        return self.filter(mine, status=RecordStatus.SUBMITTED).exclude(author=user)

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
        return self.filter(at_my_school, ~models.Exists(answered), status=RecordStatus.SHARED)

    def shared_since(self, user: Any, since: datetime) -> Self:
        """Shared from then on at schools this user reads."""
        readable = in_scope(user, Permission.VIEW_SHARED_RECORD, school="school")
        return self.filter(readable, status=RecordStatus.SHARED, approved_at__gte=since)

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
    strengths = models.TextField("strengths to share", max_length=LONGEST, blank=True)
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
                violation_error_message="Nobody approves their own record.",
            ),
            models.CheckConstraint(
                condition=~Q(status=RecordStatus.SHARED) | Q(approved_at__isnull=False),
                name="record_shared_only_when_approved",
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
    def texts(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in TEXTS}

    def blockers_to(self, verb: str, *, on: date) -> list[str]:
        """Why the verb cannot be done today, as sentences; the page shows the same list."""
        return missing_to_submit(self.texts) if verb == "submit" else []

    # Who may. Each answers for the page what the verb will enforce.

    def is_written_by(self, user: "User") -> bool:
        """The author, while they still hold a role that writes at this school."""
        writes = authorising(user, Permission.WRITE_RECORD, on=self)
        return self.author_id == user.pk and writes is not None

    def is_approved_by(self, user: "User") -> bool:
        """The author's line manager, never the author."""
        manages = authorising(user, rights_over(self.author_role).approve, on=self)
        return self.author_id != user.pk and manages is not None

    def respondents(self, user: "User") -> list[Held]:
        """The appointments in which this user answers for the school; somebody may be its head and its chair."""
        return all_authorising(user, Permission.RESPOND_TO_RECORD, on=self)

    # Verbs.

    def revise(self, *, by: "User", seen_version: int, visit: Any = None, **texts: str) -> None:
        """Save the author's text while it is a draft, and what was wrong about the visit; the date it is due moves.

        `visit` may be a mapping of kind, held_on and days. `Conflict` when somebody saved first.
        """
        if not self.is_written_by(by):
            raise PermissionDenied
        actor = acting(by, Permission.WRITE_RECORD, on=self)
        with transaction.atomic():
            current = type(self).objects.select_for_update().get(pk=self.pk)
            if current.status != RecordStatus.DRAFT:
                raise Conflict(current)
            save_changes(self, "revised", by=actor, seen_version=seen_version, **texts)
            if visit and self.visit.correct(by=actor, **visit):
                deadlines.started(self)

    def submit(self, *, by: "User", on: date, seen_version: int) -> None:
        """Send it to the author's line manager."""
        if not self.is_written_by(by):
            raise PermissionDenied
        actor = acting(by, Permission.WRITE_RECORD, on=self)
        stamp: dict[str, Any] = {"submitted_at": clock.now(), "submitted_by": by, "returned_because": ""}
        with transaction.atomic():
            transition(self, "submit", by=actor, on=on, seen_version=seen_version, **stamp)
            deadlines.submitted(self, on=on)

    def return_to_author(self, *, by: "User", on: date, reason: str, seen_version: int) -> None:
        """Send it back with comments."""
        actor = self._manager(by)
        with transaction.atomic():
            transition(
                self, "return", by=actor, on=on, reason=reason, seen_version=seen_version, returned_because=reason
            )
            deadlines.returned(self, on=on)

    def approve(self, *, by: "User", on: date, seen_version: int) -> None:
        """Freeze version 1 and share it with the headteacher and the chair."""
        actor = self._manager(by)
        stamp: dict[str, Any] = {"approved_at": clock.now(), "approved_by": by, "shared_version": 1}
        with transaction.atomic():
            transition(self, "approve", by=actor, on=on, seen_version=seen_version, **stamp)
            RecordVersion.objects.create(record=self, number=1, texts=self.texts, issued_by=by)
            due_on = deadlines.shared(self, on=on)
            notices.tell_school_of_shared_record(self, on=on, due_on=due_on)

    def respond(
        self, *, by: "User", on: date, version: int, accurate: bool, on_accuracy: str, on_content: str
    ) -> "Response":
        """The school's answer to one version, on factual accuracy and on content, once for each role."""
        held = self.respondents(by)
        if not held:
            raise PermissionDenied
        if self.status != RecordStatus.SHARED or version != self.shared_version:
            raise Conflict(self)
        reasons = wrong_with_response(accurate=accurate, on_accuracy=on_accuracy)
        if reasons:
            raise Blocked(reasons)
        with transaction.atomic():
            # Of two who answer at once the second waits, and finds that it is the last to answer.
            type(self).objects.select_for_update().get(pk=self.pk)
            role = self._first_unanswered(held)
            texts = {"accurate": accurate, "on_accuracy": on_accuracy, "on_content": on_content}
            response = Response.objects.create(
                version=self.versions.get(number=version), role=role.role, by=by, **texts
            )
            actor = Actor(by, role.appointment_id)
            record_event(self, "responded", by=actor, changes={"version": [None, version]})
            deadlines.responded(self, roles_asked=self.roles_asked(on), roles_answered=self.roles_answered())
        return response

    def roles_asked(self, on: date) -> set[str]:
        """The roles somebody holds at the school today and is asked in: a school without a chair is not asked twice."""
        held = self.school.appointments.current(on).filter(role__in=[Role.HEADTEACHER, Role.CHAIR])
        return set(held.values_list("role", flat=True))

    def roles_answered(self) -> set[str]:
        answers = Response.objects.filter(version__record=self, version__number=self.shared_version or 0)
        return set(answers.values_list("role", flat=True))

    def _manager(self, user: "User") -> Any:
        if not self.is_approved_by(user):
            raise PermissionDenied
        return acting(user, rights_over(self.author_role).approve, on=self)

    def _first_unanswered(self, held: list[Held]) -> Held:
        answered = self.roles_answered()
        for each in held:
            if each.role not in answered:
                return each
        raise Blocked(["Your school has already answered this version in that role."])
