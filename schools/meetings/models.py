"""Meetings of groups: the agenda, what was decided on each item, who was present, and the minutes (domain 5.7)."""

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from schoolimprove.accounts.roles import SCHOOL_ROLES
from schoolimprove.lib import clock
from schoolimprove.lib.states import Move
from schoolimprove.records.models import BaseRecord
from schools.groups.models import Group, Membership
from schools.groups.states import CAPACITY_LABELS, DECIDES
from schools.meetings.kinds import ItemKind, item_kinds
from schools.meetings.states import AHEAD, MEETING, MINUTED, MeetingStatus
from schools.register.models.appointment import Appointment
from schools.register.models.interest import Interest
from schools.register.models.person import Person
from schools.register.models.school import School

_CALLED = MINUTED | {MeetingStatus.CALLED}
LONGEST_TITLE = 200
LONGEST_REASON = 5_000
LONGEST_MINUTES = 50_000
"""Characters."""


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, user: Any) -> Self:
        """Return the meetings of groups that a user keeps, those they chair, and once called those of their groups."""
        mine = Membership.objects.current(clock.today()).held_by(user).order_by().values("group")
        read = (Q(called_at__isnull=False) | Q(chair__user=user.pk)) & Q(group__in=mine)
        return self.filter(read | Q(group__in=Group.objects.kept_by(user).order_by().values("pk")))


class Meeting(BaseRecord):
    """A meeting of a group on a day. Members read it from the moment it is called."""

    STATES = MEETING

    group = models.ForeignKey(Group, models.PROTECT, related_name="meetings")
    held_on = models.DateField("date")
    starts_at = models.TimeField("time", null=True, blank=True)
    place = models.CharField(max_length=200, blank=True, default="")
    chair = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    also_present = models.CharField(max_length=500, blank=True, default="")
    status = models.CharField(
        max_length=20, choices=MEETING.choices(), default=MeetingStatus.PLANNED.value, editable=False
    )
    called_at = models.DateTimeField("called", null=True, editable=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-held_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "held_on"],
                condition=~Q(status=MeetingStatus.CANCELLED.value),
                name="meeting_one_a_day_and_group",
                violation_error_message="This group already has a meeting on that day.",
            ),
            models.CheckConstraint(
                condition=Q(status=MeetingStatus.PLANNED.value, called_at__isnull=True)
                | Q(status=MeetingStatus.CANCELLED.value)
                | Q(status__in=sorted(each.value for each in _CALLED), called_at__isnull=False),
                name="meeting_called_at_once_called",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group}, {clock.uk_date(self.held_on)}"

    def get_absolute_url(self) -> str:
        return reverse("meetings:meeting", args=[self.pk])

    @property
    def rights_over(self) -> Group:
        """An appointment must cover the group to give a right at its meetings."""
        return self.group

    def entitles(self, user: Any, move: Move) -> bool:
        """Return whether a user may make the move without an appointment: the chair starts and confirms a meeting."""
        return move.verb in ("hold", "confirm") and self.is_chaired_by(user)

    def is_chaired_by(self, user: Any) -> bool:
        """Return whether a user chairs the meeting, and still decides in the group."""
        return self.chair is not None and self.chair.user_id == user.pk and self.decides(user, clock.today())

    def decides(self, user: Any, on: date) -> bool:
        """Return whether a user decides in the group on that day."""
        mine = Membership.objects.current(on).held_by(user)
        return mine.filter(group=self.group_id, capacity__in=sorted(DECIDES)).exists()

    def barred(self, user: Any, move: Move) -> str:
        """Return why a user who keeps the group may not confirm its decisions."""
        if move.verb != "confirm" or self.decides(user, clock.today()):
            return ""
        return "Only the chair of the meeting, or a member who decides in this group, can confirm the decisions."

    @property
    def is_ahead(self) -> bool:
        return self.status in AHEAD


class MeetingItemQuerySet(models.QuerySet["MeetingItem"]):
    def visible_to(self, user: Any) -> Self:
        """Return the items of meetings that a user may see, without those of a school that is their own."""
        interests = Interest.objects.current(clock.today()).filter(person__user=user.pk).order_by().values("school")
        seen = self.filter(meeting__in=Meeting.objects.visible_to(user).order_by().values("pk"))
        return seen.not_of_posts_of(user).exclude(school__in=interests)

    def not_of_posts_of(self, user: Any) -> Self:
        """Return the items of other schools than those in which a user works or which they govern."""
        posts = Appointment.objects.current(clock.today()).held_by(user).filter(role__in=sorted(SCHOOL_ROLES))
        return self.exclude(school__in=posts.filter(school__isnull=False).order_by().values("school"))

    def current(self) -> Self:
        """Return the items that were not withdrawn."""
        return self.filter(withdrawn_reason="")

    def undecided(self) -> Self:
        return self.current().filter(decided_at__isnull=True, deferred=False)


class MeetingItem(BaseRecord):
    """An item of an agenda. `kind` is a key of `item_kinds`, whose own values `outcome` has once it is decided.

    `subject_kind` and `subject_id` name what is decided about. `grouped` marks what was confirmed together with others.
    A trigger refuses changes once the meeting is confirmed.
    """

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="items")
    order = models.PositiveIntegerField()
    kind = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=100, blank=True, default="")
    subject_id = models.BigIntegerField(null=True, blank=True)
    school = models.ForeignKey(School, models.PROTECT, null=True, blank=True, related_name="meeting_items")
    title = models.CharField(max_length=LONGEST_TITLE)
    papers = models.JSONField(default=list, blank=True)
    """Links: `[{"label": …, "url": …}]`."""
    outcome = models.JSONField(default=dict, blank=True, editable=False)
    outcome_summary = models.TextField(max_length=LONGEST_REASON, blank=True, default="", editable=False)
    decided_at = models.DateTimeField("decided", null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    grouped = models.BooleanField(default=False, editable=False)
    deferred = models.BooleanField(default=False, editable=False)
    deferred_reason = models.TextField(max_length=LONGEST_REASON, blank=True, default="", editable=False)
    withdrawn_reason = models.TextField(max_length=LONGEST_REASON, blank=True, default="", editable=False)
    confirmed_on = models.DateField("confirmed", null=True, editable=False)

    objects = MeetingItemQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, outcome_summary="")
                | (Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(outcome_summary="")),
                name="meetingitem_decided_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(deferred=False, deferred_reason="")
                | (Q(deferred=True, decided_at__isnull=True) & ~Q(deferred_reason="")),
                name="meetingitem_deferred_has_a_reason",
                violation_error_message="An item is decided, or deferred with a reason.",
            ),
            models.CheckConstraint(
                condition=Q(subject_kind="", subject_id__isnull=True)
                | (~Q(subject_kind="") & Q(subject_id__isnull=False)),
                name="meetingitem_subject_is_whole",
            ),
            models.UniqueConstraint(
                fields=["meeting", "kind", "subject_kind", "subject_id"],
                condition=Q(withdrawn_reason="", subject_id__isnull=False),
                name="meetingitem_once_a_meeting",
                violation_error_message="This is already on the agenda.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("meetings:item", args=[self.meeting_id, self.pk])

    @property
    def item_kind(self) -> ItemKind:
        return item_kinds[self.kind]

    @property
    def state(self) -> tuple[str, str]:
        """Return how the item stands, as a code and its words."""
        if self.withdrawn_reason:
            return "withdrawn", "Withdrawn"
        if self.deferred:
            return "deferred", "Deferred"
        return ("decided", "Decided") if self.decided_at else ("open", "To decide")


class Attendance(models.Model):
    """Whether a member was present at a meeting, and in which capacity they sat on that day."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="attendances")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    capacity = models.CharField(max_length=20, choices=[(each.value, label) for each, label in CAPACITY_LABELS.items()])
    present = models.BooleanField(default=False)

    class Meta:
        ordering = ["person__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "person"], name="attendance_once_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.meeting}"


class Minutes(models.Model):
    """A version of the minutes of a meeting. A trigger refuses changes: a correction is a new version."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="minutes")
    number = models.PositiveIntegerField()
    text = models.TextField(max_length=LONGEST_MINUTES)
    reason = models.TextField(max_length=LONGEST_REASON, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-number"]
        verbose_name_plural = "minutes"
        constraints = [
            models.UniqueConstraint(fields=["meeting", "number"], name="minutes_numbered_once"),
            models.CheckConstraint(
                condition=Q(number=1) | ~Q(reason=""),
                name="minutes_corrected_with_a_reason",
                violation_error_message="Enter why you correct the minutes.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting}, minutes {self.number}"
