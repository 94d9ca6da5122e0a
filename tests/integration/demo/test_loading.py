"""What is refused, and that a load is whole or nothing."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from schoolimprove.accounts.models import User
from schoolimprove.demo.cast import Cast
from schoolimprove.demo.load import load_demo
from schoolimprove.demo.script import Script
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked
from schools.models import LocalAuthority, School
from tests.factories.accounts import UserFactory
from tests.factories.schools import LocalAuthorityFactory, SchoolFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 10, 31)


def test_a_database_with_schools_of_a_real_authority_is_refused() -> None:
    SchoolFactory.create(authority=LocalAuthorityFactory(code="936", name="Another County"))
    with pytest.raises(Blocked, match="has the schools of a real authority"):
        load_demo(today=TODAY, seed=1)
    assert User.objects.count() == 0


def test_a_database_in_which_people_have_accounts_is_refused() -> None:
    UserFactory.create()
    with pytest.raises(Blocked, match="already has user accounts"):
        load_demo(today=TODAY, seed=1)
    assert School.objects.count() == 0


def test_a_database_that_holds_the_demonstration_is_refused() -> None:
    SchoolFactory.create(authority__code="999")
    with pytest.raises(Blocked, match="already loaded"):
        load_demo(today=TODAY, seed=1)


@pytest.mark.parametrize("options", [[], ["--show-signins"]])
def test_outside_a_demonstration_the_command_does_nothing(options: list[str]) -> None:
    with pytest.raises(CommandError, match="with DEMO=1 only"):
        call_command("load_demo", *options)
    assert User.objects.count() == 0


def test_the_command_tells_the_reason_of_a_refusal(settings: Settings) -> None:
    settings.DEMO = True
    SchoolFactory.create(authority__code="999")
    with pytest.raises(CommandError, match="already loaded"):
        call_command("load_demo", "--today", "2026-10-31")


def test_a_load_that_fails_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_script: Script, _cast: Cast) -> None:
        assert School.objects.count() > 60
        raise RuntimeError("The lights went out.")

    monkeypatch.setattr(Script, "play", fail)
    with pytest.raises(RuntimeError, match="The lights went out"):
        load_demo(today=TODAY, seed=1)
    assert [model.objects.count() for model in (School, User, LocalAuthority, AuditEvent)][:3] == [0, 0, 0]
