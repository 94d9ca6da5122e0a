"""Counting half-terms, the unit of the term clock. Source: domain 5.4."""

from datetime import date

from schoolimprove.lib.years import academic_year

from .calendar import Calendar
from .counting import refuse_less_than_one
from .terms import ONE_DAY, HalfTerm, NoTermDates, days_between
from .working import Working

HALF_TERMS = "half-terms"


def half_terms(year: int, cal: Calendar) -> tuple[HalfTerm, ...]:
    """The six half-terms of an academic year, in order."""
    if year not in cal.terms.years:
        raise NoTermDates(year)
    return tuple(half for half in cal.terms.half_terms.values() if half.year == year)


def half_term_on(day: date, cal: Calendar) -> HalfTerm | None:
    """The half-term the day is in, weekends between its weeks included; nothing in a holiday."""
    cal.terms.why_not(day)
    return next((half for half in cal.terms.half_terms.values() if half.start <= day <= half.end), None)


def next_half_term(day: date, cal: Calendar) -> HalfTerm:
    """The first half-term that starts after `day`."""
    cal.terms.why_not(day)
    year = academic_year(day)
    near = [half for half in cal.terms.half_terms.values() if half.year in (year, year + 1) and half.start > day]
    if not near:
        raise NoTermDates(year + 1)
    return near[0]


def half_term_end(start: date, n: int, cal: Calendar) -> Working:
    """The last school day of the n-th half-term, the one `start` is in being the first.

    A start in a holiday counts from the next half-term; the days until it begins are the ones skipped.
    """
    refuse_less_than_one(n)
    first = half_term_on(start, cal) or next_half_term(start, cal)
    last = cal.terms.half_term(first.ordinal + n - 1)
    first_day = max(start, first.start)
    skipped = tuple((day, cal.why_not_school_day(day)) for day in days_between(start, first_day - ONE_DAY))
    return Working(HALF_TERMS, start, n, first_day, last_school_day(last, cal), skipped, counts_start=True)


def last_school_day(half: HalfTerm, cal: Calendar) -> date:
    """The last day of the half-term that is no closure; its nominal last day if it has no school day at all."""
    backwards = (half.end - n * ONE_DAY for n in range((half.end - half.start).days + 1))
    return next((day for day in backwards if cal.is_school_day(day)), half.end)
