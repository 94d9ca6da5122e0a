"""Appointments of people who leave: ended, and handed over to a successor.

Why somebody left is nobody's business in a school: the reason given stays with their account's own event, and the
appointments say only who took over from whom.
"""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from schoolimprove.accounts.roles import ADMIN_SITE_ROLES, AUTHORITY_WIDE_ROLES, Role
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import Blocked, record_event
from schools.register.models.appointment import Appointment
from schools.register.models.person import Person
from schools.register.people.appointing import (
    appoint,
    end_appointment,
    lock_person,
    others_in_the_time_of,
    withdraw_appointment,
)
from schools.register.people.work import works

NEVER_HANDED_OVER = ADMIN_SITE_ROLES | AUTHORITY_WIDE_ROLES
"""Roles over the whole authority: whoever gets one is chosen for it, and does not inherit it with a few schools."""

LEFT = "Left the service"


def open_appointments(person: Person, *, on: date) -> QuerySet[Appointment]:
    """What a person holds on that day or will hold later."""
    later = Q(ends_on__isnull=True) | Q(ends_on__gte=on)
    return person.appointments.standing().filter(later).with_scope().order_by("role", "starts_on", "pk")


def hand_over(person: Person, *, to: Person | None, on: date, by: Actor) -> list[Appointment]:
    """End every appointment of someone who leaves and give each to `to` from the next day; the new ones. The visits
    they were to go to go with them.

    What has not begun is withdrawn, and begins for `to` on its own first day. What was to end later ends then for
    `to`. What goes to nobody (`to` empty, or a role that is never handed over) stays vacant. What `to` holds already
    is theirs already.
    """
    made = []
    with transaction.atomic():
        lock_person(person)
        for held in open_appointments(person, on=on).select_for_update(of=("self",)):
            successor = to if held.role not in NEVER_HANDED_OVER else None
            until = held.ends_on
            _let_go(held, successor, on=on, by=by)
            if successor is not None and until != on and not _has(successor, held, until, on):
                made.append(_succeed(held, successor, until, on=on, by=by))
        if person.user is not None:
            for work in works:
                if work.goes_with_appointments:
                    work.hand_over(person.user, to=to.user if to else None, by=by)
    return made


def _let_go(held: Appointment, successor: Person | None, *, on: date, by: Actor) -> None:
    reason = f"Handed over to {successor}" if successor else LEFT
    if held.starts_on > on:
        withdraw_appointment(held, on=on, by=by, reason=reason)
    else:
        end_appointment(held, on=on, by=by, reason=reason)


def _begins(held: Appointment, on: date) -> date:
    return max(held.starts_on, on + timedelta(days=1))


def _scope(held: Appointment) -> dict[str, Any]:
    return {held.scope_kind: getattr(held, held.scope_kind)}


def _has(successor: Person, held: Appointment, until: date | None, on: date) -> bool:
    """Whether the successor holds the same for all of the time there is to take over."""
    start = _begins(held, on)
    wanted = Appointment(person=successor, role=held.role, starts_on=start, ends_on=until, **_scope(held))
    same = others_in_the_time_of(wanted).filter(role=held.role, starts_on__lte=start, **_scope(held))
    return any(each.ends_on is None or (until is not None and each.ends_on >= until) for each in same)


def _succeed(held: Appointment, to: Person, until: date | None, *, on: date, by: Actor) -> Appointment:
    return appoint(
        to,
        Role(held.role),
        scope={**_scope(held), "cover_for": held.cover_for},
        starts_on=_begins(held, on),
        ends_on=until,
        by=by,
        reason=f"Takes over from {held.person}",
    )


def replace_holder(
    held: Appointment, *, on: date, reason: str, by: Actor, seen_version: int, name: str, email: str, telephone: str
) -> Appointment | None:
    """End an appointment on its last day and, where a name or an address is given, give it to them from the next.

    `Conflict` when the appointment was changed since it was seen; `Blocked` when nobody or several could be meant,
    or whoever is meant cannot hold it: then nothing ends either.
    """
    with transaction.atomic():
        held.version = seen_version
        end_appointment(held, on=on, by=by, reason=reason)
        if not (name or email):
            return None
        return _succeed(held, person_named(name, email, telephone, by=by), None, on=on, by=by)


def person_named(name: str, email: str, telephone: str, *, by: Actor) -> Person:
    """Whoever has that address, or somebody new. A name alone means nobody who is known by an address.

    Somebody who signs in gets rights by being appointed, so a namesake must never be taken for them. Raise
    `Blocked` when what was typed differs from what is stored of that person: it would be lost.
    """
    found = list(Person.objects.filter(email__iexact=email)[:2]) if email else _called(name)
    if len(found) > 1:
        raise Blocked(
            [
                f"Several people have the {'address' if email else 'name'} {email or name}. Ask a system"
                " administrator to help."
            ]
        )
    if found:
        if reasons := _known_otherwise(found[0], name, email, telephone):
            raise Blocked(reasons)
        return found[0]
    if not name:
        raise Blocked([f"We know no one with the address {email}. Enter their name too."])
    person = Person.objects.create(name=name, email=email, telephone=telephone, created_by=by.user, updated_by=by.user)
    record_event(person, "added", by=by, changes={"name": [None, name], "email": [None, email]})
    return person


def _known_otherwise(person: Person, name: str, email: str, telephone: str) -> list[str]:
    """Return how what was typed differs from this person, as sentences that reveal nothing about them."""
    reasons = []
    if name and name.split() != person.name.split():
        reasons.append(f"We know {email} under another name. Clear the name or correct the email address.")
    if telephone and telephone.split() != person.telephone.split():
        kept, remedy = ("another", "change") if person.telephone else ("no", "add")
        reasons.append(
            f"We have {kept} telephone number for {email or name}. Clear the number and ask a system administrator to "
            f"{remedy} it."
        )
    return reasons


def _called(name: str) -> list[Person]:
    called = list(Person.objects.filter(name=name)[:2])
    if any(person.email or person.user_id for person in called):
        raise Blocked([f"We already know a person called {name}. Enter their email address."])
    return called
