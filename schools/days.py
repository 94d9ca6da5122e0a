"""An academic year of a school as its page shows it: terms, closures, bank holidays in term, and how many days."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from schoolimprove.lib.clock import Calendar, Term, TermName
from schoolimprove.lib.clock.terms import days_between
from schoolimprove.lib.years import academic_year_bounds, academic_year_label
from schools.calendars import calendars_for, own_days


@dataclass(frozen=True)
class DayOff:
    """A weekday of the year without school, and why; `own` where it is this school's alone."""

    day: date
    why: str
    own: bool = False


@dataclass(frozen=True)
class SchoolYear:
    """`terms` are those held; `counts` has the school days of each, and is empty unless all three are."""

    year: int
    terms: tuple[Term, ...]
    own: frozenset[TermName]
    counts: Mapping[TermName, int]
    closures: tuple[DayOff, ...]
    bank_holidays: tuple[DayOff, ...]

    @property
    def label(self) -> str:
        return academic_year_label(self.year)

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def school_years(school: int, years: Collection[int]) -> list[SchoolYear]:
    """Seven queries, whatever is held."""
    calendar = calendars_for([school], years)[school]
    closures, terms = own_days(school, years)
    return [_year(year, calendar, frozenset(closures), terms) for year in years]


def _year(year: int, calendar: Calendar, own_closures: frozenset[date], own_terms: Collection[Term]) -> SchoolYear:
    terms = tuple(term for term in calendar.terms.held if term.year == year)
    held = year in calendar.terms.years
    first, last = academic_year_bounds(year)
    first = min([first, *(term.start for term in terms)])
    closed = sorted((day, why) for day, why in calendar.closures.items() if first <= day <= last)
    return SchoolYear(
        year,
        terms,
        frozenset(term.name for term in own_terms if term.year == year),
        {term.name: _count(term, calendar) for term in terms} if held else {},
        tuple(DayOff(day, why, day in own_closures) for day, why in closed),
        tuple(DayOff(day, why) for term in terms for day in _days(term) if (why := _bank_holiday(day, calendar))),
    )


def _count(term: Term, calendar: Calendar) -> int:
    """Its school days. A term may begin in August, when the calendar still asks for the terms of the year before."""
    return sum(not (calendar.why_not_working_day(day) or day in calendar.closures) for day in _days(term))


def _days(term: Term) -> Iterator[date]:
    """Its days outside half-term."""
    return (day for day in days_between(term.start, term.end) if not term.why_not(day))


def _bank_holiday(day: date, calendar: Calendar) -> str:
    return calendar.bank_holidays.names.get(day, "") if day.weekday() < 5 else ""
