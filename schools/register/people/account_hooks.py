"""What schools answers about people: what they hold, who may take it over, and how they are called."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from django.urls import reverse
from django.utils.http import urlencode

from schoolimprove.accounts.models import User
from schoolimprove.accounts.passwords import register_names
from schoolimprove.accounts.registry import (
    IdentityFollower,
    Panel,
    PersonFacts,
    PersonPanel,
    hand_overs,
    identity_followers,
    person_facts,
    person_panels,
)
from schoolimprove.accounts.rights import appointments_of, user_can
from schoolimprove.accounts.roles import ADMIN_SITE_ROLES, Permission
from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import record_event
from schoolimprove.ui.components import Link
from schools.register.models.appointment import Appointment
from schools.register.models.person import Person
from schools.register.models.places import District, LocalAuthority
from schools.register.people.emails import HEAD_NOTIFIED
from schools.register.people.leaving import NEVER_HANDED_OVER, hand_over, open_appointments

SHOWN = 100
"""Appointments listed on a person's page."""


def register() -> None:
    """Called once, when the app is ready."""
    hand_overs.register(AppointmentsHandOver())
    person_panels.register(PersonPanel("appointments", 10, appointments_panel))
    person_facts.register(PersonFacts("appointments", 10, roles_of))
    identity_followers.register(IdentityFollower("person", 10, follow_identity))
    register_names(names_near)


def names_near(user: User) -> Iterator[str]:
    """Yield the names of the authority, its districts and where the user works: the first that a guesser would try."""
    yield from LocalAuthority.objects.filter(own=True).values_list("name", flat=True)
    yield from District.objects.filter(authority__own=True).values_list("name", flat=True)
    yield from (str(held.scope_name) for held in (appointments_of(user) if user.pk else ()))


class AppointmentsHandOver:
    """Whoever leaves hands every appointment to one successor, or leaves them vacant."""

    key = "appointments"
    order = 10
    label = "Appointments"
    end_label = "No one: leave them vacant"

    def held_by(self, user: User, *, on: date) -> Sequence[str]:
        return [_line(each, on) for each in _open_appointments(user, on)]

    def candidates(self, user: User, *, on: date) -> Sequence[tuple[str, str]]:
        """People who hold all the roles that are handed over, since they know the work; nobody for those that end."""
        roles = {each.role for each in _open_appointments(user, on)} - NEVER_HANDED_OVER
        if not roles:
            return []
        peers = Person.objects.filter(user__is_active=True).exclude(user=user)
        for role in roles:
            peers = peers.filter(pk__in=Appointment.objects.current(on).filter(role=role).values("person"))
        return [(str(person.pk), person.name) for person in peers.order_by("name", "pk")]

    def hand_over(self, user: User, *, to: str, by: Actor, on: date, reason: str) -> None:
        person = Person.objects.get(user=user)
        hand_over(person, to=Person.objects.get(pk=to) if to else None, on=on, by=by)


def _open_appointments(user: User, on: date) -> list[Appointment]:
    person = Person.objects.filter(user=user).first()
    return list(open_appointments(person, on=on)) if person else []


def _line(held: Appointment, on: date) -> str:
    """What is held, and what will become of it where that is not for the successor to take."""
    said = f"{held.get_role_display()}, {held.scope_name}"
    if held.starts_on > on:
        said += f", from {clock.uk_date(held.starts_on)}"
    return f"{said} (ends; cannot be handed over)" if held.role in NEVER_HANDED_OVER else said


def appointments_panel(viewer: User, person: User, on: date) -> Panel:
    """Return past and present appointments, newest first, with who got an email; the admin is where they are given."""
    rows = list(Appointment.objects.held_by(person).with_scope().order_by("-starts_on", "pk")[:SHOWN])
    notified = _notifications([each.pk for each in rows if each.is_authority_wide])
    links = [
        Link(f"{each.get_role_display()}, {each.scope_name}", "", ". ".join([_period(each), *notified[each.pk]]))
        for each in rows
    ]
    return Panel("Appointments", links, empty="No appointments yet.", actions=_actions(viewer, person))


def _notifications(appointments: Sequence[int]) -> Mapping[int, Sequence[str]]:
    """Return who got an email about each of these, and when, in one query or none."""
    said: dict[int, list[str]] = defaultdict(list)
    if appointments:
        events = AuditEvent.objects.about(Appointment._meta.label_lower, *appointments).filter(verb=HEAD_NOTIFIED)
        for event in events:
            day = clock.uk_date(event.at.astimezone(clock.LONDON).date())
            said[event.subject_id].append(f"{event.reason}, {day}")
    return said


def _period(appointment: Appointment) -> str:
    if appointment.withdrawn_because:
        return f"Withdrawn; was due to begin on {clock.uk_date(appointment.starts_on)}"
    since = f"From {clock.uk_date(appointment.starts_on)}"
    return f"{since} to {clock.uk_date(appointment.ends_on)}" if appointment.ends_on else since


def _actions(viewer: User, user: User) -> list[Link]:
    if not (viewer.is_staff and user_can(viewer, Permission.MANAGE_PEOPLE)):
        return []
    person = Person.objects.filter(user=user).first()
    if person is None:
        known = urlencode({"user": str(user.pk), "name": user.name, "email": user.email})
        return [Link("Add them as a person who can be appointed", f"{reverse('admin:schools_person_add')}?{known}")]
    return [Link("Give an appointment", f"{reverse('admin:schools_appointment_add')}?person={person.pk}")]


def roles_of(user_ids: Sequence[int], on: date) -> Mapping[int, Sequence[str]]:
    """The roles held on the day, each once, in one query."""
    held = Appointment.objects.current(on).filter(person__user__in=user_ids).select_related("person")
    said: dict[int, list[str]] = defaultdict(list)
    for each in held.order_by("role"):
        label = str(each.get_role_display())
        if each.person.user_id is not None and label not in said[each.person.user_id]:
            said[each.person.user_id].append(label)
    return said


def follow_identity(user: User, by: Actor) -> None:
    """Letters go to the name and address the account has."""
    person = Person.objects.filter(user=user).first()
    if person is None or (person.name, person.email) == (user.name, user.email):
        return
    changes = {"name": [person.name, user.name], "email": [person.email, user.email]}
    Person.objects.filter(pk=person.pk).update(name=user.name, email=user.email)
    record_event(person, "changed", by=by, changes=changes)


def staff_to_review(on: date) -> list[User]:
    """Users whose entry to the admin may have begun or ended with the day: `sync_staff` decides."""
    entitled = Appointment.objects.current(on).filter(role__in=ADMIN_SITE_ROLES).values("person__user")
    missing = User.objects.filter(pk__in=entitled, is_active=True, is_staff=False)
    lapsed = User.objects.filter(is_staff=True, is_superuser=False).exclude(pk__in=entitled)
    return [*missing, *lapsed]
