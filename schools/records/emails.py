"""Email about a Record of Visit, queued in the transaction of the verb that it is about."""

from datetime import date
from typing import Any

from schoolimprove.accounts import mail
from schoolimprove.accounts.recipients import note_missing
from schoolimprove.accounts.roles import Role
from schools.records.models.record import RecordOfVisit
from schools.records.models.response import Response
from schools.register.models.appointment import Appointment


def tell_school_of_shared_record(record: RecordOfVisit, *, on: date, due_on: date | None) -> None:
    """The headteacher and the chair, at the addresses held for them; nothing of the record itself is in the email."""
    _tell_school("schools/records/emails/record_shared", record, on=on, due_on=due_on)


def tell_school_of_correction(record: RecordOfVisit, *, on: date, due_on: date | None) -> None:
    """The same people, of a new version, which they may each answer once more."""
    _tell_school("schools/records/emails/record_corrected", record, on=on, due_on=due_on, number=record.shared_version)


def tell_author_of_response(record: RecordOfVisit, response: Response) -> None:
    """That the school answered, and whether it finds errors of fact; the answer itself is read after signing in."""
    if record.author.is_active:
        mail.send(
            "schools/records/emails/record_answered",
            to=record.author.email,
            name=record.author.name,
            school=record.school.name,
            held_on=record.held_on,
            role=response.get_role_display().lower(),
            accurate=response.accurate,
            link=mail.address_of("schools:record", record.school.urn, record.reference),
        )


def _tell_school(template: str, record: RecordOfVisit, *, on: date, **said: Any) -> None:
    asked = Appointment.objects.current(on).filter(school=record.school_id, role__in=[Role.HEADTEACHER, Role.CHAIR])
    reached = list(asked.exclude(person__email="").select_related("person"))
    if not reached:
        note_missing("the headteacher or the chair of governors")
    for appointment in reached:
        mail.send(
            template,
            to=appointment.person.email,
            name=appointment.person.name,
            school=record.school.name,
            held_on=record.held_on,
            link=mail.address_of("schools:record", record.school.urn, record.reference),
            **said,
        )
