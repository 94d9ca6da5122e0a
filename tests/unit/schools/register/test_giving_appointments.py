"""Who gives an appointment to whom, and what can be changed of one that was used."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schools.register.rules import GIVEN_TO_ONESELF, Post, gives_more, wrong_with_giving, wrong_with_rewriting

FIRST, USED, LAST = date(2026, 9, 1), date(2026, 10, 12), date(2026, 12, 18)
HELD = Post(person=1, role="sip", scope=("school", "7"), starts_on=FIRST, ends_on=LAST)
WITHDRAWN = replace(HELD, withdrawn=True)
DAY = timedelta(days=1)
days = st.dates(date(2025, 1, 1), date(2027, 12, 31))
posts = st.builds(
    Post,
    person=st.sampled_from([1, 2]),
    role=st.sampled_from(["sip", "dsim"]),
    scope=st.sampled_from([("school", "7"), ("district", "7")]),
    starts_on=days,
    ends_on=st.none() | days,
    withdrawn=st.booleans(),
)

MORE: list[dict[str, Any]] = [
    {"person": 2},
    {"role": "dsim"},
    {"scope": ("district", "7")},
    {"cover_for": 9},
    {"starts_on": FIRST - DAY},
    {"ends_on": LAST + DAY},
    {"ends_on": None},
]
NO_MORE: list[dict[str, Any]] = [{}, {"starts_on": FIRST + DAY}, {"ends_on": LAST - DAY}, {"withdrawn": True}]


@pytest.mark.parametrize("changed", MORE)
def test_another_role_scope_person_or_one_more_day_gives_more(changed: dict[str, Any]) -> None:
    assert gives_more(HELD, replace(HELD, **changed))
    assert wrong_with_giving(HELD, replace(HELD, **changed), to_oneself=True) == [GIVEN_TO_ONESELF]
    assert wrong_with_giving(HELD, replace(HELD, **changed), to_oneself=False) == []


@pytest.mark.parametrize("changed", NO_MORE)
def test_shortening_and_withdrawing_give_nothing(changed: dict[str, Any]) -> None:
    assert not gives_more(HELD, replace(HELD, **changed))
    assert wrong_with_giving(HELD, replace(HELD, **changed), to_oneself=True) == []


def test_what_is_new_or_goes_on_again_is_given() -> None:
    assert gives_more(None, HELD)
    assert gives_more(WITHDRAWN, HELD)
    assert not gives_more(None, WITHDRAWN)


@given(before=posts, after=posts)
def test_whatever_adds_a_day_gives_more(before: Post, after: Post) -> None:
    def held(post: Post, day: date) -> bool:
        return not post.withdrawn and post.starts_on <= day <= post.last_day

    adds_one = any(held(after, day) and not held(before, day) for day in (after.starts_on, after.last_day))
    assert gives_more(before, after) or not adds_one


@given(before=posts, after=posts)
def test_what_was_never_used_can_all_be_put_right(before: Post, after: Post) -> None:
    assert wrong_with_rewriting(before, after, used_on=None, name="It") == {}


@given(after=posts)
def test_the_day_of_use_stays_inside_an_appointment_that_was_used(after: Post) -> None:
    if not wrong_with_rewriting(HELD, after, used_on=USED, name="It"):
        assert not after.withdrawn
        assert after.starts_on <= USED <= after.last_day
        assert (after.person, after.role, after.scope) == (HELD.person, HELD.role, HELD.scope)


REWRITTEN: list[tuple[dict[str, Any], dict[str, str]]] = [
    (
        {"ends_on": USED - DAY},
        {"ends_on": "It was last used on 12 October 2026, so its last day must be that day or later."},
    ),
    ({"ends_on": USED}, {}),
    ({"ends_on": None}, {}),
    (
        {"starts_on": FIRST + DAY},
        {"starts_on": "It was last used on 12 October 2026, so you cannot change its first day, 1 September 2026."},
    ),
    (
        {"withdrawn": True},
        {"withdrawn": "It was last used on 12 October 2026, so you cannot withdraw it. End it instead."},
    ),
    *(
        (
            {name: value},
            {
                name: f"It was last used on 12 October 2026, so you cannot change its {name}. End it and give "
                "a new appointment."
            },
        )
        for name, value in (("person", 2), ("role", "dsim"), ("scope", ("district", "7")))
    ),
]


@pytest.mark.parametrize(("changed", "wrong"), REWRITTEN)
def test_what_was_used_is_not_rewritten(changed: dict[str, Any], wrong: dict[str, str]) -> None:
    assert wrong_with_rewriting(HELD, replace(HELD, **changed), used_on=USED, name="It") == wrong


def test_an_end_that_is_not_moved_is_never_in_the_way() -> None:
    late = USED + 100 * DAY
    assert wrong_with_rewriting(HELD, HELD, used_on=late, name="It") == {}
