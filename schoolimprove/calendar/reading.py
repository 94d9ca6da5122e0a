"""What people and files write for days, years and terms, as values; what cannot be read is refused with a sentence."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from schoolimprove.lib.clock import TermName
from schoolimprove.lib.years import academic_year_label

DATE_FIELDS = {
    "starts_on": "First day",
    "half_term_starts_on": "Half-term first day",
    "half_term_ends_on": "Half-term last day",
    "ends_on": "Last day",
}
"""The dates of a term, and what a file calls them."""

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
_WORDED = re.compile(r"(?:[a-z]+,? )?(\d{1,2})(?:st|nd|rd|th)? ([a-z]{3,9}),? (\d{4})", re.ASCII)
_MIDNIGHT = re.compile(r"[ T]00:00(:00)?Z?$", re.ASCII | re.IGNORECASE)
"""What a spreadsheet appends to a day."""
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
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


def shown(text: str) -> str:
    """What was written, inside a sentence; cut short where it is long."""
    plain = "".join(each if each.isprintable() else "\ufffd" for each in text)
    return f"“{plain}”" if len(plain) <= 40 else f"“{plain[:39]}…”"


def day_of(text: str) -> date:
    """Reads `2026-09-01`, `01/09/2026` and `1 September 2026`, as people and spreadsheets write them."""
    plain = _MIDNIGHT.sub("", " ".join(text.split()).casefold())
    if not plain:
        raise Unreadable("The date is missing.")
    try:
        return _day(plain)
    except (ValueError, StopIteration):
        raise Unreadable(f"{shown(text)} is not a date such as 1 September 2026 or 01/09/2026.") from None


def _day(plain: str) -> date:
    if found := _ISO.fullmatch(plain):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _SLASHED.fullmatch(plain):
        return date(int(found[3]), int(found[2]), int(found[1]))
    found = _WORDED.fullmatch(plain)
    if not found:
        raise ValueError
    return date(int(found[3]), _month(found[2]), int(found[1]))


def _month(word: str) -> int:
    """By its name or the beginning of it: `sep`, `sept`, `september`."""
    return next(number for number, name in enumerate(MONTHS, start=1) if name.startswith(word))


def year_of(text: str) -> int:
    """Reads the academic year `2026/27`, `2026-27` or `2026` into 2026."""
    found = _YEAR.fullmatch(" ".join(text.split()))
    if not found:
        raise Unreadable(f"{shown(text)} is not an academic year such as 2026/27.")
    year = int(found[1])
    if found[2] and int(found[2]) not in (year + 1, (year + 1) % 100):
        raise Unreadable(f"{shown(text)} is not an academic year: {year} is followed by {year + 1}.")
    if year not in YEARS:
        raise Unreadable(
            f"Term dates are kept from {academic_year_label(YEARS[0])} to {academic_year_label(YEARS[-1])}."
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
        raise Unreadable(f"{shown(text)} is not autumn, spring or summer.") from None
