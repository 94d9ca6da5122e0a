"""`manage.py explain_deadline`, as a person at a terminal sees it."""

import json
from datetime import date
from typing import Any

import pytest
from django.core.management import call_command

from schoolimprove.lib.clock import TermName
from tests.factories.calendar import SchoolClosureFactory, SchoolTermFactory, hold_terms
from tests.factories.schools import SchoolFactory

pytestmark = pytest.mark.django_db


def explained(capsys: pytest.CaptureFixture[str], *options: str) -> Any:
    call_command("explain_deadline", *options, "--json")
    return json.loads(capsys.readouterr().out)


def refused(*options: str) -> str:
    """What is written to standard error, with exit code 1: a string given to `sys.exit`."""
    with pytest.raises(SystemExit) as exited:
        call_command("explain_deadline", *options)
    assert isinstance(exited.value.code, str)
    return exited.value.code


def test_working_days_need_nothing_in_the_database(capsys: pytest.CaptureFixture[str]) -> None:
    answer = explained(capsys, "--from", "2009-03-27", "--working-days", "15")
    assert list(answer) == ["ends", "calendar", "skipped"]
    assert (answer["ends"], answer["calendar"]) == ("2009-04-21", "working days")
    assert answer["skipped"][0] == {"date": "2009-03-28", "why": "Saturday"}
    assert {"date": "2009-04-10", "why": "Good Friday"} in answer["skipped"]
    assert {"date": "2009-04-13", "why": "Easter Monday"} in answer["skipped"]
    assert len(answer["skipped"]) == 10


def test_inspection_working_days_are_those_of_the_authority(capsys: pytest.CaptureFixture[str]) -> None:
    hold_terms(2008)
    answer = explained(capsys, "--from", "2009-03-27", "--inspection-working-days", "10")
    assert (answer["ends"], answer["calendar"]) == ("2009-04-24", "inspection working days")


def test_school_days_are_those_of_the_authority(capsys: pytest.CaptureFixture[str]) -> None:
    hold_terms(2008)
    answer = explained(capsys, "--from", "2009-02-12", "--school-days", "6")
    assert (answer["ends"], answer["calendar"]) == ("2009-02-27", "school days")


def test_with_a_school_its_own_days_hold(capsys: pytest.CaptureFixture[str]) -> None:
    hold_terms(2008)
    closure = SchoolClosureFactory(day=date(2009, 2, 23))
    urn = str(closure.school.urn)
    answer = explained(capsys, "--from", "2009-02-12", "--school-days", "6", "--school", urn)
    assert answer["ends"] == "2009-03-02"
    assert {"date": "2009-02-23", "why": "Staff training"} in answer["skipped"]


def test_a_school_that_takes_a_shorter_holiday_has_its_statement_due_earlier(
    capsys: pytest.CaptureFixture[str],
) -> None:
    hold_terms(2008)
    own = SchoolTermFactory(name=TermName.SUMMER, starts_on=date(2009, 4, 9))
    options = ("--from", "2009-03-27", "--inspection-working-days", "10")
    assert explained(capsys, *options, "--school", str(own.school.urn))["ends"] == "2009-04-14"


def test_a_count_over_several_years_finds_the_terms_of_each(capsys: pytest.CaptureFixture[str]) -> None:
    hold_terms(2008, 2009)
    assert explained(capsys, "--from", "2008-09-02", "--school-days", "300")["ends"] > "2010-01-01"


def test_without_json_the_answer_is_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("explain_deadline", "--from", "9 Apr 09", "--working-days", "1")
    assert capsys.readouterr().out.splitlines() == [
        "1 working day after Thursday 9 April 2009 ends on Tuesday 14 April 2009.",
        "First day counted: Tuesday 14 April 2009.",
        "Skipped: Friday 10 April 2009 (Good Friday).",
        "Skipped: Saturday 11 April 2009 (Saturday).",
        "Skipped: Sunday 12 April 2009 (Sunday).",
        "Skipped: Monday 13 April 2009 (Easter Monday).",
    ]


EVENT = ("--from", "2009-03-27")
ONE_OF = "Give one of --working-days, --inspection-working-days and --school-days."


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--working-days", "15"), "Give the day of the event, for example --from 2009-03-27."),
        (
            ("--from", "2009-02-29", "--working-days", "15"),
            "“2009-02-29” is not a date such as 1 September 2026 or 01/09/2026.",
        ),
        (EVENT, ONE_OF),
        ((*EVENT, "--working-days", "15", "--school-days", "6"), ONE_OF),
        ((*EVENT, "--working-days", "0"), "0 is not a number of days: give 1 or more."),
        ((*EVENT, "--working-days=-3"), "-3 is not a number of days: give 1 or more."),
        ((*EVENT, "--working-days", "1.5"), "1.5 is not a number of days: give 1 or more."),
        ((*EVENT, "--school-days", "1"), "no term dates are held for 2008/09"),
        ((*EVENT, "--inspection-working-days", "1"), "no term dates are held for 2008/09"),
        ((*EVENT, "--school-days", "1", "--school", "999999"), "There is no school with URN 999999."),
        ((*EVENT, "--school-days", "1", "--school", "St Mary's"), "There is no school with URN St Mary's."),
        (("--from", "9999-12-31", "--working-days", "1"), "no days are held after 31 December 9999"),
        (("--from", "9999-12-30", "--working-days", "1"), "no bank holidays are held for 9999"),
        (("--from", "9999-12-30", "--school-days", "1"), "no term dates are held for 9999/00"),
        (("--from", "0001-01-01", "--school-days", "1"), "no term dates are held for 0/01"),
        ((*EVENT, "--working-days", "99999"), "no bank holidays are held for 2061"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_a_sentence(options: tuple[str, ...], sentence: str) -> None:
    assert refused(*options) == sentence


def test_a_school_is_looked_up_for_working_days_too() -> None:
    assert refused(*EVENT, "--working-days", "1", "--school", "999999") == "There is no school with URN 999999."


def test_a_far_count_for_a_school_is_refused_by_the_year_that_is_missing() -> None:
    hold_terms(2008)
    school = SchoolFactory()
    sentence = refused(*EVENT, "--school-days", "99999", "--school", str(school.urn))
    assert sentence == "no term dates are held for 2009/10"
