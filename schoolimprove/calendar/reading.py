"""What people and files write for days, years and terms, as values; what cannot be read is refused with a sentence."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from schoolimprove.lib.clock import NotADay, TermName, read_day
from schoolimprove.lib.text import quoted
from schoolimprove.lib.years import academic_year_label

DATE_FIELDS = {
    "starts_on": "First day",
    "half_term_starts_on": "Half-term first day",
    "half_term_ends_on": "Half-term last day",
    "ends_on": "Last day",
}
"""The dates of a term, and what a file calls them."""

_YEAR = re.compile(r"(\d{4})(?: ?(?:[/–-]|to) ?(\d{2}|\d{4}))?", re.ASCII)
YEARS = range(1990, 2060)
"""The academic years that a calendar can be held for."""


class Unreadable(ValueError):
    """Why something written cannot be read, as a sentence."""


@dataclass(frozen=True)
class TermRead:
    """A term on `line` of a file. `dates` are those of DATE_FIELDS that could be read."""

    line: int
    year: int
    name: TermName
    dates: Mapping[str, date]


@dataclass(frozen=True)
class ClosureRead:
    line: int
    day: date
    reason: str


@dataclass(frozen=True)
class Fault:
    """What could not be taken; with `lost` the whole row."""

    line: int
    column: str | None
    reason: str
    lost: bool = False


def day_of(text: str) -> date:
    """Read a day however it is written; raise `Unreadable` with the sentence that says how to write it."""
    try:
        return read_day(text)
    except NotADay as error:
        raise Unreadable(str(error)) from None


def year_of(text: str) -> int:
    """Reads the academic year `2026/27`, `2026-27` or `2026` into 2026."""
    found = _YEAR.fullmatch(" ".join(text.split()))
    if not found:
        raise Unreadable(f"{quoted(text)} is not an academic year such as 2026/27.")
    year = int(found[1])
    if found[2] and int(found[2]) not in (year + 1, (year + 1) % 100):
        raise Unreadable(f"{quoted(text)} is not an academic year: {year} is followed by {year + 1}.")
    if year not in YEARS:
        raise Unreadable(
            f"Enter an academic year from {academic_year_label(YEARS[0])} to {academic_year_label(YEARS[-1])}."
        )
    return year


def term_name_of(text: str) -> TermName:
    """Reads `Autumn`, `autumn term` and the like."""
    words = text.casefold().split()
    try:
        if len(words) > 1 and words[1] != "term":
            raise ValueError
        return TermName(words[0])
    except (ValueError, IndexError):
        raise Unreadable(f"{quoted(text)} is not autumn, spring or summer.") from None
