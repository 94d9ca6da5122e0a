"""Workings in words."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolimprove.lib import clock
from tests.factories.calendar import calendar_of

CALENDAR = calendar_of(2008, 2009)


def test_dates_are_written_out() -> None:
    assert clock.uk_date(date(2026, 5, 1)) == "1 May 2026"
    assert clock.long_date(date(2026, 5, 1)) == "Friday 1 May 2026"


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (time(9, 30), "9:30am"),
        (time(13), "1pm"),
        (time(13, 5), "1:05pm"),
        (time(12), "midday"),
        (time(12, 15), "12:15pm"),
        (time(0), "midnight"),
        (time(0, 30), "12:30am"),
    ],
)
def test_times_are_written_as_officers_write_them(at: time, words: str) -> None:
    assert clock.uk_time(at) == words


def test_the_question_names_days_calendar_and_event() -> None:
    event = date(2009, 3, 27)
    assert clock.question(clock.working_days_after(event, 15, CALENDAR)) == "15 working days after Friday 27 March 2009"
    assert clock.question(clock.school_days_after(event, 1, CALENDAR)) == "1 school day after Friday 27 March 2009"
    assert (
        clock.question(clock.nth_school_day(date(2009, 2, 12), 6, CALENDAR))
        == "6 school days counted from Thursday 12 February 2009"
    )


@pytest.mark.parametrize(
    ("start", "n", "words"),
    [
        (date(2008, 9, 3), 2, "The end of the term that begins on 3 September 2008"),
        (date(2008, 12, 24), 2, "The end of the term that begins on 5 January 2009"),
        (date(2008, 10, 1), 4, "The end of the next term after 1 October 2008"),
        (date(2008, 10, 29), 3, "The end of the next term after 29 October 2008"),
        (date(2008, 11, 3), 3, "The end of the next term after 3 November 2008"),
    ],
)
def test_a_count_of_half_terms_is_called_the_end_of_a_term(start: date, n: int, words: str) -> None:
    working = clock.half_term_end(start, n, CALENDAR)
    assert (clock.question(working), clock.first_counted(working)) == (words, "")


def test_a_meeting_is_not_counted() -> None:
    day = date(2026, 12, 7)
    working = clock.Working(clock.MEETINGS, date(2026, 11, 10), 1, day, day, ())
    assert clock.question(working) == "The next governors’ meeting after 10 November 2026"
    assert clock.first_counted(working) == ""


def test_skipped_days_are_drawn_together_with_weekends_last() -> None:
    skipped = clock.working_days_after(date(2009, 3, 27), 15, CALENDAR).skipped
    assert clock.skipped_in_words(skipped) == [
        ("Good Friday", "10 April 2009"),
        ("Easter Monday", "13 April 2009"),
        ("Weekends", "28 to 29 March 2009, 4 to 5 April 2009, 11 to 12 April 2009, 18 to 19 April 2009"),
    ]


def test_a_weekend_inside_a_holiday_belongs_to_the_holiday() -> None:
    skipped = clock.school_days_after(date(2009, 7, 21), 1, CALENDAR).skipped
    assert clock.skipped_in_words(skipped) == [
        ("Summer holiday", "22 July to 28 August 2009, 1 September 2009"),
        ("Summer bank holiday", "31 August 2009"),
        ("Weekend", "29 to 30 August 2009"),
    ]


def test_a_run_over_new_year_names_both_years() -> None:
    assert str(clock.Run(date(2009, 12, 30), date(2010, 1, 2), "Flood")) == "30 December 2009 to 2 January 2010"


def test_nothing_skipped_is_nothing_said() -> None:
    assert clock.skipped_in_words([]) == []


@given(st.dates(date(2008, 9, 3), date(2010, 3, 1)), st.integers(1, 60))
def test_runs_cover_each_skipped_day_once_and_no_day_that_counted(start: date, n: int) -> None:
    working = clock.school_days_after(start, n, CALENDAR)
    covered = [
        run.first + timedelta(days=step)
        for run in clock.runs(working.skipped)
        for step in range((run.last - run.first).days + 1)
    ]
    assert covered == [day for day, _ in working.skipped]
