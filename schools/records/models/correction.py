"""A correction of a shared record: proposed by its author, issued by the line manager as a new version."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Q

from schoolimprove.accounts.rights import acting
from schoolimprove.accounts.roles import Permission, rights_over
from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schoolimprove.records.models import BaseRecord
from schoolimprove.records.transition import Blocked, transition
from schools.records.content import Content
from schools.records.rules import wrong_with_correction
from schools.records.states import CORRECTION, CorrectionStatus
from schools.register.models.school import School

if TYPE_CHECKING:
    from schoolimprove.accounts.models import User
    from schools.records.models.record import RecordOfVisit

OPEN = (CorrectionStatus.PROPOSED, CorrectionStatus.RETURNED)


class Correction(BaseRecord):
    """`texts` and `content` are the record's as they shall read; `corrects` is the number of the version they mend."""

    STATES = CORRECTION

    record = models.ForeignKey("schools.RecordOfVisit", models.PROTECT, related_name="corrections")
    corrects = models.PositiveSmallIntegerField()
    reason = models.TextField(max_length=5000)
    texts = models.JSONField(default=dict)
    content = models.JSONField(default=dict)
    visit_facts = models.JSONField(default=dict)
    """`{"kind", "held_on", "days"}` as they shall read."""
    status = models.CharField(
        max_length=20, choices=CORRECTION.choices(), default=CorrectionStatus.PROPOSED, editable=False
    )
    returned_because = models.TextField(blank=True, default="", editable=False)
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["record"],
                condition=Q(status__in=OPEN),
                name="correction_one_open_per_record",
                violation_error_message="A correction of this record is waiting already.",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="correction_decided_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"Correction of {self.record.reference}, version {self.corrects}"

    @property
    def school_id(self) -> int:
        return self.record.school_id

    @property
    def school(self) -> School:
        return self.record.school

    @property
    def written(self) -> Content:
        """What shall stand beside the texts."""
        return Content.from_json(self.content)

    @property
    def visit(self) -> dict[str, Any]:
        """The facts of the visit as they shall read, as values."""
        facts = self.visit_facts
        if not facts:
            return {}
        held_on, days = date.fromisoformat(facts["held_on"]), Decimal(facts["days"])
        return {"kind": facts["kind"], "held_on": held_on, "days": days}

    def blockers_to(self, verb: str, *, on: date) -> list[str]:
        """Why the verb cannot be done today, as sentences."""
        if verb == "issue" and self.corrects != self.record.shared_version:
            return [f"Version {self.corrects}, which it corrects, is not the newest any more."]
        return []

    # Verbs. The author proposes and withdraws, the author's line manager decides.

    def propose_again(self, *, by: "User", on: date, reason: str, seen_version: int, **written: Any) -> None:
        """With what the line manager asked for; `written` as `stored` takes it."""
        actor = self._author(by)
        if reasons := wrong_with_correction(reason, differs=differs(self.record, **written)):
            raise Blocked(reasons)
        words: dict[str, Any] = {**stored(**written), "corrects": self.record.shared_version, "returned_because": ""}
        with transaction.atomic():
            self._newest_record()
            self._move("propose again", by=actor, on=on, reason=reason, seen_version=seen_version, **words)
            # What a verb is given as its reason goes to the audit; this row's own has the same name.
            type(self).objects.filter(pk=self.pk).update(reason=reason)
            self.reason = reason

    def return_to_author(self, *, by: "User", on: date, reason: str, seen_version: int) -> None:
        """With comments; the author may propose it anew."""
        actor = self._manager(by)
        self._move("return", by=actor, on=on, reason=reason, seen_version=seen_version, returned_because=reason)

    def withdraw(self, *, by: "User", on: date, reason: str, seen_version: int) -> None:
        actor = self._author(by) if self.record.is_written_by(by) else self._manager(by)
        self._move("withdraw", by=actor, on=on, reason=reason, seen_version=seen_version)

    def issue(self, *, by: "User", on: date, seen_version: int) -> None:
        """Correct the record: a new version with this reason, shared with the school."""
        actor = self._manager(by)
        with transaction.atomic():
            record = self._newest_record()
            stamp: dict[str, Any] = {"decided_at": clock.now(), "decided_by": by}
            self._move("issue", by=actor, on=on, reason=self.reason, seen_version=seen_version, **stamp)
            record.correct(
                by=actor,
                on=on,
                reason=self.reason,
                seen_version=record.version,
                texts=self.texts,
                content=self.written,
                visit=self.visit,
            )
            self.record = record

    def _move(self, verb: str, *, by: Actor, on: date, reason: str, seen_version: int, **fields: Any) -> None:
        transition(self, verb, by=by, on=on, reason=reason, seen_version=seen_version, **fields)

    def _newest_record(self) -> "RecordOfVisit":
        """As it is now, and as nobody else changes it until the transaction ends."""
        records = type(self.record).objects.select_for_update(of=("self",)).select_related("visit", "school")
        self.record = records.get(pk=self.record_id)
        return self.record

    def _author(self, user: "User") -> Actor:
        if not self.record.is_written_by(user):
            raise PermissionDenied
        return acting(user, Permission.WRITE_RECORD, on=self.record)

    def _manager(self, user: "User") -> Actor:
        if not self.record.is_approved_by(user):
            raise PermissionDenied
        return acting(user, rights_over(self.record.author_role).approve, on=self.record)


def stored(*, texts: Mapping[str, str], content: Content, visit: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a correction for what was written."""
    facts = {"kind": str(visit["kind"]), "held_on": visit["held_on"].isoformat(), "days": str(visit["days"])}
    return {"texts": dict(texts), "content": content.as_json(), "visit_facts": facts}


def differs(record: "RecordOfVisit", *, texts: Mapping[str, str], content: Content, visit: Mapping[str, Any]) -> bool:
    """Whether it would read otherwise than the newest version."""
    facts = {name: getattr(record.visit, name) for name in visit}
    same = dict(texts) == record.texts and facts == dict(visit)
    return not (same and content.as_json() == record.written.as_json())
