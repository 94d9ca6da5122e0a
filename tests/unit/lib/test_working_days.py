"""Working days: domain 2, and the worked examples of domain 11."""

from datetime import date

import pytest

from schoolimprove.lib import clock
from tests.factories.calendar import calendar_of

CALENDAR = calendar_of()


def skipped(working: clock.Working, *whys: str) -> dict[date, str]:
    """The days skipped for these reasons."""
    return {day: why for day, why in working.skipped if why in whys}


def test_a_notice_given_on_27_march_2009_has_its_initial_period_end_on_21_april() -> None:
    working = clock.working_days_after(date(2009, 3, 27), 15, CALENDAR)
    assert working.ends == date(2009, 4, 21)
    assert working.first_day == date(2009, 3, 30)
    assert [(day.day, why) for day, why in working.skipped if why not in ("Saturday", "Sunday")] == [
        (10, "Good Friday"),
        (13, "Easter Monday"),
    ]


def test_a_notice_given_on_21_december_2009_has_its_initial_period_end_on_14_january() -> None:
    working = clock.working_days_after(date(2009, 12, 21), 15, CALENDAR)
    assert working.ends == date(2010, 1, 14)
    assert [(day, why) for day, why in working.skipped if why not in ("Saturday", "Sunday")] == [
        (date(2009, 12, 25), "Christmas Day"),
        (date(2009, 12, 28), "Boxing Day (substitute day)"),
        (date(2010, 1, 1), "New Year's Day"),
    ]


def test_fifteen_working_days_from_18_december_2026_end_on_13_january_2027() -> None:
    assert clock.working_days_after(date(2026, 12, 18), 15, CALENDAR).ends == date(2027, 1, 13)


def test_christmas_day_on_a_saturday_takes_its_name_and_its_substitute_is_skipped_too() -> None:
    working = clock.working_days_after(date(2010, 12, 24), 1, CALENDAR)
    assert working.ends == date(2010, 12, 29)
    assert [why for _, why in working.skipped] == [
        "Christmas Day",
        "Sunday",
        "Christmas Day (substitute day)",
        "Boxing Day (substitute day)",
    ]


def test_christmas_day_on_a_sunday_leaves_tuesday_off() -> None:
    assert clock.working_days_after(date(2022, 12, 23), 1, CALENDAR).ends == date(2022, 12, 28)


def test_the_day_of_the_event_is_not_counted() -> None:
    assert clock.working_days_after(date(2009, 3, 30), 1, CALENDAR).ends == date(2009, 3, 31)


def test_an_event_on_a_weekend_counts_from_monday() -> None:
    working = clock.working_days_after(date(2009, 3, 28), 1, CALENDAR)
    assert (working.first_day, working.ends) == (date(2009, 3, 30), date(2009, 3, 30))
    assert working.skipped == ((date(2009, 3, 29), "Sunday"),)


def test_31_march_is_a_day_like_any_other() -> None:
    working = clock.working_days_after(date(2009, 3, 31), 5, CALENDAR)
    assert working.ends == date(2009, 4, 7)


def test_31_august_2009_is_the_summer_bank_holiday() -> None:
    working = clock.working_days_after(date(2009, 8, 28), 1, CALENDAR)
    assert working.ends == date(2009, 9, 1)
    assert skipped(working, "Summer bank holiday") == {date(2009, 8, 31): "Summer bank holiday"}


@pytest.mark.parametrize("changes", [date(2009, 3, 29), date(2009, 10, 25), date(2026, 3, 29), date(2026, 10, 25)])
def test_a_clock_change_neither_adds_nor_loses_a_day(changes: date) -> None:
    friday, tuesday = date.fromordinal(changes.toordinal() - 2), date.fromordinal(changes.toordinal() + 2)
    assert clock.working_days_after(friday, 2, CALENDAR).ends == tuesday


def test_the_royal_wedding_is_skipped_by_name() -> None:
    assert CALENDAR.why_not_working_day(date(2011, 4, 29)) == "Royal wedding bank holiday"


def test_less_than_one_day_is_refused() -> None:
    with pytest.raises(ValueError, match="1 day or more"):
        clock.working_days_after(date(2009, 3, 27), 0, CALENDAR)


def test_the_last_day_there_is_has_none_after_it() -> None:
    with pytest.raises(clock.DatesNotHeld, match="there are no days after"):
        clock.working_days_after(date.max, 1, CALENDAR)


def test_counting_between_leaves_out_the_first_day_and_takes_in_the_last() -> None:
    assert clock.count_working_days_between(date(2009, 3, 27), date(2009, 4, 21), CALENDAR) == 15
    assert clock.count_working_days_between(date(2009, 4, 21), date(2009, 3, 27), CALENDAR) == -15
    assert clock.count_working_days_between(date(2009, 4, 21), date(2009, 4, 21), CALENDAR) == 0


def test_the_working_is_plain_json() -> None:
    working = clock.working_days_after(date(2009, 3, 27), 1, CALENDAR)
    assert working.as_json() == {
        "ends": "2009-03-30",
        "calendar": "working days",
        "skipped": [{"date": "2009-03-28", "why": "Saturday"}, {"date": "2009-03-29", "why": "Sunday"}],
    }


def test_the_stored_record_reads_back_as_the_same_working() -> None:
    working = clock.working_days_after(date(2009, 3, 27), 15, CALENDAR)
    assert clock.Working.from_record(working.as_record()) == working
