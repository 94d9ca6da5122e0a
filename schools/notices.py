"""E-mail that goes out with a verb, queued in the verb's own transaction."""

from datetime import date
from typing import TYPE_CHECKING

from schoolimprove.accounts import mail
from schoolimprove.accounts.roles import Role
from schools.models.appointment import Appointment

if TYPE_CHECKING:
    from schools.models import RecordOfVisit


def tell_school_of_shared_record(record: "RecordOfVisit", *, on: date, due_on: date | None) -> None:
    """The headteacher and the chair, at the addresses held for them; nothing of the record itself is in the e-mail."""
    asked = Appointment.objects.current(on).filter(school=record.school_id, role__in=[Role.HEADTEACHER, Role.CHAIR])
    for appointment in asked.exclude(person__email="").select_related("person"):
        mail.send(
            "schools/emails/record_shared",
            to=appointment.person.email,
            name=appointment.person.name,
            school=record.school.name,
            held_on=record.visit.held_on,
            due_on=due_on,
            link=mail.address_of("schools:record", record.school.urn, record.reference),
        )
