"""Rules of visits. Values in, reasons out: no database, no clock, no settings."""

from datetime import date

from schools.register.rules import wrong_with_day_of_change

EARLIEST_VISIT = date(1990, 1, 1)
"""Bank holidays are held from then on, and no deadline can be counted before."""


def wrong_with_visit_date(held_on: date, *, today: date) -> list[str]:
    """A record is written after the visit it describes."""
    if held_on > today:
        return ["The date of the visit must be today or in the past."]
    if held_on < EARLIEST_VISIT:
        return [f"The date of the visit must be {EARLIEST_VISIT.year} or later."]
    return []


def wrong_with_planned_day(day: date, *, today: date) -> list[str]:
    """A visit is planned for a day to come, and not so far ahead that the year must be a slip."""
    if day < today:
        return ["The date must be today or in the future."]
    return wrong_with_day_of_change(day, today=today)
