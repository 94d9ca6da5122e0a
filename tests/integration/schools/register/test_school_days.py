"""A school's days on its page: its years, what is its own, and when a number of days ends."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from schoolimprove.accounts.roles import Role
from schoolimprove.lib.clock import TermName
from schools.models import School
from schools.register.schools.days import school_years
from tests.factories.calendar import (
    AUTUMN,
    ClosureDayFactory,
    SchoolClosureFactory,
    SchoolTermFactory,
    TermFactory,
    hold_terms,
)
from tests.factories.county import County
from tests.factories.schools import SchoolFactory, appointed
from tests.integration.accounts.conftest import signed_in

pytestmark = pytest.mark.django_db


def words(html: str) -> str:
    """What a page says, without its markup."""
    main = html.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def page(county: County, query: str = "", by: Any = None) -> str:
    response = signed_in(by or county.sip).get(f"/schools/{county.school.urn}/days/{query}")
    assert response.status_code == 200
    return words(response.content.decode())


# What a year is.


def test_a_year_counts_the_school_days_of_each_term() -> None:
    """By a wall calendar: 39 and 35, 30 and 24, 34 (without 3 May) and 33; as Sheffield publishes them, 195."""
    hold_terms(2026)
    [year] = school_years(SchoolFactory.create().pk, [2026])
    assert list(year.counts.values()) == [74, 54, 67]
    assert (year.total, year.label, year.own, year.closures) == (195, "2026/27", frozenset(), ())
    assert [(each.day, each.why) for each in year.bank_holidays] == [(date(2027, 5, 3), "Early May bank holiday")]


def test_closures_of_everybody_and_of_the_school_are_no_school_days() -> None:
    hold_terms(2026)
    school, other = SchoolFactory.create(), SchoolFactory.create()
    ClosureDayFactory.create(day=date(2027, 5, 6), reason="Polling day")
    SchoolClosureFactory.create(school=school, day=date(2026, 9, 1), reason="Staff training")
    SchoolClosureFactory.create(school=school, day=date(2026, 9, 2), withdrawn_because="Open after all")
    [year] = school_years(school.pk, [2026])
    assert [(each.day, each.why, each.own) for each in year.closures] == [
        (date(2026, 9, 1), "Staff training", True),
        (date(2027, 5, 6), "Polling day", False),
    ]
    assert year.total == 193
    assert school_years(other.pk, [2026])[0].total == 194


def test_a_term_of_its_own_takes_the_place_of_the_authoritys() -> None:
    hold_terms(2026)
    school = SchoolFactory.create()
    SchoolTermFactory.create(school=school, academic_year=2026, starts_on=date(2026, 8, 31))
    [year] = school_years(school.pk, [2026])
    assert (year.own, year.terms[0].start) == (frozenset({AUTUMN}), date(2026, 8, 31))
    # 31 August is the summer bank holiday.
    assert year.counts[AUTUMN] == 74


def test_without_all_three_terms_nothing_is_counted() -> None:
    TermFactory.create(academic_year=2026)
    [year, following] = school_years(SchoolFactory.create().pk, [2026, 2027])
    assert (year.counts, [term.name for term in year.terms]) == ({}, [TermName.AUTUMN])
    assert following.terms == ()


# The page.


def test_the_page_shows_this_year_and_the_next(county: County) -> None:
    hold_terms(2025, 2026)
    SchoolClosureFactory.create(school=county.school, day=date(2026, 9, 1), reason="Staff training")
    said = page(county)
    assert "Autumn 1 September 2026 26 to 30 October 2026 18 December 2026 73" in said
    assert "194 school days, from 1 September 2026 to 21 July 2027." in said
    assert "Tuesday 1 September 2026 Staff training This school’s own" in said
    assert "Monday 3 May 2027 Early May bank holiday Bank holiday" in said
    assert "We have no term dates for 2027/28." in said
    assert "2025/26" not in said


def test_without_any_term_the_page_says_so(county: County) -> None:
    said = page(county)
    assert "We have no term dates for 2026/27." in said
    assert "We have no term dates for 2027/28." in said


def test_a_year_that_is_not_whole_is_shown_and_not_counted(county: County) -> None:
    TermFactory.create(academic_year=2026)
    said = page(county)
    assert "We do not have all three terms of 2026/27. We cannot count its school days until we do." in said
    assert "18 December 2026 Not counted" in said


ASKED = "?start_0={}&start_1={}&start_2={}&days={}&kind={}"


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        # Thu 5 June is the school's own closure: 2, 3, 4, 8, 9.
        ((1, 6, 2009, 5, "school+days"), "5 school days after Monday 1 June 2009 end on 9 June 2009"),
        ((27, 3, 2009, 15, "working+days"), "15 working days after Friday 27 March 2009 end on 21 April 2009"),
        ((1, 6, 2009, 1, "working+days"), "1 working day after Monday 1 June 2009 ends on 2 June 2009"),
        # Fri 3 April; Easter, Mon 6 to Fri 17, is longer than a week; Mon 20, Tue 21.
        (
            (2, 4, 2009, 3, "inspection+working+days"),
            "3 inspection working days after Thursday 2 April 2009 end on 21 April 2009",
        ),
    ],
)
def test_a_number_of_days_ends_by_the_schools_own_days(county: County, asked: Any, answer: str) -> None:
    hold_terms(2008, 2009)
    SchoolClosureFactory.create(school=county.school, day=date(2009, 6, 5), reason="Burst pipe")
    said = page(county, ASKED.format(*asked))
    assert answer in said
    assert ("Burst pipe: 5 June 2009" in said) is ("school days after Monday 1 June" in answer)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ((1, 6, 2009, 5, "school+days"), "We cannot work this out: there are no term dates for 2008/09."),
        ((1, 6, 1850, 5, "working+days"), "We cannot work this out: there are no bank holidays for 1850."),
        ((1, 6, 1850, 5, "school+days"), "We cannot work this out: there are no term dates for 1849/50."),
        ((1, 6, 1850, 5, "inspection+working+days"), "We cannot work this out: there are no bank holidays for 1850."),
        ((31, 12, 9999, 5, "school+days"), "We cannot work this out: there are no days after 31 December 9999."),
    ],
)
def test_outside_the_dates_held_the_page_says_what_is_missing(county: County, asked: Any, sentence: str) -> None:
    assert sentence in page(county, ASKED.format(*asked))


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("?days=10", "Enter the day of the event"),
        (ASKED.format(31, 2, 2026, 10, "school+days"), "The day of the event must be a real date"),
        (ASKED.format(1, 2, 2026, "x", "school+days"), "The number of days must be a whole number"),
        (ASKED.format(1, 2, 2026, 0, "school+days"), "The number of days must be 1 or more"),
        (ASKED.format(1, 2, 2026, 401, "school+days"), "The number of days must be 400 or"),
        (ASKED.format(1, 2, 2026, 5, "holidays"), "Select the kind of day from the list"),
    ],
)
def test_a_question_that_cannot_be_read_is_told_what_is_wrong(county: County, query: str, told: str) -> None:
    said = page(county, query)
    assert "There is a problem" in said
    assert told in said


def test_only_who_keeps_settings_is_led_to_entering_the_schools_own_days(county: County) -> None:
    assert "Add a closure day" not in page(county)
    admin = appointed(Role.SYSTEM_ADMINISTRATOR, authority=county.school.authority)
    admin.is_staff = True
    admin.save()
    assert "Add a closure day for this school" in page(county, by=admin)
    client = signed_in(admin)
    filled = client.get(f"/admin/schools/schoolclosure/add/?school={county.school.pk}")
    assert filled.status_code == 200
    assert county.school.name in filled.content.decode()


def test_another_schools_days_are_not_found(county: County) -> None:
    other: School = SchoolFactory.create()
    client: Client = signed_in(county.sip)
    assert client.get(f"/schools/{other.urn}/days/").status_code == 404
