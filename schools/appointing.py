"""Who may not be appointed to what, as sentences (domain 10)."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from schoolimprove.accounts.roles import ROLE_LABELS, ROLE_SCOPES, SCHOOL_ROLES, Role
from schoolimprove.lib import clock
from schools.models import Appointment, School
from schools.models.appointment import SCOPE_FIELDS, AppointmentQuerySet
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
