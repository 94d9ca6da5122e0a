"""The last two school days of a term and the days of holidays, and the next better ones."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolimprove.lib import clock
from tests.factories.calendar import TERM_DATES, YEARS, calendar_of

CALENDAR = calendar_of(2025, 2026)
CLOSED = calendar_of(2025, 2026, closures={date(2026, 12, 18): "Staff training"})

SAID = [
    (date(2026, 12, 16), ""),
    (date(2026, 12, 17), "Thursday 17 December 2026 is the second to last school day of the autumn term."),
    (date(2026, 12, 18), "Friday 18 December 2026 is the last school day of the autumn term."),
    (date(2026, 12, 19), "Saturday 19 December 2026 is in the Christmas holiday."),
    (date(2027, 1, 3), "Sunday 3 January 2027 is in the Christmas holiday."),
    (date(2027, 1, 4), ""),
    (date(2026, 10, 23), ""),
    (date(2026, 10, 28), "Wednesday 28 October 2026 is in the half-term holiday."),
    (date(2027, 3, 29), "Monday 29 March 2027 is in the Easter holiday."),
    (date(2027, 8, 2), "Monday 2 August 2027 is in the summer holiday."),
    (date(2026, 8, 31), "Monday 31 August 2026 is in the summer holiday."),
    # A weekend of term, and May Day: the count does not end there, and nobody is kept from reading a letter.
    (date(2026, 11, 7), ""),
    (date(2027, 5, 3), ""),
    # Not held.
    (date(2030, 12, 25), ""),
]


@pytest.mark.parametrize(("day", "said"), SAID)
def test_the_last_days_of_a_term_and_holidays_are_awkward(day: date, said: str) -> None:
    assert clock.awkward(day, CALENDAR) == said


def test_a_closure_at_the_end_of_term_comes_after_its_last_school_day() -> None:
    assert clock.awkward(date(2026, 12, 16), CLOSED) == (
        "Wednesday 16 December 2026 is the second to last school day of the autumn term."
    )
    assert clock.awkward(date(2026, 12, 18), CLOSED) == (
        "Friday 18 December 2026 comes after the last school day of the autumn term."
    )


def test_a_school_day_is_awkward_when_it_is_one_of_the_last_two_of_its_term_and_no_other_is() -> None:
    for (year, name), (first, _half, _again, last) in TERM_DATES.items():
        calendar = calendar_of(year)
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        taught = [day for day in days if calendar.is_school_day(day)]
        assert [day for day in taught if clock.awkward(day, calendar)] == taught[-2:], (year, name)


@given(day=st.dates(date(2025, 9, 1), date(2027, 8, 31)))
def test_no_school_day_is_in_a_holiday_and_every_day_of_a_holiday_is_awkward(day: date) -> None:
    said = clock.awkward(day, CALENDAR)
    assert ("holiday" in said) is bool(CALENDAR.terms.why_not(day))
    assert said == "" or said.startswith(clock.long_date(day))


@given(after=st.dates(date(2025, 9, 1), date(2027, 5, 31)), n=st.integers(1, 15))
def test_a_better_day_is_a_good_one_that_ends_on_a_good_one_and_the_first(after: date, n: int) -> None:
    better = clock.better_start(after, n, CALENDAR)
    assert better is not None
    assert better == clock.school_days_after(better.start, n, CALENDAR)
    assert CALENDAR.is_school_day(better.start)
    assert clock.awkward(better.start, CALENDAR) == clock.awkward(better.ends, CALENDAR) == ""
    for days in range(1, (better.start - after).days):
        sooner = after + timedelta(days=days)
        ends = clock.school_days_after(sooner, n, CALENDAR).ends
        awkward = clock.awkward(sooner, CALENDAR) or clock.awkward(ends, CALENDAR)
        assert awkward or not CALENDAR.is_school_day(sooner)


def test_where_the_next_year_is_not_held_no_better_day_is_named() -> None:
    assert max(YEARS) == 2026
    assert clock.better_start(date(2027, 7, 16), 10, CALENDAR) is None


def test_from_the_last_week_of_autumn_the_next_better_day_is_the_first_of_spring() -> None:
    better = clock.better_start(date(2026, 12, 17), 10, CALENDAR)
    assert better is not None
    # Tue 5 to Fri 8, Mon 11 to Fri 15, Mon 18 January.
    assert (better.start, better.ends) == (date(2027, 1, 4), date(2027, 1, 18))
