"""Calendars read from the database: the authority's and each school's, in a constant number of queries."""

from datetime import date
from typing import Any

import pytest

from schoolimprove.calendar.calendars import authority_calendar, working_days_calendar
from schoolimprove.lib import clock
from schoolimprove.lib.clock import TermName
from schools.register.calendars import calendars_for
from tests.factories.calendar import (
    BankHolidayOverrideFactory,
    ClosureDayFactory,
    SchoolClosureFactory,
    SchoolTermFactory,
    calendar_of,
    hold_terms,
)
from tests.factories.schools import SchoolFactory

pytestmark = pytest.mark.django_db


def test_the_authoritys_calendar_is_what_was_entered() -> None:
    hold_terms(2008, 2009)
    ClosureDayFactory()
    ClosureDayFactory(day=date(2009, 6, 5), withdrawn_because="Entered by mistake")
    calendar = authority_calendar([2008])
    assert calendar == calendar_of(2008, 2009, closures={date(2009, 6, 4): "European election"})


def test_the_years_beside_those_asked_for_come_too() -> None:
    hold_terms(2008, 2009, 2025)
    assert authority_calendar([2008]).terms.years == {2008, 2009}
    assert authority_calendar([2026]).terms.years == {2025}


def test_a_year_that_is_not_held_is_refused() -> None:
    with pytest.raises(clock.NoTermDates, match=r"^there are no term dates for 2008/09$"):
        clock.school_days_after(date(2009, 3, 27), 1, authority_calendar([2008]))


def test_an_extra_bank_holiday_is_skipped_and_one_taken_away_is_worked() -> None:
    BankHolidayOverrideFactory(day=date(2030, 6, 3), name="Jubilee")
    BankHolidayOverrideFactory(day=date(2030, 5, 27), kind="remove", name="Spring bank holiday moved")
    BankHolidayOverrideFactory(day=date(2030, 6, 4), withdrawn_because="Not proclaimed")
    calendar = working_days_calendar()
    assert calendar.why_not_working_day(date(2030, 6, 3)) == "Jubilee"
    assert calendar.is_working_day(date(2030, 5, 27))
    assert calendar.is_working_day(date(2030, 6, 4))


def test_the_authoritys_calendar_takes_three_queries_however_much_is_held(
    django_assert_num_queries: Any,
) -> None:
    with django_assert_num_queries(3):
        authority_calendar([2008])
    hold_terms(2008, 2009, 2025, 2026)
    ClosureDayFactory()
    with django_assert_num_queries(3):
        authority_calendar([2008, 2009, 2025, 2026])
    with django_assert_num_queries(1):
        working_days_calendar()


def test_schools_without_days_of_their_own_share_the_authoritys_calendar() -> None:
    hold_terms(2008)
    one, other = SchoolFactory(), SchoolFactory()
    calendars = calendars_for([one.pk, other.pk], [2008])
    assert calendars[one.pk] is calendars[other.pk]
    assert calendars[one.pk] == authority_calendar([2008])


def test_a_schools_own_days_hold_for_it_alone() -> None:
    hold_terms(2008)
    ClosureDayFactory()
    own = SchoolClosureFactory()
    SchoolClosureFactory(school=own.school, day=date(2009, 6, 29), withdrawn_because="Moved to July")
    SchoolTermFactory(school=own.school, name=TermName.SUMMER, starts_on=date(2009, 4, 21))
    SchoolTermFactory(school=own.school, name=TermName.SPRING, starts_on=date(2009, 1, 7), withdrawn_because="Mistake")
    other = SchoolFactory()
    calendars = calendars_for([own.school_id, other.pk], [2008])
    assert {
        day: calendars[own.school_id].why_not_school_day(day)
        for day in (date(2009, 4, 20), date(2009, 6, 4), date(2009, 6, 26), date(2009, 6, 29), date(2009, 1, 5))
    } == {
        date(2009, 4, 20): "Easter holiday",
        date(2009, 6, 4): "European election",
        date(2009, 6, 26): "Staff training",
        date(2009, 6, 29): "",
        date(2009, 1, 5): "",
    }
    assert calendars[other.pk].is_school_day(date(2009, 4, 20))
    assert calendars[other.pk].is_school_day(date(2009, 6, 26))


def test_closures_of_other_years_are_left_in_the_database() -> None:
    hold_terms(2008)
    own = SchoolClosureFactory(day=date(2026, 6, 26))
    assert calendars_for([own.school_id], [2008])[own.school_id].closures == {}


@pytest.mark.parametrize("size", [1, 12])
def test_calendars_of_schools_take_five_queries_however_many_there_are(
    django_assert_num_queries: Any, size: int
) -> None:
    hold_terms(2008)
    ids = [SchoolClosureFactory().school_id for _ in range(size)]
    ids += [SchoolTermFactory().school_id for _ in range(size)]
    with django_assert_num_queries(5):
        calendars = calendars_for(ids, [2008])
    assert list(calendars) == ids


def test_asking_for_no_years_gives_a_calendar_that_holds_none() -> None:
    hold_terms(2008)
    school = SchoolClosureFactory().school
    assert calendars_for([school.pk], [])[school.pk].terms.years == frozenset()
