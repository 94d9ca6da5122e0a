"""Actions agreed in a record, made when the record is shared; they outlive it."""

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.text import Truncator

from schoolimprove.accounts.rights import acting, user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schoolimprove.records.models import BaseRecord
from schoolimprove.records.transition import Blocked, Conflict, save_changes, transition
from schools.records.content import OWNER_LABELS, Owner
from schools.records.states import ACTION, ActionStatus
from schools.register.models.school import School
from schools.register.scope import in_scope

if TYPE_CHECKING:
    from schoolimprove.accounts.models import User

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
    owner = models.CharField(
        "whose action", max_length=20, choices=[(each.value, OWNER_LABELS[each]) for each in Owner]
    )
    who = models.CharField("who", max_length=150, blank=True)
    due_on = models.DateField("by when", null=True, blank=True)
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

    def blockers_to(self, verb: str, *, on: date) -> list[str]:
        return []

    def is_overdue(self, on: date) -> bool:
        return self.status in UNFINISHED and self.due_on is not None and self.due_on < on

    @property
    def kept_by(self) -> Permission:
        """What one needs to say how far it is: the school's own are the headteacher's and the chair's."""
        return Permission.UPDATE_ACTIONS_OF_SCHOOL if self.owner == Owner.SCHOOL else Permission.WRITE_RECORD

    def is_kept_by(self, user: "User") -> bool:
        return user_can(user, self.kept_by, on=self)

    # Verbs of those whose action it is.

    def begin(self, *, by: "User", on: date, note: str = "", seen_version: int) -> None:
        """It is under way, for the first time or again; what was reported so far stays unless a note replaces it."""
        actor = acting(by, self.kept_by, on=self)
        said = _said(note, by) if note else {}
        transition(self, "begin", by=actor, on=on, reason=note, seen_version=seen_version, **said)

    def finish(self, *, by: "User", on: date, note: str, seen_version: int) -> None:
        """It is done, and what was done is said."""
        actor = acting(by, self.kept_by, on=self)
        _must_say(note, "Enter what was done.")
        self.settle("finish", by=actor, on=on, note=note, seen_version=seen_version)

    def report_progress(self, *, by: "User", note: str, seen_version: int) -> None:
        """How far it is, while it is not finished."""
        actor = acting(by, self.kept_by, on=self)
        _must_say(note, "Enter how far it is.")
        if self.status not in UNFINISHED:
            raise Conflict(self)
        self.report(by=actor, note=note, seen_version=seen_version)

    # Verbs. Who may is asked by whoever calls: a record's own verbs carry these with them.

    def settle(self, verb: str, *, by: Actor, on: date, note: str, seen_version: int | None = None) -> None:
        """Move it, with what was done; "begin" or "finish", or "open again"."""
        stamp = _said(note, by.user)
        seen = self.version if seen_version is None else seen_version
        transition(self, verb, by=by, on=on, reason=note, seen_version=seen, **stamp)

    def report(self, *, by: Actor, note: str, seen_version: int) -> None:
        """Say how far it is, and leave it where it is."""
        said = _said(note, by.user)
        save_changes(self, "progress reported", by=by, reason=note, seen_version=seen_version, **said)

    def drop(self, *, by: Actor, on: date, reason: str) -> None:
        """No longer needed; one that is done stays done."""
        if self.status in UNFINISHED:
            transition(self, "drop", by=by, on=on, reason=reason, seen_version=self.version)

    def reword(self, *, by: Actor, **words: Any) -> None:
        """A correction says it otherwise."""
        if any(getattr(self, name) != value for name, value in words.items()):
            save_changes(self, "reworded", by=by, seen_version=self.version, **words)


def _said(note: str, by: Any) -> dict[str, Any]:
    return {"progress": note, "progress_at": clock.now(), "progress_by": by}


def _must_say(note: str, otherwise: str) -> None:
    if not note.strip():
        raise Blocked([otherwise])
