"""What holds of every count, in every calendar, from every day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from schoolimprove.lib import clock
from schoolimprove.lib.clock import Calendar, Working
from tests.factories.calendar import calendar_of

FIRST, LAST = date(2008, 9, 10), date(2010, 6, 30)


@dataclass(frozen=True)
class Kind:
    """One kind of day: how it is added, counted, and told from others."""

    after: Callable[[date, int, Calendar], Working]
    between: Callable[[date, date, Calendar], int]
    why_not: Callable[[Calendar, date], str]


KINDS = {
    "working": Kind(clock.working_days_after, clock.count_working_days_between, Calendar.why_not_working_day),
    "school": Kind(clock.school_days_after, clock.count_school_days_between, Calendar.why_not_school_day),
    "inspection": Kind(
        partial(clock.inspection_working_days_after, longer_than=5),
        partial(clock.count_inspection_working_days_between, longer_than=5),
        partial(Calendar.why_not_inspection_working_day, longer_than=5),
    ),
}
kinds = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)

days = st.dates(FIRST, LAST)
lengths = st.integers(1, 60)
calendars = st.dictionaries(days, st.just("Staff training"), max_size=12).map(
    lambda closures: calendar_of(2008, 2009, closures=closures)
)


def added(kind: Kind, start: date, n: int, calendar: Calendar) -> Working:
    """The working, where the count stays inside the years held."""
    try:
        return kind.after(start, n, calendar)
    except clock.NoTermDates:
        assume(False)
        raise


@kinds
@given(start=days, n=lengths, calendar=calendars)
def test_a_count_never_lands_on_a_day_that_does_not_count(kind: Kind, start: date, n: int, calendar: Calendar) -> None:
    working = added(kind, start, n, calendar)
    assert kind.why_not(calendar, working.ends) == ""
    assert kind.why_not(calendar, working.first_day) == ""
    assert start < working.first_day <= working.ends


@kinds
@given(start=days, n=lengths, calendar=calendars)
def test_one_day_more_ends_later(kind: Kind, start: date, n: int, calendar: Calendar) -> None:
    assert added(kind, start, n, calendar).ends < added(kind, start, n + 1, calendar).ends


@kinds
@given(start=days, later=st.integers(0, 40), n=lengths, calendar=calendars)
def test_a_later_start_never_ends_earlier(kind: Kind, start: date, later: int, n: int, calendar: Calendar) -> None:
    moved = start + timedelta(days=later)
    assert added(kind, start, n, calendar).ends <= added(kind, moved, n, calendar).ends


@kinds
@given(start=days, n=lengths, calendar=calendars)
def test_adding_then_counting_gives_the_same_number(kind: Kind, start: date, n: int, calendar: Calendar) -> None:
    ends = added(kind, start, n, calendar).ends
    assert kind.between(start, ends, calendar) == n
    assert kind.between(ends, start, calendar) == -n


@kinds
@given(start=days, n=lengths, m=lengths, calendar=calendars)
def test_adding_in_two_steps_is_adding_at_once(kind: Kind, start: date, n: int, m: int, calendar: Calendar) -> None:
    half_way = added(kind, start, n, calendar).ends
    assert added(kind, half_way, m, calendar).ends == added(kind, start, n + m, calendar).ends


@kinds
@given(start=days, n=lengths, calendar=calendars)
def test_days_skipped_and_days_counted_make_up_the_time(kind: Kind, start: date, n: int, calendar: Calendar) -> None:
    working = added(kind, start, n, calendar)
    skipped = dict(working.skipped)
    whole = [start + timedelta(days=step) for step in range(1, (working.ends - start).days + 1)]
    counted = [day for day in whole if not kind.why_not(calendar, day)]
    assert len(counted) == n
    assert counted[0] == working.first_day
    assert skipped == {day: kind.why_not(calendar, day) for day in whole if day not in counted}
    assert all(skipped.values())


@given(first=days, n=lengths, calendar=calendars)
def test_the_nth_school_day_from_a_school_day_is_one_less_after_it(first: date, n: int, calendar: Calendar) -> None:
    assume(calendar.is_school_day(first))
    try:
        from_first = clock.nth_school_day(first, n + 1, calendar).ends
    except clock.NoTermDates:
        assume(False)
        raise
    assert from_first == clock.school_days_after(first, n, calendar).ends


@given(day=days, calendar=calendars)
def test_every_school_day_is_an_inspection_working_day_and_each_of_those_a_working_day(
    day: date, calendar: Calendar
) -> None:
    if calendar.is_school_day(day):
        assert calendar.is_inspection_working_day(day, longer_than=5)
    if calendar.is_inspection_working_day(day, longer_than=5):
        assert calendar.is_working_day(day)


@given(day=days, calendar=calendars, week=st.integers(0, 12))
def test_long_holidays_are_the_runs_of_weekdays_off_over_the_length(day: date, calendar: Calendar, week: int) -> None:
    """Against a plain reading of the rule: lay all weekdays out, and measure each run."""
    weekdays = [d for d in (date(2008, 9, 3) + timedelta(days=n) for n in range(680)) if d.weekday() < 5]
    lengths: dict[date, int] = {}
    run: list[date] = []
    for weekday in [*weekdays, None]:
        if weekday and not calendar.is_school_day(weekday):
            run.append(weekday)
            continue
        lengths |= dict.fromkeys(run, len(run))
        run = []
    expected = calendar.is_working_day(day) and lengths.get(day, 0) <= week
    assert calendar.is_inspection_working_day(day, longer_than=week) is expected


@given(start=days, n=st.integers(1, 5), calendar=calendars)
def test_a_half_term_clock_ends_on_a_school_day_and_a_later_start_never_ends_earlier(
    start: date, n: int, calendar: Calendar
) -> None:
    try:
        working = clock.half_term_end(start, n, calendar)
        after = clock.half_term_end(start + timedelta(days=1), n, calendar)
    except clock.NoTermDates:
        assume(False)
        raise
    assert calendar.is_school_day(working.ends)
    assert working.ends <= after.ends
