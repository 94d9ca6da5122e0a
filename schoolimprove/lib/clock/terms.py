"""The terms of academic years, their six half-terms, and why a day is outside them. Sources: domain 2 and 5.4."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property

from schoolimprove.lib.years import academic_year, academic_year_bounds, academic_year_label

ONE_DAY = timedelta(days=1)
FRIDAY, SATURDAY = 4, 5
HALVES = 6


class TermName(StrEnum):
    AUTUMN = "autumn"
    SPRING = "spring"
    SUMMER = "summer"


HOLIDAY_BEFORE = {
    TermName.AUTUMN: "Summer holiday",
    TermName.SPRING: "Christmas holiday",
    TermName.SUMMER: "Easter holiday",
}


class DatesNotHeld(LookupError):
    """The answer depends on dates nobody has loaded. The message names what is missing."""


class NoTermDates(DatesNotHeld):
    """`year` is the academic year whose terms are not all held."""

    def __init__(self, year: int) -> None:
        self.year = year
        super().__init__(f"there are no term dates for {academic_year_label(year)}")


@dataclass(frozen=True, order=True)
class Term:
    """One term: first and last day, and the first and last day of its half-term break, all inclusive."""

    start: date
    end: date
    half_term_start: date
    half_term_end: date
    year: int
    name: TermName

    def why_not(self, day: date) -> str:
        """Nothing for a day of the term, else why it is none."""
        return "Half-term" if self.half_term_start <= day <= self.half_term_end else ""


@dataclass(frozen=True)
class HalfTerm:
    """One of the six stretches of teaching in a year; `number` runs from 1 to 6. First and last are weekdays."""

    year: int
    number: int
    term: TermName
    start: date
    end: date

    @property
    def ordinal(self) -> int:
        """Consecutive half-terms have consecutive ordinals, over the turn of the year too."""
        return HALVES * self.year + self.number - 1

    @property
    def label(self) -> str:
        """`first half of the summer term 2008/09`."""
        half = "first" if self.number % 2 else "second"
        return f"{half} half of the {self.term} term {academic_year_label(self.year)}"


@dataclass(frozen=True)
class Terms:
    """Every term held, in order. A year is held when all three of its terms are; others are never guessed."""

    held: tuple[Term, ...] = ()

    @cached_property
    def years(self) -> frozenset[int]:
        """The academic years whose three terms are held."""
        names: dict[int, set[TermName]] = {}
        for term in self.held:
            names.setdefault(term.year, set()).add(term.name)
        return frozenset(year for year, found in names.items() if found == set(TermName))

    @cached_property
    def _why(self) -> dict[date, str]:
        """Every day of every held year, with why it is outside term; nothing for a day of term."""
        reasons: dict[date, str] = {}
        for year in sorted(self.years):
            reasons.update(self._holidays_of(year))
        for term in self.held:
            inside = {day: term.why_not(day) for day in days_between(term.start, term.end)}
            reasons.update({day: why for day, why in inside.items() if day in reasons})
        return reasons

    def _holidays_of(self, year: int) -> Iterator[tuple[date, str]]:
        """Every day of the year with the holiday it would fall in if there were no terms."""
        starts = {term.name: term.start for term in self.held if term.year == year}
        for day in days_between(*academic_year_bounds(year)):
            coming = next((name for name in TermName if day < starts[name]), TermName.AUTUMN)
            yield day, HOLIDAY_BEFORE[coming]

    def why_not(self, day: date) -> str:
        """Nothing for a day of term, `Half-term` or the holiday's name; `NoTermDates` outside the years held."""
        try:
            return self._why[day]
        except KeyError:
            raise NoTermDates(academic_year(day)) from None

    def hold(self, day: date) -> bool:
        """Whether the day's academic year is held."""
        return day in self._why

    @cached_property
    def half_terms(self) -> dict[int, HalfTerm]:
        """The six half-terms of every held year in order, by ordinal."""
        terms = sorted(term for term in self.held if term.year in self.years)
        return {half.ordinal: half for term in terms for half in _halves(term)}

    def half_term(self, ordinal: int) -> HalfTerm:
        """The half-term of that ordinal; `NoTermDates` when its year is not held."""
        try:
            return self.half_terms[ordinal]
        except KeyError:
            raise NoTermDates(ordinal // HALVES) from None

    def replaced_by(self, own: tuple[Term, ...]) -> "Terms":
        """These terms with `own` instead of those of the same year and name."""
        terms = {(term.year, term.name): term for term in (*self.held, *own)}
        return Terms(tuple(sorted(terms.values()))) if own else self


def _halves(term: Term) -> tuple[HalfTerm, HalfTerm]:
    number = 2 * list(TermName).index(term.name) + 1
    spans = [(term.start, term.half_term_start - ONE_DAY), (term.half_term_end + ONE_DAY, term.end)]
    first, second = (
        HalfTerm(term.year, number + place, term.name, weekday_from(start), weekday_back_from(end))
        for place, (start, end) in enumerate(spans)
    )
    return first, second


def days_between(first: date, last: date) -> Iterator[date]:
    """Each day from `first` to `last`, both included."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def weekday_from(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(days=7 - day.weekday()) if day.weekday() >= SATURDAY else day


def weekday_back_from(day: date) -> date:
    """The day itself, or the Friday before a weekend."""
    return day - timedelta(days=day.weekday() - FRIDAY) if day.weekday() >= SATURDAY else day
