"""E-mail that goes out with a verb, queued in the verb's own transaction."""

from datetime import date
from typing import TYPE_CHECKING, Any

from schoolimprove.accounts import mail
from schoolimprove.accounts.roles import Role
from schools.models.appointment import Appointment
from schools.scope import covering

if TYPE_CHECKING:
    from schools.models import RecordOfVisit, Response, Visit


def tell_school_of_shared_record(record: "RecordOfVisit", *, on: date, due_on: date | None) -> None:
    """The headteacher and the chair, at the addresses held for them; nothing of the record itself is in the e-mail."""
    _tell_school("schools/emails/record_shared", record, on=on, due_on=due_on)


def tell_school_of_correction(record: "RecordOfVisit", *, on: date, due_on: date | None) -> None:
    """The same people, of a new version, which they may each answer once more."""
    _tell_school("schools/emails/record_corrected", record, on=on, due_on=due_on, number=record.shared_version)


def tell_author_of_response(record: "RecordOfVisit", response: "Response") -> None:
    """That the school answered, and whether it finds errors of fact; the answer itself is read after signing in."""
    if record.author.is_active:
        mail.send(
            "schools/emails/record_answered",
            to=record.author.email,
            name=record.author.name,
            school=record.school.name,
            held_on=record.held_on,
            role=response.get_role_display().lower(),
            accurate=response.accurate,
            link=mail.address_of("schools:record", record.school.urn, record.reference),
        )


def _tell_school(template: str, record: "RecordOfVisit", *, on: date, **said: Any) -> None:
    asked = Appointment.objects.current(on).filter(school=record.school_id, role__in=[Role.HEADTEACHER, Role.CHAIR])
    for appointment in asked.exclude(person__email="").select_related("person"):
        mail.send(
            template,
            to=appointment.person.email,
            name=appointment.person.name,
            school=record.school.name,
            held_on=record.held_on,
            link=mail.address_of("schools:record", record.school.urn, record.reference),
            **said,
        )


# Visits. Nothing of their purpose is in an e-mail, nor which type they are: a post box is read by others too.


def tell_school_of_visit(visit: "Visit", what: str, *, on: date) -> None:
    """The headteacher and the chair, of a date that was proposed, moved, agreed by telephone, or cancelled."""
    asked = Appointment.objects.current(on).filter(school=visit.school_id, role__in=[Role.HEADTEACHER, Role.CHAIR])
    for email, name in _addresses(asked).items():
        _tell_of_visit(visit, what, email, name)


def tell_visitor_of_visit(visit: "Visit", what: str, *, on: date) -> None:
    """Whoever goes, of what the school answered; the school's partners where nobody in particular does."""
    if visit.author is not None and visit.author.is_active:
        _tell_of_visit(visit, what, visit.author.email, visit.author.name)
        return
    for email, name in _addresses(covering(visit.school, roles=[Role.SIP])).items():
        _tell_of_visit(visit, what, email, name)


def _addresses(appointments: Any) -> dict[str, str]:
    """Address → name, each once, whatever else the person is there."""
    held = appointments.exclude(person__email="").order_by("pk")
    return dict(held.values_list("person__email", "person__name"))


def _tell_of_visit(visit: "Visit", what: str, to: str, name: str) -> None:
    mail.send(
        f"schools/emails/visit_{what}",
        to=to,
        name=name,
        school=visit.school.name,
        day=visit.planned_on,
        at=visit.planned_at,
        suggested_on=visit.suggested_on,
        visitor=visit.author,
        link=mail.address_of("schools:visit", visit.school.urn, visit.pk),
    )
