"""What becomes of what somebody holds who leaves: their appointments, and the records they have not finished.

Why somebody left is nobody's business in a school: the reason given stays with their account's own event, and the
appointments and records say only who took over from whom.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import ADMIN_SITE_ROLES, AUTHORITY_WIDE_ROLES, Permission, Role, roles_with
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import Blocked, record_event, save_changes
from schools.records.models.record import RecordOfVisit
from schools.records.states import RecordStatus
from schools.register.models.appointment import Appointment
from schools.register.models.person import Person
from schools.register.models.school import School
from schools.register.people.appointing import (
    appoint,
    end_appointment,
    lock_person,
    others_in_the_time_of,
    withdraw_appointment,
)
from schools.register.scope import covering
from schools.visits.models.visit import Visit

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
            hand_over_visits(person.user, to=to.user if to else None, by=by)
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


def unfinished_records(user: User, *, at: Iterable[School] | None = None) -> QuerySet[RecordOfVisit]:
    """What this author has begun or submitted, everywhere or at some schools, and is not yet shared."""
    open_states = [RecordStatus.DRAFT, RecordStatus.SUBMITTED]
    records = RecordOfVisit.objects.filter(author=user, status__in=open_states).for_lists().order_by("pk")
    return records if at is None else records.filter(school__in=[school.pk for school in at])


def possible_authors(user: User, *, on: date) -> list[User]:
    """Who may take over all the unfinished records of an author, by name.

    Whoever writes at all those schools, or holds all the roles they were written in: a colleague who is given the
    schools with the records may not have them yet.
    """
    records = list(unfinished_records(user))
    schools = {record.school_id: record.school for record in records}.values()
    roles = {record.author_role for record in records}
    able = _writers_at_all(schools) | _holders_of_all(roles, on)
    return list(User.objects.filter(pk__in=able, is_active=True).exclude(pk=user.pk).order_by("name", "pk"))


def _writers_at_all(schools: Iterable[School]) -> set[int]:
    roles = roles_with(Permission.WRITE_RECORD)
    at_each = [set(covering(school, roles=roles).values_list("person__user", flat=True)) for school in schools]
    return set.intersection(*at_each) - {None} if at_each else set()


def _holders_of_all(roles: Iterable[str], on: date) -> set[int]:
    held = Appointment.objects.current(on).filter(person__user__isnull=False)
    of_each = [set(held.filter(role=role).values_list("person__user", flat=True)) for role in roles]
    return set.intersection(*of_each) if of_each else set()


def hand_over_records(
    user: User, *, to: User, by: Actor, at: Iterable[School] | None = None, written_as: Role | None = None
) -> int:
    """Make somebody else the author of every unfinished record, or of those at some schools or in one role; how many.

    The visit stays the leaver's.

    The new author writes in the leaver's role if they hold it there or have yet to be given the school, and else in
    the role that lets them write there, since it decides who approves.
    """
    with transaction.atomic():
        unfinished = unfinished_records(user, at=at)
        unfinished = unfinished.filter(author_role=written_as) if written_as else unfinished
        records = list(unfinished.select_for_update(of=("self",)))
        for record in records:
            who = {"author": to, "author_role": _role_of(to, record)}
            reason = f"Handed over from {user} to {to}"
            save_changes(record, "handed over", by=by, reason=reason, seen_version=record.version, **who)
    return len(records)


def _role_of(author: User, record: RecordOfVisit) -> str:
    writing = covering(record.school, roles=roles_with(Permission.WRITE_RECORD)).filter(person__user=author)
    roles = sorted(writing.values_list("role", flat=True))
    return record.author_role if not roles or record.author_role in roles else str(roles[0])


def visits_to_come(user: User, *, at: Iterable[School] | None = None) -> QuerySet[Visit]:
    """What somebody was to go to, everywhere or at some schools, and was not held."""
    visits = Visit.objects.not_held().filter(author=user).select_related("school").order_by("pk")
    return visits if at is None else visits.filter(school__in=[school.pk for school in at])


def hand_over_visits(user: User, *, to: User | None, by: Actor, at: Iterable[School] | None = None) -> int:
    """Give the visits to come to somebody else, or to nobody in particular; how many.

    Whoever is the school's partner finds those that nobody has.
    """
    reason = f"Handed over from {user} to {to}" if to else LEFT
    with transaction.atomic():
        listed = list(visits_to_come(user, at=at).select_for_update(of=("self",)))
        for visit in listed:
            save_changes(visit, "handed over", by=by, reason=reason, seen_version=visit.version, author=to)
    return len(listed)


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
        raise Blocked([f"Several people have the {'address' if email else 'name'} {email or name}."])
    if found:
        if reasons := _known_otherwise(found[0], name, email, telephone):
            raise Blocked(reasons)
        return found[0]
    if not name:
        raise Blocked([f"Nobody with the address {email} is known. Enter their name too."])
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
        raise Blocked([f"Somebody called {name} is known already. Enter the email address of who is meant."])
    return called
