"""Whether deadlines are as they should be: no drift after any verb, and each kind of drift found."""

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.records.actor import SYSTEM
from schoolimprove.reminders import reconciling
from schoolimprove.reminders.models import Deadline, Reconciliation
from schoolimprove.reminders.reconciling import reconcile
from schoolimprove.reminders.tasks import reconcile_deadlines
from schools.models import Appointment, School, Visit
from schools.oversight.expected_deadlines import ASKED, _Held, expected, settled
from schools.oversight.recalculate_deadlines import follow_schools, recount
from schools.records import actions as record_actions
from schools.records.deadlines import PRESENT, RESPOND, SUBMIT
from schools.records.governors import actions as governors_actions
from schools.records.overnight import close_what_may, record_silence, settle_responses
from schools.records.states import RecordStatus
from schools.register.people.appointing import end_appointment
from schools.visits import actions as visit_actions
from schools.visits.actions import Plan
from schools.visits.deadlines import CORE_SOON, CORE_VISIT, NOT_SEEN
from schools.visits.opening.actions import open_term
from tests.factories.calendar import SchoolClosureFactory, hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.reminders import DeadlineFactory, ReconciliationFactory
from tests.factories.schools import SchoolFactory, appointed
from tests.factories.shared import issue, propose, respond, shared
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.django_db
HEAD, CHAIR = ASKED


@pytest.fixture(autouse=True)
def on_tuesday(clock_at: Callable[[date], object], county: County) -> None:
    """After the night in which the register came."""
    clock_at(TUESDAY)
    follow_schools(TUESDAY)


def drift() -> list[tuple[str, str]]:
    """(kind, rule) of what drifted today."""
    done = reconcile(clock.today())
    return [(kind, each["rule"]) for kind, some in done.examples.items() for each in some]


def nothing_drifts() -> None:
    done = reconcile(clock.today())
    assert (done.drifted, done.examples) == (0, {"missing": [], "left over": [], "on another day": []})


def days_from(day: date) -> Iterator[date]:
    """Each a day later, with the clock on it."""
    while True:
        day += timedelta(days=1)
        with clock.at(day):
            yield day


# No drift.


def test_a_record_through_all_its_verbs_drifts_nowhere(county: County) -> None:
    hold_terms(2025, 2026)
    nothing_drifts()
    record = county.start(county.sip)
    nothing_drifts()
    days = days_from(TUESDAY)
    record_actions.revise(
        record, by=county.sip, seen_version=record.version, visit={"held_on": TUESDAY - timedelta(days=1)}
    )
    nothing_drifts()
    steps: list[Callable[[date], Any]] = [
        lambda day: record_actions.submit(record, by=county.sip, on=day, seen_version=record.version),
        lambda day: record_actions.recall(record, by=county.sip, on=day, seen_version=record.version),
        lambda day: record_actions.submit(record, by=county.sip, on=day, seen_version=record.version),
        lambda day: record_actions.return_to_author(
            record, by=county.dsim, on=day, reason="More", seen_version=record.version
        ),
        lambda day: record_actions.submit(record, by=county.sip, on=day, seen_version=record.version),
        lambda day: record_actions.recall(record, by=county.sip, on=day, seen_version=record.version),
        lambda day: record_actions.submit(record, by=county.sip, on=day, seen_version=record.version),
        lambda day: record_actions.approve(record, by=county.dsim, on=day, seen_version=record.version),
        lambda day: record_actions.respond(
            record, by=county.headteacher, on=day, version=1, accurate=True, on_accuracy="", on_content="Fair."
        ),
        lambda day: governors_actions.add_meetings(county.school, [day + timedelta(days=30)], by=county.chair),
        lambda day: governors_actions.add_meetings(county.school, [day + timedelta(days=20)], by=county.chair),
        lambda day: governors_actions.cancel_meeting(
            county.school.governors_meetings.get(held_on__lt=day + timedelta(days=25)),
            by=county.chair,
            reason="Too few",
            seen_version=1,
        ),
        lambda day: record_actions.present(record, by=county.chair, on=day, held_on=day, seen_version=record.version),
        lambda day: record_actions.respond(
            record, by=county.chair, on=day, version=1, accurate=True, on_accuracy="", on_content="Fair."
        ),
        lambda day: record_actions.close(record, by=county.sip, on=day, seen_version=record.version),
    ]
    for step, day in zip(steps, days, strict=False):
        step(day)
        nothing_drifts()
    assert record.status == RecordStatus.CLOSED


def test_a_correction_and_the_silence_after_it_drift_nowhere(county: County) -> None:
    hold_terms(2025, 2026)
    record = shared(county)
    respond(record, county.headteacher)
    nothing_drifts()
    issue(propose(record), county)
    nothing_drifts()
    assert Deadline.objects.filter(rule=RESPOND).count() == 1
    with clock.at(date(2027, 1, 12)):
        record_silence(clock.today())
        close_what_may(clock.today())
        nothing_drifts()


def test_a_draft_given_up_and_its_visit_owed_again_drift_nowhere(county: County) -> None:
    hold_terms(2026)
    open_term(2026, "autumn", by=county.dsim, on=TUESDAY)
    nothing_drifts()
    record = county.start(county.sip)
    nothing_drifts()
    record_actions.abandon(record, by=county.sip, on=TUESDAY, reason="Wrong school", seen_version=record.version)
    nothing_drifts()


def test_planned_visits_drift_nowhere(county: County) -> None:
    hold_terms(2026)
    visit = visit_actions.plan(county.school, Plan("core", date(2026, 11, 24)), by=county.sip, on=TUESDAY)
    nothing_drifts()
    visit_actions.reschedule(
        visit, by=county.sip, on=TUESDAY, seen_version=visit.version, day=date(2027, 1, 19), reason="Snow"
    )
    nothing_drifts()
    visit_actions.cancel(visit, by=county.sip, on=TUESDAY, seen_version=visit.version, reason="Closed that day")
    nothing_drifts()
    visit_actions.plan(county.school, Plan("monitoring", date(2026, 11, 24)), by=county.sip, on=TUESDAY)
    nothing_drifts()


def test_a_core_visit_corrected_into_another_kind_drifts_nowhere(county: County) -> None:
    hold_terms(2025, 2026)
    record = county.start(county.sip)
    for kind in ("monitoring", "core"):
        record_actions.revise(record, by=county.sip, seen_version=record.version, visit={"kind": kind})
        nothing_drifts()


def test_a_chair_who_leaves_and_the_next_who_comes_drift_nowhere(county: County) -> None:
    hold_terms(2025, 2026)
    record = shared(county)
    respond(record, county.headteacher)
    end_appointment(Appointment.objects.get(role=Role.CHAIR), on=TUESDAY, by=SYSTEM, reason="Stood down")
    for day, _step in zip(days_from(TUESDAY), range(2), strict=False):
        settle_responses(day)
        nothing_drifts()
    with clock.at(date(2026, 11, 9)):
        appointed(Role.CHAIR, school=county.school, starts_on=date(2026, 11, 9))
        nothing_drifts()


def test_a_record_shared_while_no_terms_were_held_is_dated_when_they_come_and_drifts_until_then(
    county: County,
) -> None:
    county.record(RecordStatus.SHARED)
    nothing_drifts()
    hold_terms(2025, 2026)
    assert drift() == [("on another day", PRESENT), ("on another day", RESPOND)]
    assert recount() == 2
    nothing_drifts()


def test_dates_that_can_be_counted_no_more_stand_as_they_were(county: County) -> None:
    terms = hold_terms(2025, 2026)
    county.record(RecordStatus.SHARED)
    visit_actions.plan(county.school, Plan("core", date(2027, 1, 19)), by=county.sip, on=TUESDAY)
    for term in terms:
        term.delete()
    recount()
    nothing_drifts()


def test_the_calendar_drifts_until_dates_are_counted_anew(county: County) -> None:
    hold_terms(2025, 2026)
    county.record(RecordStatus.SHARED)
    SchoolClosureFactory.create(school=county.school, day=date(2026, 11, 9))
    assert drift() == [("on another day", RESPOND)]
    recount()
    nothing_drifts()


# Whoever was asked, at any time.

MONDAY = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("answers", "chair_until", "next_chair_from", "is_settled"),
    [
        ([], None, None, False),
        ([(HEAD, 0)], None, None, False),
        ([(HEAD, 0), (CHAIR, 2)], None, None, True),
        # The chair left on the second day, after the head had answered; a new one came on the fifth.
        ([(HEAD, 0)], 2, 5, True),
        # The next came the day after.
        ([(HEAD, 0)], 2, 3, False),
        # Nobody answered while there was no chair; the head did once the next was there.
        ([(HEAD, 6)], 2, 5, False),
        # The one chair leaves only after today.
        ([(HEAD, 0)], 9, None, False),
        # Both had answered before the next chair came.
        ([(HEAD, 0), (CHAIR, 1)], 2, 5, True),
    ],
)
def test_a_school_has_answered_once_everybody_asked_had(
    answers: list[tuple[str, int]], chair_until: int | None, next_chair_from: int | None, is_settled: bool
) -> None:
    def day(number: int | None) -> date | None:
        return None if number is None else MONDAY + timedelta(days=number)

    held = [_Held(HEAD, MONDAY, None), _Held(CHAIR, MONDAY, day(chair_until))]
    if next_chair_from is not None:
        held.append(_Held(CHAIR, MONDAY + timedelta(days=next_chair_from), None))
    said = [(role, MONDAY + timedelta(days=number)) for role, number in answers]
    assert settled(said, held, MONDAY + timedelta(days=8)) is is_settled


# Drift.


@pytest.fixture
def opened(county: County) -> County:
    hold_terms(2025, 2026)
    open_term(2026, "spring", by=county.dsim, on=TUESDAY)
    county.record(RecordStatus.DRAFT)
    nothing_drifts()
    return county


@pytest.mark.parametrize("rule", [SUBMIT, CORE_VISIT, CORE_SOON, NOT_SEEN])
def test_a_date_that_is_missing_or_on_another_day_is_found(opened: County, rule: str, caplog: Any) -> None:
    row = Deadline.objects.open().get(rule=rule)
    Deadline.objects.filter(pk=row.pk).update(due_on=row.day + timedelta(days=1))
    assert drift() == [("on another day", rule)]
    found = Reconciliation.objects.first()
    assert found is not None
    assert found.examples["on another day"] == [
        {
            "rule": rule,
            "subject": f"{row.subject_kind} {row.subject_id}",
            "school": opened.school.pk,
            "due_on": (row.day + timedelta(days=1)).isoformat(),
            "expected": row.day.isoformat(),
        }
    ]
    row.delete()
    assert drift() == [("missing", rule)]
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]
    assert "Deadlines missing: 1 of 4 expected, among them" in caplog.text


def test_a_date_that_is_left_over_is_found(opened: County) -> None:
    visit = Visit.objects.get(status="due")
    type(visit).objects.filter(pk=visit.pk).update(status="cancelled")
    assert drift() == [("left over", CORE_VISIT), ("left over", CORE_SOON)]


def test_a_date_of_a_rule_that_no_app_speaks_of_is_left_over(opened: County) -> None:
    DeadlineFactory.create(rule="invented.rule")
    assert drift() == [("left over", "invented.rule")]


def test_a_school_that_closed_has_a_date_left_over_until_the_night(opened: County) -> None:
    School.objects.update(establishment="closed", closed_on=TUESDAY)
    assert drift() == [("left over", NOT_SEEN)]
    follow_schools(TUESDAY)
    nothing_drifts()


def test_what_is_only_found_once_was_somebody_at_work(opened: County, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = list(reconciling._open_rows())
    readings = iter([rows[1:], rows])
    monkeypatch.setattr(reconciling, "_open_rows", lambda: iter(next(readings)))
    assert reconcile(TUESDAY).drifted == 0


def test_of_much_drift_twenty_examples_are_kept(opened: County) -> None:
    DeadlineFactory.create_batch(25, rule="invented.rule")
    done = reconcile(TUESDAY)
    assert (done.left_over, len(done.examples["left over"])) == (25, 20)


def test_it_asks_as_often_however_much_there_is(county: County) -> None:
    hold_terms(2025, 2026)
    taken: list[int] = []
    for count in (1, 5):
        for school in SchoolFactory.create_batch(count, district=county.school.district):
            appointed(Role.SIP, school=school)
        for number in range(count):
            for place, status in enumerate((RecordStatus.DRAFT, RecordStatus.SUBMITTED, RecordStatus.SHARED)):
                county.record(status, held_on=TUESDAY - timedelta(days=len(taken) * 30 + 3 * number + place))
        open_term(2026, "summer", by=county.dsim, on=TUESDAY)
        with CaptureQueriesContext(connection) as queries:
            assert len(expected(TUESDAY)) > count
        taken.append(len(queries))
    assert taken[0] == taken[1]


# The task, the command and the page.


def test_the_task_says_how_many_drifted(opened: County) -> None:
    assert reconcile_deadlines() == 0
    Deadline.objects.filter(rule=SUBMIT).delete()
    assert reconcile_deadlines() == 1


def ran(capsys: Any, *arguments: str) -> tuple[int, str]:
    code = 0
    try:
        call_command("reconcile_deadlines", *arguments)
    except SystemExit as end:
        code = int(end.code or 0)
    return code, capsys.readouterr().out


def test_the_command_ends_with_1_when_something_drifted(opened: County, capsys: Any) -> None:
    assert ran(capsys) == (0, "All 4 deadlines are correct.\n")
    Deadline.objects.filter(rule=SUBMIT).delete()
    assert ran(capsys) == (1, "1 missing\n")
    code, said = ran(capsys, "--json")
    answer = json.loads(said)
    assert (code, answer["on"], answer["missing"], answer["left_over"]) == (1, "2026-11-03", 1, 0)
    assert answer["examples"]["missing"][0]["rule"] == SUBMIT


def test_a_system_administrator_reads_what_the_night_found_and_changes_nothing(opened: County) -> None:
    Deadline.objects.filter(rule=SUBMIT).delete()
    done = reconcile(TUESDAY)
    client = signed_in(appointed(Role.SYSTEM_ADMINISTRATOR, authority=opened.school.authority))
    assert b"Deadlines that should be open" in client.get(reverse("admin:reminders_reconciliation_changelist")).content
    page = client.get(reverse("admin:reminders_reconciliation_change", args=[done.pk]))
    assert f"at school {opened.school.pk}, expected for 10 November 2026" in page.content.decode()
    assert client.get(reverse("admin:reminders_reconciliation_add")).status_code == 403
    assert client.post(reverse("admin:reminders_reconciliation_change", args=[done.pk]), {}).status_code == 403
    head = signed_in(opened.head)
    assert head.get(reverse("admin:reminders_reconciliation_changelist")).status_code == 403


def test_one_without_drift_says_so() -> None:
    assert str(ReconciliationFactory.create()) == "Deadlines of 3 November 2026: 0 of 12 wrong"
