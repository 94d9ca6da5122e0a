"""England's bank holidays against the government's published list, and against dates known from before it."""

import json
from datetime import date
from pathlib import Path

import pytest

from schoolimprove.calendar.bank_holidays import england, england_corrected
from schoolimprove.calendar.rules import faults_of_override
from schoolimprove.lib.clock import DatesNotHeld

PUBLISHED = Path(__file__).parents[2] / "fixtures" / "calendar" / "bank_holidays_2012-2028.json"

# Sources: the yearly notices of the Department of Trade and Industry and its successors.
BEFORE_THE_LIST = {
    2002: "01-01 03-29 04-01 05-06 06-03 06-04 08-26 12-25 12-26",
    2005: "01-03 03-25 03-28 05-02 05-30 08-29 12-26 12-27",
    2006: "01-02 04-14 04-17 05-01 05-29 08-28 12-25 12-26",
    2007: "01-01 04-06 04-09 05-07 05-28 08-27 12-25 12-26",
    2008: "01-01 03-21 03-24 05-05 05-26 08-25 12-25 12-26",
    2009: "01-01 04-10 04-13 05-04 05-25 08-31 12-25 12-28",
    2010: "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28",
    2011: "01-03 04-22 04-25 04-29 05-02 05-30 08-29 12-26 12-27",
}


def published() -> dict[date, str]:
    events = json.loads(PUBLISHED.read_text())["events"]
    return {date.fromisoformat(day): title for day, title in events.items()}


def test_every_weekday_off_from_2012_to_2028_is_on_the_published_list_and_the_other_way_round() -> None:
    ours = {day for day in england().names if 2012 <= day.year <= 2028 and day.weekday() < 5}
    assert ours == set(published())


def test_names_are_those_of_the_published_list() -> None:
    def plain(title: str) -> str:
        return title.replace("’", "'").removesuffix(" (substitute day)").removesuffix(" (VE day)").casefold()

    named_otherwise = {"queen's diamond jubilee": "diamond jubilee bank holiday"}
    for day, title in published().items():
        assert plain(england().names[day]) == named_otherwise.get(plain(title), plain(title)), day


@pytest.mark.parametrize("year", BEFORE_THE_LIST)
def test_weekdays_off_before_the_published_list_are_those_known(year: int) -> None:
    ours = {day for day in england().names if day.year == year and day.weekday() < 5}
    assert ours == {date.fromisoformat(f"{year}-{day}") for day in BEFORE_THE_LIST[year].split()}


def test_christmas_day_on_a_weekend_is_christmas_day_and_has_a_substitute() -> None:
    names = england().names
    assert names[date(2010, 12, 25)] == "Christmas Day"
    assert names[date(2010, 12, 27)] == "Christmas Day (substitute day)"
    assert names[date(2010, 12, 28)] == "Boxing Day (substitute day)"


def test_other_holidays_on_a_weekend_are_plain_weekend_days() -> None:
    assert date(2009, 12, 26) not in england().names
    assert england().why_not_working(date(2009, 12, 26)) == "Saturday"
    assert england().why_not_working(date(2022, 1, 1)) == "Saturday"


def test_the_list_is_worked_out_once() -> None:
    assert england() is england()
    once = frozenset({(date(2030, 6, 3), "Jubilee")})
    assert england_corrected(once, frozenset()) is england_corrected(once, frozenset())


def test_a_year_without_bank_holidays_is_refused() -> None:
    with pytest.raises(DatesNotHeld, match=r"^there are no bank holidays for 2061$"):
        england().why_not_working(date(2061, 1, 4))


def test_corrections_add_and_remove_days() -> None:
    after = england_corrected(frozenset({(date(2030, 6, 3), "Jubilee")}), frozenset({date(2030, 5, 27)}))
    assert after.why_not_working(date(2030, 6, 3)) == "Jubilee"
    assert after.why_not_working(date(2030, 5, 27)) == ""
    assert england().why_not_working(date(2030, 5, 27)) == "Spring bank holiday"


def test_no_correction_makes_christmas_day_or_good_friday_a_working_day() -> None:
    after = england_corrected(frozenset(), frozenset({date(2029, 12, 25), date(2029, 3, 30)}))
    assert after.why_not_working(date(2029, 12, 25)) == "Christmas Day"
    assert after.why_not_working(date(2029, 3, 30)) == "Good Friday"


def test_without_corrections_the_shared_list_is_used() -> None:
    assert england_corrected(frozenset(), frozenset()) is england()


@pytest.mark.parametrize(
    ("day", "adds", "faults"),
    [
        (date(2030, 6, 3), True, []),
        (date(2029, 12, 25), True, ["25 December 2029 is already Christmas Day."]),
        (date(2029, 5, 7), False, []),
        (date(2029, 5, 8), False, ["8 May 2029 is not a bank holiday."]),
        (date(2029, 12, 25), False, ["Christmas Day is never a working day."]),
    ],
)
def test_faults_of_a_correction_are_told(day: date, adds: bool, faults: list[str]) -> None:
    assert faults_of_override(day, adds=adds) == faults


@pytest.mark.shared
def test_our_copy_is_the_published_file(shared_data: Path) -> None:
    file = json.loads((shared_data / "data" / "calendar" / "govuk_bank-holidays_2012-2028.json").read_text())
    events = file["england-and-wales"]["events"]
    assert {date.fromisoformat(event["date"]): event["title"] for event in events} == published()
