"""Actions agreed in a record, made when the record is shared; they outlive it."""

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.text import Truncator

from schoolimprove.accounts.roles import Permission
from schoolimprove.records.models import BaseRecord
from schools.records.content import OWNER_LABELS, Owner
from schools.records.states import ACTION, ActionStatus
from schools.register.models.school import School
from schools.register.scope import in_scope

SHOWN = 80
"""Characters by which an action or a strength is named where its whole text would be too much."""
UNFINISHED = (ActionStatus.OPEN, ActionStatus.UNDERWAY)


class RecordActionQuerySet(models.QuerySet["RecordAction"]):
    def visible_to(self, user: Any) -> Self:
        """Whoever reads the school's shared records."""
        return self.filter(in_scope(user, Permission.VIEW_SHARED_RECORD, school="school"))

    def unfinished(self) -> Self:
        return self.filter(status__in=UNFINISHED)

    def overdue(self, on: date) -> Self:
        return self.unfinished().filter(due_on__lt=on)


class RecordAction(BaseRecord):
    """An action as the newest version of its record words it. `progress` is the last that was reported."""

    STATES = ACTION

    record = models.ForeignKey("schools.RecordOfVisit", models.PROTECT, related_name="actions")
    school = models.ForeignKey(School, models.PROTECT, related_name="actions_of_records")
    key = models.CharField(max_length=20, editable=False)
    what = models.TextField("action")
    owner = models.CharField("owner", max_length=20, choices=[(each.value, OWNER_LABELS[each]) for each in Owner])
    who = models.CharField("who", max_length=150, blank=True)
    due_on = models.DateField("due date", null=True, blank=True)
    status = models.CharField(max_length=20, choices=ACTION.choices(), default=ActionStatus.OPEN, editable=False)
    progress = models.TextField(max_length=5000, blank=True, default="")
    progress_at = models.DateTimeField(null=True, blank=True, editable=False)
    progress_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    objects = RecordActionQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["record", "key"], name="recordaction_once_in_a_record"),
            models.CheckConstraint(
                condition=Q(progress_at__isnull=True, progress_by__isnull=True)
                | Q(progress_at__isnull=False, progress_by__isnull=False),
                name="recordaction_progress_at_and_by",
            ),
        ]
        indexes = [
            models.Index(
                fields=["school", "due_on"], name="recordaction_unfinished", condition=Q(status__in=UNFINISHED)
            )
        ]

    def __str__(self) -> str:
        return Truncator(self.what).chars(SHOWN)

    def is_overdue(self, on: date) -> bool:
        return self.status in UNFINISHED and self.due_on is not None and self.due_on < on

    @property
    def kept_by(self) -> Permission:
        """What one needs to say how far it is: the school's own are the headteacher's and the chair's."""
        return Permission.UPDATE_ACTIONS_OF_SCHOOL if self.owner == Owner.SCHOOL else Permission.WRITE_RECORD
