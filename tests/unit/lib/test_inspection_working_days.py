"""Inspection working days: domain 2 and 5.5, and the worked example of domain 11."""

from datetime import date

import pytest

from schoolimprove.lib import clock
from tests.factories.calendar import calendar_of

CALENDAR = calendar_of(2008, 2009)
WEEK = 5


def test_a_report_received_on_27_march_2009_has_its_statement_due_on_24_april() -> None:
    working = clock.inspection_working_days_after(date(2009, 3, 27), 10, CALENDAR, longer_than=WEEK)
    assert working.ends == date(2009, 4, 24)
    assert working.calendar == "inspection working days"
    assert [day for day, why in working.skipped if why == "Easter holiday"] == [
        *(date(2009, 4, day) for day in (6, 7, 8, 9, 14, 15, 16, 17)),
    ]
    assert (date(2009, 4, 10), "Good Friday") in working.skipped


def test_the_same_days_as_plain_working_days_end_on_14_april() -> None:
    assert clock.working_days_after(date(2009, 3, 27), 10, CALENDAR).ends == date(2009, 4, 14)


def test_a_half_term_of_five_weekdays_is_not_longer_than_a_week() -> None:
    assert CALENDAR.is_inspection_working_day(date(2009, 2, 18), longer_than=WEEK)
    assert CALENDAR.is_inspection_working_day(date(2009, 5, 27), longer_than=WEEK)


def test_a_closure_beside_half_term_makes_it_longer_than_a_week() -> None:
    calendar = calendar_of(2008, closures={date(2009, 2, 23): "Staff training"})
    assert calendar.why_not_inspection_working_day(date(2009, 2, 18), longer_than=WEEK) == "Half-term"
    assert calendar.why_not_inspection_working_day(date(2009, 2, 23), longer_than=WEEK) == "Staff training"


def test_a_bank_holiday_beside_a_closure_counts_towards_the_length() -> None:
    closures = {date(2009, 5, day): "Flood" for day in (5, 6, 7, 8, 11)}
    calendar = calendar_of(2008, closures=closures)
    assert calendar.why_not_inspection_working_day(date(2009, 5, 11), longer_than=WEEK) == "Flood"
    shorter = calendar_of(2008, closures={day: why for day, why in closures.items() if day.day != 11})
    assert shorter.is_inspection_working_day(date(2009, 5, 8), longer_than=WEEK)


def test_a_lone_closure_is_an_inspection_working_day() -> None:
    calendar = calendar_of(2008, closures={date(2009, 6, 4): "European election"})
    assert not calendar.is_school_day(date(2009, 6, 4))
    assert calendar.is_inspection_working_day(date(2009, 6, 4), longer_than=WEEK)


def test_the_length_comes_from_outside() -> None:
    assert not CALENDAR.is_inspection_working_day(date(2009, 2, 18), longer_than=4)
    assert CALENDAR.is_inspection_working_day(date(2008, 12, 23), longer_than=20)


def test_the_summer_holiday_is_one_holiday_over_the_turn_of_the_year() -> None:
    assert CALENDAR.why_not_inspection_working_day(date(2009, 9, 1), longer_than=WEEK) == "Summer holiday"


def test_a_holiday_that_may_go_on_where_no_dates_are_held_is_refused() -> None:
    with pytest.raises(clock.NoTermDates, match=r"^there are no term dates for 2007/08$"):
        CALENDAR.is_inspection_working_day(date(2008, 9, 1), longer_than=WEEK)


def test_a_holiday_known_to_be_long_needs_no_more_dates() -> None:
    assert not CALENDAR.is_inspection_working_day(date(2010, 8, 27), longer_than=WEEK)


def test_a_school_day_beside_the_years_held_needs_no_more_dates() -> None:
    assert CALENDAR.is_inspection_working_day(date(2008, 9, 3), longer_than=WEEK)


def test_a_schools_own_holiday_moves_its_statement() -> None:
    own = clock.Term(
        date(2009, 4, 14), date(2009, 7, 21), date(2009, 5, 25), date(2009, 5, 29), 2008, clock.TermName.SUMMER
    )
    school = CALENDAR.with_school({}, [own])
    working = clock.inspection_working_days_after(date(2009, 3, 27), 10, school, longer_than=WEEK)
    assert working.ends == date(2009, 4, 20), "6 to 13 April is six weekdays, still longer than a week"


def test_counting_between_gives_back_what_was_added() -> None:
    days = clock.count_inspection_working_days_between(date(2009, 3, 27), date(2009, 4, 24), CALENDAR, longer_than=WEEK)
    assert days == 10
