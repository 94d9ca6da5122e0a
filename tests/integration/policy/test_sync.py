"""The values that come with the code: loaded after migrating, once, and never over what somebody decided."""

from dataclasses import dataclass
from datetime import date

import pytest
from django.core.management import call_command

from schoolimprove.policy import actions
from schoolimprove.policy.actions import approve, propose, sync_policy, withdraw
from schoolimprove.policy.keys import SINCE_ALWAYS, PolicyKey, all_keys
from schoolimprove.policy.models import PolicyRow
from schoolimprove.policy.values import policy_value
from schoolimprove.records.actor import Actor
from schoolimprove.records.models import AuditEvent
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

REVISED = date(2016, 4, 18)


@dataclass(frozen=True)
class Days:
    days: int


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> PolicyKey[Days]:
    """The only key there is: 5 days since always, 10 from 18 April 2016."""
    invented = PolicyKey(
        "invented.days", "Invented", Days, "days", "Section 9", {SINCE_ALWAYS: Days(5), REVISED: Days(10)}
    )
    monkeypatch.setattr(actions, "all_keys", lambda: [invented])
    monkeypatch.setattr(actions, "key_named", lambda _name: invented)
    return invented


def rows() -> list[PolicyRow]:
    return list(PolicyRow.objects.filter(key="invented.days").order_by("effective_from", "pk"))


def test_a_migrated_database_holds_every_shipped_row() -> None:
    expected = {(each.name, start) for each in all_keys() for start in each.shipped}
    assert set(PolicyRow.objects.filter(shipped=True).values_list("key", "effective_from")) == expected


def test_each_shipped_row_is_loaded_with_its_day_and_source(key: PolicyKey[Days]) -> None:
    assert sync_policy() == 2
    assert [(row.effective_from, row.value) for row in rows()] == [(SINCE_ALWAYS, {"days": 5}), (REVISED, {"days": 10})]
    assert {row.reason for row in rows()} == {"Shipped: Section 9"}
    assert policy_value(key, on=date(2016, 4, 17)) == Days(5)
    assert policy_value(key, on=REVISED) == Days(10)


def test_loading_twice_adds_nothing(key: PolicyKey[Days]) -> None:
    sync_policy()
    before = AuditEvent.objects.count()
    assert sync_policy() == 0
    assert (len(rows()), AuditEvent.objects.count()) == (2, before)


def test_what_is_shipped_is_audited_as_the_systems(key: PolicyKey[Days]) -> None:
    sync_policy()
    events = AuditEvent.objects.about("policy.policyrow", *[row.pk for row in rows()])
    assert [(event.verb, event.by) for event in events] == [("shipped", None), ("shipped", None)]


def test_an_edit_on_a_shipped_day_is_never_written_over(key: PolicyKey[Days]) -> None:
    one, other = Actor(UserFactory.create()), Actor(UserFactory.create())
    edit = propose(key=key.name, effective_from=REVISED, value={"days": 8}, reason="Ours", by=one)
    approve(edit, by=other)
    assert sync_policy() == 1
    assert policy_value(key, on=REVISED) == Days(8)
    assert [row.pk for row in rows() if row.effective_from == REVISED] == [edit.pk]


def test_an_edit_between_shipped_days_stays(key: PolicyKey[Days]) -> None:
    sync_policy()
    edit = propose(
        key=key.name, effective_from=date(2010, 1, 1), value={"days": 8}, reason="Ours", by=Actor(UserFactory.create())
    )
    approve(edit, by=Actor(UserFactory.create()))
    assert sync_policy() == 0
    assert policy_value(key, on=date(2011, 1, 1)) == Days(8)


def test_a_proposal_on_a_shipped_day_neither_stops_the_loading_nor_is_lost(key: PolicyKey[Days]) -> None:
    one = Actor(UserFactory.create())
    waiting = propose(key=key.name, effective_from=REVISED, value={"days": 8}, reason="Ours", by=one)
    assert sync_policy() == 1
    assert [row.pk for row in rows() if row.effective_from == REVISED] == [waiting.pk]
    withdraw(waiting, by=one, reason="Better not")
    assert sync_policy() == 1
    assert policy_value(key, on=REVISED) == Days(10)


def test_a_new_value_in_the_code_does_not_replace_the_row_that_is_held(
    key: PolicyKey[Days], monkeypatch: pytest.MonkeyPatch
) -> None:
    sync_policy()
    later = PolicyKey(key.name, "Invented", Days, "days", "Section 9", {SINCE_ALWAYS: Days(6), REVISED: Days(10)})
    monkeypatch.setattr(actions, "all_keys", lambda: [later])
    assert sync_policy() == 0
    assert policy_value(key, on=date(2000, 1, 1)) == Days(5)


def test_the_command_says_how_many_rows_it_added(key: PolicyKey[Days], capsys: pytest.CaptureFixture[str]) -> None:
    call_command("sync_policy")
    call_command("sync_policy")
    assert capsys.readouterr().out == "Policy values added: 2.\nPolicy values added: 0.\n"
