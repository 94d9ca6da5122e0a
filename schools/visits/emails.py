"""Email about a visit, queued in the transaction of the verb that it is about."""

from datetime import date
from typing import Any

from schoolimprove.accounts import mail
from schoolimprove.accounts.recipients import note_missing
from schoolimprove.accounts.roles import Role
from schools.register.models.appointment import Appointment
from schools.register.scope import covering
from schools.visits.models.visit import Visit


def tell_school_of_visit(visit: Visit, what: str, *, on: date) -> None:
    """The headteacher and the chair, of a date that was proposed, moved, agreed by telephone, or cancelled."""
    asked = Appointment.objects.current(on).filter(school=visit.school_id, role__in=[Role.HEADTEACHER, Role.CHAIR])
    addresses = _addresses(asked)
    if not addresses:
        note_missing("the headteacher or the chair of governors")
    for email, name in addresses.items():
        _tell_of_visit(visit, what, email, name)


def tell_visitor_of_visit(visit: Visit, what: str, *, on: date) -> None:
    """Whoever goes, of what the school answered; the school's partners where nobody in particular does."""
    if visit.author is not None and visit.author.is_active:
        _tell_of_visit(visit, what, visit.author.email, visit.author.name)
        return
    partners = _addresses(covering(visit.school, roles=[Role.SIP]))
    if not partners:
        note_missing("a School Improvement Partner of this school")
    for email, name in partners.items():
        _tell_of_visit(visit, what, email, name)


def _addresses(appointments: Any) -> dict[str, str]:
    """Address → name, each once, whatever else the person is there."""
    held = appointments.exclude(person__email="").order_by("pk")
    return dict(held.values_list("person__email", "person__name"))


def _tell_of_visit(visit: Visit, what: str, to: str, name: str) -> None:
    mail.send(
        f"schools/visits/emails/visit_{what}",
        to=to,
        name=name,
        school=visit.school.name,
        day=visit.planned_on,
        at=visit.planned_at,
        suggested_on=visit.suggested_on,
        visitor=visit.author,
        link=mail.address_of("schools:visit", visit.school.urn, visit.pk),
    )
