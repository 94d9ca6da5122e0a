"""Email to the Head about appointments over the whole authority, queued in the transaction of the appointment."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from schoolimprove.accounts import mail
from schoolimprove.accounts.roles import PERMISSION_LABELS, ROLE_PERMISSIONS, Role
from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import event_of
from schools.register.models.appointment import Appointment
from schools.register.rules import gives_more

HEAD_NOTIFIED = "Head notified"
"""The verb of the event that says who got an email about an appointment."""
NO_ONE_TO_EMAIL = "No email sent: there is no Head, Corporate Director or other system administrator"


@dataclass(frozen=True)
class Given:
    """An appointment as the email describes it. `may` is what the role lets a user do, in words."""

    person: str
    account: str
    role: str
    over: str
    starts_on: date
    ends_on: date | None
    may: Sequence[str]


def notify_head(changes: Iterable[tuple[Appointment | None, Appointment]], *, by: Actor, account: bool = False) -> None:
    """Email the Head of service about changes (before, after) that give something over the whole authority or a phase.

    One email lists them all. With `account`, the only change is that the person who has them was given an account. An
    audit event of each appointment says who the email went to, or that there was no one to send it to.
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
        mail.send("schools/register/emails/authority_wide", to=email, name=name, **context)
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
