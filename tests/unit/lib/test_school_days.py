"""School days and day six: domain 2, 7.8 and 8.3, and the worked examples of domain 11."""

from datetime import date

import pytest

from schoolimprove.lib import clock
from schoolimprove.lib.clock import TermName
from tests.factories.calendar import calendar_of, term

CALENDAR = calendar_of(2008, 2009)


@pytest.mark.parametrize(
    ("n", "day"), [(1, date(2009, 2, 12)), (2, date(2009, 2, 13)), (3, date(2009, 2, 23)), (6, date(2009, 2, 26))]
)
def test_days_out_are_counted_from_the_first_and_over_half_term(n: int, day: date) -> None:
    assert clock.nth_school_day(date(2009, 2, 12), n, CALENDAR).ends == day


def test_day_six_shows_half_term_as_skipped() -> None:
    working = clock.nth_school_day(date(2009, 2, 12), 6, CALENDAR)
    assert [day.day for day, why in working.skipped if why == "Half-term"] == [16, 17, 18, 19, 20]
    assert working.first_day == date(2009, 2, 12)


def test_a_first_day_out_that_is_no_school_day_counts_from_the_next() -> None:
    working = clock.nth_school_day(date(2009, 2, 16), 1, CALENDAR)
    assert (working.start, working.first_day, working.ends) == (date(2009, 2, 16), date(2009, 2, 23), date(2009, 2, 23))


@pytest.mark.parametrize(
    ("excluded", "relevant"), [(date(2009, 2, 12), date(2009, 2, 27)), (date(2009, 4, 23), date(2009, 5, 1))]
)
def test_the_relevant_date_is_the_sixth_school_day_after_the_exclusion(excluded: date, relevant: date) -> None:
    assert clock.school_days_after(excluded, 6, CALENDAR).ends == relevant


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2009, 4, 3), ""),
        (date(2009, 4, 4), "Saturday"),
        (date(2009, 4, 6), "Easter holiday"),
        (date(2009, 4, 10), "Good Friday"),
        (date(2008, 12, 22), "Christmas holiday"),
        (date(2008, 12, 25), "Christmas Day"),
        (date(2008, 10, 27), "Half-term"),
        (date(2009, 5, 25), "Spring bank holiday"),
        (date(2009, 5, 26), "Half-term"),
        (date(2009, 5, 4), "Early May bank holiday"),
        (date(2008, 9, 1), "Summer holiday"),
        (date(2009, 7, 22), "Summer holiday"),
        (date(2009, 8, 31), "Summer bank holiday"),
        (date(2009, 9, 1), "Summer holiday"),
    ],
)
def test_each_day_without_school_says_why(day: date, why: str) -> None:
    assert CALENDAR.why_not_school_day(day) == why
    assert CALENDAR.is_school_day(day) is not bool(why)


def test_a_closure_is_skipped_with_its_reason() -> None:
    calendar = calendar_of(2008, closures={date(2009, 6, 4): "European election"})
    working = clock.school_days_after(date(2009, 6, 3), 1, calendar)
    assert working.ends == date(2009, 6, 5)
    assert working.skipped == ((date(2009, 6, 4), "European election"),)


def test_a_closure_on_the_last_day_of_term_moves_the_count_into_the_next() -> None:
    calendar = calendar_of(2008, closures={date(2009, 4, 3): "Staff training"})
    assert clock.school_days_after(date(2009, 4, 2), 1, calendar).ends == date(2009, 4, 20)
    assert clock.school_days_after(date(2009, 4, 2), 1, CALENDAR).ends == date(2009, 4, 3)


def test_a_count_runs_from_one_academic_year_into_the_next() -> None:
    assert clock.school_days_after(date(2009, 7, 20), 3, CALENDAR).ends == date(2009, 9, 3)


def test_a_day_outside_the_years_held_is_refused_even_at_the_weekend() -> None:
    for day in (date(2008, 8, 31), date(2008, 8, 30), date(2010, 9, 1)):
        with pytest.raises(clock.NoTermDates):
            CALENDAR.why_not_school_day(day)


def test_a_count_that_leaves_the_years_held_is_refused_by_the_year_that_is_missing() -> None:
    with pytest.raises(clock.NoTermDates, match=r"^there are no term dates for 2010/11$"):
        clock.school_days_after(date(2010, 7, 20), 2, CALENDAR)


def test_an_event_on_31_august_needs_only_the_year_that_follows() -> None:
    assert clock.school_days_after(date(2008, 8, 31), 1, CALENDAR).ends == date(2008, 9, 3)


def test_a_year_is_not_held_until_all_three_of_its_terms_are() -> None:
    two = clock.Terms((term(2008, TermName.AUTUMN), term(2008, TermName.SPRING)))
    calendar = clock.Calendar(CALENDAR.bank_holidays, two)
    with pytest.raises(clock.NoTermDates, match="2008/09"):
        calendar.is_school_day(date(2008, 9, 3))


def test_years_apart_are_never_counted_across() -> None:
    calendar = calendar_of(2008, 2025)
    with pytest.raises(clock.NoTermDates, match="2009/10"):
        clock.school_days_after(date(2009, 7, 21), 1, calendar)


def test_an_autumn_term_may_begin_in_late_august() -> None:
    early = clock.Term(
        date(2009, 8, 27), date(2009, 12, 18), date(2009, 10, 26), date(2009, 10, 30), 2009, TermName.AUTUMN
    )
    calendar = CALENDAR.with_school({}, [early])
    assert calendar.is_school_day(date(2009, 8, 28))
    assert calendar.why_not_school_day(date(2009, 8, 31)) == "Summer bank holiday"
    assert not CALENDAR.is_school_day(date(2009, 8, 28))


def test_a_schools_own_closures_are_laid_over_the_authoritys() -> None:
    authority = calendar_of(2008, closures={date(2009, 6, 4): "European election"})
    school = authority.with_school({date(2009, 6, 5): "Staff training"}, [])
    assert school.why_not_school_day(date(2009, 6, 4)) == "European election"
    assert school.why_not_school_day(date(2009, 6, 5)) == "Staff training"
    assert authority.is_school_day(date(2009, 6, 5))
    assert school.terms is authority.terms


def test_a_schools_own_term_stands_instead_of_the_authoritys() -> None:
    own = clock.Term(date(2009, 4, 14), date(2009, 7, 15), date(2009, 5, 25), date(2009, 6, 5), 2008, TermName.SUMMER)
    school = CALENDAR.with_school({}, [own])
    assert school.is_school_day(date(2009, 4, 14))
    assert not school.is_school_day(date(2009, 7, 20))
    assert school.why_not_school_day(date(2009, 6, 5)) == "Half-term"
    assert school.is_school_day(date(2009, 2, 13))
    assert CALENDAR.is_school_day(date(2009, 7, 20))


def test_a_clock_change_on_a_sunday_neither_adds_nor_loses_a_school_day() -> None:
    assert clock.school_days_after(date(2009, 3, 27), 1, CALENDAR).ends == date(2009, 3, 30)


def test_counting_school_days_between_is_the_count_backwards_too() -> None:
    assert clock.count_school_days_between(date(2009, 2, 12), date(2009, 2, 27), CALENDAR) == 6
    assert clock.count_school_days_between(date(2009, 2, 27), date(2009, 2, 12), CALENDAR) == -6


def test_day_six_of_periods_of_three_and_four_days_back_to_back_is_the_third_day_of_the_second() -> None:
    days = [clock.nth_school_day(date(2009, 3, 2), n, CALENDAR).ends for n in range(1, 8)]
    second = days[3:]
    assert second == [date(2009, 3, 5), date(2009, 3, 6), date(2009, 3, 9), date(2009, 3, 10)]
    assert days[5] == second[2]
