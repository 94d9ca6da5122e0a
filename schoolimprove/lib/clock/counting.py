"""Counting days that count, with the working. Sources: domain 2 and 8.3.

"Within n days" ends at the end of the n-th such day *following* the event; a count "from" a day includes it.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from .calendar import Calendar
from .terms import ONE_DAY, DatesNotHeld, days_between
from .working import Working

WORKING_DAYS = "working days"
INSPECTION_WORKING_DAYS = "inspection working days"
SCHOOL_DAYS = "school days"
EVERY_DAY = "days"

WhyNot = Callable[[date], str]


def working_days_after(start: date, n: int, cal: Calendar) -> Working:
    """The n-th working day following `start`. Needs no term dates."""
    return _after(WORKING_DAYS, start, n, cal.why_not_working_day)


def school_days_after(start: date, n: int, cal: Calendar) -> Working:
    """The n-th school day following `start`."""
    return _after(SCHOOL_DAYS, start, n, cal.why_not_school_day)


def inspection_working_days_after(start: date, n: int, cal: Calendar, *, longer_than: int) -> Working:
    """The n-th inspection working day following `start`; `longer_than` as for `Calendar`."""
    return _after(INSPECTION_WORKING_DAYS, start, n, _inspection(cal, longer_than))


def school_days_before(end: date, n: int, cal: Calendar) -> date:
    """Return the school day that has `n` school days after it up to and including `end`."""
    refuse_less_than_one(n)
    day, left = end, n
    while left or not cal.is_school_day(day):
        left -= cal.is_school_day(day)
        day -= ONE_DAY
    return day


def days_after(start: date, n: int) -> Working:
    """The n-th day following `start`, each one counted."""
    refuse_less_than_one(n)
    return Working(EVERY_DAY, start, n, start + ONE_DAY, start + timedelta(days=n), ())


def nth_school_day(first: date, n: int, cal: Calendar) -> Working:
    """The n-th school day counted from `first`, which is day 1 itself when it is a school day."""
    return _count(SCHOOL_DAYS, first, first, n, cal.why_not_school_day)


def count_working_days_between(start: date, end: date, cal: Calendar) -> int:
    """How many working days follow `start` up to and including `end`; negative when `end` comes first."""
    return _between(start, end, cal.why_not_working_day)


def count_school_days_between(start: date, end: date, cal: Calendar) -> int:
    """How many school days follow `start` up to and including `end`; negative when `end` comes first."""
    return _between(start, end, cal.why_not_school_day)


def count_inspection_working_days_between(start: date, end: date, cal: Calendar, *, longer_than: int) -> int:
    """As for working days; `longer_than` as for `Calendar`."""
    return _between(start, end, _inspection(cal, longer_than))


def _inspection(cal: Calendar, longer_than: int) -> WhyNot:
    return partial(cal.why_not_inspection_working_day, longer_than=longer_than)


def _after(calendar: str, start: date, n: int, why_not: WhyNot) -> Working:
    if start == date.max:
        raise DatesNotHeld("there are no days after 31 December 9999")
    return _count(calendar, start, start + ONE_DAY, n, why_not)


def _count(calendar: str, start: date, first: date, n: int, why_not: WhyNot) -> Working:
    """Walk from `first` until n days have counted."""
    refuse_less_than_one(n)
    counted: list[date] = []
    skipped: list[tuple[date, str]] = []
    day = first
    while True:
        why = why_not(day)
        if why:
            skipped.append((day, why))
        else:
            counted.append(day)
            if len(counted) == n:
                break
        day += ONE_DAY
    return Working(calendar, start, n, counted[0], day, tuple(skipped), counts_start=first == start)


def _between(start: date, end: date, why_not: WhyNot) -> int:
    if end < start:
        return -_between(end, start, why_not)
    return sum(not why_not(day) for day in days_between(start + ONE_DAY, end)) if start < end else 0


def refuse_less_than_one(n: int) -> None:
    if n < 1:
        raise ValueError("Count 1 day or more.")
