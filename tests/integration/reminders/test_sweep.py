"""Who is told of which date at which step, against the ladder written out by hand."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.models import Max
from django.test.utils import CaptureQueriesContext

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.reminders.models import Deadline, Reminder, Sweep
from schoolimprove.reminders.sweep import sweep
from schools.models import Appointment, Person
from schools.records import actions as record_actions
from schools.records.deadlines import ASSURE, PRESENT, RESPOND, SUBMIT
from schools.records.states import RecordStatus
from tests.factories.calendar import hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.schools import AppointmentFactory, PersonFactory, appointed

pytestmark = pytest.mark.django_db
DUE = date(2026, 11, 10)
"""Five working days after the Tuesday: the last day to submit."""


def told(county: County) -> set[tuple[str, str, str]]:
    """(rule, step, who) of every reminder there is."""
    names = {user.pk: name for name, user in vars(county).items() if isinstance(user, User)}
    rows = Reminder.objects.values_list("rule", "step", "user", "address")
    return {(rule, step, names.get(user, address)) for rule, step, user, address in rows}


def sweep_on(day: date) -> int:
    with clock.at(day):
        return sweep(day).created


# A record that nobody submits, from its visit on.
SUBMIT_BY_DAY = [
    (date(2026, 11, 4), set()),
    (date(2026, 11, 5), {("coming", "sip")}),
    (date(2026, 11, 10), {("coming", "sip")}),
    (date(2026, 11, 11), {("late", "sip")}),
    (date(2026, 11, 17), {("late", "sip")}),
    # Five working days after the tenth are over: Wed 11 to Tue 17.
    (date(2026, 11, 18), {("late", "sip"), ("first", "dsim")}),
    (date(2026, 11, 25), {("late", "sip"), ("first", "dsim"), ("second", "head")}),
    (date(2026, 12, 2), {("late", "sip"), ("first", "dsim"), ("second", "head"), ("third", "director")}),
]


@pytest.mark.parametrize(("day", "expected"), SUBMIT_BY_DAY)
def test_an_unfinished_record_is_told_of_step_by_step(
    county: County, day: date, expected: set[tuple[str, str]]
) -> None:
    county.record(RecordStatus.DRAFT)
    assert Deadline.objects.get(rule=SUBMIT).due_on == DUE
    sweep_on(day)
    assert told(county) == {(SUBMIT, *each) for each in expected}


def test_swept_every_day_each_is_told_once_a_step(county: County) -> None:
    county.record(RecordStatus.DRAFT)
    counts = [sweep_on(TUESDAY + timedelta(days=n)) for n in range(31)]
    assert sum(counts) == 5
    assert told(county) == {
        (SUBMIT, *each)
        for each in (("coming", "sip"), ("late", "sip"), ("first", "dsim"), ("second", "head"), ("third", "director"))
    }


def test_a_day_swept_twice_says_nothing_twice_and_counts_both(county: County) -> None:
    county.record(RecordStatus.DRAFT)
    assert [sweep_on(DUE), sweep_on(DUE)] == [1, 0]
    kept = Sweep.objects.get(on=DUE)
    assert (kept.created, kept.due) == (1, 1)
    assert kept.ended_at


def test_a_dry_run_counts_the_same_and_writes_nothing(county: County) -> None:
    county.record(RecordStatus.DRAFT)
    with clock.at(DUE):
        assert sweep(DUE, dry_run=True) == sweep(DUE, dry_run=True)
        assert not Reminder.objects.exists()
        assert not Sweep.objects.exists()
        assert sweep(DUE).created == 1


def test_a_submitted_record_is_its_managers_and_goes_up_from_there(county: County) -> None:
    county.record(RecordStatus.SUBMITTED)
    sweep_on(date(2026, 11, 25))
    assert told(county) == {
        (ASSURE, "asked", "dsim"),
        (ASSURE, "late", "dsim"),
        (ASSURE, "first", "head"),
        (ASSURE, "second", "director"),
    }


def test_a_dsims_own_record_is_the_heads_or_the_deputys_of_the_phase(county: County) -> None:
    county.submitted(county.dsim)
    sweep_on(date(2026, 11, 18))
    assert told(county) == {
        (ASSURE, "asked", "head"),
        (ASSURE, "asked", "deputy"),
        (ASSURE, "late", "head"),
        (ASSURE, "late", "deputy"),
        (ASSURE, "first", "director"),
    }


def test_a_schools_lateness_goes_to_its_partner_and_their_manager_and_no_further(county: County) -> None:
    hold_terms(2026)
    county.record(RecordStatus.SHARED)
    sweep_on(date(2027, 9, 30))
    assert {each for each in told(county) if each[0] == RESPOND} == {
        (RESPOND, "late", "headteacher"),
        (RESPOND, "late", "chair"),
        (RESPOND, "late", "sip"),
        (RESPOND, "first", "dsim"),
    }
    assert {each for each in told(county) if each[0] == PRESENT} == {
        (PRESENT, "late", "headteacher"),
        (PRESENT, "late", "chair"),
        (PRESENT, "late", "sip"),
        (PRESENT, "first", "dsim"),
    }


def test_whoever_has_answered_is_not_asked_again(county: County) -> None:
    hold_terms(2026)
    record = county.record(RecordStatus.SHARED)
    record_actions.respond(
        record, by=county.headteacher, on=TUESDAY, version=1, accurate=True, on_accuracy="", on_content="Fair."
    )
    sweep_on(Deadline.objects.get(rule=RESPOND).day)
    assert {each for each in told(county) if each[0] == RESPOND} == {(RESPOND, "coming", "chair")}


def test_a_head_who_never_signs_in_is_told_by_address_and_one_without_any_is_not(county: County) -> None:
    hold_terms(2026)
    Appointment.objects.filter(role=Role.HEADTEACHER).update(
        person=PersonFactory.create(name="Head Invented", email="Head@school.invalid")
    )
    Appointment.objects.filter(role=Role.CHAIR).update(person=PersonFactory.create(name="Chair Invented"))
    county.record(RecordStatus.SHARED)
    sweep_on(Deadline.objects.get(rule=RESPOND).day)
    assert {each for each in told(county) if each[0] == RESPOND} == {(RESPOND, "coming", "head@school.invalid")}
    assert Reminder.objects.get(rule=RESPOND).name == "Head Invented"


def test_whoever_has_left_or_was_deactivated_is_told_nothing(county: County) -> None:
    county.record(RecordStatus.DRAFT)
    User.objects.filter(pk=county.sip.pk).update(is_active=False)
    Appointment.objects.held_by(county.dsim).update(ends_on=DUE)
    sweep_on(date(2026, 11, 18))
    assert told(county) == set()


def test_the_next_manager_is_told_of_what_the_last_one_was_told_of(county: County) -> None:
    county.record(RecordStatus.DRAFT)
    sweep_on(date(2026, 11, 18))
    Appointment.objects.held_by(county.dsim).update(ends_on=date(2026, 11, 18))
    successor = appointed(Role.DSIM, double_district=county.double_district, starts_on=date(2026, 11, 19))
    assert sweep_on(date(2026, 11, 19)) == 1
    assert Reminder.objects.filter(user=successor, step="first").count() == 1


def test_cover_is_told_and_the_covered_officer_gets_no_email(county: County) -> None:
    county.record(RecordStatus.DRAFT)
    held = Appointment.objects.get(role=Role.DSIM)
    covering = appointed(Role.SIP, school=county.school)
    AppointmentFactory.create(
        person=Person.objects.get(user=covering),
        role=Role.DSIM,
        school=None,
        double_district=county.double_district,
        starts_on=date(2026, 11, 16),
        ends_on=date(2026, 11, 27),
        cover_for=held,
    )
    sweep_on(date(2026, 11, 18))
    mailed = dict(Reminder.objects.filter(step="first").values_list("user", "by_mail"))
    assert mailed == {county.dsim.pk: "held", covering.pk: "digest"}


def test_a_date_that_moved_is_told_of_as_the_new_date_it_is(county: County) -> None:
    county.record(RecordStatus.DRAFT)
    sweep_on(DUE)
    Deadline.objects.filter(rule=SUBMIT).update(due_on=DUE + timedelta(days=1))
    assert sweep_on(DUE) == 1
    assert Reminder.objects.aggregate(newest=Max("due_on")) == {"newest": DUE + timedelta(days=1)}


def test_what_was_met_is_told_of_no_more(county: County) -> None:
    record = county.record(RecordStatus.DRAFT)
    record_actions.submit(record, by=county.sip, on=TUESDAY, seen_version=record.version)
    sweep_on(date(2026, 11, 11))
    assert {each for each in told(county) if each[0] == SUBMIT} == set()


def test_unread_reminders_are_counted_beside_the_user_and_fall_when_a_date_is_met(county: County) -> None:
    record = county.record(RecordStatus.DRAFT)
    sweep_on(DUE)
    county.sip.refresh_from_db()
    assert county.sip.unread_reminders == 1
    record_actions.submit(record, by=county.sip, on=TUESDAY, seen_version=record.version)
    sweep_on(DUE)
    county.sip.refresh_from_db()
    assert county.sip.unread_reminders == 0


def test_the_number_of_statements_does_not_grow_with_the_deadlines(county: County) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            sweep_on(DUE)
        return len(captured)

    county.record(RecordStatus.DRAFT)
    sweep_on(TUESDAY)
    few = statements()
    for days in range(1, 8):
        county.record(RecordStatus.DRAFT, held_on=TUESDAY - timedelta(days=days))
    assert statements() <= few
    assert Reminder.objects.count() > 5
