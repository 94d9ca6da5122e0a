"""School days against an authority's own published list of them, day by day."""

import json
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from schoolimprove.calendar.bank_holidays import england
from schoolimprove.lib import clock
from schoolimprove.lib.clock import TermName
from schoolimprove.lib.clock.terms import days_between

ONE_DAY = timedelta(days=1)

pytestmark = pytest.mark.shared


@pytest.fixture
def published(shared_data: Path) -> list[dict[str, Any]]:
    """Three academic years, each with its holidays and every school day."""
    file = json.loads((shared_data / "data" / "calendar" / "sheffield_LA_term_dates_2025-28.json").read_text())
    years: list[dict[str, Any]] = file["academic_years"]
    return years


def terms_of(year: dict[str, Any]) -> list[clock.Term]:
    """The file names holidays only: what lies between them are the six half-terms."""
    breaks = [(date.fromisoformat(off["start"]), date.fromisoformat(off["end"])) for off in year["school_holidays"]]
    taught = [(before[1] + ONE_DAY, after[0] - ONE_DAY) for before, after in pairwise(breaks)]
    assert len(taught) == 6
    return [
        clock.Term(first[0], second[1], first[1] + ONE_DAY, second[0] - ONE_DAY, int(year["name"][:4]), name)
        for name, first, second in zip(TermName, taught[::2], taught[1::2], strict=True)
    ]


def test_every_school_day_of_three_real_years_is_one_of_ours_and_the_other_way_round(
    published: list[dict[str, Any]],
) -> None:
    terms = tuple(term for year in published for term in terms_of(year))
    calendar = clock.Calendar(england(), clock.Terms(terms))
    ours = {day for day in days_between(date(2025, 9, 1), date(2028, 8, 31)) if calendar.is_school_day(day)}
    assert ours == {date.fromisoformat(day["date"]) for year in published for day in year["dates"]}
    assert len(ours) == 3 * 195


def test_their_bank_holidays_are_ours(published: list[dict[str, Any]]) -> None:
    theirs = {date.fromisoformat(day) for year in published for day in year["bank_holidays"]}
    assert theirs <= set(england().names)
