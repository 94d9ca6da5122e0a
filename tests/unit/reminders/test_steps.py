"""Which dates each step tells of on a day, against a calendar on the wall and for any day at all."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolimprove.calendar.bank_holidays import england
from schoolimprove.lib.clock import Calendar, working_days_after
from schoolimprove.reminders.steps import ReminderSteps, Step, late_for, windows

CALENDAR = Calendar(england())
STEPS = ReminderSteps(3, 5, 10, 15)
DAYS = st.dates(date(2015, 1, 1), date(2027, 12, 31))


def test_by_the_calendar_of_christmas_2026() -> None:
    """23 December: Thu 24, then Tue 29 and Wed 30, since Friday is Christmas and Monday stands for Boxing Day."""
    told = windows(date(2026, 12, 23), STEPS, CALENDAR)
    assert (told[Step.COMING].first, told[Step.COMING].last) == (date(2026, 12, 23), date(2026, 12, 30))
    assert (told[Step.LATE].first, told[Step.LATE].last) == (None, date(2026, 12, 22))
    # Five working days after Monday 14 are over with Monday 21; after Tuesday 15 with Tuesday 22.
    assert told[Step.FIRST].last == date(2026, 12, 15)


@given(DAYS, st.integers(1, 20))
def test_what_is_late_for_so_many_working_days_is_exactly_what_was_over_before(on: date, days: int) -> None:
    newest = late_for(on, days, CALENDAR)
    assert working_days_after(newest, days, CALENDAR).ends < on
    assert working_days_after(newest + timedelta(days=1), days, CALENDAR).ends >= on


@given(DAYS, st.integers(0, 400))
def test_every_open_date_up_to_the_horizon_is_told_of_by_coming_or_late_and_by_one_of_them(on: date, ago: int) -> None:
    told = windows(on, STEPS, CALENDAR)
    due = told[Step.COMING].last - timedelta(days=ago)
    coming = (told[Step.COMING].first or date.max) <= due <= told[Step.COMING].last
    assert coming is not (due <= told[Step.LATE].last)


@given(DAYS)
def test_each_step_up_comes_later_than_the_one_before(on: date) -> None:
    told = windows(on, STEPS, CALENDAR)
    ends = [told[step].last for step in (Step.COMING, Step.LATE, Step.FIRST, Step.SECOND, Step.THIRD)]
    assert ends == sorted(ends, reverse=True)
    assert len(set(ends)) == len(ends)


@pytest.mark.parametrize("on", [date(2026, 8, 31), date(2026, 3, 31), date(2026, 4, 6), date(2026, 12, 25)])
def test_on_days_at_the_edge_there_is_an_answer(on: date) -> None:
    assert set(windows(on, STEPS, CALENDAR)) == set(Step) - {Step.ASKED}
