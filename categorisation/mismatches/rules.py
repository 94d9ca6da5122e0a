"""When a mismatch begins and ends, and what a response lacks (domain 4.5) [002 D1]. No database, no clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from categorisation.mismatches.states import RESPONSE_LABELS, MismatchResponse
from categorisation.schemes.rules import Mismatch

R = MismatchResponse


@dataclass(frozen=True)
class Difference:
    """What differs: an inspection with its grade in words, and a category by its code."""

    direction: Mismatch
    inspection_id: int
    grade: str
    category: str


@dataclass(frozen=True)
class Step:
    """What becomes of a school's mismatch: the open one ends, a new one opens, both or neither."""

    ends: bool
    opens: bool


def step_from(last: Difference | None, *, is_open: bool, is_settled: bool, now: Difference | None) -> Step:
    """Compare the last mismatch of a school with what differs now.

    One that was settled is not opened again by a decision that confirms the category. One that ended is, because no
    one responded to it.
    """
    ends = is_open and last != now
    known = last == now and (is_open or is_settled)
    return Step(ends, opens=now is not None and not known)


def responses_to(direction: Mismatch) -> tuple[MismatchResponse, ...]:
    """Return the responses that can be chosen: Ofsted harsher, a letter; more generous, a presentation; or none."""
    return (R.APPEAL_LETTER if direction == Mismatch.HARSHER else R.PRESENTATION, R.NONE)


def response_errors(
    direction: Mismatch,
    *,
    response: str,
    explanation: str,
    letter_reference: str,
    response_on: date | None,
    reported_on: date,
) -> Iterator[tuple[str, str]]:
    """Yield what a response lacks, as field and sentence. It cannot be older than the report that it responds to."""
    if response not in responses_to(direction):
        yield "response", "Select a response from the list."
        return
    if not explanation.strip():
        yield "explanation", "Enter the explanation."
    if response == R.APPEAL_LETTER and not letter_reference.strip():
        yield "letter_reference", "Enter the reference of the letter."
    if response != R.APPEAL_LETTER and letter_reference.strip():
        yield "letter_reference", f"Clear the reference, or select “{RESPONSE_LABELS[R.APPEAL_LETTER]}”."
    if response == R.NONE:
        if response_on is not None:
            yield "response_on", "Clear the day, or select another response."
    elif response_on is None:
        of_what = "letter" if response == R.APPEAL_LETTER else "governors’ meeting"
        yield "response_on", f"Enter the day of the {of_what}."
    elif response_on < reported_on:
        yield "response_on", f"The day must be {reported_on:%-d %B %Y}, when the report was received, or later."
