"""Who may be appointed to what: kinds of scope, two sides of one school, the same thing twice, people who left."""

from datetime import date, timedelta
from functools import partial
from itertools import product
from typing import Any

import pytest

from schoolimprove.accounts.actions.person import deactivate, reactivate
from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import ROLE_LABELS, ROLE_SCOPES, SCHOOL_ROLES, Permission, Role
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import Blocked
from schools.models import Appointment, Person, School
from schools.register.models.school import Phase
from schools.register.models.scoped import SCOPE_FIELDS
from schools.register.people.appointing import appoint, end_appointment, save_appointment, withdraw_appointment
from tests.factories.accounts import UserFactory
from tests.factories.county import TUESDAY
from tests.factories.schools import AppointmentFactory, PartnershipFactory, PersonFactory, SchoolFactory
from tests.integration.refusals import refusal
from tests.integration.test_matrix import SCOPES
from tests.integration.together import one_before_the_other_commits
from tests.undone import undone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_tuesday")]
YESTERDAY, TOMORROW = TUESDAY - timedelta(days=1), TUESDAY + timedelta(days=1)


@pytest.fixture
def by() -> Actor:
    return Actor(UserFactory.create(), 77)


@pytest.fixture
def school() -> School:
    return SchoolFactory.create(partnership=PartnershipFactory.create())


@pytest.fixture
def person() -> Person:
    return PersonFactory.create(name="Jo Smith", user=UserFactory.create())


def over(school: School, kind: str) -> dict[str, Any]:
    """The scope of that kind which covers the school."""
    if kind == "school":
        return {"school": school}
    if kind == "double_district":
        assert school.district is not None
        return {"double_district": school.district.double_district}
    return {kind: getattr(school, kind)}


# The kind of scope.


def test_every_role_says_over_what_it_is_held() -> None:
    assert set(ROLE_SCOPES) == set(Role)
    assert {kind for kinds in ROLE_SCOPES.values() for kind in kinds} == set(SCOPE_FIELDS)


def test_the_world_of_the_matrix_keeps_to_it() -> None:
    assert {role for role, kind in SCOPES.items() if kind not in ROLE_SCOPES[role]} == set()


REFUSED = [
    (Role.HEADTEACHER, "authority", "The role Headteacher covers a school, not the authority."),
    (Role.CHAIR, "district", "The role Chair of governors covers a school, not a district."),
    (
        Role.DSIM,
        "school",
        "The role District Strategic Improvement Manager covers a district or a double district, not a school.",
    ),
    (Role.SYSTEM_ADMINISTRATOR, "phase", "The role System administrator covers the authority, not a phase."),
]


@pytest.mark.parametrize(("role", "kind", "sentence"), REFUSED)
def test_a_role_is_not_held_over_what_it_is_not_about(
    person: Person, school: School, by: Actor, role: Role, kind: str, sentence: str
) -> None:
    assert refusal(lambda: appoint(person, role, scope=over(school, kind), starts_on=TUESDAY, by=by)) == [sentence]
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("kind", sorted(ROLE_SCOPES[Role.SIP]))
def test_a_sip_may_have_schools_by_name_or_together(person: Person, school: School, by: Actor, kind: str) -> None:
    assert appoint(person, Role.SIP, scope=over(school, kind), starts_on=TUESDAY, by=by).pk


# Working in a school and judging it.

OVERSEEN_BY = [
    (Role.SIP, "school"),
    (Role.SIP, "district"),
    (Role.SIP, "partnership"),
    (Role.SIP, "phase"),
    (Role.EIP, "district"),
    (Role.EIP, "double_district"),
    (Role.DSIM, "district"),
    (Role.DSIM, "double_district"),
    (Role.DEPUTY_HEAD, "phase"),
    (Role.HEAD_OF_SERVICE, "authority"),
]


def test_nobody_who_works_in_a_school_oversees_it(person: Person, school: School, by: Actor) -> None:
    said, expected = {}, {}
    for works_as, (oversees_as, kind) in product(sorted(SCHOOL_ROLES), OVERSEEN_BY):
        works, oversees = (works_as, {"school": school}), (oversees_as, over(school, kind))
        sentence = f"Jo Smith cannot be both {ROLE_LABELS[works_as]} and {ROLE_LABELS[oversees_as]} of {school}."
        for (first, there), (second, here) in ((works, oversees), (oversees, works)):
            with undone():
                appoint(person, first, scope=there, starts_on=YESTERDAY, by=by)
                second_too = partial(appoint, person, second, scope=here, starts_on=TUESDAY, by=by)
                said[first, second, kind] = refusal(second_too)
            expected[first, second, kind] = [sentence]
    assert len(said) == 80
    assert said == expected


def test_the_head_of_one_school_may_manage_another_district(person: Person, school: School, by: Actor) -> None:
    there = SchoolFactory.create(district__name="South", district__double_district__name="South and West")
    appoint(person, Role.HEADTEACHER, scope={"school": school}, starts_on=TUESDAY, by=by)
    assert appoint(person, Role.DSIM, scope={"district": there.district}, starts_on=TUESDAY, by=by).pk


def test_a_chair_may_analyse_data_of_the_authority(person: Person, school: School, by: Actor) -> None:
    appoint(person, Role.CHAIR, scope={"school": school}, starts_on=TUESDAY, by=by)
    assert appoint(person, Role.ERA, scope={"authority": school.authority}, starts_on=TUESDAY, by=by).pk


def test_a_head_may_become_dsim_the_day_after(person: Person, school: School, by: Actor) -> None:
    head = appoint(person, Role.HEADTEACHER, scope={"school": school}, starts_on=YESTERDAY, by=by)
    end_appointment(head, on=TUESDAY, by=by, reason="Becomes DSIM")
    district = {"district": school.district}
    assert refusal(lambda: appoint(person, Role.DSIM, scope=district, starts_on=TUESDAY, by=by))
    assert appoint(person, Role.DSIM, scope=district, starts_on=TOMORROW, by=by).pk


# The same thing twice.


def test_nobody_holds_the_same_role_over_the_same_school_twice(person: Person, school: School, by: Actor) -> None:
    appoint(person, Role.SIP, scope={"school": school}, starts_on=TUESDAY, by=by)
    said = refusal(lambda: appoint(person, Role.SIP, scope={"school": school}, starts_on=date(2030, 1, 1), by=by))
    assert said == [f"Jo Smith is already appointed School Improvement Partner, {school}, for some of this time."]


def test_the_same_again_later_is_another_time(person: Person, school: School, by: Actor) -> None:
    first = appoint(person, Role.DEPUTY_HEAD, scope={"phase": Phase.PRIMARY}, starts_on=YESTERDAY, by=by)
    end_appointment(first, on=TUESDAY, by=by, reason="Leave")
    assert appoint(person, Role.DEPUTY_HEAD, scope={"phase": Phase.PRIMARY}, starts_on=TOMORROW, by=by).pk
    assert appoint(person, Role.DEPUTY_HEAD, scope={"phase": Phase.SECONDARY}, starts_on=TUESDAY, by=by).pk


def test_an_appointment_is_not_in_its_own_way(person: Person, school: School, by: Actor) -> None:
    held = appoint(person, Role.SIP, scope={"school": school}, starts_on=TUESDAY, by=by)
    held.starts_on = YESTERDAY
    save_appointment(held, by=by)
    assert Appointment.objects.get().starts_on == YESTERDAY


# Withdrawing.


def test_what_was_withdrawn_is_held_on_no_day_and_in_nobodys_way(person: Person, school: School, by: Actor) -> None:
    held = appoint(person, Role.SIP, scope={"school": school}, starts_on=TOMORROW, by=by)
    withdraw_appointment(held, on=TUESDAY, by=by, reason="Goes elsewhere")
    assert not held.is_current(TOMORROW)
    assert not Appointment.objects.current(TOMORROW).exists()
    assert appoint(person, Role.HEADTEACHER, scope={"school": school}, starts_on=TOMORROW, by=by).pk


def test_what_has_begun_is_ended_and_not_withdrawn(person: Person, school: School, by: Actor) -> None:
    held = appoint(person, Role.SIP, scope={"school": school}, starts_on=TUESDAY, by=by)
    said = refusal(lambda: withdraw_appointment(held, on=TUESDAY, by=by, reason="x"))
    assert said == ["This appointment has begun. End it instead."]
    assert Appointment.objects.current(TUESDAY).exists()


# People who left.


def test_nobody_who_was_deactivated_is_appointed(person: Person, school: School, by: Actor) -> None:
    assert person.user is not None
    deactivate(person.user, by=by, on=TUESDAY, reason="Left")
    said = refusal(lambda: appoint(person, Role.SIP, scope={"school": school}, starts_on=TOMORROW, by=by))
    assert said == ["Jo Smith’s account is deactivated. Reactivate the account before you appoint them."]
    reactivate(person.user, by=by, reason="Back")
    assert appoint(person, Role.SIP, scope={"school": school}, starts_on=TUESDAY, by=by).pk


def test_what_they_held_before_can_still_be_put_right(person: Person, school: School, by: Actor) -> None:
    held = AppointmentFactory.create(person=person, school=school, ends_on=date(2020, 8, 31))
    assert person.user is not None
    deactivate(person.user, by=by, on=TUESDAY, reason="Left")
    held.ends_on = date(2020, 7, 31)
    save_appointment(held, by=by)
    held.ends_on = None
    assert refusal(lambda: save_appointment(held, by=by))


def test_a_head_who_never_signs_in_is_appointed(school: School, by: Actor) -> None:
    assert appoint(PersonFactory.create(), Role.HEADTEACHER, scope={"school": school}, starts_on=TUESDAY, by=by).pk


class TestAtTheSameMoment:
    pytestmark = pytest.mark.django_db(transaction=True)

    def test_an_appointment_waits_for_a_deactivation_and_is_refused(
        self, person: Person, school: School, by: Actor
    ) -> None:
        user = person.user
        assert user is not None
        _left, refused = one_before_the_other_commits(
            lambda: deactivate(user, by=by, on=TUESDAY, reason="Left"),
            lambda: appoint(person, Role.SIP, scope={"school": school}, starts_on=TUESDAY, by=by),
        )
        assert isinstance(refused, Blocked)
        assert not Appointment.objects.exists()

    def test_a_deactivation_waits_for_an_appointment_and_ends_it(
        self, person: Person, school: School, by: Actor
    ) -> None:
        user = person.user
        assert user is not None
        one_before_the_other_commits(
            lambda: appoint(person, Role.SIP, scope={"school": school}, starts_on=YESTERDAY, by=by),
            lambda: deactivate(user, by=by, on=TUESDAY, reason="Left"),
        )
        assert Appointment.objects.get().ends_on == TUESDAY
        assert not user_can(user, Permission.WRITE_RECORD, on=school)

    def test_of_two_sides_of_one_school_given_at_once_one_is_refused(
        self, person: Person, school: School, by: Actor
    ) -> None:
        outcomes = one_before_the_other_commits(
            lambda: appoint(person, Role.HEADTEACHER, scope={"school": school}, starts_on=TUESDAY, by=by),
            lambda: appoint(person, Role.DSIM, scope={"district": school.district}, starts_on=TUESDAY, by=by),
        )
        assert [type(outcome).__name__ for outcome in outcomes] == ["Appointment", "Blocked"]
