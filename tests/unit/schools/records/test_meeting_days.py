"""Dates of meetings as a clerk types them."""

from datetime import date

import pytest

from schools.records.governors.forms import read_day


@pytest.mark.parametrize(
    "typed",
    [
        "3 December 2026",
        "3 dec 2026",
        "Thursday 3 December 2026",
        "Thu, 3 Dec 2026",
        "03/12/2026",
        "3.12.2026",
        "3-12-2026",
        "  3  December  2026 ",
    ],
)
def test_a_day_is_read_however_it_is_typed(typed: str) -> None:
    assert read_day(typed) == date(2026, 12, 3)


@pytest.mark.parametrize(
    "typed", ["", "next week", "December 2026", "31 November 2026", "3/13/2026", "3/12/26", "2026-12-03", "0 May 2026"]
)
def test_what_is_no_day_is_none(typed: str) -> None:
    assert read_day(typed) is None
