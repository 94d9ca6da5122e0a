"""The days a demonstration is told in: working days and school days, counted from the day it lives on."""

from bisect import bisect_left, bisect_right
from datetime import date, timedelta
from functools import cache

from schoolimprove.calendar.bank_holidays import england
from schoolimprove.lib.clock import Calendar, Term, Terms
from schoolimprove.lib.years import academic_year, academic_year_bounds

from .terms import closures_of, terms_of

_OPENED_BEFORE = 6
"""Working days."""


class Days:
    """The academic year of `today` with the one before and the one after."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.year = academic_year(today)
        self.years = (self.year - 1, self.year, self.year + 1)
        self.beginning = _monday_from(date(self.year - 1, 8, 1))
        """The day on which the authority took the service into use."""
        self._working, self._school = _counted(self.years)

    def working_days_ago(self, n: int) -> date:
        """The n-th working day before today; the one before the first day held is the first."""
        return _before(self._working, self.today, n)

    def school_days_ago(self, n: int) -> date:
        return _before(self._school, self.today, n)

    def working_days_before(self, day: date, n: int) -> date:
        """The n-th working day before `day`."""
        return _before(self._working, day, n)

    def working_days_after(self, day: date, n: int) -> date:
        """The n-th working day following `day`."""
        return self._working[bisect_right(self._working, day) + n - 1]

    def school_days_after(self, day: date, n: int) -> date:
        return self._school[bisect_right(self._school, day) + n - 1]

    def school_day_by(self, day: date) -> date:
        """`day` itself when it is a school day, else the last one before."""
        return self._school[bisect_right(self._school, day) - 1]

    def school_days_between(self, first: date, last: date) -> list[date]:
        return self._school[bisect_left(self._school, first) : bisect_right(self._school, last)]

    def terms(self) -> list[Term]:
        return [term for year in self.years for term in terms_of(year)]

    def term_of(self, day: date) -> Term:
        """The term of the day; in a holiday the one before."""
        return [term for term in self.terms() if term.start <= day][-1]

    def opened(self) -> list[Term]:
        """The terms that the authority opened: the last that has begun, the one before it, and one to come by now."""
        terms = self.terms()
        begun = max(n for n, term in enumerate(terms) if term.start < self.today)
        return [term for term in terms[begun - 1 :] if self.opened_on(term) < self.today]

    def opened_on(self, term: Term) -> date:
        """The day on which a term is opened, shortly before it begins."""
        return self.working_days_before(term.start, _OPENED_BEFORE)

    def last_begun(self) -> Term:
        return [term for term in self.opened() if term.start < self.today][-1]


def _monday_from(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)


def _before(days: list[date], today: date, n: int) -> date:
    return days[max(0, bisect_left(days, today) - n)]


@cache
def _counted(years: tuple[int, ...]) -> tuple[list[date], list[date]]:
    """The working days and the school days of these academic years."""
    terms = Terms(tuple(term for year in years for term in terms_of(year)))
    closures = {day: why for year in years for day, why in closures_of(year).items()}
    calendar = Calendar(england(), terms, closures)
    first, last = academic_year_bounds(years[0])[0], academic_year_bounds(years[-1])[1]
    held = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [day for day in held if calendar.is_working_day(day)], [day for day in held if calendar.is_school_day(day)]
