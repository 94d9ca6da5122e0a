"""The deadlines of a record, against dates counted by hand on a wall calendar of 2026/27."""

from datetime import date

import pytest

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.records.transition import Conflict
from schoolimprove.reminders.models import Deadline
from schools.models import Appointment, RecordOfVisit
from schools.records import actions as record_actions
from schools.records.deadlines import (
    ASSURE,
    CLOSE,
    CONSENT,
    LABELS,
    OF_ACTIONS,
    OF_CORRECTIONS,
    PRESENT,
    RESPOND,
    SUBMIT,
)
from schools.records.states import RecordStatus
from schools.visits.deadlines import CORE_SOON, CORE_VISIT, NOT_SEEN, OF_ARRANGING
from tests.factories.calendar import BankHolidayOverrideFactory, SchoolClosureFactory, hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.policy import PolicyRowFactory

pytestmark = pytest.mark.django_db


def open_now(record: RecordOfVisit) -> dict[str, date]:
    found = Deadline.objects.open().dated().filter(subject_id=record.pk, subject_kind=record._meta.label_lower)
    return {row.rule: row.day for row in found}


# Visit → the last day to submit, five working days after.
SUBMITTED_BY = [
    # Wed 4, Thu 5, Fri 6, Mon 9, Tue 10.
    (date(2026, 11, 3), date(2026, 11, 10)),
    # Mon 21, Tue 22, Wed 23, Thu 24; Fri 25 Christmas, Mon 28 for Boxing Day; Tue 29.
    (date(2026, 12, 18), date(2026, 12, 29)),
    # Thu 25; Fri 26 Good Friday, Mon 29 Easter Monday; Tue 30, Wed 31, Thu 1, Fri 2.
    (date(2027, 3, 24), date(2027, 4, 2)),
    # On a Saturday: Mon 9, Tue 10, Wed 11, Thu 12, Fri 13.
    (date(2026, 11, 7), date(2026, 11, 13)),
    # Half-term counts: Mon 26 to Fri 30 October.
    (date(2026, 10, 23), date(2026, 10, 30)),
    # Mon 3 is May Day: Tue 4, Wed 5, Thu 6, Fri 7, Mon 10.
    (date(2027, 4, 30), date(2027, 5, 10)),
]


@pytest.mark.parametrize(("held_on", "due_on"), SUBMITTED_BY)
def test_a_record_is_submitted_within_five_working_days_of_the_visit(
    county: County, held_on: date, due_on: date
) -> None:
    record = county.start(county.sip, on=held_on)
    assert open_now(record) == {SUBMIT: due_on}
    deadline = Deadline.objects.get(rule=SUBMIT)
    assert (deadline.calendar, deadline.school_id) == ("working days", county.school.pk)


def test_every_day_skipped_is_shown_with_its_reason(county: County) -> None:
    county.start(county.sip, on=date(2026, 12, 18))
    deadline = Deadline.objects.get(rule=SUBMIT)
    assert deadline.first_day == date(2026, 12, 21)
    assert deadline.working["start"] == "2026-12-18"
    assert [(skip["date"], skip["why"]) for skip in deadline.working["skipped"]] == [
        ("2026-12-19", "Saturday"),
        ("2026-12-20", "Sunday"),
        ("2026-12-25", "Christmas Day"),
        ("2026-12-26", "Saturday"),
        ("2026-12-27", "Sunday"),
        ("2026-12-28", "Boxing Day (substitute day)"),
    ]


def test_the_limit_runs_from_the_visit_however_late_the_record_is_begun(county: County) -> None:
    record = county.start(county.sip, on=TUESDAY, held_on=date(2026, 10, 1))
    assert open_now(record) == {SUBMIT: date(2026, 10, 8)}


def test_a_bank_holiday_the_authority_adds_is_skipped(county: County) -> None:
    BankHolidayOverrideFactory.create(day=date(2026, 11, 5))
    assert open_now(county.start(county.sip)) == {SUBMIT: date(2026, 11, 11)}


def test_submitting_meets_one_deadline_and_opens_the_managers(county: County) -> None:
    record = county.start(county.sip)
    # Thu 24; 25 and 28 are no working days; Tue 29, Wed 30, Thu 31; Fri 1 January; Mon 4, Tue 5.
    record_actions.submit(record, by=county.sip, on=date(2026, 12, 24), seen_version=1)
    assert open_now(record) == {ASSURE: date(2027, 1, 5)}
    assert Deadline.objects.get(rule=SUBMIT).met_at is not None


def test_returning_gives_the_author_the_same_time_again(county: County) -> None:
    record = county.submitted(county.sip)
    record_actions.return_to_author(
        record, by=county.dsim, on=date(2026, 11, 10), reason="More", seen_version=record.version
    )
    assert open_now(record) == {SUBMIT: date(2026, 11, 17)}
    assert Deadline.objects.filter(rule=SUBMIT).count() == 2
    record_actions.submit(record, by=county.sip, on=date(2026, 11, 12), seen_version=record.version)
    assert open_now(record) == {ASSURE: date(2026, 11, 19)}


def approved(county: County, on: date) -> RecordOfVisit:
    record = county.submitted(county.sip)
    record_actions.approve(record, by=county.dsim, on=on, seen_version=record.version)
    return record


# Approval → the last of ten school days, and of the term after.
ANSWERED_BY = [
    # Thu 22, Fri 23; half-term; Mon 2 to Fri 6; Mon 9, Tue 10, Wed 11.
    (date(2026, 10, 21), date(2026, 11, 11), date(2027, 3, 25)),
    # Thu 17, Fri 18; Christmas; Mon 4 to Fri 8; Mon 11, Tue 12, Wed 13.
    (date(2026, 12, 16), date(2027, 1, 13), date(2027, 3, 25)),
    # In the holiday: Mon 12 to Fri 16 April, Mon 19 to Fri 23.
    (date(2027, 3, 30), date(2027, 4, 23), date(2027, 7, 21)),
]


@pytest.mark.parametrize(("approved_on", "due_on", "next_term_ends"), ANSWERED_BY)
def test_the_school_answers_within_ten_school_days_and_presents_by_the_end_of_the_next_term(
    county: County, approved_on: date, due_on: date, next_term_ends: date
) -> None:
    hold_terms(2025, 2026)
    assert open_now(approved(county, approved_on)) == {RESPOND: due_on, PRESENT: next_term_ends}
    assert Deadline.objects.get(rule=RESPOND).calendar == "school days"
    assert Deadline.objects.get(rule=ASSURE).met_at is not None


def test_a_day_on_which_the_school_alone_is_closed_does_not_count(county: County) -> None:
    hold_terms(2025, 2026)
    SchoolClosureFactory.create(school=county.school, day=date(2026, 11, 9), reason="Burst pipe")
    assert open_now(approved(county, date(2026, 10, 21)))[RESPOND] == date(2026, 11, 12)
    why = {skip["date"]: skip["why"] for skip in Deadline.objects.get(rule=RESPOND).working["skipped"]}
    assert why["2026-11-09"] == "Burst pipe"


def test_without_term_dates_nothing_is_guessed_and_the_school_is_asked_all_the_same(county: County) -> None:
    record = approved(county, TUESDAY)
    assert record.status == RecordStatus.SHARED
    assert open_now(record) == {}
    respond(record, county.headteacher)
    assert record.roles_answered() == {Role.HEADTEACHER}


def test_with_the_next_years_terms_missing_nothing_is_guessed(county: County) -> None:
    """From 12 July ten school days run over the end of the year that is held."""
    hold_terms(2025, 2026)
    assert open_now(approved(county, date(2027, 7, 12))) == {}


def respond(record: RecordOfVisit, by: User) -> None:
    record_actions.respond(record, by=by, on=TUESDAY, version=1, accurate=True, on_accuracy="", on_content="")


def test_the_deadline_to_answer_is_open_until_both_have_answered(county: County) -> None:
    hold_terms(2025, 2026)
    record = approved(county, TUESDAY)
    respond(record, county.chair)
    assert open_now(record) == {RESPOND: date(2026, 11, 17), PRESENT: date(2027, 3, 25)}
    respond(record, county.headteacher)
    assert open_now(record) == {PRESENT: date(2027, 3, 25)}


@pytest.mark.parametrize(("role", "other"), [(Role.CHAIR, "headteacher"), (Role.HEADTEACHER, "chair")])
def test_in_a_school_without_the_one_the_other_meets_it_alone(county: County, role: Role, other: str) -> None:
    hold_terms(2025, 2026)
    Appointment.objects.filter(school=county.school, role=role).update(ends_on=date(2026, 11, 2))
    record = approved(county, TUESDAY)
    assert record.roles_asked(TUESDAY) == {getattr(county, other).person.appointments.get().role}
    respond(record, getattr(county, other))
    assert open_now(record) == {PRESENT: date(2027, 3, 25)}


def test_a_limit_that_policy_changes_holds_for_visits_from_that_day(county: County) -> None:
    longer = {"submit_working_days": 7, "assure_working_days": 3, "respond_school_days": 12}
    PolicyRowFactory.create(key="schools.record_limits", effective_from=date(2026, 11, 2), value=longer)
    hold_terms(2025, 2026)
    before = county.start(county.sip, held_on=date(2026, 10, 30))
    after = county.start(county.sip, held_on=date(2026, 11, 2))
    assert (open_now(before)[SUBMIT], open_now(after)[SUBMIT]) == (date(2026, 11, 6), date(2026, 11, 11))
    record_actions.submit(after, by=county.sip, on=TUESDAY, seen_version=1)
    assert open_now(after) == {ASSURE: date(2026, 11, 6)}
    record_actions.approve(after, by=county.dsim, on=TUESDAY, seen_version=after.version)
    assert open_now(after) == {RESPOND: date(2026, 11, 19), PRESENT: date(2027, 3, 25)}
    record_actions.submit(before, by=county.sip, on=TUESDAY, seen_version=1)
    assert open_now(before) == {ASSURE: date(2026, 11, 10)}


def test_every_rule_has_a_name_for_people() -> None:
    assert set(LABELS) == {
        *(SUBMIT, ASSURE, RESPOND, PRESENT, CONSENT, CLOSE, *OF_CORRECTIONS, *OF_ACTIONS),
        *(CORE_VISIT, CORE_SOON, NOT_SEEN, *OF_ARRANGING),
    }


def test_a_move_that_is_refused_moves_no_deadline(county: County) -> None:
    record = county.start(county.sip)
    before = open_now(record)
    with pytest.raises(Conflict):
        record_actions.submit(record, by=county.sip, on=TUESDAY, seen_version=9)
    assert open_now(record) == before
