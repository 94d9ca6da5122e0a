"""Two people at the same moment, each in a transaction of their own on PostgreSQL: one wins, the other is told."""

from collections.abc import Callable
from typing import Any

import pytest

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.models.reference import next_reference
from schoolimprove.records.transition import Blocked, Conflict
from schoolimprove.reminders.models import Deadline
from schools.models import RecordOfVisit, Response
from schools.records import actions as record_actions
from schools.records.states import RecordStatus
from tests.factories.calendar import hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.schools import appointed
from tests.integration.together import one_before_the_other_commits, together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def county(clock_at: Callable[..., object]) -> County:
    clock_at(TUESDAY)
    return County()


def kinds(outcomes: list[Any]) -> list[str]:
    return sorted(type(outcome).__name__ for outcome in outcomes)


def approving(record: RecordOfVisit, by: User) -> Callable[[], None]:
    mine = RecordOfVisit.objects.get(pk=record.pk)
    return lambda: record_actions.approve(mine, by=by, on=TUESDAY, seen_version=mine.version)


def returning(record: RecordOfVisit, by: User) -> Callable[[], None]:
    mine = RecordOfVisit.objects.get(pk=record.pk)
    return lambda: record_actions.return_to_author(
        mine, by=by, on=TUESDAY, reason="More, please", seen_version=mine.version
    )


def test_of_two_managers_who_approve_at_once_one_wins(county: County) -> None:
    record = county.record(RecordStatus.SUBMITTED)
    other = type(county.dsim).objects.get(pk=county.dsim.pk)
    outcomes = together(approving(record, county.dsim), approving(record, other))
    assert kinds(outcomes) == ["Conflict", "NoneType"]
    assert record.versions.count() == 1
    assert AuditEvent.objects.filter(verb="approve").count() == 1
    assert Deadline.objects.filter(rule="record.assure", met_at__isnull=False).count() == 1


@pytest.mark.parametrize("approval_first", [True, False])
def test_of_an_approval_and_a_return_the_second_waits_and_loses(county: County, approval_first: bool) -> None:
    record = county.record(RecordStatus.SUBMITTED)
    acts = [approving(record, county.dsim), returning(record, county.dsim)]
    first, second = acts if approval_first else reversed(acts)
    won, lost = one_before_the_other_commits(first, second)
    assert won is None
    assert isinstance(lost, Conflict)
    wanted = RecordStatus.SHARED if approval_first else RecordStatus.DRAFT
    record.refresh_from_db()
    assert (record.status, lost.current.version) == (wanted, record.version)


def test_of_two_saves_of_one_text_the_second_is_told_and_nothing_is_overwritten(county: County) -> None:
    record = county.record()
    mine, theirs = RecordOfVisit.objects.get(), RecordOfVisit.objects.get()
    outcomes = one_before_the_other_commits(
        lambda: record_actions.revise(theirs, by=county.sip, seen_version=1, met="Theirs"),
        lambda: record_actions.revise(mine, by=county.sip, seen_version=1, met="Mine"),
    )
    assert kinds(outcomes) == ["Conflict", "NoneType"]
    record.refresh_from_db()
    assert (record.met, record.version) == ("Theirs", 2)


def test_no_text_is_saved_into_a_record_that_is_being_submitted(county: County) -> None:
    record = county.record()
    mine, theirs = RecordOfVisit.objects.get(), RecordOfVisit.objects.get()
    _sent, lost = one_before_the_other_commits(
        lambda: record_actions.submit(theirs, by=county.sip, on=TUESDAY, seen_version=1),
        lambda: record_actions.revise(mine, by=county.sip, seen_version=2, met="After the fact"),
    )
    assert isinstance(lost, Conflict)
    record.refresh_from_db()
    assert (record.status, record.met) == (RecordStatus.SUBMITTED, mine.met)


def answering(record: RecordOfVisit, by: User) -> Callable[[], Response]:
    mine = RecordOfVisit.objects.get(pk=record.pk)
    return lambda: record_actions.respond(
        mine, by=by, on=TUESDAY, version=1, accurate=True, on_accuracy="", on_content="We agree with every word."
    )


@pytest.fixture
def shared(county: County) -> RecordOfVisit:
    """With a deadline to answer."""
    hold_terms(2025, 2026)
    return county.record(RecordStatus.SHARED)


def test_the_deadline_is_met_when_head_and_chair_answer_in_the_same_moment(
    county: County, shared: RecordOfVisit
) -> None:
    outcomes = one_before_the_other_commits(answering(shared, county.headteacher), answering(shared, county.chair))
    assert kinds(outcomes) == ["Response", "Response"]
    assert not Deadline.objects.open().filter(rule="record.respond").exists()


def test_of_two_heads_of_one_school_who_answer_at_once_one_answers(county: County, shared: RecordOfVisit) -> None:
    second = appointed(Role.HEADTEACHER, school=county.school)
    outcomes = one_before_the_other_commits(answering(shared, county.headteacher), answering(shared, second))
    assert kinds(outcomes) == ["Blocked", "Response"]
    assert Response.objects.count() == 1
    assert AuditEvent.objects.filter(verb="responded").count() == 1


def test_references_are_given_out_once_however_many_ask(county: County) -> None:
    given = together(*[lambda: next_reference("RV", on=TUESDAY)] * 8)
    assert sorted(given) == [f"RV-2026-{number:05d}" for number in range(1, 9)]


def test_a_first_reference_of_a_year_is_given_out_once(county: County) -> None:
    given = one_before_the_other_commits(
        lambda: next_reference("RV", on=TUESDAY), lambda: next_reference("RV", on=TUESDAY)
    )
    assert given == ["RV-2026-00001", "RV-2026-00002"]


def test_one_visit_is_counted_once_though_its_record_is_started_twice_at_once(county: County) -> None:
    outcomes = together(lambda: county.start(county.sip), lambda: county.start(county.sip))
    assert kinds(outcomes) == ["Blocked", "RecordOfVisit"]
    blocked = next(outcome for outcome in outcomes if isinstance(outcome, Blocked))
    assert blocked.messages == ["You already have a record of this type for this school on that day."]
    assert RecordOfVisit.objects.count() == 1
