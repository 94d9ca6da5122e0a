"""Nightly work on shared records: schools that did not answer in time, and records that may be closed (domain 3.4)."""

from collections import defaultdict
from datetime import date

from django.db import transaction
from django.db.models import F, QuerySet

from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.records.transition import Blocked, Conflict
from schoolimprove.reminders.models import Deadline
from schools.records import actions as record_actions
from schools.records.deadlines import RESPOND, responded
from schools.records.guards import to_close
from schools.records.models.record import ANSWERED_IN, RecordOfVisit
from schools.records.models.response import Response, Silence
from schools.records.models.version import RecordVersion
from schools.register.models.appointment import Appointment


def settle_responses(on: date) -> int:
    """Meet what nobody is left to answer: a chair who left is not waited for. Four queries; how many were met.

    A school that nobody answers for keeps its open deadline: silence is seen, not tidied away.
    """
    waiting = Deadline.objects.open().filter(rule=RESPOND, subject_kind=RecordOfVisit._meta.label_lower)
    records = RecordOfVisit.objects.filter(pk__in=waiting.values("subject_id")).select_related("visit")
    asked, answered = _asked_on(on, [record.school_id for record in records]), _answered(records)
    settled = [
        record for record in records if asked[record.school_id] and asked[record.school_id] <= answered[record.pk]
    ]
    for record in settled:
        responded(record, roles_asked=asked[record.school_id], roles_answered=answered[record.pk])
        record_actions.ask_to_close(record, on=on)
    return len(settled)


def _asked_on(on: date, schools: list[int]) -> defaultdict[int, set[str]]:
    held = Appointment.objects.current(on).filter(school__in=schools, role__in=[Role.HEADTEACHER, Role.CHAIR])
    asked: defaultdict[int, set[str]] = defaultdict(set)
    for school, role in held.values_list("school", "role"):
        asked[school].add(role)
    return asked


def _answered(records: QuerySet[RecordOfVisit]) -> defaultdict[int, set[str]]:
    answers = Response.objects.filter(version__record__in=records).select_related("version__record")
    answered: defaultdict[int, set[str]] = defaultdict(set)
    for answer in answers:
        if answer.version.number == answer.version.record.shared_version:
            answered[answer.version.record_id].add(answer.role)
    return answered


AT_ONCE = 500
_KIND = RecordOfVisit._meta.label_lower
_ASKED = (Role.HEADTEACHER, Role.CHAIR)


def record_silence(on: date) -> int:
    """“None received” for each role that is asked and did not answer in time; how many. Twice changes nothing more.

    Four queries for each batch of records whose time is over.
    """
    late = Deadline.objects.overdue(on).filter(rule=RESPOND, subject_kind=_KIND)
    due = sorted((row.subject_id, row.day) for row in late)
    return sum(_record_silence(dict(due[start : start + AT_ONCE]), on) for start in range(0, len(due), AT_ONCE))


def _record_silence(due: dict[int, date], on: date) -> int:
    newest = RecordVersion.objects.filter(
        record__in=due, record__status__in=ANSWERED_IN, number=F("record__shared_version")
    )
    versions = {version.pk: version for version in newest.select_related("record").order_by("pk")}
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


def _close(key: int, on: date) -> bool:
    try:
        with transaction.atomic():
            record = RecordOfVisit.objects.select_related("visit", "school").get(pk=key)
            record_actions.close(record, by=None, on=on, seen_version=record.version)
    except (Blocked, Conflict):
        return False
    return True
