"""Academic and financial years: domain 2."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolimprove.lib.years import academic_year, academic_year_bounds, academic_year_label, financial_year


@pytest.mark.parametrize(
    ("day", "academic", "financial"),
    [
        (date(2009, 8, 31), 2008, 2009),
        (date(2009, 9, 1), 2009, 2009),
        (date(2009, 3, 31), 2008, 2008),
        (date(2009, 4, 1), 2008, 2009),
        (date(2008, 12, 31), 2008, 2008),
    ],
)
def test_years_turn_on_1_september_and_1_april(day: date, academic: int, financial: int) -> None:
    assert (academic_year(day), financial_year(day)) == (academic, financial)


@pytest.mark.parametrize(("year", "label"), [(2008, "2008/09"), (1999, "1999/00"), (2025, "2025/26")])
def test_an_academic_year_is_named_by_both_its_calendar_years(year: int, label: str) -> None:
    assert academic_year_label(year) == label


@given(st.dates(date(1990, 1, 1), date(2060, 12, 31)))
def test_every_day_lies_within_the_bounds_of_its_academic_year(day: date) -> None:
    first, last = academic_year_bounds(academic_year(day))
    assert first <= day <= last
