"""Guards of submitting, presenting and closing a record, and the missing answers noted at closing (domain 3.4).

A missing answer blocks nothing: a record closes once its school has answered, or has had the time to.
"""

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.reminders.models import Deadline
from schools.records.deadlines import PRESENT, RESPOND
from schools.records.models.correction import OPEN, Correction
from schools.records.models.record import RecordOfVisit, RecordOfVisitQuerySet
from schools.records.models.response import Response, Silence
from schools.records.models.version import RecordVersion
from schools.records.rules import missing_to_submit
from schools.records.states import RecordStatus
from schools.register.models.school import Establishment
from schools.visits.models.visit import VisitKind

GUARDED = frozenset({"present", "undo presentation", "close", "close unpresented"})
UNDO_DAYS = 28
"""How long after a record was closed its school can still say that the governors had not seen it. Our choice."""


def blockers(record: RecordOfVisit, verb: str, *, on: date) -> list[str]:
    """Why the verb cannot be done today, as sentences; the page shows the same list."""
    if verb == "submit":
        agenda = [(line.key, line.heading) for line in record.visit.agenda()]
        written = record.written
        return missing_to_submit(record.texts, agenda, written.findings, written.actions)
    return _blockers_after_sharing(record, verb, on) if verb in GUARDED else []


def _blockers_after_sharing(record: RecordOfVisit, verb: str, on: date) -> list[str]:
    core = record.visit.kind == VisitKind.CORE
    if verb == "present":
        return [] if core else ["You can only present the record of a core visit to the governors."]
    if verb == "undo presentation":
        return _not_to_undo(record, on)
    if verb == "close":
        unpresented = core and record.status != RecordStatus.PRESENTED
        own = ["The record has not been presented to the governors."] if unpresented else []
    else:
        own = _not_unpresented(record, core, on)
    return [*own, *_not_answered(record, on), *_correction_waits(record)]


def _not_to_undo(record: RecordOfVisit, on: date) -> list[str]:
    if record.presented_on is None:
        return ["This record is not marked as presented to the governors."]
    closed = record.closed_at and record.closed_at.astimezone(clock.LONDON).date()
    if closed and (on - closed).days > UNDO_DAYS:
        return [f"This record was closed on {clock.uk_date(closed)}, more than {UNDO_DAYS} days ago."]
    return _correction_waits(record)


def _not_unpresented(record: RecordOfVisit, core: bool, on: date) -> list[str]:
    if not core:
        return ["You can only close the record of a core visit without presentation."]
    if record.school.establishment == Establishment.CLOSED:
        return []
    due = _open(PRESENT, record)
    if due is None:
        return ["We cannot work out when this record must be presented, because the term dates are missing."]
    return [] if due.day < on else [f"The governors have until {clock.uk_date(due.day)} to see the record."]


def _not_answered(record: RecordOfVisit, on: date) -> list[str]:
    missing = _unanswered(record, on)
    if not missing and record.roles_answered():
        return []
    due = _open(RESPOND, record)
    if due is not None:
        return [] if due.day < on else [f"The school has until {clock.uk_date(due.day)} to respond."]
    if _were_asked(record):
        return []
    return ["The school has not responded. We cannot work out how long it has, because the term dates are missing."]


def _unanswered(record: RecordOfVisit, on: date) -> set[str]:
    return record.roles_asked(on) - record.roles_answered()


def _were_asked(record: RecordOfVisit) -> bool:
    """Return whether the school was ever given a day to respond to the newest version.

    That deadline may be met, or gone: a record that was closed, and is open again, keeps the missing answers.
    """
    newest = RecordVersion.objects.filter(record=record, number=record.shared_version or 0)
    if Silence.objects.filter(version__in=newest).exists():
        return True
    return _deadlines(RESPOND, record).filter(opened_at__gte=newest.values("issued_at")[:1]).exists()


def _correction_waits(record: RecordOfVisit) -> list[str]:
    waits = Correction.objects.filter(record=record, status__in=OPEN).exists()
    return ["The correction of this record must be issued or withdrawn first."] if waits else []


def _deadlines(rule: str, record: RecordOfVisit) -> "QuerySet[Deadline]":
    return Deadline.objects.dated().filter(rule=rule, subject_kind=record._meta.label_lower, subject_id=record.pk)


def _open(rule: str, record: RecordOfVisit) -> Deadline | None:
    return _deadlines(rule, record).filter(met_at__isnull=True).first()


def record_silence_of(record: RecordOfVisit, *, on: date) -> None:
    """Where somebody was asked and nobody answered in time, of one record that is closed. Once for each role."""
    due = _open(RESPOND, record)
    if due is None or due.day >= on:
        return
    version = RecordVersion.objects.get(record=record, number=record.shared_version or 0)
    silent = [
        Silence(version=version, role=role, at=clock.now(), due_on=due.day) for role in sorted(_unanswered(record, on))
    ]
    Silence.objects.bulk_create(silent, ignore_conflicts=True)


def to_close(on: date) -> RecordOfVisitQuerySet:
    """Return the records that may be closed: what `blockers` asks of one, asked of all; the verb asks it again."""
    asked = Deadline.objects.dated().filter(
        rule=RESPOND, subject_kind=RecordOfVisit._meta.label_lower, subject_id=OuterRef("pk")
    )
    has_time = Exists(asked.filter(met_at__isnull=True, due_on__gte=on))
    was_asked = Exists(asked.filter(opened_at__gte=OuterRef("issued_at")))
    waits = Exists(Correction.objects.filter(record=OuterRef("pk"), status__in=OPEN))
    seen = Q(status=RecordStatus.PRESENTED) | (Q(status=RecordStatus.SHARED) & ~Q(visit__kind=VisitKind.CORE))
    silent = Exists(Silence.objects.filter(version__record=OuterRef("pk"), version__number=OuterRef("shared_version")))
    records = RecordOfVisit.objects.filter(seen).with_issued_at()
    return records.filter(was_asked | silent | _both_answered(), ~has_time, ~waits)


def _both_answered() -> Q:
    """For records shared while no term dates were held, which have no day to respond by."""
    answers = Response.objects.filter(
        version__record=OuterRef("pk"), version__number=OuterRef("shared_version")
    ).order_by()
    return Q(*(Exists(answers.filter(role=role)) for role in (Role.HEADTEACHER, Role.CHAIR)))
