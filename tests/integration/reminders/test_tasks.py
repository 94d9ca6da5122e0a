"""Tasks: deadlines with and without a day, how they are opened, and what reads them."""

from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.policy.actions import approve, propose
from schoolimprove.policy.models import PolicyRow
from schoolimprove.records.actor import Actor
from schoolimprove.records.changes import CALENDAR, TASKS, Follower, changed, followers
from schoolimprove.reminders.calendar_feed.contents import calendar_for
from schoolimprove.reminders.deadlines import follow, open_missing, open_task
from schoolimprove.reminders.models import Deadline, Reminder
from schoolimprove.reminders.registry import Expected, asked_of
from schoolimprove.reminders.sweep import sweep
from schoolimprove.reminders.todo import tasks_of
from schools.imports.todo import REGISTER
from schools.models import Appointment, RecordOfVisit, School, Visit
from schools.oversight.deadlines_board import due_for
from schools.oversight.my_term.own_visits import waiting
from schools.oversight.recalculate_deadlines import recount
from schools.oversight.school_deadlines import deadlines_at
from schools.policy import RECORD_LIMITS
from schools.records import actions as record_actions
from schools.records.deadlines import ACTION_OF_SCHOOL, CLOSE, PRESENT, RESPOND
from schools.records.overnight import settle_responses
from schools.records.states import RecordStatus
from schools.visits import actions as visit_actions
from schools.visits.actions import Plan
from schools.visits.deadlines import AGREE, ANSWER, CORE_VISIT, WRITE, core_visit_owed
from tests.factories.accounts import UserFactory
from tests.factories.calendar import BankHolidayOverrideFactory, hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.schools import LocalAuthorityFactory, SchoolFactory, also_appointed, appointed
from tests.factories.shared import respond
from tests.factories.visits import RecordActionFactory
from tests.integration.together import together

pytestmark = pytest.mark.django_db
NEXT_WEEK = TUESDAY + timedelta(days=7)


@pytest.fixture(autouse=True)
def _tuesday(clock_at: Any) -> None:
    clock_at(TUESDAY)


def open_rules(**about: Any) -> set[str]:
    return set(Deadline.objects.open().filter(**about).values_list("rule", flat=True))


def titles(user: User, on: date = TUESDAY) -> list[str]:
    return [task.title for task in tasks_of(User.objects.get(pk=user.pk), on)]


# Without a day.


def test_a_deadline_has_both_a_first_and_a_last_day_or_neither(county: County) -> None:
    for days in ({"due_on": TUESDAY}, {"first_day": TUESDAY}):
        with pytest.raises(IntegrityError, match="deadline_first_and_last_day_or_neither"), transaction.atomic():
            Deadline.objects.create(rule="a", subject_kind="b", subject_id=1, **days)
    open_task("a", county.school, school_id=county.school.pk)
    assert (Deadline.objects.get().due_on, Deadline.objects.dated().count()) == (None, 0)


def test_a_task_without_a_day_is_on_the_home_page_and_nowhere_else(county: County) -> None:
    record = county.record(RecordStatus.SHARED)
    asked = Deadline.objects.get(rule=RESPOND)
    assert (asked.due_on, asked.subject_id) == (None, record.pk), "no term dates are held"
    assert "Respond to the Record of Visit" in titles(county.headteacher)
    sweep(TUESDAY)
    assert not Reminder.objects.filter(rule__in=[RESPOND, PRESENT]).exists()
    assert not due_for(county.dsim).filter(rule__in=[RESPOND, PRESENT]).exists()
    assert b"Respond" not in calendar_for(county.headteacher, TUESDAY)
    at_school = deadlines_at(county.school, county.headteacher, TUESDAY)
    assert (list(at_school.overdue), at_school.next) == ([], None)


def test_a_task_that_has_a_day_keeps_it_when_nobody_can_count_one(county: County) -> None:
    hold_terms(2026)
    visit = visit_actions.plan(county.school, Plan("core", NEXT_WEEK), by=county.sip, on=TUESDAY)
    before = Deadline.objects.get(rule=CORE_VISIT).due_on
    open_task(CORE_VISIT, visit, school_id=county.school.pk)
    assert Deadline.objects.get(rule=CORE_VISIT).due_on == before == date(2026, 12, 18)


# Opened, moved and met.


def test_a_planned_visit_asks_the_school_the_planner_and_the_visitor_in_turn(county: County) -> None:
    visit = visit_actions.plan(
        county.school, Plan("monitoring", NEXT_WEEK, visitor=county.sip), by=county.sip, on=TUESDAY
    )
    assert open_rules() == {AGREE, WRITE}
    later = NEXT_WEEK + timedelta(days=7)
    visit_actions.ask_for_another_date(
        visit, by=county.headteacher, on=TUESDAY, seen_version=visit.version, suggested_on=later, reason="Sports day."
    )
    assert (open_rules(), titles(county.sip)) == ({ANSWER}, ["Answer the school’s request for another date"])
    visit_actions.reschedule(
        visit, by=county.sip, on=TUESDAY, seen_version=visit.version, day=later, reason="As the school asked."
    )
    assert (open_rules(), titles(county.headteacher)) == ({AGREE, WRITE}, ["Agree the date of the visit"])
    assert Deadline.objects.open().get(rule=AGREE).due_on == later
    visit_actions.agree(visit, by=county.chair, on=TUESDAY, seen_version=visit.version)
    assert (open_rules(), titles(county.headteacher), titles(county.sip)) == ({WRITE}, [], [])
    assert titles(county.sip, later + timedelta(days=1)) == ["Write the Record of Visit"]
    visit_actions.cancel(visit, by=county.sip, on=TUESDAY, seen_version=visit.version, reason="Snow.")
    assert open_rules() == set()


def test_a_record_of_a_visit_is_late_once_the_days_to_submit_it_are_over(county: County) -> None:
    visit_actions.plan(county.school, Plan("monitoring", NEXT_WEEK, visitor=county.sip), by=county.sip, on=TUESDAY)
    # Five working days after Tuesday 10 November, by hand: Tuesday the 17th.
    for on, late in ((date(2026, 11, 17), False), (date(2026, 11, 18), True)):
        [task] = tasks_of(county.sip, on)
        assert (task.due_on, task.overdue) == (date(2026, 11, 17), late)


def test_the_author_is_asked_to_close_a_record_until_something_stands_in_the_way(county: County) -> None:
    hold_terms(2026)
    record = county.submitted(county.sip, kind="monitoring")
    record_actions.approve(record, by=county.dsim, on=TUESDAY, seen_version=record.version)
    assert CLOSE not in open_rules()
    for user in (county.headteacher, county.chair):
        respond(record, user)
    assert titles(county.sip) == ["Close the Record of Visit"]
    record_actions.close(record, by=county.sip, on=TUESDAY, seen_version=record.version)
    assert CLOSE not in open_rules()


def test_following_opens_moves_and_meets_and_does_nothing_twice(county: County) -> None:
    kind, key = School._meta.label_lower, county.school.pk
    first = [Expected("a", kind, key, due_on=TUESDAY), Expected("b", kind, key)]
    assert (follow(first, ["a", "b"]), follow(first, ["a", "b"])) == (2, 0)
    assert follow([Expected("a", kind, key, due_on=NEXT_WEEK)], ["a", "b"]) == 2
    assert [(row.rule, row.due_on) for row in Deadline.objects.open()] == [("a", NEXT_WEEK)]
    assert Deadline.objects.get(rule="b").met_at is not None
    other = Expected("a", kind, key + 1)
    assert follow([other], ["a"], county.school) == 2, "of one subject, what was open is met"


def test_an_empty_register_is_a_task_from_the_moment_there_is_an_authority() -> None:
    authority = LocalAuthorityFactory.create(own=True)
    changed(TASKS)
    assert titles(appointed(Role.ERA, authority=authority)) == [
        "Import the term dates of 2026/27",
        "Import the schools",
    ]
    SchoolFactory.create(authority=authority)
    changed(TASKS)
    assert open_rules(rule=REGISTER) == set()


# After an upgrade.


def test_an_upgrade_opens_what_the_database_lacks_once(county: County) -> None:
    hold_terms(2026)
    visit_actions.plan(county.school, Plan("monitoring", NEXT_WEEK, visitor=county.sip), by=county.sip, on=TUESDAY)
    RecordActionFactory.create(record=county.record(RecordStatus.SHARED), school=county.school, due_on=NEXT_WEEK)
    before = {(row.rule, row.due_on, row.first_day) for row in Deadline.objects.open().filter(rule__in=[AGREE, WRITE])}
    Deadline.objects.filter(rule__in=[AGREE, WRITE]).delete()
    assert (open_missing(TUESDAY), open_missing(TUESDAY)) == (4, 0), "with the term to open"
    assert before == {
        (row.rule, row.due_on, row.first_day) for row in Deadline.objects.open().filter(rule__in=[AGREE, WRITE])
    }
    assert open_rules(rule=ACTION_OF_SCHOOL) == {ACTION_OF_SCHOOL}
    call_command("open_missing_deadlines")
    assert Deadline.objects.filter(rule=AGREE).count() == 1


# Read.


def test_all_apps_are_asked_in_one_query(county: County) -> None:
    hold_terms(2026)
    for number in range(2):
        county.submitted(county.sip, held_on=TUESDAY - timedelta(days=number), kind="additional")
        county.start(county.sip, held_on=TUESDAY - timedelta(days=number + 5), kind="monitoring")
    for user, number in ((county.sip, 2), (county.dsim, 2)):
        reader = User.objects.get(pk=user.pk)
        titles(reader)
        with CaptureQueriesContext(connection) as captured:
            found = list(asked_of(user, TUESDAY))
        assert len(found) == number
        assert len([query for query in captured if "reminders_deadline" in query["sql"]]) == 1


def test_the_tasks_of_somebody_without_an_appointment_take_the_query_for_it(django_assert_num_queries: Any) -> None:
    nobody = UserFactory.create()
    with django_assert_num_queries(1):
        assert tasks_of(nobody, TUESDAY) == []


def test_a_task_that_has_no_day_says_so(county: County) -> None:
    open_task("a", county.school, school_id=None)
    with pytest.raises(ValueError, match="has no day"):
        _ = Deadline.objects.get(rule="a").day
    assert str(Deadline.objects.get(rule="a")).endswith("no date")


# Kept right by what changes around them.


def more_time_proposed() -> PolicyRow:
    return propose(
        key=RECORD_LIMITS.name,
        effective_from=date(2026, 9, 1),
        value={"submit_working_days": 8, "assure_working_days": 5, "respond_school_days": 10},
        reason="More time.",
        by=Actor(UserFactory.create()),
    )


def test_the_day_to_write_a_record_by_follows_the_policy_and_the_calendar(county: County) -> None:
    visit_actions.plan(county.school, Plan("monitoring", NEXT_WEEK, visitor=county.sip), by=county.sip, on=TUESDAY)
    BankHolidayOverrideFactory.create(day=date(2026, 11, 12))
    # Five working days after Tuesday 10 November without the 12th, by hand: Wednesday the 18th.
    assert (recount(), Deadline.objects.get(rule=WRITE).due_on) == (1, date(2026, 11, 18))
    row = more_time_proposed()
    approve(row, by=Actor(UserFactory.create()))
    assert (recount(), Deadline.objects.get(rule=WRITE).due_on) == (1, date(2026, 11, 23))


@pytest.mark.django_db(transaction=True)
def test_a_policy_and_the_calendar_changed_at_once_wait_for_each_other_and_do_not_lock(county: County) -> None:
    row = more_time_proposed()
    second, meet = Actor(UserFactory.create()), Barrier(2, timeout=20)
    pause = Follower("pause", 1, frozenset({CALENDAR, RECORD_LIMITS.name}), meet.wait)
    followers.register(pause)
    try:

        def change_the_calendar() -> None:
            with transaction.atomic():
                changed(CALENDAR)

        assert together(change_the_calendar, lambda: approve(row, by=second)) == [None, None]
    finally:
        del followers._entries[pause.key]


def test_a_visit_on_a_friday_is_written_up_from_saturday(county: County) -> None:
    friday = date(2026, 11, 13)
    visit_actions.plan(county.school, Plan("monitoring", friday, visitor=county.sip), by=county.sip, on=TUESDAY)
    assert titles(county.sip, friday) == []
    assert len(titles(county.sip, friday + timedelta(days=1))) == 1


def test_home_and_my_term_give_the_same_day_to_write_a_record_by(county: County) -> None:
    hold_terms(2026)
    visit_actions.plan(county.school, Plan("monitoring", NEXT_WEEK, visitor=county.sip), by=county.sip, on=TUESDAY)
    on = date(2026, 11, 24)
    [task], [row] = tasks_of(county.sip, on), waiting(Visit.objects.all(), county.sip, on)
    assert (task.due_on, task.overdue) == (row.due, row.late) == (date(2026, 11, 17), True)


def test_a_partner_who_keeps_another_districts_diary_has_both_lines(county: County) -> None:
    hold_terms(2026)
    elsewhere = SchoolFactory.create()
    also_appointed(county.sip, Role.DISTRICT_ADMINISTRATOR, district=elsewhere.district)
    for school in (county.school, elsewhere):
        core_visit_owed(Visit.objects.create(school=school, kind="core", academic_year=2026, term="autumn"))
    assert titles(county.sip) == ["Help find a date for a core visit", "Propose a date for the core visit"]


def test_a_record_may_be_closed_by_what_it_is_now_and_not_by_what_its_reader_saw(county: County) -> None:
    hold_terms(2025, 2026)
    record = county.record(RecordStatus.SHARED)
    respond(record, county.headteacher)
    stale, newest = (RecordOfVisit.objects.for_page().get(pk=record.pk) for _twice in range(2))
    record_actions.present(newest, by=county.chair, on=TUESDAY, held_on=TUESDAY, seen_version=newest.version)
    respond(stale, county.chair)
    assert titles(county.sip) == ["Close the Record of Visit"]


def test_when_the_last_who_was_asked_leaves_the_record_may_be_closed(county: County) -> None:
    hold_terms(2025, 2026)
    record = county.submitted(county.sip, kind="monitoring")
    record_actions.approve(record, by=county.dsim, on=TUESDAY, seen_version=record.version)
    respond(record, county.headteacher)
    assert titles(county.sip) == []
    Appointment.objects.filter(role=Role.CHAIR).update(ends_on=TUESDAY - timedelta(days=1))
    settle_responses(TUESDAY)
    assert titles(county.sip) == ["Close the Record of Visit"]


def test_an_authority_that_is_not_marked_as_own_is_asked_for_term_dates_all_the_same() -> None:
    analyst = appointed(Role.ERA, authority=LocalAuthorityFactory.create(own=False))
    changed(TASKS)
    assert titles(analyst) == ["Import the term dates of 2026/27"]


def test_a_cancelled_visit_leaves_nothing_that_looks_done(county: County) -> None:
    visit = visit_actions.plan(
        county.school, Plan("monitoring", NEXT_WEEK, visitor=county.sip), by=county.sip, on=TUESDAY
    )
    visit_actions.cancel(visit, by=county.sip, on=TUESDAY, seen_version=visit.version, reason="Snow.")
    assert not Deadline.objects.exists()


def test_a_clerk_reads_what_they_present_and_not_that_the_head_has_not_answered(county: County) -> None:
    hold_terms(2026)
    county.record(RecordStatus.SHARED)
    clerk = appointed(Role.CLERK, school=county.school)
    later = TUESDAY + timedelta(days=200)
    rules = {
        user: {each.deadline.rule for each in deadlines_at(county.school, User.objects.get(pk=user.pk), later).overdue}
        for user in (county.headteacher, clerk)
    }
    assert rules == {county.headteacher: {RESPOND, PRESENT}, clerk: {PRESENT}}
