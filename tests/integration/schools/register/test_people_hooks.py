"""What schools answers when accounts asks about a person: their page, their name, and who takes over."""

from datetime import date
from typing import Any

import pytest

from schoolimprove.accounts.actions.person import deactivate, rename
from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission, Role
from schoolimprove.records.actor import Actor
from schoolimprove.records.models import AuditEvent
from schools.models import Appointment, Person, School
from schools.register.people.account_hooks import AppointmentsHandOver, appointments_panel, roles_of, staff_to_review
from schools.tasks import follow_appointments
from tests.factories.accounts import UserFactory
from tests.factories.schools import LocalAuthorityFactory, SchoolFactory, also_appointed, appointed

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _today(clock_at: Any) -> None:
    clock_at(TODAY)


@pytest.fixture
def administrator() -> User:
    return appointed(Role.SYSTEM_ADMINISTRATOR, authority=LocalAuthorityFactory())


def test_a_leaver_hands_every_school_to_one_successor(administrator: User) -> None:
    first, second = SchoolFactory.create_batch(2)
    leaver, successor = appointed(Role.SIP, school=first), appointed(Role.SIP, school=SchoolFactory())
    also_appointed(leaver, Role.SIP, school=second)
    hook = AppointmentsHandOver()
    assert len(hook.held_by(leaver, on=TODAY)) == 2
    assert hook.candidates(leaver, on=TODAY) == [(str(Person.objects.get(user=successor).pk), successor.name)]

    to = {"appointments": hook.candidates(leaver, on=TODAY)[0][0]}
    deactivate(leaver, by=Actor(administrator), on=TODAY, reason="Retired", hand_over_to=to)

    assert not Appointment.objects.current(date(2026, 11, 21)).held_by(leaver).exists()
    tomorrow = Appointment.objects.current(date(2026, 11, 21)).held_by(successor)
    assert set(tomorrow.values_list("school", flat=True)) >= {first.pk, second.pk}
    ended = AuditEvent.objects.filter(verb="ended", subject_kind="schools.appointment")
    assert {event.reason for event in ended} == {f"Handed over to {successor.name}"}
    assert ended.count() == 2


def test_what_is_handed_to_nobody_stays_vacant(administrator: User) -> None:
    school: School = SchoolFactory()
    leaver = appointed(Role.SIP, school=school)
    deactivate(leaver, by=Actor(administrator), on=TODAY, reason="Left")
    assert not school.appointments.current(date(2026, 11, 21)).exists()
    assert not user_can(leaver, Permission.VIEW_SCHOOL, on=school)


def test_the_page_of_a_person_lists_what_they_hold_and_held(administrator: User) -> None:
    school: School = SchoolFactory(name="Hilltop School")
    user = appointed(Role.SIP, school=school, ends_on=date(2026, 8, 31))
    panel = appointments_panel(administrator, user, TODAY)
    assert [(row.label, row.note) for row in panel.rows] == [
        ("School Improvement Partner, Hilltop School", "From 1 January 2000 to 31 August 2026")
    ]


def test_the_list_of_people_says_roles_in_one_query(django_assert_num_queries: Any) -> None:
    users = [appointed(Role.SIP, school=SchoolFactory()) for _ in range(3)]
    also_appointed(users[0], Role.SIP, school=SchoolFactory())
    with django_assert_num_queries(1):
        said = roles_of([user.pk for user in users], TODAY)
    assert said[users[0].pk] == ["School Improvement Partner"]


def test_letters_follow_a_changed_name(administrator: User) -> None:
    user = appointed(Role.HEADTEACHER, school=SchoolFactory())
    rename(user, "Corrected Name", by=Actor(administrator))
    assert Person.objects.get(user=user).name == "Corrected Name"


def test_entry_to_the_admin_begins_and_ends_with_the_day(clock_at: Any) -> None:
    coming: User = UserFactory()
    Person.objects.create(name=coming.name, user=coming).appointments.create(
        role=Role.ERA, authority=LocalAuthorityFactory(), starts_on=date(2026, 11, 21), ends_on=date(2026, 11, 22)
    )
    assert staff_to_review(TODAY) == []
    clock_at(date(2026, 11, 21))
    assert follow_appointments() == 1
    coming.refresh_from_db()
    assert coming.is_staff
    clock_at(date(2026, 11, 23))
    assert follow_appointments() == 1
    coming.refresh_from_db()
    assert not coming.is_staff
