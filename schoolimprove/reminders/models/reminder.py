"""What somebody was told of a deadline at a step, and what they answered."""

from typing import Any, Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, OuterRef, Q

from schoolimprove.lib import clock
from schoolimprove.reminders.steps import STEP_LABELS, Step

from .deadline import Deadline
from .mailing import Mailing


class ByMail(models.TextChoices):
    DIGEST = "digest", "In the daily e-mail"
    AT_ONCE = "at once", "At once"
    HELD = "held", "Not mailed: somebody covers"


class Answer(models.TextChoices):
    NONE = "", "No answer"
    DONE = "done", "Done"
    LATE = "late", "Late because"


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def to(self, user: Any) -> Self:
        return self.filter(user=user)

    def open(self) -> Self:
        """Of dates that still stand as they were told, and that the person has not put aside as done."""
        stands = Deadline.objects.open().filter(
            rule=OuterRef("rule"),
            subject_kind=OuterRef("subject_kind"),
            subject_id=OuterRef("subject_id"),
            due_on=OuterRef("due_on"),
        )
        return self.filter(~Q(answer=Answer.DONE), Exists(stands.order_by()))

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)

    def not_mailed(self) -> Self:
        return self.filter(mailing__isnull=True)


class Reminder(models.Model):
    """One person told of one date at one step, once. Somebody who does not sign in is known by their address.

    The date is kept as it was told, with its working: the deadline itself may move, be met or be dropped.
    """

    rule = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=100)
    subject_id = models.BigIntegerField()
    school_id = models.BigIntegerField(null=True)
    due_on = models.DateField()
    working = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    step = models.CharField(max_length=10, choices=[(step.value, label) for step, label in STEP_LABELS.items()])
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="reminders")
    address = models.EmailField(blank=True, default="")
    name = models.CharField(max_length=150)
    told_on = models.DateField()
    told_at = models.DateTimeField(default=clock.now)
    by_mail = models.CharField(max_length=10, choices=ByMail, default=ByMail.DIGEST)
    mailing = models.ForeignKey(Mailing, models.PROTECT, null=True, related_name="reminders")
    read_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=10, choices=Answer, blank=True, default=Answer.NONE)
    because = models.TextField(max_length=2000, blank=True, default="")
    answered_at = models.DateTimeField(null=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "subject_kind", "subject_id", "due_on", "step", "user"],
                condition=Q(user__isnull=False),
                name="reminder_one_per_user_and_step",
            ),
            models.UniqueConstraint(
                fields=["rule", "subject_kind", "subject_id", "due_on", "step", "address"],
                condition=Q(user__isnull=True),
                name="reminder_one_per_address_and_step",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False, address="") | (Q(user__isnull=True) & ~Q(address="")),
                name="reminder_to_user_or_address",
            ),
            models.CheckConstraint(
                condition=Q(answer=Answer.NONE, answered_at__isnull=True)
                | (~Q(answer=Answer.NONE) & Q(answered_at__isnull=False)),
                name="reminder_answered_at_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(answer=Answer.LATE) & ~Q(because="") | ~Q(answer=Answer.LATE) & Q(because=""),
                name="reminder_late_with_a_reason",
                violation_error_message="Enter why it is late.",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-told_at"], name="reminder_of_user"),
            models.Index(fields=["user", "address"], condition=Q(mailing__isnull=True), name="reminder_not_mailed"),
        ]

    def __str__(self) -> str:
        return f"{self.rule}, {self.get_step_display().lower()}, to {self.name}, {clock.uk_date(self.due_on)}"

    @property
    def step_kind(self) -> Step:
        return Step(self.step)
