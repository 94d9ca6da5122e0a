"""What becomes of shared records by itself, with the day: silence is recorded, and what is over is closed."""

from datetime import date

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.records.transition import Blocked, Conflict
from schoolimprove.reminders.models import Deadline
from schools.deadlines import RESPOND
from schools.models import Appointment, Correction, RecordOfVisit, RecordVersion, Response, Silence
from schools.models.correction import OPEN
from schools.models.record import ANSWERED_IN, RecordOfVisitQuerySet
from schools.models.visit import VisitKind
from schools.states import RecordStatus

AT_ONCE = 500
_KIND = RecordOfVisit._meta.label_lower
_ASKED = (Role.HEADTEACHER, Role.CHAIR)


def record_silence(on: date) -> int:
    """“None received” for each role that is asked and did not answer in time; how many. Twice changes nothing more.

    Four queries for each batch of records whose time is over.
    """
    late = Deadline.objects.overdue(on).filter(rule=RESPOND, subject_kind=_KIND)
    due = sorted(late.values_list("subject_id", "due_on"))
    return sum(_record_silence(dict(due[start : start + AT_ONCE]), on) for start in range(0, len(due), AT_ONCE))


def _record_silence(due: dict[int, date], on: date) -> int:
    newest = RecordVersion.objects.filter(
        record__in=due, record__status__in=ANSWERED_IN, number=F("record__shared_version")
    ).select_related("record")
    versions = {version.pk: version for version in newest}
    heard = set(Response.objects.filter(version__in=versions).values_list("version", "role"))
    heard |= set(Silence.objects.filter(version__in=versions).values_list("version", "role"))
    asked = _asked({version.record.school_id for version in versions.values()}, on)
    silent = [
        Silence(version=version, role=role, at=clock.now(), due_on=due[version.record_id])
        for version in versions.values()
        for role in _ASKED
        if (version.record.school_id, role) in asked and (version.pk, role) not in heard
    ]
    Silence.objects.bulk_create(silent, ignore_conflicts=True)
    return len(silent)


def _asked(schools: set[int], on: date) -> set[tuple[int, str]]:
    held = Appointment.objects.current(on).filter(school__in=schools, role__in=_ASKED)
    return set(held.values_list("school", "role"))


def close_what_may(on: date, *, at_most: int = AT_ONCE) -> int:
    """Close each record that nothing is waited for, in a transaction of its own; how many.

    One that somebody changes meanwhile is left to the next night.
    """
    keys = list(to_close(on).order_by("pk").values_list("pk", flat=True)[:at_most])
    return sum(_close(key, on) for key in keys)


def to_close(on: date) -> RecordOfVisitQuerySet:
    """What `schools.closing` asks of one record, asked of all: the record's own verb asks it again."""
    asked = Deadline.objects.filter(rule=RESPOND, subject_kind=_KIND, subject_id=OuterRef("pk"))
    has_time = Exists(asked.filter(met_at__isnull=True, due_on__gte=on))
    was_asked = Exists(asked.filter(opened_at__gte=OuterRef("issued_at")))
    waits = Exists(Correction.objects.filter(record=OuterRef("pk"), status__in=OPEN))
    seen = Q(status=RecordStatus.PRESENTED) | (Q(status=RecordStatus.SHARED) & ~Q(visit__kind=VisitKind.CORE))
    records = RecordOfVisit.objects.filter(seen).with_issued_at()
    return records.filter(was_asked | _both_answered(), ~has_time, ~waits)


def _both_answered() -> Q:
    """For records shared while no term dates were held, which have no day to respond by."""
    answers = Response.objects.filter(
        version__record=OuterRef("pk"), version__number=OuterRef("shared_version")
    ).order_by()
    return Q(*(Exists(answers.filter(role=role)) for role in _ASKED))


def _close(key: int, on: date) -> bool:
    try:
        with transaction.atomic():
            record = RecordOfVisit.objects.select_related("visit", "school").get(pk=key)
            record.close(by=None, on=on, seen_version=record.version)
    except (Blocked, Conflict):
        return False
    return True
