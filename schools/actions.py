"""Verbs that make things: records of visits, appointments and their ends."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from schoolimprove.accounts.actions.person import sync_staff
from schoolimprove.accounts.rights import acting, authorising, forget_appointments
from schoolimprove.accounts.roles import SCHOOL_ROLES, Permission, Role
from schoolimprove.lib import clock
from schoolimprove.policy.values import policy_value
from schoolimprove.records.actor import Actor
from schoolimprove.records.history import attribute_history
from schoolimprove.records.models.reference import next_reference
from schoolimprove.records.transition import Blocked, Conflict, differences, record_event
from schools import deadlines
from schools.models import Appointment, Person, RecordOfVisit, School, Visit
from schools.models.appointment import SCOPE_FIELDS
from schools.policy import SERVICE_BY_TYPE
from schools.rules import wrong_with_visit_date
from schools.scope import COLUMNS

if TYPE_CHECKING:
    from schoolimprove.accounts.models import User

EDITED = ("person", "role", *SCOPE_FIELDS, "starts_on", "ends_on", "cover_for")
"""What an appointment says, besides who saved it when."""


def start_record(
    school: School, *, by: "User", on: date, kind: str, held_on: date, days: Decimal, texts: Mapping[str, str]
) -> RecordOfVisit:
    """A visit that was held and the draft of its record. `Blocked` when the school is not served that day."""
    actor = acting(by, Permission.WRITE_RECORD, on=school)
    reasons = wrong_with_visit_date(held_on, today=on) or school.blockers_to_visiting(
        policy_value(SERVICE_BY_TYPE, on=held_on), on=held_on
    )
    if reasons:
        raise Blocked(reasons)
    held = authorising(by, Permission.WRITE_RECORD, on=school)
    with transaction.atomic():
        visit = _visit(school=school, kind=kind, held_on=held_on, days=days, author=by, created_by=by)
        record = RecordOfVisit.objects.create(
            visit=visit,
            reference=next_reference("RV", on=held_on),
            author=by,
            author_role=held.role if held else "",
            created_by=by,
            **texts,
        )
        record_event(record, "started", by=actor)
        deadlines.started(record)
    return record


def _visit(**fields: Any) -> Visit:
    try:
        with transaction.atomic():
            return Visit.objects.create(**fields)
    except IntegrityError as error:
        same = {name: fields[name] for name in ("school", "author", "held_on", "kind")}
        if not Visit.objects.filter(**same).exists():
            raise
        raise Blocked(["You already have a record of this type for this school on that day."]) from error


def appoint(
    person: Person,
    role: Role,
    *,
    scope: Mapping[str, Any],
    starts_on: date,
    ends_on: date | None = None,
    by: Actor,
    reason: str = "",
) -> Appointment:
    """Give a person a role over `scope`, which is one of Appointment's scope fields (and whom they cover for)."""
    appointment = Appointment(person=person, role=role, starts_on=starts_on, ends_on=ends_on, **scope)
    save_appointment(appointment, by=by, reason=reason)
    return appointment


def save_appointment(appointment: Appointment, *, by: Actor, reason: str = "") -> None:
    """Save a new or changed appointment with its history and audit; `Blocked` with the reasons when it may not be."""
    reasons = blockers_to_appointing(appointment)
    if reasons:
        raise Blocked(reasons)
    _save(appointment, "changed" if appointment.pk else "appointed", by=by, reason=reason)


def end_appointment(appointment: Appointment, *, on: date, by: Actor, reason: str) -> None:
    """The last day of an appointment; `Blocked` when it would end before it starts."""
    appointment.ends_on = on
    if reasons := _invalid(appointment):
        raise Blocked(reasons)
    _save(appointment, "ended", by=by, reason=reason)


def _save(appointment: Appointment, verb: str, *, by: Actor, reason: str) -> None:
    """`Conflict` when the appointment was saved by somebody else since it was read."""
    with transaction.atomic():
        before = Appointment.objects.select_for_update().filter(pk=appointment.pk).first()
        if before is None:
            appointment.created_by = by.user
        elif before.version == appointment.version:
            appointment.version += 1
        else:
            raise Conflict(before)
        appointment.updated_at, appointment.updated_by = clock.now(), by.user
        attribute_history(appointment, by=by, reason=reason)
        appointment.save()
        changes = differences(before, appointment, EDITED) if before else {}
        record_event(appointment, verb, by=by, reason=reason, changes=changes)
        _refresh_rights(appointment.person)


def blockers_to_appointing(appointment: Appointment) -> list[str]:
    """Constraint messages, or: whoever has a role in a school is not its SIP (domain 10)."""
    if reasons := _invalid(appointment):
        return reasons
    school = _school_of_two_masters(appointment)
    return [f"{appointment.person} cannot both work in {school} and be its SIP."] if school else []


def _invalid(appointment: Appointment) -> list[str]:
    try:
        appointment.full_clean()
    except ValidationError as error:
        return error.messages
    return []


def _school_of_two_masters(appointment: Appointment) -> School | None:
    """A school in which the person would both work and be the SIP on some day of this appointment."""
    other_sides = {Role.SIP: SCHOOL_ROLES, **dict.fromkeys(SCHOOL_ROLES, frozenset({Role.SIP}))}
    others = Appointment.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=appointment.starts_on),
        person=appointment.person,
        role__in=other_sides.get(Role(appointment.role), ()),
        starts_on__lte=appointment.ends_on or date.max,
    ).exclude(pk=appointment.pk)
    both = (_schools_of(appointment) & _schools_of(other) for other in others)
    return next((school for schools in both for school in schools[:1]), None)


def _schools_of(appointment: Appointment) -> QuerySet[School]:
    kind = appointment.scope_kind
    return School.objects.filter(**{COLUMNS[kind]: appointment.scope_key_of(kind)})


def hand_over(person: Person, *, to: Person | None, on: date, by: Actor, reason: str) -> list[Appointment]:
    """End every current appointment of someone who leaves and give each to `to` from the next day; the new ones.

    What is named to nobody (`to` empty) stays vacant; what was to end on a later day ends for `to` on that day.
    """
    made = []
    with transaction.atomic():
        for held in person.appointments.current(on).with_scope().select_for_update(of=("self",)):
            until = held.ends_on
            end_appointment(held, on=on, by=by, reason=reason)
            if to is not None and until != on:
                made.append(_succeed(held, to, on + timedelta(days=1), until, by, reason))
    return made


def _succeed(held: Appointment, to: Person, start: date, until: date | None, by: Actor, reason: str) -> Appointment:
    kind = held.scope_kind
    scope = {kind: getattr(held, kind), "cover_for": held.cover_for}
    return appoint(to, Role(held.role), scope=scope, starts_on=start, ends_on=until, by=by, reason=reason)


def _refresh_rights(person: Person) -> None:
    if person.user is not None:
        forget_appointments(person.user)
        sync_staff(person.user)
