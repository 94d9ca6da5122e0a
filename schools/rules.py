"""Rules of visits and their records. Values in, reasons out: no database, no clock, no settings."""

from collections.abc import Mapping
from datetime import date

EARLIEST_VISIT = date(1990, 1, 1)
"""Bank holidays are held from then on, and no deadline can be counted before."""

EARLIEST_APPOINTMENT = 1950
"""A year before anybody who works today was appointed."""

ENDS_BEFORE_IT_STARTS = "An appointment cannot end before it starts."

REQUIRED_TO_SUBMIT = {"met": "who you met", "evidence": "the evidence you saw", "findings": "what you found"}


def missing_to_submit(texts: Mapping[str, str]) -> list[str]:
    """What a record still lacks before its author may submit it (domain 3.3), as sentences."""
    return [f"Enter {what}." for name, what in REQUIRED_TO_SUBMIT.items() if not texts.get(name, "").strip()]


def wrong_with_visit_date(held_on: date, *, today: date) -> list[str]:
    """A record is written after the visit it describes."""
    if held_on > today:
        return ["The date of the visit must be today or in the past."]
    if held_on < EARLIEST_VISIT:
        return [f"The date of the visit must be {EARLIEST_VISIT.year} or later."]
    return []


def wrong_with_day_of_change(day: date, *, today: date) -> list[str]:
    """When an appointment begins or ends: a year typed wrong is found out, a plan for next year is none."""
    if abs(day.year - today.year) <= 2:
        return []
    far = "ago" if day < today else "ahead"
    return [f"{day:%-d %B %Y} is more than two years {far}. Check the year."]


def wrong_with_appointed_day(day: date, *, today: date) -> list[str]:
    """The same of a day in a list that tells of the past too."""
    if day.year < EARLIEST_APPOINTMENT:
        return [f"{day:%-d %B %Y} is before {EARLIEST_APPOINTMENT}. Check the year."]
    return wrong_with_day_of_change(day, today=today) if day > today else []


def wrong_with_last_day(ends_on: date | None, starts_on: date) -> list[str]:
    return [ENDS_BEFORE_IT_STARTS] if ends_on is not None and ends_on < starts_on else []


def wrong_with_as_of(day: date, *, today: date) -> list[str]:
    """A contact was true on a day that has been."""
    return ["The date must be today or in the past."] if day > today else []


def wrong_with_response(*, accurate: bool, on_accuracy: str) -> list[str]:
    """A school that finds errors of fact says which (domain 3.4)."""
    return [] if accurate or on_accuracy.strip() else ["Enter what is not accurate."]
