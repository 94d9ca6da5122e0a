"""E-mail that goes out with a verb, queued in the verb's own transaction."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from schoolimprove.accounts import mail
from schoolimprove.accounts.roles import PERMISSION_LABELS, ROLE_PERMISSIONS, Role
from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import event_of
from schools.models.appointment import Appointment
from schools.rules import gives_more
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


# Appointments over the whole authority.

HEAD_NOTIFIED = "Head notified"
"""The verb of the event that says who got an e-mail about an appointment."""
NO_ONE_TO_EMAIL = "No email sent: there is no Head, Corporate Director or other system administrator"


@dataclass(frozen=True)
class Given:
    """An appointment as the e-mail describes it. `may` is what the role lets a user do, in words."""

    person: str
    account: str
    role: str
    over: str
    starts_on: date
    ends_on: date | None
    may: Sequence[str]


def notify_head(changes: Iterable[tuple[Appointment | None, Appointment]], *, by: Actor, account: bool = False) -> None:
    """E-mail the Head of service about changes (before, after) that give something over the whole authority or a phase.

    One e-mail lists them all. With `account`, the only change is that the person who has them was given an account. An
    audit event of each appointment says who the e-mail went to, or that there was no one to send it to.
    """
    given = [after for before, after in changes if after.is_authority_wide and _gives_more(before, after)]
    if not given:
        return
    recipients = _recipients({each.person_id for each in given}, by=by)
    others = _administrators_besides({each.person_id for each in given}, by=by)
    context = {
        "appointments": [_given(each) for each in given],
        "by": str(by.user) if by.user else "",
        "account": account,
        "administrators": sorted(set(others.values())),
    }
    for email, name in recipients.items():
        mail.send("schools/emails/authority_wide", to=email, name=name, **context)
    reason = f"Email to {', '.join(recipients.values())}" if recipients else NO_ONE_TO_EMAIL
    AuditEvent.objects.bulk_create(event_of(each, HEAD_NOTIFIED, by=by, reason=reason) for each in given)


def _gives_more(before: Appointment | None, after: Appointment) -> bool:
    return gives_more(before.post if before else None, after.post)


def _given(appointment: Appointment) -> Given:
    role, person = Role(appointment.role), appointment.person
    return Given(
        person=person.name,
        account=person.user.email if person.user else "",
        role=appointment.get_role_display(),
        over=appointment.scope_name,
        starts_on=appointment.starts_on,
        ends_on=appointment.ends_on,
        may=[words for permission, words in PERMISSION_LABELS.items() if permission in ROLE_PERMISSIONS[role]],
    )


def _recipients(appointed: Collection[int], *, by: Actor) -> dict[str, str]:
    """Return address → name of every Head of service.

    If every Head is among those appointed here, add the Corporate Director, or else the other system administrators.
    """
    heads = _holders(Role.HEAD_OF_SERVICE)
    reached_heads = dict(_reached(heads))
    for others in (heads, _holders(Role.CORPORATE_DIRECTOR)):
        if reached := dict(_reached(each for each in others if each.person_id not in appointed)):
            return reached_heads | reached
    return reached_heads | _administrators_besides(appointed, by=by)


def _administrators_besides(appointed: Collection[int], *, by: Actor) -> dict[str, str]:
    administrators = _holders(Role.SYSTEM_ADMINISTRATOR)
    return dict(
        _reached(
            each
            for each in administrators
            if each.person_id not in appointed and (each.person.user_id is None or each.person.user_id != by.user_id)
        )
    )


def _holders(role: Role) -> list[Appointment]:
    held = Appointment.objects.current(clock.today()).filter(role=role).select_related("person__user")
    return list(held.filter(Q(person__user=None) | Q(person__user__is_active=True)).order_by("pk"))


def _reached(held: Iterable[Appointment]) -> Iterator[tuple[str, str]]:
    """Yield (address, name): the account's address, which only its owner can change, or else the person's."""
    for each in held:
        person = each.person
        if email := person.user.email if person.user else person.email:
            yield email, person.name
