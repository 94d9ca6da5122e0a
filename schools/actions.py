"""Verbs that make things: records of visits, appointments and their ends."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from schoolimprove.accounts.actions.person import sync_staff
from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import acting, authorising, forget_appointments
from schoolimprove.accounts.roles import Permission, Role
from schoolimprove.lib import clock
from schoolimprove.policy.values import policy_value
from schoolimprove.records.actor import Actor
from schoolimprove.records.history import attribute_history
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.models.reference import next_reference
from schoolimprove.records.transition import Blocked, Conflict, differences, event_of, record_event
from schools import deadlines, recounting_job
from schools.appointing import Guard, from_today, wrong_with_appointment, wrong_with_change
from schools.content import Content
from schools.models import Appointment, Person, RecordOfVisit, School, Visit
from schools.models.appointment import SCOPE_FIELDS
from schools.models.programme import edition_for
from schools.models.visit import COMMISSIONED, WITHOUT_RECORD, VisitKind
from schools.notices import notify_head
from schools.policy import SERVICE_BY_TYPE
from schools.rules import wrong_with_visit_date
from schools.slots import slot_of

EDITED = ("person", "role", *SCOPE_FIELDS, "starts_on", "ends_on", "cover_for")
"""What an appointment says, besides who saved it when."""
_COMPARED = (*EDITED, "withdrawn_because")
"""What the audit keeps of a change, so that an import that withdrew can be undone."""


def start_record(
    school: School,
    *,
    by: User,
    on: date,
    kind: str,
    held_on: date,
    days: Decimal,
    texts: Mapping[str, str],
    content: Content | None = None,
    visit: Visit | None = None,
) -> RecordOfVisit:
    """A visit that was held and the draft of its record.

    `visit` is the one that was planned; without it a core visit is the one its term owes to the school, if there is
    one. `Blocked` when the school is not served that day; `Conflict` when the visit was held or moved meanwhile.
    """
    actor = acting(by, Permission.WRITE_RECORD, on=school)
    if reasons := blockers_to_record(school, by=by, on=on, kind=kind, held_on=held_on, visit=visit):
        raise Blocked(reasons)
    held = authorising(by, Permission.WRITE_RECORD, on=school)
    with transaction.atomic():
        visited = visit or _owed(school, kind, held_on) or _unplanned(school, kind, held_on, by=by)
        visited.hold(by=actor, on=on, held_on=held_on, seen_version=visited.version, kind=kind, days=days, author=by)
        record = RecordOfVisit.objects.create(
            visit=visited,
            reference=next_reference("RV", on=held_on),
            author=by,
            author_role=held.role if held else "",
            created_by=by,
            content=(content or Content()).as_json(),
            **texts,
        )
        record_event(record, "started", by=actor)
        deadlines.started(record)
    return record


def blockers_to_record(
    school: School, *, by: User, on: date, kind: str, held_on: date, visit: Visit | None = None
) -> list[str]:
    """Why no record of such a visit can be begun, as sentences."""
    if kind in WITHOUT_RECORD:
        return ["Of a headteacher’s performance management only the date, people and days are kept."]
    if kind in COMMISSIONED and (visit is None or visit.kind != kind):
        return ["An LA review is commissioned first, with its scope and team."]
    if visit is not None and (visit.school_id != school.pk or (visit.kind in COMMISSIONED and kind != visit.kind)):
        return ["The record is of the visit that was planned."]
    if visit is not None and kind in COMMISSIONED and visit.author_id != by.pk:
        return ["Whoever leads an LA review writes its record."]
    served = school.blockers_to_visiting(policy_value(SERVICE_BY_TYPE, on=held_on), on=held_on)
    return wrong_with_visit_date(held_on, today=on) or served


def _owed(school: School, kind: str, held_on: date) -> Visit | None:
    """The core visit owed by the term of that day and not held yet."""
    slot = slot_of(school.pk, held_on) if kind == VisitKind.CORE else None
    return school.visits.of_term(*slot).not_held().filter(kind=kind).select_for_update().first() if slot else None


def _unplanned(school: School, kind: str, held_on: date, *, by: User) -> Visit:
    """A visit nobody planned; the term's core visit where there is none yet."""
    slot = slot_of(school.pk, held_on) if kind == VisitKind.CORE else None
    visit = Visit(school=school, kind=kind, author=by, created_by=by)
    if slot is not None:
        visit.edition = edition_for(school.phase, slot[1], held_on)
        taken = school.visits.of_term(*slot).filter(kind=kind).standing().exists()
        visit.academic_year, visit.term = (None, "") if taken else slot
    try:
        with transaction.atomic():
            visit.save(force_insert=True)
    except IntegrityError:
        return _after_all(visit, held_on, by=by)
    return visit


def _after_all(visit: Visit, held_on: date, *, by: User) -> Visit:
    """The term was opened meanwhile, and owes the visit; or a colleague held it, and this is one more."""
    owed = _owed(visit.school, visit.kind, held_on)
    if owed is not None:
        return owed
    more = Visit(school=visit.school, kind=visit.kind, author=by, created_by=by, edition=visit.edition)
    more.save(force_insert=True)
    return more


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
    with transaction.atomic():
        lock_person(appointment.person)
        if reasons := _invalid(appointment) or wrong_with_appointment(appointment):
            raise Blocked(reasons)
        _save(appointment, "changed" if appointment.pk else "appointed", by=by, reason=reason)


def end_appointment(appointment: Appointment, *, on: date, by: Actor, reason: str) -> None:
    """Set the last day; raise `Blocked` when it is before the first day, or before the day of last use."""
    appointment.ends_on = on
    if reasons := _invalid(appointment):
        raise Blocked(reasons)
    with transaction.atomic():
        lock_person(appointment.person)
        _save(appointment, "ended", by=by, reason=reason)


def withdraw_appointment(appointment: Appointment, *, on: date, by: Actor, reason: str) -> None:
    """Let an appointment that has not begun by that day come to nothing; `Blocked` when it has."""
    if appointment.starts_on <= on:
        raise Blocked(["This appointment has begun. End it instead."])
    appointment.withdrawn_because = reason
    _save(appointment, "withdrawn", by=by, reason=reason)


def lock_person(person: Person) -> None:
    """Nobody else appoints or deactivates this person until the transaction ends; whether they are active is read anew.

    Their account is locked first, as deactivating does it, so that neither waits for the other for ever.
    """
    if person.user is not None:
        User.objects.select_for_update().get(pk=person.user.pk)
        person.user.refresh_from_db(fields=["is_active"])
    locked = Person.objects.select_for_update().get(pk=person.pk)
    if locked.user_id != person.user_id:
        person.user = locked.user


def lock_people(people: Iterable[Person]) -> None:
    """Several at once, always in the same order: the accounts first, then the people."""
    listed = {person.pk: person for person in people}
    users = sorted(person.user_id for person in listed.values() if person.user_id is not None)
    list(User.objects.select_for_update().filter(pk__in=users).order_by("pk").values_list("pk"))
    list(Person.objects.select_for_update().filter(pk__in=listed).order_by("pk").values_list("pk"))


def _save(appointment: Appointment, verb: str, *, by: Actor, reason: str) -> None:
    """Save it; raise `Conflict` when somebody else has saved it since it was read, `Blocked` when the guard refuses."""
    with transaction.atomic():
        before = Appointment.objects.select_for_update().filter(pk=appointment.pk).first()
        if before is not None and before.version != appointment.version:
            raise Conflict(before)
        guard = Guard([before] if before else [], people=[appointment.person], by=by)
        if wrong := guard.wrong_with(appointment):
            raise Blocked(list(wrong.values()))
        if before is None:
            appointment.created_by = by.user
        else:
            appointment.version += 1
        appointment.updated_at, appointment.updated_by = clock.now(), by.user
        attribute_history(appointment, by=by, reason=reason)
        appointment.save()
        changes = differences(before, appointment, _COMPARED) if before else {}
        record_event(appointment, verb, by=by, reason=reason, changes=changes)
        _refresh_rights(appointment.person)
        _follow([appointment])
        notify_head([(before, appointment)], by=by)


@dataclass(frozen=True)
class Saving:
    """One appointment among many that are saved together, as the verbs above would leave it."""

    appointment: Appointment
    verb: str
    by: Actor
    reason: str


def save_together(savings: Sequence[Saving]) -> None:
    """What `_save` does, for many at once in a few statements. The caller has asked `wrong_with_appointment`.

    Save none and raise `Conflict` when somebody else has saved one of them since it was read, `Blocked` when the guard
    refuses one. One user saves them all, perhaps under different appointments.
    """
    with transaction.atomic():
        before = _locked(savings)
        for each in savings:
            _mark(each, before.get(each.appointment.pk))
        _guard(savings, before)
        held = [each.appointment for each in savings if each.appointment.pk is not None]
        new = [each.appointment for each in savings if each.appointment.pk is None]
        Appointment.objects.bulk_create(new)
        Appointment.objects.bulk_update(held, [*_SAVED, "updated_at", "updated_by", "version"])
        Appointment.history.bulk_history_create(new)
        Appointment.history.bulk_history_create(held, update=True)
        AuditEvent.objects.bulk_create([_told(each, before.get(each.appointment.pk)) for each in savings])
        for person in {each.appointment.person_id: each.appointment.person for each in savings}.values():
            _refresh_rights(person)
        _follow([each.appointment for each in savings])
        changed = [(before.get(each.appointment.pk), each.appointment) for each in savings]
        if savings:
            notify_head(changed, by=savings[0].by)


def _guard(savings: Sequence[Saving], before: Mapping[int | None, Appointment]) -> None:
    """Raise `Blocked` with the reasons against any of them, each sentence once."""
    if not savings:
        return
    guard = Guard(list(before.values()), people=[each.appointment.person for each in savings], by=savings[0].by)
    if reasons := [reason for each in savings for reason in guard.wrong_with(each.appointment).values()]:
        raise Blocked(list(dict.fromkeys(reasons)))


def _follow(appointments: Iterable[Appointment]) -> None:
    """A school whose chair has left is waited for no more, at once and not from the night on."""
    if any(each.role in recounting_job.ASKED for each in appointments):
        recounting_job.ask_to_recount()


_SAVED = ("starts_on", "ends_on", "withdrawn_because")
"""What ending, withdrawing and going on change of a held appointment."""


def _locked(savings: Sequence[Saving]) -> dict[int | None, Appointment]:
    keys = [each.appointment.pk for each in savings if each.appointment.pk is not None]
    rows = Appointment.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    return {appointment.pk: appointment for appointment in rows}


def _mark(each: Saving, before: Appointment | None) -> None:
    appointment = each.appointment
    if before is None:
        appointment.created_by = each.by.user
    elif before.version == appointment.version:
        appointment.version += 1
    else:
        raise Conflict(before)
    appointment.updated_at, appointment.updated_by = clock.now(), each.by.user
    attribute_history(appointment, by=each.by, reason=each.reason)


def _told(each: Saving, before: Appointment | None) -> AuditEvent:
    changes = differences(before, each.appointment, _COMPARED) if before else {}
    return event_of(each.appointment, each.verb, by=each.by, reason=each.reason, changes=changes)


def blockers_to_appointing(appointment: Appointment, *, by: Actor) -> dict[str, list[str]]:
    """Return why it cannot be saved like this: field → sentences, with "" for those about no single field.

    The reasons are constraint messages, or why this person cannot have it, or why this actor cannot give or change it.
    """
    if reasons := _invalid(appointment):
        return {"": reasons}
    wrong = {field: [reason] for field, reason in wrong_with_change(appointment, by=by).items()}
    about_the_whole = wrong_with_appointment(appointment)
    return wrong | ({"": about_the_whole} if about_the_whole else {})


def link_account(person: Person, *, by: Actor) -> None:
    """Update rights and the admin after a person was given an account, and notify the Head of what it reaches."""
    held = list(from_today(Appointment.objects.filter(person=person)).with_scope())
    _refresh_rights(person)
    notify_head([(None, each) for each in held if person.user_id is not None], by=by, account=True)


def _invalid(appointment: Appointment) -> list[str]:
    try:
        appointment.full_clean()
    except ValidationError as error:
        return error.messages
    return []


def _refresh_rights(person: Person) -> None:
    if person.user is not None:
        forget_appointments(person.user)
        sync_staff(person.user)
