"""The one question about rights, asked of real appointments, and Django's own question answered from them."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.contrib.auth.models import Permission as DjangoPermission
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from schoolimprove.accounts.backends import actor_in_admin
from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import acting, authorising, must_have_second_factor, user_can
from schoolimprove.accounts.roles import Permission, Role
from schools.models import School
from tests.factories.accounts import UserFactory
from tests.factories.county import TUESDAY
from tests.factories.schools import LocalAuthorityFactory, SchoolFactory, VisitFactory, also_appointed, appointed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_tuesday")]

WRITE = Permission.WRITE_RECORD


@pytest.fixture
def school() -> School:
    return SchoolFactory.create()


def test_the_actor_of_an_act_carries_the_appointment_that_gave_the_right(school: School) -> None:
    user = appointed(Role.SIP, school=SchoolFactory.create())
    also_appointed(user, Role.SIP, school=school)
    actor = acting(user, WRITE, on=school)
    assert (actor.user, actor.appointment_id) == (user, user.person.appointments.get(school=school).pk)


def test_without_the_right_nobody_acts(school: School) -> None:
    with pytest.raises(PermissionDenied, match="write_record"):
        acting(appointed(Role.SIP, school=SchoolFactory.create()), WRITE, on=school)
    with pytest.raises(PermissionDenied):
        acting(appointed(Role.CLERK, school=school), WRITE, on=school)


def test_without_an_object_the_question_is_whether_there_is_the_right_at_all(school: School) -> None:
    assert user_can(appointed(Role.SIP, school=school), WRITE)
    assert not user_can(appointed(Role.CLERK, school=school), WRITE)


def test_what_belongs_to_a_school_is_covered_with_it(school: School) -> None:
    user = appointed(Role.SIP, school=school)
    assert user_can(user, WRITE, on=VisitFactory.create(school=school))
    assert not user_can(user, WRITE, on=VisitFactory.create())


def test_somebody_who_is_not_signed_in_may_nothing(school: School) -> None:
    assert not user_can(AnonymousUser(), Permission.VIEW_SCHOOL, on=school)
    assert authorising(None, Permission.VIEW_SCHOOL) is None


def test_the_appointments_of_a_user_are_read_once_a_request(school: School) -> None:
    user = appointed(Role.SIP, school=school)
    with CaptureQueriesContext(connection) as captured:
        for permission in Permission:
            user_can(user, permission, on=school)
    assert len(captured) == 1


def test_a_long_job_that_passes_midnight_asks_again(school: School, clock_at: Callable[..., object]) -> None:
    user = appointed(Role.SIP, school=school, ends_on=TUESDAY)
    assert user_can(user, WRITE, on=school)
    clock_at(TUESDAY + timedelta(days=1))
    assert not user_can(user, WRITE, on=school)


def test_a_second_factor_is_owed_from_the_first_day_of_an_appointment_that_demands_it(
    clock_at: Callable[..., object],
) -> None:
    user = appointed(Role.SIP, school=SchoolFactory.create())
    user.person.appointments.create(
        role=Role.FINANCE, authority=LocalAuthorityFactory.create(), starts_on=date(2026, 11, 4)
    )
    assert not must_have_second_factor(user)
    clock_at(date(2026, 11, 4))
    assert must_have_second_factor(user)


def test_a_superuser_owes_a_second_factor_without_any_appointment() -> None:
    assert must_have_second_factor(UserFactory.create(is_superuser=True))


# Django's question.


@pytest.fixture
def administrator() -> User:
    return appointed(Role.SYSTEM_ADMINISTRATOR, authority=LocalAuthorityFactory.create())


def test_the_admin_is_opened_by_appointments(administrator: User, school: School) -> None:
    assert administrator.has_perm("schools.change_person")
    assert administrator.has_module_perms("schools")
    assert not administrator.has_perm("schools.delete_person")
    assert not administrator.has_perm("schools.view_recordofvisit")
    head = appointed(Role.HEADTEACHER, school=school)
    assert not head.has_perm("schools.change_person")
    assert not head.has_module_perms("schools")


def test_an_analyst_reads_the_register_there_and_changes_nothing(school: School) -> None:
    analyst = appointed(Role.ERA, authority=school.authority)
    assert analyst.has_perm("schools.view_school")
    assert not analyst.has_perm("schools.change_school")
    assert not analyst.has_module_perms("policy")


def test_groups_and_permissions_on_the_user_open_nothing(school: School) -> None:
    user = appointed(Role.CLERK, school=school)
    given = DjangoPermission.objects.get(codename="change_person", content_type__app_label="schools")
    user.user_permissions.add(given)
    group = Group.objects.create(name="Officers")
    group.permissions.add(given)
    user.groups.add(group)
    assert not User.objects.get(pk=user.pk).has_perm("schools.change_person")


def test_somebody_deactivated_opens_nothing(administrator: User) -> None:
    administrator.is_active = False
    assert not administrator.has_perm("schools.change_person")
    assert not administrator.has_module_perms("schools")


def test_an_act_in_the_admin_carries_the_appointment_behind_it(administrator: User) -> None:
    actor = actor_in_admin(administrator, "schools.add_person")
    assert (actor.user, actor.appointment_id) == (administrator, administrator.person.appointments.get().pk)
    root = UserFactory.create(is_superuser=True)
    assert actor_in_admin(root, "schools.add_person").appointment_id is None
