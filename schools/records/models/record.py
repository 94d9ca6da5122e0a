"""The Record of Visit, its shared versions and the school's responses."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse

from schoolimprove.accounts.rights import Held, acting, all_authorising, authorising, user_can
from schoolimprove.accounts.roles import LINE_MANAGEMENT, ROLE_LABELS, Permission, Role, rights_over
from schoolimprove.lib import clock
from schoolimprove.records.actor import SYSTEM, Actor
from schoolimprove.records.models import BaseRecord
from schoolimprove.records.transition import Blocked, Conflict, record_event, save_changes, transition
from schools.records import deadlines, emails, guards, pdf, versions
from schools.records.content import Content
from schools.records.models.meeting import GovernorsMeeting
from schools.records.models.response import Response
from schools.records.models.version import RecordVersion
from schools.records.rules import missing_to_submit, wrong_with_presenting, wrong_with_response
from schools.records.states import RECORD_OF_VISIT, SHARED_STATES, RecordStatus
from schools.register.models.school import School
from schools.register.scope import in_scope
from schools.visits.models.agenda_item import ADDED_IN_WRITING, AgendaItem
from schools.visits.models.visit import Source, Visit, VisitKind

if TYPE_CHECKING:
    from schoolimprove.accounts.models import User

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
        """Those not shared yet that this user is to approve, or will be; never one's own."""
        mine = Q(pk__in=[])
        for rights in LINE_MANAGEMENT:
            managed = in_scope(user, rights.approve, school="school")
            mine |= Q(author_role__in=rights.author_roles) & managed
        unshared = self.filter(mine, status__in=[RecordStatus.DRAFT, RecordStatus.SUBMITTED])
        return unshared.exclude(author=user).exclude(submitted_by=user)

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
                violation_error_message="Nobody approves their own record.",
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

    def blockers_to(self, verb: str, *, on: date) -> list[str]:
        """Why the verb cannot be done today, as sentences; the page shows the same list."""
        if verb in guards.GUARDED:
            return guards.blockers(self, verb, on=on)
        if verb != "submit":
            return []
        agenda = [(line.key, line.heading) for line in self.visit.agenda()]
        return missing_to_submit(self.texts, agenda, self.written.findings)

    # Who may. Each answers for the page what the verb will enforce.

    def is_written_by(self, user: "User") -> bool:
        """The author, while they still hold a role that writes at this school."""
        writes = authorising(user, Permission.WRITE_RECORD, on=self)
        return self.author_id == user.pk and writes is not None

    def is_approved_by(self, user: "User") -> bool:
        """The author's line manager, never the author, nor who submitted it before it was handed over."""
        manages = authorising(user, rights_over(self.author_role).approve, on=self)
        return user.pk not in (self.author_id, self.submitted_by_id) and manages is not None

    def respondents(self, user: "User") -> list[Held]:
        """The appointments in which this user answers for the school; somebody may be its head and its chair."""
        return all_authorising(user, Permission.RESPOND_TO_RECORD, on=self)

    # Verbs.

    def revise(
        self,
        *,
        by: "User",
        seen_version: int,
        visit: Any = None,
        content: Content | None = None,
        new_item: tuple[str, str] | None = None,
        dropped_items: Sequence[str] = (),
        **texts: str,
    ) -> None:
        """Save the author's text while it is a draft, and what was wrong about the visit; the date it is due moves.

        `visit` may be a mapping of kind, held_on and days; `new_item` the heading of an agenda item that is added and
        what was found on it, `dropped_items` keys of those taken off. `Conflict` when somebody saved first.
        """
        if not self.is_written_by(by):
            raise PermissionDenied
        actor = acting(by, Permission.WRITE_RECORD, on=self)
        with transaction.atomic():
            current = type(self).objects.select_for_update().get(pk=self.pk)
            if current.status != RecordStatus.DRAFT:
                raise Conflict(current)
            written = self._agenda_kept(content, new_item, dropped_items, by=actor)
            save_changes(self, "revised", by=actor, seen_version=seen_version, **texts, **written)
            before = self.visit.held_on
            if visit and self.visit.correct(by=actor, on=clock.today(), **visit):
                deadlines.visit_redated(self, before=before)

    def _agenda_kept(
        self, content: Content | None, new_item: tuple[str, str] | None, dropped: Sequence[str], *, by: Actor
    ) -> dict[str, Any]:
        """The agenda as the author leaves it, and the content with the finding on what is new."""
        if content is None:
            return {}
        for item in self.visit.agenda_items.standing().filter(source=Source.AUTHORITY):
            if item.as_line().key in dropped:
                item.take_away_in_writing(by=by)
        if new_item is not None:
            heading, found = new_item
            added = AgendaItem.objects.create(
                visit=self.visit, source=Source.AUTHORITY, heading=heading, created_by=by.user
            )
            record_event(added, ADDED_IN_WRITING, by=by)
            content = replace(content, findings={**content.findings, added.as_line().key: found})
        return {"content": content.as_json()}

    def submit(self, *, by: "User", on: date, seen_version: int) -> None:
        """Send it to the author's line manager."""
        if not self.is_written_by(by):
            raise PermissionDenied
        actor = acting(by, Permission.WRITE_RECORD, on=self)
        stamp: dict[str, Any] = {"submitted_at": clock.now(), "submitted_by": by, "returned_because": ""}
        with transaction.atomic():
            transition(self, "submit", by=actor, on=on, seen_version=seen_version, **stamp)
            deadlines.submitted(self, on=on)

    def recall(self, *, by: "User", on: date, seen_version: int) -> None:
        """Take it back from the line manager, who has not decided yet; the date it was due by holds again."""
        if not self.is_written_by(by):
            raise PermissionDenied
        actor = acting(by, Permission.WRITE_RECORD, on=self)
        with transaction.atomic():
            transition(self, "recall", by=actor, on=on, seen_version=seen_version)
            deadlines.recalled(self)

    def abandon(self, *, by: "User", on: date, reason: str, seen_version: int) -> None:
        """Give up a draft, by its author or their line manager: its visit no longer counts."""
        actor = acting(by, Permission.WRITE_RECORD, on=self) if self.is_written_by(by) else self._manager(by)
        with transaction.atomic():
            transition(self, "abandon", by=actor, on=on, reason=reason, seen_version=seen_version)
            self.visit.void(by=actor, on=on, reason=reason)
            deadlines.abandoned(self)

    def return_to_author(
        self, *, by: "User", on: date, reason: str, seen_version: int, comments: Mapping[str, str] | None = None
    ) -> None:
        """Send it back with comments: on the whole, and on any of `parts()` by name."""
        actor = self._manager(by)
        headings = dict(self.parts())
        with transaction.atomic():
            transition(
                self, "return", by=actor, on=on, reason=reason, seen_version=seen_version, returned_because=reason
            )
            for part, text in (comments or {}).items():
                self.assurance_comments.create(
                    part=part, heading=headings[part], text=text, record_version=self.version, by=by
                )
            deadlines.returned(self, on=on)

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

    def approve(self, *, by: "User", on: date, seen_version: int) -> None:
        """Freeze version 1 and share it with the headteacher and the chair."""
        actor = self._manager(by)
        stamp: dict[str, Any] = {"approved_at": clock.now(), "approved_by": by, "shared_version": 1}
        with transaction.atomic():
            transition(self, "approve", by=actor, on=on, seen_version=seen_version, **stamp)
            self._hold_meetings()
            versions.share(self, number=1, by=actor)
            due_on = deadlines.shared(self, on=on)
            emails.tell_school_of_shared_record(self, on=on, due_on=due_on)

    def respond(
        self, *, by: "User", on: date, version: int, accurate: bool, on_accuracy: str, on_content: str, role: str = ""
    ) -> "Response":
        """The school's answer to one version, on factual accuracy and on content, once for each role.

        Pass `role` for a user who is headteacher and chair. Without it, they answer in the first role still to answer.
        """
        held = [each for each in self.respondents(by) if role in ("", each.role)]
        if not held:
            raise PermissionDenied
        if self.status not in ANSWERED_IN or version != self.shared_version:
            raise Conflict(self)
        reasons = wrong_with_response(accurate=accurate, on_accuracy=on_accuracy)
        if reasons:
            raise Blocked(reasons)
        with transaction.atomic():
            # Of two who answer at once the second waits, and finds that it is the last to answer. A correction
            # issued meanwhile leaves nothing to answer of what was read.
            current = type(self).objects.select_for_update().get(pk=self.pk)
            if current.status not in ANSWERED_IN or current.shared_version != version:
                raise Conflict(current)
            answering = self._first_unanswered(held)
            texts = {"accurate": accurate, "on_accuracy": on_accuracy, "on_content": on_content}
            response = Response.objects.create(
                version=self.versions.get(number=version), role=answering.role, by=by, **texts
            )
            actor = Actor(by, answering.appointment_id)
            record_event(self, "responded", by=actor, changes={"version": [None, version]})
            deadlines.answered_by(self, by)
            deadlines.responded(self, roles_asked=self.roles_asked(on), roles_answered=self.roles_answered())
            pdf.asked_to_freeze(response.version, pdf.answered(response))
            emails.tell_author_of_response(self, response)
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

    # Verbs after sharing.

    def present(self, *, by: "User", on: date, held_on: date, seen_version: int) -> None:
        """It was presented at the governors' meeting of that day; a meeting nobody had entered is entered with it."""
        actor = acting(by, Permission.PRESENT_RECORD, on=self)
        with transaction.atomic():
            reasons = [] if self.shared_version is None else wrong_with_presenting(held_on, self.shared_on, today=on)
            if reasons:
                raise Blocked(reasons)
            transition(self, "present", by=actor, on=on, seen_version=seen_version, presented_on=held_on)
            self._hold_meetings()
            deadlines.presented(self)
            pdf.asked_to_freeze(self.newest_version(), pdf.PRESENTED)
            if self._enter_meeting(held_on, by=actor):
                others = type(self).objects.awaiting_presentation().filter(school=self.school_id)
                deadlines.meetings_changed(others.with_issued_at().select_related("visit"))

    def close(self, *, by: "User | None", on: date, seen_version: int) -> None:
        """By its author, their line manager, or, with nobody named, the nightly job."""
        actor = SYSTEM if by is None else self._closer(by)
        with transaction.atomic():
            self._end("close", by=actor, on=on, seen_version=seen_version)

    def close_unpresented(self, *, by: "User", on: date, reason: str, seen_version: int) -> None:
        """A core record that the governors did not see in time is closed all the same, with the reason."""
        actor = self._manager(by)
        with transaction.atomic():
            self._end("close unpresented", by=actor, on=on, reason=reason, seen_version=seen_version)

    def correct(
        self,
        *,
        by: Actor,
        on: date,
        reason: str,
        seen_version: int,
        texts: Mapping[str, str],
        content: Content,
        visit: Mapping[str, Any],
    ) -> RecordVersion:
        """Freeze and share a new version; `schools.records.models.correction` alone does it, when one is issued.

        The record says from then on what its newest version says. It is to be answered, and presented, anew.
        """
        number = (self.shared_version or 0) + 1
        words = {name: texts[name] for name in TEXTS} | {"content": content.as_json()}
        anew: dict[str, Any] = {"shared_version": number, "presented_on": None, "closed_at": None}
        with transaction.atomic():
            transition(self, "correct", by=by, on=on, reason=reason, seen_version=seen_version, **anew, **words)
            self._hold_meetings()
            self.visit.correct(by=by, on=on, **visit)
            version = versions.share(self, number=number, by=by, reason=reason)
            due_on = deadlines.corrected(self, on=on)
            emails.tell_school_of_correction(self, on=on, due_on=due_on)
        return version

    def _closer(self, user: "User") -> Actor:
        return acting(user, Permission.WRITE_RECORD, on=self) if self.is_written_by(user) else self._manager(user)

    def _end(self, verb: str, *, by: Actor, on: date, seen_version: int, reason: str = "") -> None:
        """Nobody answers, and nobody proposes a correction, between what is asked here and what is written."""
        type(self).objects.select_for_update().get(pk=self.pk)
        transition(self, verb, by=by, on=on, reason=reason, seen_version=seen_version, closed_at=clock.now())
        self._hold_meetings()
        guards.record_silence_of(self, on=on)
        deadlines.closed(self)
        pdf.asked_to_freeze(self.newest_version(), pdf.CLOSED)

    def _hold_meetings(self) -> None:
        """Nobody enters or cancels a meeting, and by it dates the record anew, until the transaction ends.

        After the record and before any deadline: `schools.records.governors.actions` holds the school and then the
        deadlines.
        """
        School.objects.select_for_update(of=("self",), no_key=True).get(pk=self.school_id)

    def _enter_meeting(self, held_on: date, *, by: Actor) -> bool:
        """Whether the meeting was not known before. Two who enter it at once enter one."""
        meetings = GovernorsMeeting.objects.standing().filter(school=self.school_id, held_on=held_on)
        if meetings.exists():
            return False
        meeting = GovernorsMeeting.objects.create(school_id=self.school_id, held_on=held_on, created_by=by.user)
        record_event(meeting, "entered", by=by)
        return True
