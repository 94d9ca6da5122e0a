"""Days, years and terms as people and files write them."""

import json
from datetime import date
from typing import Any

import pytest

from schoolimprove.calendar import published
from schoolimprove.calendar.bank_holidays import england
from schoolimprove.calendar.published import NotThisKind, Published
from schoolimprove.calendar.reading import Unreadable, day_of, term_name_of, year_of
from schoolimprove.lib.clock import TermName
from tests.factories.calendar import TERM_DATES
from tests.factories.published import published_file, published_year

FIRST = date(2026, 9, 1)


@pytest.mark.parametrize(
    "written",
    [
        *("2026-09-01", "01/09/2026", "1/9/2026", "01-09-2026", "1.9.2026", "1 September 2026", "1 Sep 2026"),
        *("1 sept 2026", "1st September 2026", "Tuesday 1 September 2026", "Tuesday, 1 September, 2026"),
        *("01 SEPTEMBER 2026", "  1   September  2026 ", "2026-09-01 00:00:00", "2026-09-01T00:00:00Z"),
        *("01/09/26", "1 Sep 26", "1-Sep-26"),
    ],
)
def test_a_day_is_read_as_people_and_spreadsheets_write_it(written: str) -> None:
    assert day_of(written) == FIRST


@pytest.mark.parametrize(
    "written",
    [
        "",
        "  ",
        "soon",
        "2026-02-30",
        "31/09/2026",
        "09/2026",
        "1 Smarch 2026",
        "2026-09-01 08:45",
        "١/٩/٢٠٢٦",
    ],
)
def test_what_is_no_day_is_refused_with_a_sentence(written: str) -> None:
    with pytest.raises(Unreadable, match=r"\.$"):
        day_of(written)


@pytest.mark.parametrize("written", ["2026/27", "2026-27", "2026", "2026/2027", "2026–27", "2026 to 2027", " 2026/27 "])
def test_an_academic_year_is_read(written: str) -> None:
    assert year_of(written) == 2026


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("next", "“next” is not an academic year such as 2026/27."),
        ("2026/28", "“2026/28” is not an academic year: 2026 is followed by 2027."),
        ("1066/67", "Enter an academic year from 1990/91 to 2059/60."),
        ("x" * 60, f"“{'x' * 39}…” is not an academic year such as 2026/27."),
    ],
)
def test_what_is_no_academic_year_is_refused(written: str, sentence: str) -> None:
    with pytest.raises(Unreadable) as refused:
        year_of(written)
    assert str(refused.value) == sentence


@pytest.mark.parametrize("written", ["Autumn", "autumn term", " AUTUMN  Term 2026"])
def test_a_term_is_read_by_its_name(written: str) -> None:
    assert term_name_of(written) == TermName.AUTUMN


@pytest.mark.parametrize("written", ["", "Term 1", "Michaelmas", "autumn half-term"])
def test_what_is_no_term_is_refused(written: str) -> None:
    with pytest.raises(Unreadable, match="is not autumn, spring or summer"):
        term_name_of(written)


# A council's JSON.


def read(content: dict[str, Any]) -> Published:
    text = json.dumps(content, indent=1)
    return published.term_dates(published.parsed(text), text, england())


def told(found: Published) -> list[str]:
    return [fault.reason for fault in found.faults]


def test_the_terms_follow_from_the_holidays_in_weekdays() -> None:
    found = read(published_file(2025, 2026))
    assert {(term.year, term.name): tuple(term.dates.values()) for term in found.terms} == {
        key: dates for key, dates in TERM_DATES.items() if key[0] in (2025, 2026)
    }
    assert (found.closures, found.faults, found.warnings) == ([], [], [])


def test_a_year_is_named_on_its_line() -> None:
    content = published_file(2025, 2026)
    lines = json.dumps(content, indent=1).splitlines()
    found = read(content)
    assert {lines[term.line - 1].strip() for term in found.terms if term.year == 2026} == {'"name": "2026-27",'}


def without(year: dict[str, Any], *days: str) -> dict[str, Any]:
    year["dates"] = [each for each in year["dates"] if each["date"] not in days]
    return year


def test_a_weekday_of_term_that_is_not_listed_is_a_closure_day() -> None:
    found = read(published_file(academic_years=[without(published_year(2026), "2026-09-01", "2027-07-21")]))
    assert [(each.day, each.reason) for each in found.closures] == [
        (date(2026, 9, 1), "Not a school day in the published dates"),
        (date(2027, 7, 21), "Not a school day in the published dates"),
    ]
    assert len(found.terms) == 3


def test_training_days_are_closures_with_their_reason_listed_or_not() -> None:
    training = ["2026-09-01", {"date": "2026-11-02", "label": "Safeguarding training"}]
    found = read(published_file(pd_days=training, academic_years=[without(published_year(2026), "2026-09-01")]))
    assert [(each.day, each.reason) for each in found.closures] == [
        (date(2026, 9, 1), "Staff training"),
        (date(2026, 11, 2), "Safeguarding training"),
    ]


def test_a_training_day_outside_the_terms_or_unreadable_is_told() -> None:
    found = read(published_file(2026, pd_days=["2026-12-24", "some day", None]))
    assert told(found) == [
        "“some day” is not a date such as 1 September 2026 or 01/09/2026.",
        "The date is missing.",
        "Thursday 24 December 2026 is not in any of the imported terms.",
    ]
    assert len(found.terms) == 3


def test_a_listed_day_outside_the_terms_is_told_by_name() -> None:
    year = published_year(2026)
    year["dates"] += [{"date": "2026-10-28"}, {"date": "2026-11-07"}]
    found = read(published_file(academic_years=[year]))
    assert told(found) == [
        "Wednesday 28 October 2026 is listed as a school day of 2026/27, but is not in any of its terms.",
        "Saturday 7 November 2026 is listed as a school day of 2026/27, but is not in any of its terms.",
    ]
    assert not any(fault.lost for fault in found.faults)


def test_a_holiday_of_a_day_or_two_parts_no_term() -> None:
    year = without(published_year(2026), "2026-11-05", "2026-11-06")
    year["school_holidays"].append({"start": "2026-11-05", "end": "2026-11-06", "label": "Diwali"})
    year["school_holidays"].append({"start": "2027-05-03", "end": "2027-05-03", "label": "May Day"})
    found = read(published_file(academic_years=[year]))
    assert [(each.day.day, each.reason) for each in found.closures] == [(5, "Diwali"), (6, "Diwali")]
    assert len(found.terms) == 3


def test_holidays_that_touch_are_one() -> None:
    year = published_year(2026)
    easter = next(each for each in year["school_holidays"] if each["label"] == "Easter holiday")
    year["school_holidays"].append({"start": "2027-04-05", "end": easter["end"], "label": "Second week"})
    easter["end"] = "2027-04-02"
    assert read(published_file(academic_years=[year])).terms == read(published_file(2026)).terms


def test_a_bank_holiday_only_the_council_knows_is_a_closure_day() -> None:
    year = without(published_year(2026), "2027-06-14")
    year["bank_holidays"].append("2027-06-14")
    [closure] = read(published_file(academic_years=[year])).closures
    assert (closure.day, closure.reason) == (date(2027, 6, 14), "Bank holiday")


def test_a_provisional_year_is_taken_with_a_warning() -> None:
    found = read(published_file(academic_years=[published_year(2026, provisional=True)]))
    assert found.warnings == ["The dates of 2026/27 are provisional."]
    assert len(found.terms) == 3


def test_days_that_no_year_lists_are_warned_of() -> None:
    found = read(published_file(2026, all_schooldays=["2026-09-01", "2026-08-31"]))
    assert found.warnings == ["The list of all school days has days that no academic year lists: “2026-08-31”."]


def holidays_without(label: str) -> dict[str, Any]:
    year = published_year(2026)
    return {"school_holidays": [each for each in year["school_holidays"] if each["label"] != label]}


@pytest.mark.parametrize(
    ("spoilt", "sentence"),
    [
        (holidays_without("Easter holiday"), "2026/27 has 5 stretches of school between its holidays."),
        (holidays_without("Summer holiday"), "2026/27 has 4 stretches of school between its holidays."),
        ({"school_holidays": []}, "2026/27 has 0 stretches of school between its holidays."),
        ({"school_holidays": [7]}, "2026/27 has a holiday that is not valid."),
        (
            {"school_holidays": [{"start": "2026-08-31", "end": "2026-08-01"}]},
            "2026/27 has a holiday that is not valid: ",
        ),
        (
            {"school_holidays": [{"start": "0001-01-01", "end": "9999-12-31"}]},
            "2026/27 has a holiday that is not valid: ",
        ),
        ({"dates": []}, "The file lists no school days for 2026/27"),
        ({"dates": published_year(2026)["dates"][:90]}, "The list of school days of 2026/27 is incomplete."),
        ({"dates": ["never"]}, "“never” is not a date"),
        ({"name": "2026-28"}, "is not an academic year"),
        ({"name": None}, "is not an academic year"),
        ({"name": "2025-26"}, "2025/26 is in the file twice. We used the first."),
    ],
)
def test_a_year_that_is_not_whole_is_refused_and_the_others_are_taken(spoilt: dict[str, Any], sentence: str) -> None:
    found = read(published_file(academic_years=[published_year(2025), published_year(2026, **spoilt)]))
    [fault] = found.faults
    assert sentence in fault.reason
    assert fault.lost
    assert (found.years, len(found.terms)) == ({2025}, 3)


@pytest.mark.parametrize("years", [None, [], {}, "2026"])
def test_a_file_without_years_is_no_term_dates(years: Any) -> None:
    with pytest.raises(NotThisKind, match="it has no academic years"):
        read({"academic_years": years})


@pytest.mark.parametrize("text", ["", "{", "[1]", "7", "[" * 100_000, '{"a": ' + "9" * 5000 + "}"])
def test_what_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(NotThisKind):
        published.parsed(text)


# GOV.UK's bank holidays.


@pytest.mark.parametrize("long", [{"academic_years": [1] * 2001}, {"academic_years": [1], "pd_days": [0] * 2001}])
def test_a_list_of_which_each_entry_would_take_its_time_is_refused(long: dict[str, Any]) -> None:
    with pytest.raises(NotThisKind, match="more than 2,000 entries"):
        read(long)


def events(*days: str) -> tuple[Any, Any]:
    content = {"england-and-wales": {"events": [{"date": day, "title": "Some holiday"} for day in days]}}
    return published.bank_holidays(content, json.dumps(content, indent=1))


def test_events_come_in_order_with_their_line() -> None:
    found, faults = events("2027-01-01", "2026-12-25")
    assert [(each.day, each.title) for each in found] == [
        (date(2026, 12, 25), "Some holiday"),
        (date(2027, 1, 1), "Some holiday"),
    ]
    assert faults == []
    assert found[0].line > found[1].line


def test_events_without_a_day_or_a_name_or_there_twice_are_refused() -> None:
    bad: list[Any] = [{"date": "x", "title": "A"}, {"date": "2026-12-25", "title": ""}, 7]
    good = [{"date": "2026-12-25", "title": "Christmas Day"}] * 2
    found, faults = published.bank_holidays({"england-and-wales": {"events": bad + good}}, "")
    assert len(found) == 1
    assert [fault.lost for fault in faults] == [True] * 4
    assert faults[-1].reason == "25 December 2026 is in the file twice. We used the first."


def test_a_year_with_few_events_is_not_covered() -> None:
    found, _faults = events(*(f"2026-0{month}-01" for month in range(1, 9)), "2027-01-01")
    assert published.whole_years(found) == {2026}


@pytest.mark.parametrize("division", [None, {}, [], {"events": {}}, {"events": []}])
def test_a_file_without_englands_events_is_refused(division: Any) -> None:
    with pytest.raises(NotThisKind, match="it has no bank holidays for England"):
        published.bank_holidays({"england-and-wales": division}, "")


@pytest.mark.shared
def test_three_real_years_are_read_as_their_council_prints_them(
    shared_data: Any, request: pytest.FixtureRequest
) -> None:
    text = (shared_data / "data" / "calendar" / "sheffield_LA_term_dates_2025-28.json").read_text()
    found = published.term_dates(published.parsed(text), text, england())
    assert (found.closures, found.faults, found.warnings) == ([], [], [])

    def printed(year: int) -> list[tuple[str, ...]]:
        terms = (term for term in found.terms if term.year == year)
        return [tuple(f"{day:%-d %b}" for day in term.dates.values()) for term in terms]

    assert printed(2025) == [
        ("1 Sep", "27 Oct", "31 Oct", "19 Dec"),
        ("5 Jan", "16 Feb", "20 Feb", "27 Mar"),
        ("13 Apr", "25 May", "29 May", "20 Jul"),
    ]
    assert printed(2026) == [
        ("1 Sep", "26 Oct", "30 Oct", "18 Dec"),
        ("4 Jan", "15 Feb", "19 Feb", "25 Mar"),
        ("12 Apr", "31 May", "4 Jun", "21 Jul"),
    ]
    assert printed(2027) == [
        ("1 Sep", "25 Oct", "29 Oct", "17 Dec"),
        ("4 Jan", "14 Feb", "18 Feb", "31 Mar"),
        ("18 Apr", "29 May", "2 Jun", "21 Jul"),
    ]
