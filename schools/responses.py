"""Whether a shared record still waits for its school (domain 3.4)."""

from collections import defaultdict
from datetime import date

from django.db.models import QuerySet

from schoolimprove.accounts.roles import Role
from schoolimprove.reminders.models import Deadline
from schools.deadlines import RESPOND, responded
from schools.models import Appointment, RecordOfVisit, Response


def settle_responses(on: date) -> int:
    """Meet what nobody is left to answer: a chair who left is not waited for. Four queries; how many were met.

    A school that nobody answers for keeps its open deadline: silence is seen, not tidied away.
    """
    waiting = Deadline.objects.open().filter(rule=RESPOND, subject_kind=RecordOfVisit._meta.label_lower)
    records = RecordOfVisit.objects.filter(pk__in=waiting.values("subject_id")).select_related("visit")
    asked, answered = _asked(on, [record.school_id for record in records]), _answered(records)
    settled = [
        record for record in records if asked[record.school_id] and asked[record.school_id] <= answered[record.pk]
    ]
    for record in settled:
        responded(record, roles_asked=asked[record.school_id], roles_answered=answered[record.pk])
    return len(settled)


def _asked(on: date, schools: list[int]) -> defaultdict[int, set[str]]:
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
