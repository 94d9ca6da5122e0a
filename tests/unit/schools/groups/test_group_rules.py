"""Who is free to decide about a school, and when enough of them are present (domain 4.2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolimprove.accounts.roles import SCHOOL_ROLES, Role
from schools.groups.rules import free_to_decide, is_quorate

PEOPLE = st.frozensets(st.integers(1, 8))


@pytest.mark.parametrize(
    ("interests", "roles", "recommended", "why"),
    [
        ((), (), False, ""),
        ((), ("dsim",), False, ""),
        ((), ("dsim",), True, "They recommended this school."),
        ((), ("chair", "dsim"), False, "They are chair of governors of this school."),
        ((), ("clerk", "headteacher"), False, "They are clerk to the governors and headteacher of this school."),
        (("Governor",), (), False, "They have an interest in this school: governor."),
    ],
)
def test_nobody_decides_about_a_school_that_they_recommended_work_in_or_have_an_interest_in(
    interests: tuple[str, ...], roles: tuple[str, ...], recommended: bool, why: str
) -> None:
    assert free_to_decide(interests=interests, roles=roles, recommended=recommended) == why


@given(st.frozensets(st.sampled_from(["Governor", "Other"])), st.frozensets(st.sampled_from(Role)), st.booleans())
def test_one_reason_is_enough(interests: frozenset[str], roles: frozenset[Role], recommended: bool) -> None:
    free = not free_to_decide(interests=interests, roles=roles, recommended=recommended)
    assert free is not (bool(interests) or bool(roles & SCHOOL_ROLES) or recommended)


@pytest.mark.parametrize(
    ("present", "deciding", "barred", "quorum", "quorate"),
    [
        ((1, 2, 3, 4), (1, 2, 3, 4), (), 4, True),
        ((1, 2, 3, 4), (1, 2, 3, 4), (4,), 4, False),
        # An adviser who is present does not count, nor does a member who is absent.
        ((1, 2, 3, 9), (1, 2, 3, 4), (), 4, False),
        ((1, 1, 1), (1, 2), (), 2, False),
        ((1, 2), (1, 2), (9,), 2, True),
    ],
)
def test_a_quorum_counts_who_decides_and_is_present_and_free(
    present: tuple[int, ...], deciding: tuple[int, ...], barred: tuple[int, ...], quorum: int, quorate: bool
) -> None:
    assert is_quorate(present, deciding, barred, quorum) is quorate


@given(PEOPLE, PEOPLE, PEOPLE, st.integers(1, 8), st.integers(1, 8))
def test_a_quorum_only_grows_with_people_and_shrinks_with_the_barred(
    present: frozenset[int], deciding: frozenset[int], barred: frozenset[int], quorum: int, person: int
) -> None:
    quorate = is_quorate(present, deciding, barred, quorum)
    assert not quorate or is_quorate(present | {person}, deciding | {person}, barred - {person}, quorum)
    assert quorate or not is_quorate(present, deciding, barred | {person}, quorum)
    assert is_quorate(present, deciding, present | barred, quorum) is False
