"""A change of policy takes two people, is audited, and is never altered afterwards."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from schoolimprove.accounts.models import User
from schoolimprove.policy.actions import approve, propose, withdraw
from schoolimprove.policy.models import PolicyRow
from schoolimprove.policy.values import policy_value
from schoolimprove.records.actor import SYSTEM, Actor
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked, Conflict
from schools.policy import HOLIDAY_LENGTH, RecordLimits
from schools.policy import RECORD_LIMITS as LIMITS
from tests.factories.accounts import UserFactory
from tests.factories.policy import PolicyRowFactory

pytestmark = pytest.mark.django_db

START = date(2027, 1, 1)
VALUE = {"submit_working_days": 7, "assure_working_days": 3, "respond_school_days": 12}


@pytest.fixture
def one() -> User:
    return UserFactory.create()


@pytest.fixture
def other() -> User:
    return UserFactory.create()


def proposed(by: User, **changed: Any) -> PolicyRow:
    usual: dict[str, Any] = {"key": LIMITS.name, "effective_from": START, "value": VALUE, "reason": "A year's trial"}
    return propose(by=Actor(by, 5), **{**usual, **changed})


def told(row: PolicyRow) -> list[tuple[str, Any, str]]:
    events = AuditEvent.objects.about("policy.policyrow", row.pk).order_by("pk")
    return [(event.verb, event.by, event.reason) for event in events]


def test_a_proposal_changes_nothing_until_a_second_person_approves(one: User, other: User) -> None:
    row = proposed(one)
    assert policy_value(LIMITS, on=START) == RecordLimits(5, 5, 10)
    approve(row, by=Actor(other))
    assert policy_value(LIMITS, on=START) == RecordLimits(7, 3, 12)
    assert policy_value(LIMITS, on=date(2026, 12, 31)) == RecordLimits(5, 5, 10)
    assert (row.proposed_by, row.approved_by, row.shipped) == (one, other, False)


def test_nobody_approves_their_own_proposal(one: User) -> None:
    row = proposed(one)
    with pytest.raises(Blocked) as refused:
        approve(row, by=Actor(one))
    assert refused.value.messages == ["Another person must approve a change that you proposed."]
    row.refresh_from_db()
    assert row.approved_at is None


def test_the_database_refuses_ones_own_approval_too(one: User) -> None:
    with pytest.raises(IntegrityError, match="policy_approved_by_somebody_else"), transaction.atomic():
        PolicyRowFactory.create(shipped=False, proposed_by=one, approved_by=one)


def test_the_system_approves_nothing(one: User) -> None:
    row = proposed(one)
    with pytest.raises((Blocked, IntegrityError)), transaction.atomic():
        approve(row, by=SYSTEM)
    row.refresh_from_db()
    assert row.approved_at is None


def test_each_step_is_audited_with_its_reason(one: User, other: User) -> None:
    row = proposed(one)
    approve(row, by=Actor(other))
    assert told(row) == [("proposed", one, "A year's trial"), ("approved", other, "")]
    event = AuditEvent.objects.about("policy.policyrow", row.pk).get(verb="proposed")
    assert (event.changes, event.appointment_id) == ({"value": [None, VALUE]}, 5)


def test_a_proposal_is_decided_once(one: User, other: User) -> None:
    row = proposed(one)
    stale = PolicyRow.objects.get(pk=row.pk)
    approve(row, by=Actor(other))
    with pytest.raises(Conflict) as lost:
        withdraw(stale, by=Actor(one), reason="On second thoughts")
    assert isinstance(lost.value.current, PolicyRow)
    assert lost.value.current.approved_by == other
    with pytest.raises(Conflict):
        approve(row, by=Actor(UserFactory.create()))


def test_what_is_withdrawn_stays_on_record_and_comes_into_force_never(one: User, other: User) -> None:
    row = proposed(one)
    withdraw(row, by=Actor(one), reason="On second thoughts")
    assert (row.withdrawn_by, told(row)[-1]) == (one, ("withdrawn", one, "On second thoughts"))
    with pytest.raises(Conflict):
        approve(row, by=Actor(other))
    assert policy_value(LIMITS, on=START) == RecordLimits(5, 5, 10)


def test_a_day_freed_by_a_withdrawal_may_be_proposed_again(one: User, other: User) -> None:
    withdraw(proposed(one), by=Actor(one), reason="A slip of the pen")
    again = proposed(one)
    approve(again, by=Actor(other))
    assert policy_value(LIMITS, on=START) == RecordLimits(7, 3, 12)


def test_a_second_value_from_the_same_day_is_refused_in_a_sentence(one: User, other: User) -> None:
    proposed(one)
    with pytest.raises(Blocked) as refused:
        proposed(other)
    assert refused.value.messages == ["There is already a value that starts on that day."]
    assert PolicyRow.objects.filter(effective_from=START).count() == 1


def test_the_database_holds_one_value_a_key_and_day() -> None:
    row = PolicyRowFactory.create()
    with pytest.raises(IntegrityError, match="policy_one_row_per_key_and_day"), transaction.atomic():
        PolicyRowFactory.create(key=row.key, effective_from=row.effective_from)


def test_one_day_may_begin_values_of_two_keys(one: User) -> None:
    proposed(one)
    proposed(one, key=HOLIDAY_LENGTH.name, value={"week_weekdays": 6})
    assert PolicyRow.objects.filter(effective_from=START).count() == 2


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({**VALUE, "submit_working_days": 0}, "Each limit must be 1 day or more."),
        ({**VALUE, "submit_working_days": "7"}, "The value of submit_working_days is the wrong type."),
        ({}, "Enter these fields: assure_working_days, respond_school_days, submit_working_days."),
    ],
)
def test_a_value_that_does_not_fit_is_not_even_proposed(one: User, value: Any, said: str) -> None:
    with pytest.raises(Blocked) as refused:
        proposed(one, value=value)
    assert refused.value.messages == [said]
    assert not PolicyRow.objects.filter(shipped=False).exists()


def test_an_approval_that_fails_leaves_no_trace(one: User, other: User, monkeypatch: pytest.MonkeyPatch) -> None:
    row = proposed(one)

    def fails(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("schoolimprove.policy.actions.record_event", fails)
    with pytest.raises(RuntimeError):
        approve(row, by=Actor(other))
    row.refresh_from_db()
    assert row.approved_at is None
