"""Interests are declared by the person, or by who keeps groups at the school or looks after people."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission, Role
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked, Conflict
from schools.register.interests.actions import declare_interest, end_interest
from schools.register.models.interest import Interest
from schools.register.models.person import Person
from tests.factories.county import TUESDAY, County
from tests.factories.schools import InterestFactory, appointed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_tuesday")]


@pytest.fixture
def county() -> County:
    return County()


def declare(county: County, person: Person, by: User, **said: Any) -> Interest:
    usual: dict[str, Any] = {"on": TUESDAY, "kind": "family", "note": "A child in year 4", "starts_on": TUESDAY}
    return declare_interest(person, county.school, by=by, **{**usual, **said})


def test_an_interest_bars_from_the_moment_it_is_declared_until_the_day_after_its_last(county: County) -> None:
    assert user_can(county.sip, Permission.WRITE_RECORD, on=county.school)
    interest = declare(county, county.sip.person, county.sip)
    assert not user_can(county.sip, Permission.WRITE_RECORD, on=county.school)
    Interest.objects.filter(pk=interest.pk).update(starts_on=date(2026, 9, 1))
    interest.refresh_from_db()
    end_interest(
        interest, by=county.sip, on=TUESDAY, seen_version=1, last_day=date(2026, 11, 2), reason="The child has left"
    )
    assert user_can(county.sip, Permission.WRITE_RECORD, on=county.school)
    events = AuditEvent.objects.about("schools.interest", interest.pk).order_by("pk")
    assert [(event.verb, event.reason, event.school_id) for event in events] == [
        ("declared", "", county.school.pk),
        ("ended", "The child has left", county.school.pk),
    ]


def test_who_may_declare_and_end_the_interests_of_others(county: County) -> None:
    system = appointed(Role.SYSTEM_ADMINISTRATOR, authority=county.school.authority)
    elsewhere = appointed(Role.DSIM, double_district=None, district=county.school.district)
    InterestFactory.create(person=elsewhere.person, school=county.school)
    for by, kind in ((county.dsim, "family"), (county.head, "other"), (system, "employment")):
        interest = declare(county, county.sip.person, by, kind=kind)
        end_interest(interest, by=by, on=TUESDAY, seen_version=1, last_day=TUESDAY, reason="Was wrong")
    for by in (county.headteacher, county.director, elsewhere):
        with pytest.raises(PermissionDenied):
            declare(county, county.sip.person, by)
        with pytest.raises(PermissionDenied):
            end_interest(interest, by=by, on=TUESDAY, seen_version=2, last_day=TUESDAY, reason="No")


def test_what_is_wrong_with_an_interest_is_said(county: County) -> None:
    interest = declare(county, county.sip.person, county.sip)
    with pytest.raises(Blocked, match="already declared"):
        declare(county, county.sip.person, county.sip)
    with pytest.raises(Blocked, match="today or in the past"):
        declare(county, county.sip.person, county.sip, kind="other", starts_on=date(2026, 11, 4))
    end: dict[str, Any] = {"by": county.sip, "on": TUESDAY, "seen_version": 1}
    with pytest.raises(Blocked, match="Enter a reason"):
        end_interest(interest, last_day=TUESDAY, reason=" ", **end)
    with pytest.raises(Blocked, match="must be 3 November 2026 or later"):
        end_interest(interest, last_day=date(2026, 11, 2), reason="Left", **end)
    end_interest(interest, last_day=TUESDAY, reason="Left", **end)
    with pytest.raises(Conflict):
        end_interest(interest, last_day=TUESDAY, reason="Left", **{**end, "seen_version": 2})


def test_an_interest_is_seen_by_its_person_and_by_who_oversees_the_school_but_never_by_the_school(
    county: County,
) -> None:
    system = appointed(Role.SYSTEM_ADMINISTRATOR, authority=county.school.authority)
    barred = appointed(Role.DSIM, double_district=county.double_district)
    others = InterestFactory.create(school=county.school, person=county.sip.person)
    own = InterestFactory.create(school=county.school, person=barred.person)
    for user in (county.dsim, county.head, county.director, system):
        assert set(Interest.objects.visible_to(user)) == {others, own}
    assert list(Interest.objects.visible_to(county.sip)) == [others]
    assert list(Interest.objects.visible_to(barred)) == [own]
    for user in (county.headteacher, county.chair, appointed(Role.ERA, authority=county.school.authority)):
        assert not Interest.objects.visible_to(user).exists()
