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
    DIGEST = "digest", "In the daily email"
    AT_ONCE = "at once", "At once"
    HELD = "held", "No email: a colleague covers"


class Answer(models.TextChoices):
    NONE = "", "No answer"
    DONE = "done", "Done"
    LATE = "late", "Overdue because"
    HANDED_ON = "handed on", "Handed to someone else"


ANSWERED = (Answer.DONE, Answer.HANDED_ON)
"""What takes a reminder off a person's page."""


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def to(self, user: Any) -> Self:
        return self.filter(user=user)

    def open(self) -> Self:
        """Return the reminders of work that is still to be done, whatever its date is now, and not put aside."""
        return self.exclude(answer__in=ANSWERED).filter(Exists(deadline_now()))

    def newest(self) -> Self:
        """Return of each person and piece of work the last reminder alone."""
        later = Reminder.objects.filter(
            Q(user=OuterRef("user")) | Q(user=None, address=OuterRef("address")),
            rule=OuterRef("rule"),
            subject_kind=OuterRef("subject_kind"),
            subject_id=OuterRef("subject_id"),
            pk__gt=OuterRef("pk"),
        )
        return self.filter(~Exists(later.order_by()))

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)

    def not_mailed(self) -> Self:
        return self.filter(mailing__isnull=True)


def deadline_now() -> models.QuerySet[Deadline]:
    """Return, for a query of reminders, the open deadline that each is of; one opened since is another."""
    return (
        Deadline.objects.open()
        .filter(
            rule=OuterRef("rule"),
            subject_kind=OuterRef("subject_kind"),
            subject_id=OuterRef("subject_id"),
            opened_at__lte=OuterRef("told_at"),
        )
        .order_by()
    )


class Reminder(models.Model):
    """One person told of one date at one step, once. A person who does not sign in is known by their address.

    The date is kept as it was told, with its working: the deadline itself may move, be met or be dropped. Work that is
    handed over is told of each time, and may have no date.
    """

    rule = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=100)
    subject_id = models.BigIntegerField()
    school_id = models.BigIntegerField(null=True)
    due_on = models.DateField(null=True)
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
                condition=Q(user__isnull=False) & ~Q(step=Step.ASKED),
                name="reminder_one_per_user_and_step",
            ),
            models.UniqueConstraint(
                fields=["rule", "subject_kind", "subject_id", "due_on", "step", "address"],
                condition=Q(user__isnull=True) & ~Q(step=Step.ASKED),
                name="reminder_one_per_address_and_step",
            ),
            models.CheckConstraint(
                condition=Q(due_on__isnull=False) | Q(step=Step.ASKED),
                name="reminder_of_a_date_or_handed_over",
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
                violation_error_message="Enter why it is overdue.",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-told_at"], name="reminder_of_user"),
            models.Index(fields=["subject_kind", "subject_id", "user"], name="reminder_of_subject"),
            models.Index(fields=["user", "address"], condition=Q(mailing__isnull=True), name="reminder_not_mailed"),
        ]

    def __str__(self) -> str:
        day = clock.uk_date(self.due_on) if self.due_on else "no date"
        return f"{self.rule}, {self.get_step_display().lower()}, to {self.name}, {day}"

    @property
    def about(self) -> dict[str, Any]:
        """The rule and the subject of the deadline it reminds of, as a filter."""
        return {"rule": self.rule, "subject_kind": self.subject_kind, "subject_id": self.subject_id}

    @property
    def step_kind(self) -> Step:
        return Step(self.step)
