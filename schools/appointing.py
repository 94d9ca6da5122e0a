"""Who may not be appointed to what, as sentences (domain 10)."""

from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import Q, QuerySet

from schoolimprove.accounts.models import normalise_email
from schoolimprove.accounts.roles import ROLE_LABELS, ROLE_SCOPES, SCHOOL_ROLES, Role
from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schools.appointment_use import last_use
from schools.models import Appointment, Person, School
from schools.models.appointment import SCOPE_FIELDS, AppointmentQuerySet
from schools.rules import wrong_with_giving, wrong_with_rewriting
from schools.scope import COLUMNS

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
    return [f"The role {ROLE_LABELS[role]} is held over {' or '.join(allowed)}, not over {KINDS[kind]}."]


def _wrong_with_person(appointment: Appointment) -> list[str]:
    """Whoever was deactivated holds nothing more; what they held before can still be put right."""
    user = appointment.person.user
    over = appointment.pk and appointment.ends_on and appointment.ends_on <= clock.today()
    if user is None or user.is_active or over:
        return []
    return [f"{appointment.person} has been deactivated. Let them back in before you appoint them."]


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


# Who gives it, and what can still be changed.


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
            f"{before} has used an appointment with their present account. End their appointments first. You can "
            "change the account from the day after."
        ]
    return []
