"""Appoint people, end and withdraw appointments, and refuse those that users would give themselves."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet

from schoolimprove.accounts.actions.person import sync_staff
from schoolimprove.accounts.models import User, normalise_email
from schoolimprove.accounts.rights import forget_appointments
from schoolimprove.accounts.roles import ROLE_LABELS, ROLE_SCOPES, SCHOOL_ROLES, Role
from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schoolimprove.records.history import attribute_history
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked, Conflict, differences, event_of, record_event
from schools.register import recalculation
from schools.register.models.appointment import Appointment, AppointmentQuerySet
from schools.register.models.person import Person
from schools.register.models.school import School
from schools.register.models.scoped import SCOPE_FIELDS
from schools.register.people.appointment_use import last_use
from schools.register.people.emails import notify_head
from schools.register.rules import wrong_with_giving, wrong_with_rewriting
from schools.register.scope import COLUMNS

EDITED = ("person", "role", *SCOPE_FIELDS, "starts_on", "ends_on", "cover_for")
"""What an appointment says, besides who saved it when."""
_COMPARED = (*EDITED, "withdrawn_because")
"""What the audit keeps of a change, so that an import that withdrew can be undone."""


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
    if any(each.role in recalculation.ASKED for each in appointments):
        recalculation.ask_to_recount()


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


OVERSEERS = frozenset({Role.SIP, Role.EIP, Role.DSIM, Role.DEPUTY_HEAD, Role.HEAD_OF_SERVICE})
"""Whoever is the partner of a school, or judges it and moderates: nobody who works in it."""

KINDS = {
    "school": "a school",
    "district": "a district",
    "double_district": "a double district",
    "partnership": "a partnership",
    "diocese": "a diocese",
    "phase": "a phase",
    "authority": "the authority",
}
"""The kinds of scope as a sentence has them."""


def wrong_with_appointment(appointment: Appointment, held: Iterable[Appointment] | None = None) -> list[str]:
    """Why nobody may hold this, or not this person; of an appointment whose fields are valid.

    `held` is all that the person holds, for whoever has read it already.
    """
    others = list(others_in_the_time_of(appointment).with_scope()) if held is None else _in_the_time(appointment, held)
    return [
        *_wrong_with_scope(appointment),
        *_wrong_with_person(appointment),
        *_held_already(appointment, others),
        *_judge_in_their_own_cause(appointment, others),
    ]


def _wrong_with_scope(appointment: Appointment) -> list[str]:
    role, kind = Role(appointment.role), appointment.scope_kind
    allowed = [KINDS[name] for name in SCOPE_FIELDS if name in ROLE_SCOPES[role]]
    if kind in ROLE_SCOPES[role]:
        return []
    return [f"The role {ROLE_LABELS[role]} covers {' or '.join(allowed)}, not {KINDS[kind]}."]


def _wrong_with_person(appointment: Appointment) -> list[str]:
    """Whoever was deactivated holds nothing more; what they held before can still be put right."""
    user = appointment.person.user
    over = appointment.pk and appointment.ends_on and appointment.ends_on <= clock.today()
    if user is None or user.is_active or over:
        return []
    return [f"{appointment.person}’s account is deactivated. Reactivate the account before you appoint them."]


def _held_already(appointment: Appointment, others: Iterable[Appointment]) -> list[str]:
    kind = appointment.scope_kind
    what = appointment.role, kind, appointment.scope_key_of(kind)
    if all((each.role, each.scope_kind, each.scope_key_of(kind)) != what for each in others):
        return []
    role = ROLE_LABELS[Role(appointment.role)]
    return [f"{appointment.person} is already appointed {role}, {appointment.scope_name}, for some of this time."]


def _judge_in_their_own_cause(appointment: Appointment, others: Iterable[Appointment]) -> list[str]:
    """A school in which the person would work, and which they would oversee, on some day of this appointment."""
    role = Role(appointment.role)
    other_side = OVERSEERS if role in SCHOOL_ROLES else SCHOOL_ROLES if role in OVERSEERS else ()
    for other in (each for each in others if each.role in other_side):
        school = (_schools_of(appointment) & _schools_of(other)).first()
        if school is not None:
            first, second = sorted([role, Role(other.role)], key=lambda each: each not in SCHOOL_ROLES)
            both = f"{ROLE_LABELS[first]} and {ROLE_LABELS[second]}"
            return [f"{appointment.person} cannot be both {both} of {school}."]
    return []


def _in_the_time(appointment: Appointment, held: Iterable[Appointment]) -> list[Appointment]:
    """The same as `others_in_the_time_of`, of appointments that were read already."""
    first, last = appointment.starts_on, appointment.ends_on or date.max
    return [
        each
        for each in held
        if each is not appointment
        and not each.withdrawn_because
        and each.starts_on <= last
        and (each.ends_on or date.max) >= first
    ]


def others_in_the_time_of(appointment: Appointment) -> AppointmentQuerySet:
    """What else the person holds on some day of this appointment."""
    return (
        Appointment.objects.standing()
        .filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=appointment.starts_on),
            person=appointment.person_id,
            starts_on__lte=appointment.ends_on or date.max,
        )
        .exclude(pk=appointment.pk)
    )


def _schools_of(appointment: Appointment) -> QuerySet[School]:
    kind = appointment.scope_kind
    return School.objects.filter(**{COLUMNS[kind]: appointment.scope_key_of(kind)})


class Guard:
    """What an actor may do to some appointments, read in a constant number of queries.

    Every verb that saves an appointment asks it. `before` are the stored rows, without those of new appointments;
    `people` are the stored people who may have one of them.
    """

    def __init__(self, before: Collection[Appointment], *, people: Iterable[Person], by: Actor) -> None:
        self._before = {each.pk: each.post for each in before}
        self._used = last_use(before)
        self._by = by
        self._own = _people_who_are(by, {each.pk for each in people if each.pk is not None})

    def wrong_with(self, appointment: Appointment) -> dict[str, str]:
        """Return why this actor cannot save it like this: field → a sentence."""
        before, after = self._before.get(appointment.pk), appointment.post
        to_oneself = self._is_own(appointment.person) and not self._is_first_administrator(appointment)
        given = wrong_with_giving(before, after, to_oneself=to_oneself)
        wrong = {"person": given[0]} if given else {}
        if before is None:
            return wrong
        name = "This appointment" if before.person != after.person else f"The appointment of {appointment.person}"
        return wrong_with_rewriting(before, after, used_on=self._used.get(appointment.pk), name=name) | wrong

    def _is_own(self, person: Person) -> bool:
        if self._by.user is None or not person._state.adding:
            return person.pk in self._own
        if person.user_id is not None:
            return bool(person.user_id == self._by.user_id)
        return str(normalise_email(person.email)) == str(self._by.user.email)

    def _is_first_administrator(self, appointment: Appointment) -> bool:
        """Return whether a superuser appoints the first system administrator, when no one else could."""
        if appointment.pk or appointment.role != Role.SYSTEM_ADMINISTRATOR or not self._by.user.is_superuser:
            return False
        administrators = Appointment.objects.filter(role=Role.SYSTEM_ADMINISTRATOR, person__user__is_active=True)
        return not from_today(administrators).exists()


def wrong_with_change(appointment: Appointment, *, by: Actor) -> dict[str, str]:
    """Return why this actor cannot give it, or change it if it is stored, like this: field → a sentence."""
    before = list(Appointment.objects.filter(pk=appointment.pk)) if appointment.pk else []
    return Guard(before, people=[appointment.person], by=by).wrong_with(appointment)


def from_today(appointments: AppointmentQuerySet) -> AppointmentQuerySet:
    """Return the appointments that run today or later."""
    return appointments.standing().filter(Q(ends_on__isnull=True) | Q(ends_on__gte=clock.today()))


def _people_who_are(by: Actor, people: Collection[int]) -> set[int]:
    """Return which of these people are the actor: by account, or by address when a person has no account."""
    if by.user is None:
        return set()
    mine = Q(user=by.user_id) | Q(user=None, email__iexact=by.user.email)
    return set(Person.objects.filter(mine, pk__in=people).values_list("pk", flat=True))


def blockers_to_linking(person: Person, *, by: Actor) -> list[str]:
    """Return why a person cannot be given this account, which gets all their appointments, as sentences."""
    before = Person.objects.filter(pk=person.pk).first() if person.pk else None
    if before is None or before.user_id == person.user_id:
        return []
    held = list(from_today(Appointment.objects.filter(person=before)))
    if held and by.user_id is not None and person.user_id == by.user_id:
        return [
            f"You cannot link your account to {before}, because that would give you an appointment. Ask another system "
            "administrator."
        ]
    if last_use(held):
        return [
            f"{before} has used an appointment with their current account. End their appointments first. You can "
            "change the account on the next day."
        ]
    return []
