"""By which day each school is to be seen again: what verbs of visits, the register and policy do to it."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from schoolimprove.lib import clock
from schoolimprove.reminders.models import Deadline
from schools.models import School, Visit
from schools.oversight.recalculate_deadlines import follow_schools
from schools.records import actions as record_actions
from schools.records.states import RecordStatus
from schools.register.models.school import Establishment
from schools.tasks import follow_unseen_schools
from schools.visits import actions as visit_actions
from schools.visits.deadlines import NOT_SEEN
from tests.factories.county import TUESDAY, County
from tests.factories.policy import PolicyRowFactory
from tests.factories.schools import LocalAuthorityFactory, SchoolFactory, ServiceInvitationFactory, VisitFactory

pytestmark = pytest.mark.django_db
SEEN_AGAIN_BY = date(2027, 3, 3)
"""120 days after the Tuesday: 27 of November, 31, 31 and 28, and 3 of March."""
ACADEMY = "34"


@pytest.fixture(autouse=True)
def on_tuesday(clock_at: Callable[[date], object]) -> None:
    clock_at(TUESDAY)


def waits(school: School) -> list[date]:
    rows = Deadline.objects.open().filter(rule=NOT_SEEN, subject_kind="schools.school", subject_id=school.pk)
    return [row.day for row in rows]


# The verbs of visits.


def test_a_school_is_to_be_seen_again_so_many_days_after_a_visit(county: County) -> None:
    county.start(county.sip)
    assert waits(county.school) == [SEEN_AGAIN_BY]
    deadline = Deadline.objects.get(rule=NOT_SEEN)
    assert (deadline.calendar, deadline.school_id) == ("days", county.school.pk)
    working = clock.Working.from_record(deadline.working)
    assert clock.question(working) == "120 days after Tuesday 3 November 2026"


def test_the_next_visit_meets_the_date_and_opens_the_next(county: County) -> None:
    county.start(county.sip)
    county.start(county.sip, on=TUESDAY + timedelta(days=7), kind="monitoring")
    assert waits(county.school) == [SEEN_AGAIN_BY + timedelta(days=7)]
    assert Deadline.objects.get(rule=NOT_SEEN, met_at__isnull=False).due_on == SEEN_AGAIN_BY


def test_a_visit_recorded_late_meets_nothing_that_a_newer_one_opened(county: County) -> None:
    county.start(county.sip)
    county.start(county.sip, kind="monitoring", held_on=TUESDAY - timedelta(days=7))
    assert waits(county.school) == [SEEN_AGAIN_BY]
    assert Deadline.objects.filter(rule=NOT_SEEN).count() == 1


def test_a_visit_that_is_taken_back_moves_the_date_back(county: County) -> None:
    county.start(county.sip)
    newer = county.start(county.sip, on=TUESDAY + timedelta(days=7), kind="monitoring")
    record_actions.abandon(newer, by=county.sip, on=TUESDAY, reason="Wrong school", seen_version=newer.version)
    assert waits(county.school) == [SEEN_AGAIN_BY]


def test_the_only_visit_taken_back_leaves_the_school_never_seen(county: County) -> None:
    record = county.start(county.sip)
    School.objects.update(created_at=clock.now() - timedelta(days=30), opened_on=date(1960, 9, 1))
    record.visit.school.refresh_from_db()
    record_actions.abandon(record, by=county.sip, on=TUESDAY, reason="Wrong school", seen_version=record.version)
    assert waits(county.school) == [SEEN_AGAIN_BY - timedelta(days=30)]


def test_a_visit_whose_day_is_put_right_moves_the_date(county: County) -> None:
    record = county.start(county.sip)
    record_actions.revise(record, by=county.sip, seen_version=1, visit={"held_on": TUESDAY - timedelta(days=1)})
    assert waits(county.school) == [SEEN_AGAIN_BY - timedelta(days=1)]
    assert Deadline.objects.filter(rule=NOT_SEEN).count() == 1


def test_performance_management_looks_at_no_school(county: County) -> None:
    visit_actions.record_performance_management(
        county.school, by=county.sip, on=TUESDAY, held_on=TUESDAY, days=Decimal("0.5"), team="Somebody"
    )
    assert waits(county.school) == []


def test_a_neighbours_school_is_waited_for_by_nobody(county: County) -> None:
    county.school.authority.own = False
    county.school.authority.save()
    county.start(county.sip)
    assert waits(county.school) == []


# The night.


def test_the_night_opens_what_is_missing_and_drops_what_is_no_longer_served(county: County) -> None:
    closing = SchoolFactory.create(district=county.school.district)
    academy = SchoolFactory.create(district=county.school.district, type_code=ACADEMY)
    SchoolFactory.create(authority=LocalAuthorityFactory.create(code="998", own=False))
    assert (follow_unseen_schools(), follow_unseen_schools()) == (2, 0)
    assert [waits(each) for each in (county.school, closing, academy)] == [[SEEN_AGAIN_BY], [SEEN_AGAIN_BY], []]
    School.objects.filter(pk=closing.pk).update(establishment=Establishment.CLOSED, closed_on=date(2026, 11, 2))
    ServiceInvitationFactory.create(school=academy, academic_year=2026, accepted_on=date(2026, 10, 1))
    assert (follow_unseen_schools(), follow_unseen_schools()) == (2, 0)
    assert [waits(each) for each in (county.school, closing, academy)] == [[SEEN_AGAIN_BY], [], [SEEN_AGAIN_BY]]
    assert not Deadline.objects.filter(met_at__isnull=False).exists()


def test_a_new_school_waits_from_the_day_it_opens_and_an_old_one_from_when_it_came_here(county: County) -> None:
    School.objects.update(created_at=clock.now() - timedelta(days=60), opened_on=TUESDAY - timedelta(days=1))
    follow_schools(TUESDAY)
    assert waits(county.school) == [SEEN_AGAIN_BY - timedelta(days=1)]
    School.objects.update(opened_on=None)
    follow_schools(TUESDAY)
    assert waits(county.school) == [SEEN_AGAIN_BY - timedelta(days=60)]


def test_a_policy_that_takes_effect_moves_every_date(county: County) -> None:
    county.record(RecordStatus.DRAFT)
    PolicyRowFactory.create(key="schools.not_seen_days", value={"days": 90}, effective_from=date(2026, 12, 1))
    assert follow_schools(date(2026, 11, 30)) == 0
    assert follow_schools(date(2026, 12, 1)) == 1
    assert waits(county.school) == [SEEN_AGAIN_BY - timedelta(days=30)]


@pytest.mark.parametrize("what", ["opened", "moved", "dropped"])
def test_the_night_asks_as_often_however_many_schools_there_are(county: County, what: str) -> None:
    taken = []
    for count in (1, 12):
        for school in SchoolFactory.create_batch(count, district=county.school.district):
            VisitFactory.create(school=school, held_on=TUESDAY)
        if what != "opened":
            follow_schools(TUESDAY)
        if what == "moved":
            Visit.objects.update(held_on=F("held_on") - timedelta(days=1))
        if what == "dropped":
            School.objects.update(establishment=Establishment.CLOSED)
        with CaptureQueriesContext(connection) as queries:
            assert follow_schools(TUESDAY) >= count
        taken.append(len(queries))
    assert taken[0] == taken[1]
