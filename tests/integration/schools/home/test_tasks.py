"""What the home page asks of people about records."""

from datetime import date
from typing import Any

import pytest

from schoolimprove.accounts.roles import Role
from schoolimprove.reminders.todo import tasks_of
from schools.records import actions as record_actions
from schools.records.states import RecordStatus
from tests.factories.calendar import hold_terms
from tests.factories.schools import SchoolFactory, also_appointed, appointed, record_at

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
PRESENT = "Present the Record of Visit to the governors"


@pytest.fixture(autouse=True)
def _today(clock_at: Any) -> None:
    clock_at(TODAY)
    hold_terms(2026)


def titles(user: Any, on: date = TODAY) -> list[str]:
    return [ask.title for ask in tasks_of(user, on)]


def test_each_is_asked_in_turn_and_nobody_twice() -> None:
    school = SchoolFactory()
    sip, dsim = appointed(Role.SIP, school=school), appointed(Role.DSIM, district=school.district)
    head, chair = appointed(Role.HEADTEACHER, school=school), appointed(Role.CHAIR, school=school)

    record = record_at(RecordStatus.DRAFT, school=school, author=sip, manager=dsim)
    assert titles(sip) == ["Submit the Record of Visit"]
    assert titles(dsim) == titles(head) == []

    record_actions.submit(record, by=sip, on=TODAY, seen_version=record.version)
    assert titles(dsim) == ["Approve or return the Record of Visit"]
    assert titles(sip) == titles(head) == []

    record_actions.approve(record, by=dsim, on=TODAY, seen_version=record.version)
    assert titles(head) == titles(chair) == ["Respond to the Record of Visit", PRESENT]
    assert titles(dsim) == []

    record_actions.respond(record, by=head, on=TODAY, version=1, accurate=True, on_accuracy="", on_content="")
    assert titles(head) == [PRESENT]
    assert titles(chair) == ["Respond to the Record of Visit", PRESENT]


def test_the_head_of_one_school_who_chairs_another_is_asked_once_by_each() -> None:
    mine, theirs = SchoolFactory(), SchoolFactory()
    both = appointed(Role.HEADTEACHER, school=mine)
    also_appointed(both, Role.CHAIR, school=theirs)
    sip, dsim = appointed(Role.SIP, district=mine.district), appointed(Role.DSIM, district=mine.district)
    for school in (mine, theirs):
        record_at(RecordStatus.SHARED, school=school, author=sip, manager=dsim)
    answers = [ask for ask in tasks_of(both, TODAY) if ask.title != PRESENT]
    assert sorted(ask.where for ask in answers) == sorted(
        f"{school.name}, visit of 20 November 2026" for school in (mine, theirs)
    )


def test_what_is_overdue_comes_first_then_what_is_due_soonest() -> None:
    school = SchoolFactory()
    sip, dsim = appointed(Role.SIP, school=school), appointed(Role.DSIM, district=school.district)
    days = [date(2026, 11, 18), date(2026, 11, 2), date(2026, 11, 19)]
    for held_on in days:
        record_at(RecordStatus.DRAFT, school=school, author=sip, manager=dsim, held_on=held_on)
    asks = tasks_of(sip, TODAY)
    # Five working days after each visit, by hand: Monday 2 November gives the 9th.
    assert [(ask.due_on, ask.overdue) for ask in asks] == [
        (date(2026, 11, 9), True),
        (date(2026, 11, 25), False),
        (date(2026, 11, 26), False),
    ]
