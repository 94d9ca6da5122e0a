"""When a mismatch begins and ends, and what a response lacks (domain 4.5)."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from categorisation.mismatches.rules import Difference, Step, response_errors, responses_to, step_from
from categorisation.mismatches.states import MismatchResponse
from categorisation.schemes.rules import Mismatch

HARSHER, GENEROUS = Mismatch.HARSHER, Mismatch.MORE_GENEROUS
FOUND = Difference(HARSHER, 1, "Inadequate", "2")
REPORTED = date(2026, 10, 20)
differences = st.none() | st.builds(
    Difference, st.sampled_from(Mismatch), st.integers(1, 2), st.sampled_from(["Good", "Inadequate"]), st.just("2")
)

STEPS = [
    (None, False, False, None, Step(ends=False, opens=False)),
    (None, False, False, FOUND, Step(ends=False, opens=True)),
    (FOUND, True, False, FOUND, Step(ends=False, opens=False)),
    (FOUND, True, False, None, Step(ends=True, opens=False)),
    (FOUND, True, False, Difference(HARSHER, 2, "Inadequate", "2"), Step(ends=True, opens=True)),
    (FOUND, False, True, FOUND, Step(ends=False, opens=False)),
    (FOUND, False, True, Difference(HARSHER, 1, "Inadequate", "3"), Step(ends=False, opens=True)),
    # It ended, and differs again as it did then: no one responded to it.
    (FOUND, False, False, FOUND, Step(ends=False, opens=True)),
]


@pytest.mark.parametrize(("last", "is_open", "is_settled", "now", "step"), STEPS)
def test_a_mismatch_begins_and_ends_as_its_sides_change(
    last: Difference | None, is_open: bool, is_settled: bool, now: Difference | None, step: Step
) -> None:
    assert step_from(last, is_open=is_open, is_settled=is_settled, now=now) == step


@given(last=differences, now=differences, is_open=st.booleans())
def test_after_a_step_a_mismatch_is_open_only_if_something_differs(
    last: Difference | None, now: Difference | None, is_open: bool
) -> None:
    is_open = is_open and last is not None
    step = step_from(last, is_open=is_open, is_settled=False, now=now)
    assert ((is_open and not step.ends) or step.opens) is (now is not None)
    assert not (is_open and step.opens and not step.ends), "never two at once"


def test_a_harsher_grade_is_appealed_and_a_more_generous_one_presented() -> None:
    """C6."""
    assert responses_to(HARSHER) == (MismatchResponse.APPEAL_LETTER, MismatchResponse.NONE)
    assert responses_to(GENEROUS) == (MismatchResponse.PRESENTATION, MismatchResponse.NONE)


LETTER: dict[str, Any] = {
    "response": "appeal_letter",
    "explanation": "Why",
    "letter_reference": "A1",
    "response_on": REPORTED,
}
SHOWN: dict[str, Any] = {
    "response": "presentation",
    "explanation": "Why",
    "letter_reference": "",
    "response_on": REPORTED,
}
NONE: dict[str, Any] = {"response": "none", "explanation": "Why", "letter_reference": "", "response_on": None}
RESPONSES = [
    (HARSHER, LETTER, set()),
    (HARSHER, NONE, set()),
    (GENEROUS, SHOWN, set()),
    (GENEROUS, NONE, set()),
    (GENEROUS, LETTER, {"response"}),
    (HARSHER, SHOWN, {"response"}),
    (HARSHER, {**LETTER, "response": ""}, {"response"}),
    (HARSHER, {**LETTER, "letter_reference": " "}, {"letter_reference"}),
    (HARSHER, {**LETTER, "response_on": date(2026, 10, 19)}, {"response_on"}),
    (HARSHER, {**NONE, "explanation": " ", "response_on": REPORTED}, {"explanation", "response_on"}),
    (HARSHER, {**NONE, "letter_reference": "A1"}, {"letter_reference"}),
    (GENEROUS, {**SHOWN, "response_on": None}, {"response_on"}),
]


@pytest.mark.parametrize(("direction", "typed", "fields"), RESPONSES)
def test_a_response_lacks_nothing(direction: Mismatch, typed: dict[str, Any], fields: set[str]) -> None:
    assert {field for field, _why in response_errors(direction, **typed, reported_on=REPORTED)} == fields
