"""Reading policy: what is in force on a day, from which row, and in how many queries."""

from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from schoolimprove.policy import actions
from schoolimprove.policy.keys import SINCE_ALWAYS, PolicyKey
from schoolimprove.policy.models import PolicyRow
from schoolimprove.policy.values import NoPolicy, forget_reading, one_reading, policy_row, policy_value
from schoolimprove.records.actor import Actor
from schools.policy import RECORD_LIMITS, SERVICE_BY_TYPE
from tests.factories.accounts import UserFactory
from tests.factories.policy import PolicyRowFactory

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Days:
    days: int


_names = (f"invented.days_{number}" for number in count())


def new_key() -> PolicyKey[Days]:
    return PolicyKey(next(_names), "Invented", Days, "days", "Nowhere", {SINCE_ALWAYS: Days(1)})


def row(key: PolicyKey[Days], start: date, days: int, **other: Any) -> PolicyRow:
    return PolicyRowFactory.create(key=key.name, effective_from=start, value={"days": days}, **other)


@pytest.fixture
def key() -> PolicyKey[Days]:
    return new_key()


def test_a_row_is_in_force_from_its_first_day_until_the_next_begins(key: PolicyKey[Days]) -> None:
    old, new = row(key, date(2007, 4, 1), 5), row(key, date(2016, 4, 18), 10)
    held = [
        (date(2007, 4, 1), old),
        (date(2011, 1, 1), old),
        (date(2016, 4, 17), old),
        (date(2016, 4, 18), new),
        (date(2030, 1, 1), new),
    ]
    for day, expected in held:
        found = policy_row(key, on=day)
        assert (found.value, found.row_id) == (Days(expected.value["days"]), expected.pk)


def test_before_the_first_row_nothing_is_in_force_and_the_remedy_is_named(key: PolicyKey[Days]) -> None:
    row(key, date(2007, 4, 1), 5)
    with pytest.raises(NoPolicy, match=rf"{key.name} is in force on 2007-03-31\. Run manage\.py sync_policy"):
        policy_value(key, on=date(2007, 3, 31))


def test_a_proposal_is_not_in_force(key: PolicyKey[Days]) -> None:
    row(key, SINCE_ALWAYS, 5)
    row(key, date(2020, 1, 1), 7, shipped=False, approved_at=None, proposed_by=UserFactory.create())
    assert policy_value(key, on=date(2026, 1, 1)) == Days(5)


def test_another_keys_row_is_not_in_force(key: PolicyKey[Days]) -> None:
    row(new_key(), SINCE_ALWAYS, 5)
    with pytest.raises(NoPolicy):
        policy_value(key, on=date(2026, 1, 1))


days = st.dates(date(1990, 1, 1), date(2040, 12, 31))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(starts=st.dictionaries(days, st.integers(0, 99), min_size=1, max_size=6), on=days, kept=st.booleans())
def test_the_value_in_force_is_that_of_the_newest_row_not_after_the_day(
    starts: dict[date, int], on: date, kept: bool
) -> None:
    key = new_key()
    for start, number in starts.items():
        row(key, start, number)
    begun = [start for start in starts if start <= on]
    with one_reading():
        if kept:
            policy_value(RECORD_LIMITS, on=on)
        if begun:
            assert policy_value(key, on=on) == Days(starts[max(begun)])
        else:
            with pytest.raises(NoPolicy):
                policy_value(key, on=on)


def test_the_rows_in_force_on_a_day_are_listed_newest_first(key: PolicyKey[Days]) -> None:
    first, second = row(key, date(2007, 1, 1), 1), row(key, date(2016, 1, 1), 2)
    row(key, date(2020, 1, 1), 3)
    assert list(PolicyRow.objects.in_force(date(2018, 1, 1)).filter(key=key.name)) == [second, first]


def test_every_question_of_one_reading_is_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with one_reading(), django_assert_num_queries(1):
        for year in range(2000, 2020):
            policy_value(RECORD_LIMITS, on=date(year, 1, 1))
            policy_value(SERVICE_BY_TYPE, on=date(year, 6, 1))


def test_a_reading_that_asks_nothing_queries_nothing(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0), one_reading():
        pass


def test_a_reading_sees_what_is_approved_inside_it(key: PolicyKey[Days], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "key_named", lambda _name: key)
    row(key, SINCE_ALWAYS, 5)
    made = actions.propose(
        key=key.name,
        effective_from=date(2020, 1, 1),
        value={"days": 7},
        reason="Asked for",
        by=Actor(UserFactory.create()),
    )
    with one_reading():
        assert policy_value(key, on=date(2026, 1, 1)) == Days(5)
        actions.approve(made, by=Actor(UserFactory.create()))
        assert policy_value(key, on=date(2026, 1, 1)) == Days(7)


def test_readings_do_not_outlive_their_block(key: PolicyKey[Days]) -> None:
    row(key, SINCE_ALWAYS, 5)
    with one_reading():
        policy_value(key, on=date(2026, 1, 1))
    row(key, date(2020, 1, 1), 7)
    with one_reading():
        assert policy_value(key, on=date(2026, 1, 1)) == Days(7)
    row(key, date(2021, 1, 1), 8)
    assert policy_value(key, on=date(2026, 1, 1)) == Days(8)


@pytest.fixture
def queries_of_home(client: Client) -> list[str]:
    """The SQL of one request, as the middleware serves it."""
    client.force_login(UserFactory.create())
    with CaptureQueriesContext(connection) as captured:
        assert client.get("/").status_code == 200
    return [query["sql"] for query in captured]


def test_a_request_reads_policy_once_at_most(queries_of_home: list[str]) -> None:
    assert len([sql for sql in queries_of_home if 'FROM "policy_policyrow"' in sql]) <= 1


def test_forgetting_outside_a_reading_does_no_harm(key: PolicyKey[Days]) -> None:
    row(key, SINCE_ALWAYS, 5)
    forget_reading()
    assert policy_value(key, on=date(2026, 1, 1)) == Days(5)
