"""Scope has two halves, SQL for lists and Python for one object; here they are held together, role by role."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import forget_appointments, user_can
from schoolimprove.accounts.roles import ROLE_PERMISSIONS, Permission, Role
from schoolimprove.lib.clock import LONDON
from schools.models import Appointment, District, School
from schools.register.models.school import Phase
from schools.register.models.scoped import SCOPE_FIELDS
from schools.register.scope import COLUMNS, covering
from tests.factories.accounts import UserFactory
from tests.factories.schools import (
    DioceseFactory,
    DistrictFactory,
    DoubleDistrictFactory,
    InterestFactory,
    LocalAuthorityFactory,
    PartnershipFactory,
    SchoolFactory,
    also_appointed,
    appointed,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_tuesday")]

TODAY = date(2026, 11, 3)


@pytest.fixture
def schools() -> dict[str, School]:
    """A, B and C are ours and share some of what they belong to; D is a neighbour's and belongs to nothing."""
    pair = DoubleDistrictFactory.create(name="North and East")
    north = DistrictFactory.create(name="North", double_district=pair)
    east = DistrictFactory.create(name="East", double_district=pair)
    south = DistrictFactory.create(name="South", double_district=DoubleDistrictFactory.create(name="South and West"))
    river, hill = PartnershipFactory.create(name="Riverside"), PartnershipFactory.create(name="Hillside")
    diocese = DioceseFactory.create()
    neighbour = LocalAuthorityFactory.create(code="998", name="Neighbour", own=False)
    nothing = {"authority": neighbour, "district": None, "phase": Phase.NONE}
    return {
        "A": SchoolFactory.create(name="A", district=north, partnership=river, diocese=diocese),
        "B": SchoolFactory.create(name="B", district=east, partnership=river, phase=Phase.SECONDARY),
        "C": SchoolFactory.create(name="C", district=south, partnership=hill, diocese=diocese),
        "D": SchoolFactory.create(name="D", **nothing),
    }


COVERED = {
    "school": "A",
    "district": "A",
    "double_district": "AB",
    "partnership": "AB",
    "diocese": "AC",
    "phase": "AC",
    "authority": "ABC",
}
"""By hand: the schools that an appointment over A's own school, district and so on covers."""


def of(school: School, kind: str) -> dict[str, Any]:
    """The scope of this kind that holds the school."""
    whole = {"school": school, "double_district": school.district and school.district.double_district}
    return {kind: whole[kind] if kind in whole else getattr(school, kind)}


def names(found: Any) -> str:
    return "".join(sorted(school.name for school in found))


def by_sql(user: User, permission: Permission) -> str:
    return names(School.objects.visible_to(user, permission))


def by_object(user: User, permission: Permission, schools: list[School] | None = None) -> str:
    return names(each for each in schools or School.objects.all() if user_can(user, permission, on=each))


def test_every_kind_of_scope_is_in_this_test() -> None:
    assert set(COVERED) == set(SCOPE_FIELDS) == set(COLUMNS)


@pytest.mark.parametrize("kind", COVERED)
def test_both_halves_agree_on_what_each_role_may_where(schools: dict[str, School], kind: str) -> None:
    user = appointed(Role.SIP, **of(schools["A"], kind))
    loaded = list(School.objects.select_related("district"))
    for role in Role:
        Appointment.objects.update(role=role)
        forget_appointments(user)
        expected = {each: COVERED[kind] if each in ROLE_PERMISSIONS[role] else "" for each in Permission}
        assert (role, {each: by_sql(user, each) for each in Permission}) == (role, expected)
        assert (role, {each: by_object(user, each, loaded) for each in Permission}) == (role, expected)


@pytest.mark.parametrize(
    ("scope", "covered"), [({"phase": Phase.NONE}, "D"), ({"phase": Phase.SECONDARY}, "B"), ("authority", "D")]
)
def test_a_school_without_a_phase_and_a_neighbours_school_are_covered_only_when_named(
    schools: dict[str, School], scope: Any, covered: str
) -> None:
    user = appointed(Role.ERA, **(of(schools["D"], scope) if isinstance(scope, str) else scope))
    assert by_sql(user, Permission.VIEW_SCHOOL) == by_object(user, Permission.VIEW_SCHOOL) == covered


def test_belonging_to_nothing_is_not_a_scope(schools: dict[str, School]) -> None:
    for kind in ("district", "partnership", "diocese"):
        user = appointed(Role.DSIM, **of(schools["A"], kind))
        assert "D" not in by_sql(user, Permission.VIEW_SCHOOL) + by_object(user, Permission.VIEW_SCHOOL)


DAYS = [
    ("today is the first day", TODAY, None, "A"),
    ("today is the last day", date(2020, 1, 1), TODAY, "A"),
    ("today is the only day", TODAY, TODAY, "A"),
    ("it ended yesterday", date(2020, 1, 1), TODAY - timedelta(days=1), ""),
    ("it starts tomorrow", TODAY + timedelta(days=1), None, ""),
]


@pytest.mark.parametrize(("starts_on", "ends_on", "seen"), [row[1:] for row in DAYS], ids=[row[0] for row in DAYS])
def test_an_appointment_counts_from_its_first_day_to_its_last(
    schools: dict[str, School], starts_on: date, ends_on: date | None, seen: str
) -> None:
    user = appointed(Role.SIP, school=schools["A"], starts_on=starts_on, ends_on=ends_on)
    assert by_sql(user, Permission.WRITE_RECORD) == by_object(user, Permission.WRITE_RECORD) == seen
    assert Appointment.objects.get(person__user=user).is_current(TODAY) is bool(seen)


def test_the_legal_day_is_englands(schools: dict[str, School], clock_at: Callable[..., object]) -> None:
    """At half past midnight in summer it is still yesterday in Greenwich."""
    user = appointed(Role.SIP, school=schools["A"], starts_on=date(2026, 7, 1))
    clock_at(datetime(2026, 7, 1, 0, 30, tzinfo=LONDON))
    assert by_sql(user, Permission.WRITE_RECORD) == by_object(user, Permission.WRITE_RECORD) == "A"


def test_the_head_of_a_who_is_sip_of_b_has_no_sip_rights_at_a(schools: dict[str, School]) -> None:
    user = appointed(Role.HEADTEACHER, school=schools["A"])
    also_appointed(user, Role.SIP, school=schools["B"])
    expected = {
        Permission.VIEW_SCHOOL: "AB",
        Permission.RESPOND_TO_RECORD: "A",
        Permission.WRITE_RECORD: "B",
        Permission.VIEW_SCHOOL_HISTORY: "B",
    }
    assert {permission: by_sql(user, permission) for permission in expected} == expected
    assert {permission: by_object(user, permission) for permission in expected} == expected


POSTS = [Role.HEADTEACHER, Role.CHAIR, Role.CLERK, Role.SCHOOL_LINK]


@pytest.mark.parametrize("own", [*POSTS, "interest"])
def test_ones_own_school_bars_every_other_appointment_there(schools: dict[str, School], own: Any) -> None:
    """Whatever else the person holds over A, by whatever scope, they have at A what their own post there gives."""
    user, kinds = appointed(Role.SIP, school=schools["A"]), [kind for kind in SCOPE_FIELDS if kind != "school"]
    for kind in kinds:
        also_appointed(user, Role.SIP, **of(schools["A"], kind))
    if own == "interest":
        InterestFactory.create(person=user.person, school=schools["A"])
    else:
        also_appointed(user, own, school=schools["A"])
    loaded = list(School.objects.select_related("district"))
    for role in set(Role) - set(POSTS):
        Appointment.objects.exclude(role__in=POSTS).update(role=role)
        forget_appointments(user)
        for each in Permission:
            expected = "A" * (own in POSTS and each in ROLE_PERMISSIONS[own])
            expected += "BC" * (each in ROLE_PERMISSIONS[role])
            assert (role, each, by_sql(user, each)) == (role, each, expected)
            assert (role, each, by_object(user, each, loaded)) == (role, each, expected)
            # Settings and imports are rights over no school.
            anywhere = each in ROLE_PERMISSIONS[role] or (own in POSTS and each in ROLE_PERMISSIONS[own])
            assert user_can(user, each) is anywhere


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "barred"),
    [
        (TODAY, None, True),
        (date(2020, 1, 1), TODAY, True),
        (date(2020, 1, 1), TODAY - timedelta(days=1), False),
        (TODAY + timedelta(days=1), None, False),
    ],
)
def test_an_interest_bars_from_its_first_day_to_its_last(
    schools: dict[str, School], starts_on: date, ends_on: date | None, barred: bool
) -> None:
    user = appointed(Role.SIP, school=schools["A"])
    InterestFactory.create(person=user.person, school=schools["A"], starts_on=starts_on, ends_on=ends_on)
    InterestFactory.create(school=schools["A"])
    assert by_sql(user, Permission.WRITE_RECORD) == by_object(user, Permission.WRITE_RECORD) == "A" * (not barred)


def test_an_interest_alone_gives_no_right_and_does_not_bar_ones_post(schools: dict[str, School]) -> None:
    user = appointed(Role.CHAIR, school=schools["A"])
    for name in "AB":
        InterestFactory.create(person=user.person, school=schools[name])
    assert by_sql(user, Permission.VIEW_SCHOOL) == by_object(user, Permission.VIEW_SCHOOL) == "A"


def test_who_is_barred_does_not_cover_the_school(schools: dict[str, School]) -> None:
    """Emails and handing over ask `covering`, which says of a school what the two halves say of a user."""
    users = [appointed(Role.SIP, school=schools["A"]) for _ in range(3)]
    also_appointed(users[1], Role.CHAIR, school=schools["A"])
    InterestFactory.create(person=users[2].person, school=schools["A"])

    def people(*roles: Role) -> set[int]:
        return set(covering(schools["A"], roles=roles).values_list("person__user", flat=True))

    assert people(Role.SIP) == {users[0].pk}
    assert people(Role.SIP, Role.CHAIR) == {users[0].pk, users[1].pk}
    assert people(Role.CHAIR) == {users[1].pk}


def test_own_schools_are_known_with_the_appointments_in_one_query(schools: dict[str, School]) -> None:
    user = appointed(Role.SIP, school=schools["A"])
    InterestFactory.create(person=user.person, school=schools["A"])
    with CaptureQueriesContext(connection) as captured:
        assert by_sql(User.objects.get(pk=user.pk), Permission.VIEW_SCHOOL) == ""
    _user, held, _listed = (query["sql"] for query in captured)
    assert 'FROM "schools_appointment"' in held
    assert 'FROM "schools_interest"' in held


def test_rights_of_two_appointments_are_never_put_together(schools: dict[str, School]) -> None:
    """A right over the authority and a scope without the right do not make a right over that scope."""
    user = appointed(Role.SCHOOL_LINK, authority=schools["A"].authority)
    also_appointed(user, Role.SIP, school=schools["C"])
    assert by_sql(user, Permission.VIEW_SCHOOL) == "ABC"
    assert by_sql(user, Permission.WRITE_RECORD) == by_object(user, Permission.WRITE_RECORD) == "C"


def test_a_superuser_without_an_appointment_sees_nothing(schools: dict[str, School]) -> None:
    user = User.objects.create_superuser("root@example.org", "a-long-enough-password", name="Root")
    for permission in Permission:
        assert by_sql(user, permission) == by_object(user, permission) == ""


def test_somebody_without_an_appointment_sees_nothing(schools: dict[str, School]) -> None:
    user = UserFactory.create()
    assert by_sql(user, Permission.VIEW_SCHOOL) == by_object(user, Permission.VIEW_SCHOOL) == ""


def test_a_deactivated_user_sees_nothing(schools: dict[str, School]) -> None:
    user = appointed(Role.HEAD_OF_SERVICE, authority=schools["A"].authority)
    user.is_active = False
    user.save()
    user = User.objects.get(pk=user.pk)
    assert by_sql(user, Permission.VIEW_SCHOOL) == by_object(user, Permission.VIEW_SCHOOL) == ""


def test_a_dsim_does_not_find_a_school_of_another_double_district(schools: dict[str, School]) -> None:
    user = appointed(Role.DSIM, **of(schools["C"], "double_district"))
    assert not School.objects.visible_to(user).filter(urn=schools["A"].urn).exists()


def test_a_district_that_changes_its_pair_takes_its_schools_along(schools: dict[str, School]) -> None:
    user = appointed(Role.DSIM, **of(schools["C"], "double_district"))
    District.objects.filter(name="North").update(**of(schools["C"], "double_district"))
    assert by_sql(user, Permission.VIEW_SCHOOL) == by_object(user, Permission.VIEW_SCHOOL) == "AC"


def test_several_appointments_add_up_and_a_school_is_listed_once(schools: dict[str, School]) -> None:
    user = appointed(Role.SIP, school=schools["A"])
    also_appointed(user, Role.SIP, school=schools["C"])
    also_appointed(user, Role.EIP, **of(schools["A"], "district"))
    assert by_sql(user, Permission.VIEW_SCHOOL) == "AC"


@pytest.mark.parametrize("appointments", [1, 40])
def test_a_list_is_one_query_that_asks_exists_and_holds_no_list_of_ids(appointments: int) -> None:
    mine = SchoolFactory.create_batch(appointments)
    user = appointed(Role.SIP, school=mine[0])
    for school in mine[1:]:
        also_appointed(user, Role.SIP, school=school)
    with CaptureQueriesContext(connection) as captured:
        found = list(School.objects.visible_to(user))
    assert len(found) == appointments
    held, listed = (query["sql"] for query in captured)
    assert 'FROM "schools_appointment"' in held
    assert "EXISTS" in listed
    _sql, parameters = School.objects.visible_to(user).query.sql_with_params()
    # The roles that carry the permission, the user and the day: nothing that grows with the schools.
    assert len(parameters) < 30
    with CaptureQueriesContext(connection) as again:
        list(School.objects.visible_to(user))
    assert len(again) == 1


def test_nothing_held_is_no_query_of_schools_at_all(schools: dict[str, School]) -> None:
    user = UserFactory.create()
    with CaptureQueriesContext(connection) as captured:
        assert list(School.objects.visible_to(user)) == []
    assert [query["sql"] for query in captured if query["sql"].startswith('SELECT "schools_school"')] == []


def test_of_several_appointments_in_one_role_only_those_of_today_open_a_school() -> None:
    """Each kind of day is asked of the database too, and not only of what was loaded for the request."""
    here, ended, to_come, withdrawn, anothers = (SchoolFactory.create() for _ in range(5))
    user = appointed(Role.SIP, school=here)
    for school, days in (
        (ended, {"ends_on": TODAY - timedelta(days=1)}),
        (to_come, {"starts_on": TODAY + timedelta(days=1)}),
        (withdrawn, {"withdrawn_because": "Made in error"}),
    ):
        also_appointed(user, Role.SIP, school=school)
        Appointment.objects.held_by(user).filter(school=school).update(**days)
    appointed(Role.SIP, school=anothers)
    seen = School.objects.visible_to(User.objects.get(pk=user.pk))
    assert list(seen) == [here]
    Appointment.objects.held_by(user).filter(school=here).update(starts_on=TODAY, ends_on=TODAY)
    assert list(School.objects.visible_to(User.objects.get(pk=user.pk))) == [here]
