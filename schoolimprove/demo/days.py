"""The days of the demonstration: working days and school days, counted from the day it lives on."""

from bisect import bisect_left, bisect_right
from datetime import date, timedelta
from functools import cache

from schoolimprove.calendar.bank_holidays import england
from schoolimprove.lib.clock import Calendar, Term, Terms
from schoolimprove.lib.years import academic_year, academic_year_bounds

from .terms import closures_of, terms_of

TWO_THIRDS = 2 / 3
"""Of the school days of a term, after which nearly all its core visits are held and the next term is opened."""
_AUGUST = 8


class Days:
    """The academic year of `today` with the one before and the one after."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.year = academic_year(today)
        self.years = (self.year - 1, self.year, self.year + 1)
        first = date(self.year - 1, 8, 1)
        self.beginning = first + timedelta(days=-first.weekday() % 7)
        """The day on which the authority took the service into use."""
        self._working, self._school = _counted(self.years)
        self.terms = [term for year in self.years for term in terms_of(year)]
        in_school = [self.school_days_between(term.start, term.end) for term in self.terms]
        opens = [days[int(len(days) * TWO_THIRDS)] for days in in_school]
        last = max(n for n, day in enumerate(opens) if day < today)
        self.last, self.next = self.terms[last], self.terms[last + 1]
        """The last term that is two thirds over, and the one after it, which may have begun."""
        self.known = {"last": self.last.start, "next": self.next.start}
        self.known |= {"last_opens": opens[last - 1], "next_opens": opens[last]}

    def count(self, day: date, number: int, *, school: bool = False) -> date:
        """Return the n-th working day, or school day, after `day`, or before it if `number` is negative."""
        days = self._school if school else self._working
        if number == 0:
            return day
        return days[bisect_right(days, day) + number - 1 if number > 0 else max(0, bisect_left(days, day) + number)]

    def day(self, written: int | str, *, school: bool, **known: date) -> date:
        """Return the day that an act of the script gives.

        - `-3`: three days ago. Whatever falls on no working day is impossible here: an offset counts the days on which
          its act is possible, school days where the school acts or is visited, and working days for everybody else.
        - `"school -3"`, `"working -3"`: three school days or working days ago, whoever acts.
        - `"last 20"`: 20 days from the first day of the last term; so `next`, the days on which these are opened, and
          what is `known` of a story, such as the day on which its visit is `held`.
        - `"07-01"`: the first of July of the last academic year, or the next working day.
        """
        if isinstance(written, int):
            return self.count(self.today, written, school=school)
        anchor, _, number = written.partition(" ")
        if "-" in anchor:
            month, day = map(int, anchor.split("-"))
            return self.count(date(self.year - (month >= _AUGUST), month, day) - timedelta(days=1), 1)
        if anchor in ("school", "working"):
            return self.count(self.today, int(number), school=anchor == "school")
        return self.count((self.known | known)[anchor], int(number or 0), school=school)

    def school_days_between(self, first: date, last: date) -> list[date]:
        return self._school[bisect_left(self._school, first) : bisect_right(self._school, last)]

    def term_of(self, day: date) -> Term:
        """Return the term of the day; in a holiday the one before."""
        return [term for term in self.terms if term.start <= day][-1]


@cache
def _counted(years: tuple[int, ...]) -> tuple[list[date], list[date]]:
    """Return the working days and the school days of these academic years."""
    terms = Terms(tuple(term for year in years for term in terms_of(year)))
    closures = {day: why for year in years for day, why in closures_of(year).items()}
    calendar = Calendar(england(), terms, closures)
    first, last = academic_year_bounds(years[0])[0], academic_year_bounds(years[-1])[1]
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [day for day in days if calendar.is_working_day(day)], [day for day in days if calendar.is_school_day(day)]
