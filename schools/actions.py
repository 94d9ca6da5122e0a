"""Verbs that make things: records of visits, appointments and their ends."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from schoolimprove.accounts.actions.person import sync_staff
from schoolimprove.accounts.rights import acting, authorising, forget_appointments
from schoolimprove.accounts.roles import SCHOOL_ROLES, Permission, Role
from schoolimprove.policy.values import policy_value
from schoolimprove.records.actor import Actor
from schoolimprove.records.history import attribute_history
from schoolimprove.records.models.reference import next_reference
from schoolimprove.records.transition import Blocked, record_event
from schools import deadlines
from schools.models import Appointment, Person, RecordOfVisit, School, Visit
from schools.policy import SERVICE_BY_TYPE
from schools.rules import wrong_with_visit_date

if TYPE_CHECKING:
    from schoolimprove.accounts.models import User


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


def appoint(person: Person, role: Role, *, scope: Mapping[str, Any], starts_on: date, by: Actor) -> Appointment:
    """Give a person a role over one scope from a day on; `scope` is one of Appointment's scope fields."""
    appointment = Appointment(person=person, role=role, starts_on=starts_on, created_by=by.user, **scope)
    save_appointment(appointment, by=by)
    return appointment


def save_appointment(appointment: Appointment, *, by: Actor, reason: str = "") -> None:
    """Save a new or changed appointment with its history and audit; `Blocked` with the reasons when it may not be."""
    reasons = blockers_to_appointing(appointment)
    if reasons:
        raise Blocked(reasons)
    verb = "changed" if appointment.pk else "appointed"
    with transaction.atomic():
        attribute_history(appointment, by=by, reason=reason)
        appointment.save()
        record_event(appointment, verb, by=by, reason=reason)
        _refresh_rights(appointment.person)


def blockers_to_appointing(appointment: Appointment) -> list[str]:
    """Constraint messages, and: whoever has a role in a school is not its SIP (domain 10)."""
    reasons: list[str] = []
    try:
        appointment.full_clean()
    except ValidationError as error:
        reasons = error.messages
    if appointment.school_id and _serves_two_masters(appointment):
        reasons.append(f"{appointment.person} cannot both work in {appointment.school} and be its SIP.")
    return reasons


def _serves_two_masters(appointment: Appointment) -> bool:
    own_side = SCHOOL_ROLES if appointment.role in SCHOOL_ROLES else {Role.SIP}
    if appointment.role not in SCHOOL_ROLES | {Role.SIP}:
        return False
    other_side = {Role.SIP} if own_side is SCHOOL_ROLES else SCHOOL_ROLES
    others = Appointment.objects.current(appointment.starts_on).filter(
        person=appointment.person, school=appointment.school_id, role__in=other_side
    )
    return others.exclude(pk=appointment.pk).exists()


def end_appointment(appointment: Appointment, *, on: date, by: Actor, reason: str) -> None:
    """The last day of an appointment."""
    appointment.ends_on = on
    save_appointment(appointment, by=by, reason=reason)


def hand_over(person: Person, *, to: Person | None, on: date, by: Actor, reason: str) -> list[Appointment]:
    """End every current appointment of someone who leaves and give each to `to` from the next day; the new ones.

    What is named to nobody (`to` empty) stays vacant.
    """
    made = []
    with transaction.atomic():
        for held in person.appointments.current(on).with_scope().select_for_update(of=("self",)):
            end_appointment(held, on=on, by=by, reason=reason)
            if to is not None:
                made.append(_succeed(held, to, on, by))
    return made


def _succeed(held: Appointment, to: Person, on: date, by: Actor) -> Appointment:
    kind = held.scope_kind
    return appoint(to, Role(held.role), scope={kind: getattr(held, kind)}, starts_on=on + timedelta(days=1), by=by)


def _refresh_rights(person: Person) -> None:
    if person.user is not None:
        forget_appointments(person.user)
        sync_staff(person.user)
