"""The first day: a superuser is led from an empty service to one in which appointments decide."""

import pytest

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.ui.registry import notices_for
from schools.models import Person
from tests.factories.accounts import UserFactory
from tests.factories.county import TUESDAY
from tests.factories.schools import AppointmentFactory, LocalAuthorityFactory, PersonFactory, appointed

pytestmark = pytest.mark.django_db


def steps(user: User) -> list[str]:
    return [notice.link for notice in notices_for(User.objects.get(pk=user.pk), TUESDAY)]


def test_each_step_follows_from_the_one_before() -> None:
    first = UserFactory.create(name="Ada First", is_superuser=True)
    assert steps(first) == ["Add your authority"]
    authority = LocalAuthorityFactory.create(own=True)
    assert steps(first) == ["Add yourself as a person"]
    [ask] = notices_for(User.objects.get(pk=first.pk), TUESDAY)
    assert f"name=Ada+First&email={first.email.replace('@', '%40')}&user={first.pk}" in ask.url
    person = PersonFactory.create(user=first)
    assert steps(first) == ["Appoint a system administrator"]
    AppointmentFactory.create(person=person, role=Role.SYSTEM_ADMINISTRATOR, school=None, authority=authority)
    assert "Remove the superuser’s rights" in steps(first)
    User.objects.filter(pk=first.pk).update(is_superuser=False)
    assert "Remove the superuser’s rights" not in steps(first)


def test_an_administrator_without_an_account_is_none() -> None:
    first = UserFactory.create(is_superuser=True)
    authority = LocalAuthorityFactory.create(own=True)
    someone = PersonFactory.create(user=None)
    AppointmentFactory.create(person=someone, role=Role.SYSTEM_ADMINISTRATOR, school=None, authority=authority)
    assert not Person.objects.filter(user=first).exists()
    assert steps(first) == ["Add yourself as a person"]


def test_nobody_else_is_asked_to_install_anything() -> None:
    authority = LocalAuthorityFactory.create(own=True)
    administrator = appointed(Role.SYSTEM_ADMINISTRATOR, authority=authority)
    assert not {"Add your authority", "Remove the superuser’s rights"} & set(steps(administrator))
