"""Deadlines follow a change of the calendar, of policy or of an appointment at once, by a job."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from schoolimprove.accounts.roles import Role
from schoolimprove.calendar.models import Term
from schoolimprove.policy.actions import approve, propose
from schoolimprove.records import jobs
from schoolimprove.records.actor import SYSTEM, Actor
from schoolimprove.records.changes import Follower, changed, followers
from schoolimprove.records.models import Job
from schoolimprove.reminders.models import Deadline
from schools.models import Appointment, SchoolClosure
from schools.records import actions as record_actions
from schools.records.deadlines import ASSURE, PRESENT, RESPOND, SUBMIT
from schools.records.states import RecordStatus
from schools.register.people.appointing import end_appointment, save_appointment
from schools.register.recalculation import JOB
from schools.visits.deadlines import CORE_SOON, CORE_VISIT, NOT_SEEN
from schools.visits.opening.actions import open_term
from tests.factories.accounts import UserFactory
from tests.factories.calendar import hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.schools import appointed
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_tuesday(clock_at: Callable[[date], object]) -> None:
    clock_at(TUESDAY)


@pytest.fixture
def admin(county: County) -> Client:
    return signed_in(appointed(Role.SYSTEM_ADMINISTRATOR, authority=county.school.authority))


def work() -> int:
    """What a worker does with what waits; how many jobs that were."""
    return sum(jobs.run(job.pk) for job in Job.objects.unfinished().filter(kind=JOB))


def due(rule: str) -> date:
    return Deadline.objects.open().get(rule=rule).day


def saved(client: Client, model: str, **fields: Any) -> None:
    response = client.post(reverse(f"admin:{model}_add"), fields)
    assert response.status_code == 302, response.context["adminform"].form.errors


def approved(key: str, value: dict[str, int], *, since: date = date(2026, 9, 1)) -> None:
    row = propose(key=key, effective_from=since, value=value, reason="Tried", by=Actor(UserFactory.create()))
    approve(row, by=Actor(UserFactory.create()))


# The calendar.


def test_a_closure_day_of_the_authority_moves_what_is_counted_in_school_days(county: County, admin: Client) -> None:
    hold_terms(2025, 2026)
    county.record(RecordStatus.SHARED)
    assert due(RESPOND) == date(2026, 11, 17)
    saved(admin, "calendar_closureday", day="2026-11-09", reason="Election")
    assert (work(), due(RESPOND)) == (1, date(2026, 11, 18))


def test_a_bank_holiday_moves_what_is_counted_in_working_days(county: County, admin: Client) -> None:
    county.record(RecordStatus.DRAFT)
    saved(admin, "calendar_bankholidayoverride", day="2026-11-05", kind="add", name="A day off", reason="Proclaimed")
    assert (work(), due(SUBMIT)) == (1, date(2026, 11, 11))


def test_a_term_that_is_changed_moves_the_core_visits_owed_in_it(county: County, admin: Client) -> None:
    hold_terms(2026)
    open_term(2026, "autumn", by=county.dsim, on=TUESDAY)
    autumn = Term.objects.get(name="autumn")
    fields = {"academic_year": 2026, "name": "autumn", "starts_on": "2026-09-01", "ends_on": "2026-12-16"}
    fields |= {"half_term_starts_on": "2026-10-26", "half_term_ends_on": "2026-10-30", "opened_version": autumn.version}
    response = admin.post(reverse("admin:calendar_term_change", args=[autumn.pk]), fields)
    assert response.status_code == 302
    assert (work(), due(CORE_VISIT), due(CORE_SOON)) == (1, date(2026, 12, 16), date(2026, 11, 18))


def test_a_schools_own_days_move_its_own_dates(county: County, admin: Client) -> None:
    hold_terms(2025, 2026)
    county.record(RecordStatus.SHARED)
    saved(admin, "schools_schoolclosure", school=county.school.pk, day="2026-11-10", reason="Burst pipe")
    assert (work(), due(RESPOND)) == (1, date(2026, 11, 18))
    fields = {"half_term_starts_on": "2026-11-16", "half_term_ends_on": "2026-11-20"}
    fields |= {"academic_year": "2026", "name": "autumn", "starts_on": "2026-09-01", "ends_on": "2026-12-18"}
    saved(admin, "schools_schoolterm", school=county.school.pk, **fields)
    assert (work(), due(RESPOND)) == (1, date(2026, 11, 25))


def test_a_record_shared_while_no_terms_were_held_is_dated_when_they_come(county: County, admin: Client) -> None:
    record = county.record(RecordStatus.SHARED)
    waiting = Deadline.objects.open().filter(subject_id=record.pk, rule__in=[RESPOND, PRESENT])
    assert [each.due_on for each in waiting] == [None, None]
    hold_terms(2026)
    saved(admin, "calendar_closureday", day="2027-07-21", reason="Staff training")
    assert (work(), due(RESPOND), due(PRESENT)) == (1, date(2026, 11, 17), date(2027, 3, 25))


def test_what_is_refused_asks_for_nothing(admin: Client) -> None:
    admin.post(reverse("admin:calendar_closureday_add"), {"day": "2026-11-09", "reason": ""})
    assert not Job.objects.exists()


# Policy.


def test_new_time_limits_date_what_is_open_by_the_day_of_its_visit(county: County) -> None:
    hold_terms(2025, 2026)
    county.record(RecordStatus.DRAFT)
    county.record(RecordStatus.SUBMITTED, held_on=TUESDAY - timedelta(days=1))
    county.record(RecordStatus.SHARED, held_on=TUESDAY - timedelta(days=2))
    limits = {"submit_working_days": 6, "assure_working_days": 7, "respond_school_days": 11}
    before = {rule: due(rule) for rule in (SUBMIT, ASSURE, RESPOND)}
    approved("schools.record_limits", limits, since=date(2026, 11, 4))
    assert (work(), {rule: due(rule) for rule in before}) == (1, before)
    approved("schools.record_limits", limits, since=date(2026, 9, 1))
    # From the fifth of five: Tue 10, Wed 11. To approve, from the Tuesday: Wed 4 to Fri 6, Mon 9 to Thu 12.
    assert (work(), due(SUBMIT), due(ASSURE)) == (1, date(2026, 11, 11), date(2026, 11, 12))
    assert due(RESPOND) == date(2026, 11, 18)


def test_other_last_weeks_move_the_core_visits(county: County) -> None:
    hold_terms(2026)
    open_term(2026, "autumn", by=county.dsim, on=TUESDAY)
    approved("schools.core_visit_weeks", {"weeks": 6})
    assert (work(), due(CORE_SOON), due(CORE_VISIT)) == (1, date(2026, 11, 6), date(2026, 12, 18))
    # Eight weeks before the eighteenth is Friday 23 October, the day before half-term begins.
    approved("schools.core_visit_weeks", {"weeks": 8}, since=date(2026, 8, 31))
    assert (work(), due(CORE_SOON)) == (1, date(2026, 11, 6))


def test_other_days_without_a_visit_move_every_school(county: County) -> None:
    county.start(county.sip)
    approved("schools.not_seen_days", {"days": 90})
    assert (work(), due(NOT_SEEN)) == (1, date(2027, 2, 1))


def test_policy_that_no_date_depends_on_asks_for_nothing() -> None:
    approved("schools.sip_days", {"days_a_year": 6})
    assert not Job.objects.exists()


# Appointments.


def test_a_chair_who_leaves_is_waited_for_no_more(county: County) -> None:
    hold_terms(2025, 2026)
    record = county.record(RecordStatus.SHARED)
    record_actions.respond(
        record, by=county.headteacher, on=TUESDAY, version=1, accurate=True, on_accuracy="", on_content=""
    )
    chair = Appointment.objects.get(role=Role.CHAIR)
    end_appointment(chair, on=TUESDAY - timedelta(days=1), by=SYSTEM, reason="Stood down")
    assert due(RESPOND)
    assert work() == 1
    assert not Deadline.objects.open().filter(rule=RESPOND).exists()


def test_a_partner_who_changes_moves_no_date(county: County) -> None:
    sip = Appointment.objects.get(role=Role.SIP)
    sip.ends_on = TUESDAY
    save_appointment(sip, by=SYSTEM)
    assert not Job.objects.exists()


# The job.


def test_asked_for_often_it_is_done_once_and_again_it_changes_nothing(county: County, admin: Client) -> None:
    county.record(RecordStatus.SHARED)
    for day in ("2026-11-09", "2026-11-10"):
        saved(admin, "schools_schoolclosure", school=county.school.pk, day=day, reason="Burst pipe")
    assert SchoolClosure.objects.count() == 2
    assert (Job.objects.filter(kind=JOB).count(), work()) == (1, 1)
    before = list(Deadline.objects.order_by("pk").values())
    jobs.ask_for(JOB, "all")
    assert work() == 1
    assert list(Deadline.objects.order_by("pk").values()) == before


@pytest.mark.django_db(transaction=True)
def test_it_is_triggered_once_the_change_is_committed(
    admin: Client, monkeypatch: pytest.MonkeyPatch, clock_at: Any
) -> None:
    sent: list[int] = []
    monkeypatch.setattr(jobs, "_send", sent.append)
    saved(admin, "calendar_closureday", day="2026-11-09", reason="Election")
    assert sent == [Job.objects.get(kind=JOB).pk]


def test_when_it_is_given_up_the_log_says_so(county: County, monkeypatch: Any, caplog: Any) -> None:
    monkeypatch.setattr("schools.oversight.recalculate_deadlines.recount", lambda: 1 / 0)
    jobs.ask_for(JOB, "all")
    for _attempt in range(4):
        work()
    assert "Deadlines were not recalculated. The nightly run will do it" in caplog.text
    assert Job.objects.get(kind=JOB).state == "failed"


def test_whoever_follows_something_else_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []
    monkeypatch.setattr(followers, "_entries", {})
    for subject in ("calendar", "a policy"):
        followers.register(Follower(subject, 10, frozenset({subject}), partial(called.append, subject)))
    changed("a policy")
    assert called == ["a policy"]
