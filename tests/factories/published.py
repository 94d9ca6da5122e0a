"""A council's published calendar as JSON, made from the terms the factories hold."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from schoolimprove.calendar.bank_holidays import england
from schoolimprove.lib.clock import TermName
from schoolimprove.lib.clock.terms import days_between
from tests.factories.calendar import TERM_DATES, calendar_of

ONE_DAY = timedelta(days=1)
LABELS = ["School holiday", "Christmas holiday", "February half-term", "Easter holiday", "May half-term"]


def published_year(year: int, **said: Any) -> dict[str, Any]:
    """One academic year: holidays from the day after school to the day before, and every school day."""
    calendar = calendar_of(year)
    days = [day for day in days_between(date(year, 8, 1), date(year + 1, 8, 31)) if _is_school(calendar, day)]
    spans = [span for name in TermName for span in _spans(year, name)]
    breaks = [(date(year, 8, 1), spans[0][0] - ONE_DAY)]
    breaks += [(before[1] + ONE_DAY, after[0] - ONE_DAY) for before, after in pairwise(spans)]
    breaks.append((spans[-1][1] + ONE_DAY, date(year + 1, 7, 31)))
    labels = ["Summer holiday", *LABELS, "Summer holiday"]
    return {
        "name": f"{year}-{(year + 1) % 100:02d}",
        "provisional": False,
        "bank_holidays": [day.isoformat() for day in england().names if date(year, 8, 1) <= day < date(year + 1, 8, 1)],
        "school_holidays": [
            {"start": first.isoformat(), "end": last.isoformat(), "label": label}
            for (first, last), label in zip(breaks, labels, strict=True)
        ],
        "dates": [{"date": day.isoformat(), "week": 1} for day in days],
        **said,
    }


def published_file(*years: int, **said: Any) -> dict[str, Any]:
    found = [published_year(year) for year in years]
    return {"school": "Invented County", "pd_days": [], "academic_years": found, **said}


def _is_school(calendar: Any, day: date) -> bool:
    return calendar.terms.hold(day) and calendar.is_school_day(day)


def _spans(year: int, name: TermName) -> list[tuple[date, date]]:
    start, half_term_start, half_term_end, end = TERM_DATES[year, name]
    return [(start, half_term_start - ONE_DAY), (half_term_end + ONE_DAY, end)]
