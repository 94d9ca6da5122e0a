"""Who is told that a core visit is to be held, and that a school was not seen, with the days worked out by hand."""

from datetime import date
from typing import Any

import pytest

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Permission
from schoolimprove.reminders.models import Deadline, Reminder
from schoolimprove.reminders.registry import known_to
from schoolimprove.reminders.wording import lines_of
from schoolimprove.ui.registry import dates_for
from schools.oversight import upcoming
from schools.visits.deadlines import CORE_SOON, CORE_VISIT, NOT_SEEN
from schools.visits.opening.actions import open_term
from tests.factories.calendar import hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.schools import ServiceInvitationFactory
from tests.integration.reminders.test_sweep import sweep_on, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened(county: County, clock_at: Any) -> County:
    clock_at(TUESDAY)
    hold_terms(2026)
    open_term(2026, "autumn", by=county.dsim, on=TUESDAY)
    return county


def told_of(county: County, rule: str) -> set[tuple[str, str]]:
    return {(step, who) for said, step, who in told(county) if said == rule}


# The last four weeks of autumn are those from Monday 23 November: the visit is held by Friday 20.
SOON_BY_DAY = [
    (date(2026, 11, 16), set()),
    # Three working days before: Wed 18, Thu 19, Fri 20.
    (date(2026, 11, 17), {("coming", "sip")}),
    (date(2026, 11, 20), {("coming", "sip")}),
    (date(2026, 11, 23), {("late", "sip"), ("late", "dsim")}),
    (date(2027, 1, 29), {("late", "sip"), ("late", "dsim")}),
]


@pytest.mark.parametrize(("day", "expected"), SOON_BY_DAY)
def test_a_core_visit_is_told_of_before_the_last_weeks_of_its_term(
    opened: County, day: date, expected: set[tuple[str, str]]
) -> None:
    assert Deadline.objects.get(rule=CORE_SOON).due_on == date(2026, 11, 20)
    sweep_on(day)
    assert told_of(opened, CORE_SOON) == expected


def test_once_it_is_held_nobody_is_told_of_either_date(opened: County) -> None:
    opened.start(opened.sip)
    sweep_on(date(2026, 12, 31))
    assert told_of(opened, CORE_SOON) == told_of(opened, CORE_VISIT) == set()
    assert Deadline.objects.filter(rule=CORE_SOON, met_at__isnull=False).count() == 1


def test_a_reminder_says_how_the_day_was_reached(opened: County) -> None:
    sweep_on(date(2026, 11, 23))
    [line] = lines_of(Reminder.objects.filter(rule=CORE_SOON, user=opened.sip), opened.sip)
    assert line.title == "Hold the core visit before the last weeks of term"
    assert line.said.what == "Core visit, autumn term"
    assert line.why == (
        "4 weeks before the last day of term, Friday 18 December 2026, first school day of those weeks "
        "23 November 2026."
    )


# 120 days after Tuesday 3 November is Wednesday 3 March 2027.
NOT_SEEN_BY_DAY = [
    (date(2027, 2, 25), set()),
    (date(2027, 2, 26), {("coming", "sip")}),
    (date(2027, 3, 3), {("coming", "sip")}),
    (date(2027, 3, 4), {("late", "sip")}),
    # Five working days after: Thu 4 to Wed 10; ten: to Wed 17.
    (date(2027, 3, 10), {("late", "sip")}),
    (date(2027, 3, 11), {("late", "sip"), ("first", "dsim")}),
    (date(2027, 3, 18), {("late", "sip"), ("first", "dsim"), ("second", "head")}),
    (date(2027, 4, 30), {("late", "sip"), ("first", "dsim"), ("second", "head")}),
]


@pytest.mark.parametrize(("day", "expected"), NOT_SEEN_BY_DAY)
def test_a_school_that_is_not_seen_is_told_of_step_by_step(
    county: County, clock_at: Any, day: date, expected: set[tuple[str, str]]
) -> None:
    clock_at(TUESDAY)
    county.start(county.sip)
    sweep_on(day)
    assert told_of(county, NOT_SEEN) == expected


def test_the_next_visit_begins_anew(county: County, clock_at: Any) -> None:
    clock_at(TUESDAY)
    county.start(county.sip)
    sweep_on(date(2027, 3, 4))
    county.start(county.sip, on=date(2027, 3, 5), kind="monitoring")
    sweep_on(date(2027, 3, 31))
    assert told_of(county, NOT_SEEN) == {("late", "sip")}
    # 120 days after 5 March: 26 of it, 30, 31, 30, and 3 of July.
    sweep_on(date(2027, 7, 5))
    rows = Reminder.objects.filter(rule=NOT_SEEN).values_list("due_on", "step")
    assert set(rows) == {(date(2027, 3, 3), "late"), (date(2027, 7, 3), "late")}


def test_a_reminder_of_a_school_leads_to_its_visits(county: County, clock_at: Any) -> None:
    clock_at(TUESDAY)
    county.start(county.sip)
    sweep_on(date(2027, 3, 4))
    [line] = lines_of(Reminder.objects.filter(rule=NOT_SEEN), county.sip)
    assert (line.title, line.said.what, line.said.where) == (
        "Visit the school again",
        "A visit of any type",
        county.school.name,
    )
    assert line.why == "120 days after Tuesday 3 November 2026, first day counted 4 November 2026."
    assert lines_of(Reminder.objects.filter(rule=NOT_SEEN), User.objects.create(email="out@side.invalid")) == []


# Home.


def late(user: User, on: date) -> list[str]:
    titles = {words for both in upcoming.LATE.values() for words in both}
    return [ask.title for ask in dates_for(user, on) if ask.title in titles]


def test_home_says_in_the_last_weeks_that_the_visit_is_still_to_be_held_and_after_the_term_that_it_was_not(
    opened: County,
) -> None:
    soon = "A core visit was not held before the last weeks of its term"
    assert late(opened.dsim, date(2026, 11, 20)) == []
    assert late(opened.dsim, date(2026, 11, 21)) == late(opened.head, date(2026, 12, 18)) == [soon]
    assert late(opened.dsim, date(2026, 12, 19)) == ["A core visit was not held in its term"]


def test_home_says_that_a_school_was_not_seen_to_those_who_look_after_it_and_never_to_the_school(
    county: County, clock_at: Any
) -> None:
    clock_at(TUESDAY)
    county.start(county.sip)
    Deadline.objects.exclude(rule=NOT_SEEN).delete()
    after = date(2027, 3, 4)
    assert late(county.dsim, after) == late(county.head, after) == ["A school has not been visited for too long"]
    assert late(county.headteacher, after) == []
    rows = Deadline.objects.filter(upcoming.late_and_known(county.headteacher, Permission.VIEW_SHARED_RECORD))
    assert not rows.exists()
    assert Deadline.objects.filter(known_to(county.dsim)).count() == 1


def test_nobody_is_told_of_a_school_that_is_not_served(county: County, clock_at: Any) -> None:
    """An academy whose invitation was for another year."""
    clock_at(TUESDAY)
    county.school.type_code = "34"
    county.school.save()
    ServiceInvitationFactory.create(
        school=county.school, academic_year=2025, sent_on=date(2025, 9, 1), accepted_on=date(2025, 10, 1)
    )
    sweep_on(date(2027, 9, 1))
    assert told(county) == set()
