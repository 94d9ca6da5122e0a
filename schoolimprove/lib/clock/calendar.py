"""Which days count, and why the others do not. Source: domain 2.

A working day is not a Saturday, a Sunday, Christmas Day, Good Friday or a bank holiday; school holidays count.
A school day is a weekday of term that is none of these, nor half-term, nor a closure day. An inspection working
day (SI 2005/2038) is a working day outside any school holiday that is longer than a week.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property

from schoolimprove.lib.years import academic_year

from .terms import ONE_DAY, SATURDAY, DatesNotHeld, NoTermDates, Term, Terms, days_between

WEEKEND = {5: "Saturday", 6: "Sunday"}


@dataclass(frozen=True)
class BankHolidays:
    """Non-working days by name, in the calendar years `years`; outside them nothing is known."""

    years: range
    names: Mapping[date, str]

    @cached_property
    def _why(self) -> dict[date, str]:
        """Every day known, with why it is no working day; Christmas Day on a Saturday is Christmas Day."""
        days = days_between(date(self.years[0], 1, 1), date(self.years[-1], 12, 31))
        return {day: self.names.get(day) or WEEKEND.get(day.weekday(), "") for day in days}

    def why_not_working(self, day: date) -> str:
        """Nothing for a working day; `DatesNotHeld` outside the years known."""
        try:
            return self._why[day]
        except KeyError:
            raise DatesNotHeld(f"there are no bank holidays for {day.year}") from None


@dataclass(frozen=True)
class Calendar:
    """The days of an authority, or of one school when its own days are laid over (`with_school`).

    `closures` is day → reason. Every `why_not_…` gives nothing for a day that counts, else the reason it is
    skipped, and raises `DatesNotHeld` rather than guess.
    """

    bank_holidays: BankHolidays
    terms: Terms = field(default_factory=Terms)
    closures: Mapping[date, str] = field(default_factory=dict)

    def why_not_working_day(self, day: date) -> str:
        return self.bank_holidays.why_not_working(day)

    def why_not_school_day(self, day: date) -> str:
        outside_term = self.terms.why_not(day)
        return self.bank_holidays.why_not_working(day) or outside_term or self.closures.get(day, "")

    def why_not_inspection_working_day(self, day: date, *, longer_than: int) -> str:
        """`longer_than`: how many consecutive weekdays without school are still no long holiday (policy)."""
        why = self.why_not_working_day(day)
        if why:
            return why
        why = self.why_not_school_day(day)
        return why if why and self._weekdays_off_around(day, longer_than + 1) > longer_than else ""

    def is_working_day(self, day: date) -> bool:
        return not self.why_not_working_day(day)

    def is_school_day(self, day: date) -> bool:
        return not self.why_not_school_day(day)

    def is_inspection_working_day(self, day: date, *, longer_than: int) -> bool:
        return not self.why_not_inspection_working_day(day, longer_than=longer_than)

    def _weekdays_off_around(self, day: date, enough: int) -> int:
        """How many consecutive weekdays without school `day` stands among; counting stops at `enough`.

        Where the dates held end before that is certain, it is an error: the holiday may go on.
        """
        before, unheld_before = self._weekdays_off_beyond(day, -ONE_DAY, enough - 1)
        after, unheld_after = self._weekdays_off_beyond(day, ONE_DAY, enough - 1 - before)
        found, unheld = 1 + before + after, unheld_before or unheld_after
        if unheld and found < enough:
            raise NoTermDates(academic_year(unheld))
        return found

    def _weekdays_off_beyond(self, day: date, step: timedelta, enough: int) -> tuple[int, date | None]:
        """How many weekdays without school follow in one direction, and the first day not held if that ended it."""
        found = 0
        while found < enough:
            day += step
            if not self.terms.hold(day):
                return found, day
            if day.weekday() < SATURDAY:
                if self.is_school_day(day):
                    break
                found += 1
        return found, None

    def with_school(self, closures: Mapping[date, str], terms: Iterable[Term]) -> "Calendar":
        """A school's own closures beside the authority's, and its own terms instead of those of the same name."""
        return replace(self, terms=self.terms.replaced_by(tuple(terms)), closures={**self.closures, **closures})
