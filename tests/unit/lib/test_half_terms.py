"""Half-terms and the term clock: domain 5.4, and the worked example of domain 11."""

from datetime import date

import pytest

from schoolimprove.lib import clock
from schoolimprove.lib.clock import TermName
from tests.factories.calendar import calendar_of

CALENDAR = calendar_of(2008, 2009)


def test_a_year_has_six_half_terms() -> None:
    halves = clock.half_terms(2008, CALENDAR)
    assert [(half.number, half.start, half.end) for half in halves] == [
        (1, date(2008, 9, 3), date(2008, 10, 24)),
        (2, date(2008, 11, 3), date(2008, 12, 19)),
        (3, date(2009, 1, 5), date(2009, 2, 13)),
        (4, date(2009, 2, 23), date(2009, 4, 3)),
        (5, date(2009, 4, 20), date(2009, 5, 22)),
        (6, date(2009, 6, 1), date(2009, 7, 21)),
    ]
    assert halves[4].label == "first half of the summer term 2008/09"
    assert halves[5].label == "second half of the summer term 2008/09"


def test_the_half_terms_of_a_year_not_held_are_refused() -> None:
    with pytest.raises(clock.NoTermDates, match="2010/11"):
        clock.half_terms(2010, CALENDAR)


@pytest.mark.parametrize(
    ("n", "ends"),
    [
        (1, date(2008, 12, 19)),
        (4, date(2009, 5, 22)),
        (6, date(2009, 10, 23)),
    ],
)
def test_a_stage_that_starts_on_3_november_2008_is_decided_by_the_end_of_the_half_term(n: int, ends: date) -> None:
    working = clock.half_term_end(date(2008, 11, 3), n, CALENDAR)
    assert (working.ends, working.first_day, working.skipped) == (ends, date(2008, 11, 3), ())
    assert working.calendar == "half-terms"


def test_a_start_in_a_holiday_counts_from_the_next_half_term() -> None:
    working = clock.half_term_end(date(2008, 10, 30), 4, CALENDAR)
    assert working.ends == date(2009, 5, 22)
    assert working.first_day == date(2008, 11, 3)
    assert [why for _, why in working.skipped] == ["Half-term", "Half-term", "Saturday", "Sunday"]


def test_a_start_on_the_weekend_before_a_holiday_counts_from_the_next_half_term() -> None:
    assert clock.half_term_end(date(2008, 10, 25), 1, CALENDAR).ends == date(2008, 12, 19)


def test_a_start_on_a_weekend_between_school_weeks_is_in_its_half_term() -> None:
    assert clock.half_term_end(date(2008, 11, 8), 1, CALENDAR).ends == date(2008, 12, 19)


def test_a_start_in_the_summer_holiday_counts_from_the_autumn_term() -> None:
    for start in (date(2009, 7, 22), date(2009, 8, 31), date(2009, 9, 1)):
        assert clock.half_term_end(start, 1, CALENDAR).ends == date(2009, 10, 23)


def test_a_start_on_the_last_day_of_a_half_term_counts_that_half_term() -> None:
    assert clock.half_term_end(date(2008, 10, 24), 1, CALENDAR).ends == date(2008, 10, 24)


def test_a_closure_on_the_last_day_of_the_half_term_brings_the_end_forward() -> None:
    calendar = calendar_of(2008, 2009, closures={date(2009, 5, 22): "Staff training", date(2009, 5, 21): "Polling"})
    assert clock.half_term_end(date(2008, 11, 3), 4, calendar).ends == date(2009, 5, 20)


def test_a_half_term_given_with_its_weekends_is_the_same_half_term() -> None:
    own = clock.Term(date(2009, 4, 20), date(2009, 7, 21), date(2009, 5, 23), date(2009, 5, 31), 2008, TermName.SUMMER)
    school = CALENDAR.with_school({}, [own])
    assert clock.half_term_end(date(2008, 11, 3), 4, school).ends == date(2009, 5, 22)
    assert clock.half_terms(2008, school)[5].start == date(2009, 6, 1)


def test_which_half_term_a_day_is_in() -> None:
    half = clock.half_term_on(date(2009, 2, 14), CALENDAR)
    assert half is None
    inside = clock.half_term_on(date(2009, 2, 7), CALENDAR)
    assert inside is not None
    assert inside.number == 3
    with pytest.raises(clock.NoTermDates):
        clock.half_term_on(date(2008, 8, 31), CALENDAR)


def test_the_next_half_term_starts_after_the_day() -> None:
    assert clock.next_half_term(date(2009, 2, 13), CALENDAR).start == date(2009, 2, 23)
    assert clock.next_half_term(date(2009, 2, 23), CALENDAR).start == date(2009, 4, 20)
    assert clock.next_half_term(date(2009, 8, 31), CALENDAR).start == date(2009, 9, 2)
    with pytest.raises(clock.NoTermDates, match="2010/11"):
        clock.next_half_term(date(2010, 7, 22), CALENDAR)


def test_half_terms_beyond_the_years_held_are_refused() -> None:
    with pytest.raises(clock.NoTermDates, match=r"^there are no term dates for 2010/11$"):
        clock.half_term_end(date(2009, 11, 3), 6, CALENDAR)


def test_half_terms_are_never_counted_across_a_year_that_is_not_held() -> None:
    with pytest.raises(clock.NoTermDates, match="2009/10"):
        clock.half_term_end(date(2009, 6, 1), 2, calendar_of(2008, 2025))


def test_less_than_one_half_term_is_refused() -> None:
    with pytest.raises(ValueError, match="1 day or more"):
        clock.half_term_end(date(2008, 11, 3), 0, CALENDAR)
