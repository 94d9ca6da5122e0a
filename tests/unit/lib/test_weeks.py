"""The last weeks of a term, against dates counted by hand on a wall calendar."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolimprove.lib import clock
from schoolimprove.lib.clock import TermName
from tests.factories.calendar import TERM_DATES, calendar_of

CALENDAR = calendar_of(2025, 2026)

# Term → the last school day before its last four weeks.
BEFORE_THE_LAST_FOUR = [
    # Ends on Friday 18 December: the last weeks are those of 23 and 30 November, 7 and 14 December.
    ((2026, TermName.AUTUMN), date(2026, 11, 20), date(2026, 11, 23)),
    # Ends on Thursday 25 March: the last weeks begin on Friday 26 February.
    ((2026, TermName.SPRING), date(2027, 2, 25), date(2027, 2, 26)),
    # Ends on Monday 20 July.
    ((2025, TermName.SUMMER), date(2026, 6, 22), date(2026, 6, 23)),
]


@pytest.mark.parametrize(("term", "ends", "first_day"), BEFORE_THE_LAST_FOUR)
def test_the_last_day_before_the_last_four_weeks(term: tuple[int, TermName], ends: date, first_day: date) -> None:
    first, _half, _again, last = TERM_DATES[term]
    working = clock.before_last_weeks(first, last, 4, CALENDAR)
    assert working == clock.Working(clock.WEEKS_BEFORE_END, last, 4, first_day, ends, ())


def test_half_term_before_those_weeks_is_skipped_and_says_so() -> None:
    # Five weeks before Thursday 25 March is Thursday 18 February, in half-term; school ended on Friday 12.
    working = clock.before_last_weeks(date(2027, 1, 4), date(2027, 3, 25), 5, CALENDAR)
    assert working is not None
    assert (working.ends, working.first_day) == (date(2027, 2, 12), date(2027, 2, 22))
    assert clock.skipped_in_words(working.skipped) == [
        ("Half-term", "15 to 18 February 2027"),
        ("Weekend", "13 to 14 February 2027"),
    ]


def test_a_term_no_longer_than_its_last_weeks_has_no_such_day() -> None:
    assert clock.before_last_weeks(date(2027, 2, 22), date(2027, 3, 25), 5, CALENDAR) is None


@given(name=st.sampled_from(list(TermName)), weeks=st.integers(1, 8))
def test_it_is_a_school_day_of_the_term_and_all_after_it_is_in_those_weeks_or_no_school_day(
    name: TermName, weeks: int
) -> None:
    first, _half, _again, last = TERM_DATES[2026, name]
    working = clock.before_last_weeks(first, last, weeks, CALENDAR)
    assert working is not None
    assert CALENDAR.is_school_day(working.ends)
    assert first <= working.ends <= last - timedelta(weeks=weeks) < working.first_day
    between = clock.terms.days_between(working.ends + timedelta(days=1), working.first_day - timedelta(days=1))
    assert not any(CALENDAR.is_school_day(day) for day in between)


def test_it_is_put_in_words() -> None:
    working = clock.before_last_weeks(date(2026, 9, 1), date(2026, 12, 18), 4, CALENDAR)
    assert working is not None
    assert clock.question(working) == "4 weeks before the last day of term, Friday 18 December 2026"
    assert clock.first_counted(working) == "first school day of those weeks"
    one = clock.before_last_weeks(date(2026, 9, 1), date(2026, 12, 18), 1, CALENDAR)
    assert one is not None
    assert clock.question(one) == "1 week before the last day of term, Friday 18 December 2026"


def test_every_day_is_counted() -> None:
    # 27 days of November are left after the third, then 31 + 31 + 28 and 3 of March.
    working = clock.days_after(date(2026, 11, 3), 120)
    assert (working.ends, working.first_day, working.skipped) == (date(2027, 3, 3), date(2026, 11, 4), ())
    assert clock.question(working) == "120 days after Tuesday 3 November 2026"
    assert clock.first_counted(working) == "first day counted"
