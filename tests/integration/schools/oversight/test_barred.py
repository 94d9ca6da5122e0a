"""Whose own school it is is told of none of its work: who cannot open it is sent nothing."""

from typing import Any

import pytest
from django.db import connection

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schools.oversight import audiences
from schools.visits.models.visit import Visit
from tests.factories.calendar import hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.reminders import DeadlineFactory
from tests.factories.schools import InterestFactory, VisitFactory, also_appointed, appointed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_tuesday")]


def told(audience: Any, deadline: Any) -> dict[int, int]:
    """Return which users are told, and whether somebody covers for them."""
    people, values = audience.told(TUESDAY)
    due = "WITH due AS (SELECT * FROM reminders_deadline WHERE id = %s) "
    with connection.cursor() as cursor:
        cursor.execute(f"{due} SELECT user_id, covered FROM ({people}) AS told", [deadline.pk, *values])  # noqa: S608
        return dict(cursor.fetchall())


@pytest.fixture
def owed(county: County) -> Any:
    hold_terms(2026)
    visit = VisitFactory.create(school=county.school, author=county.sip, status="due", held_on=None)
    return DeadlineFactory.create(subject_kind="schools.visit", subject_id=visit.pk, school_id=county.school.pk)


def test_a_barred_officer_is_not_told_and_the_work_falls_to_their_colleagues(county: County, owed: Any) -> None:
    colleague = appointed(Role.SIP, school=county.school)
    assert told(audiences.PARTNER, owed) == {county.sip.pk: 0, colleague.pk: 0}
    assert told(audiences.VISITOR, owed) == {county.sip.pk: 0}
    assert list(Visit.objects.of_nobody()) == []
    InterestFactory.create(person=county.sip.person, school=county.school)
    assert told(audiences.PARTNER, owed) == told(audiences.VISITOR, owed) == {colleague.pk: 0}
    assert list(Visit.objects.of_nobody()) == list(Visit.objects.all())


def test_a_post_at_the_school_is_told_and_bars_what_else_the_person_holds(county: County, owed: Any) -> None:
    also_appointed(county.dsim, Role.CHAIR, school=county.school)
    InterestFactory.create(person=county.chair.person, school=county.school)
    assert told(audiences.DSIM, owed) == {}
    assert set(told(audiences.SCHOOL, owed)) == {county.headteacher.pk, county.chair.pk, county.dsim.pk}


def cover(user: User, of: User, **scope: Any) -> None:
    also_appointed(user, Role.DSIM, cover_for=of.person.appointments.get(), **scope)


def test_a_barred_colleague_covers_for_nobody(county: County, owed: Any) -> None:
    stand_in = appointed(Role.SIP, district=county.school.district)
    cover(stand_in, county.dsim, double_district=county.double_district)
    assert told(audiences.DSIM, owed) == {county.dsim.pk: 1, stand_in.pk: 0}
    InterestFactory.create(person=stand_in.person, school=county.school)
    assert told(audiences.DSIM, owed) == {county.dsim.pk: 0}
