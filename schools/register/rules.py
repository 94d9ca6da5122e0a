"""Rules of appointments. Values in, reasons out: no database, no clock, no settings."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date

EARLIEST_APPOINTMENT = 1950
"""A year before anybody who works today was appointed."""

ENDS_BEFORE_IT_STARTS = "An appointment cannot end before it starts."
GIVEN_TO_ONESELF = (
    "You cannot give yourself an appointment, or change or extend your own. Ask a colleague who can give appointments."
)


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


@dataclass(frozen=True)
class Post:
    """What an appointment gives: which person, role and scope, whom it covers for, and its first and last day.

    `scope` is its kind and key. A withdrawn appointment runs on no day.
    """

    person: Hashable
    role: str
    scope: tuple[str, str]
    starts_on: date
    ends_on: date | None = None
    cover_for: Hashable = None
    withdrawn: bool = False

    @property
    def last_day(self) -> date:
        return self.ends_on or date.max


def gives_more(before: Post | None, after: Post) -> bool:
    """Whether a new or changed appointment gives anything, or any day, that it did not give before."""
    if after.withdrawn:
        return False
    if before is None or before.withdrawn:
        return True
    same = (before.person, before.role, before.scope, before.cover_for) == (
        *(after.person, after.role, after.scope, after.cover_for),
    )
    return not same or after.starts_on < before.starts_on or after.last_day > before.last_day


def wrong_with_giving(before: Post | None, after: Post, *, to_oneself: bool) -> list[str]:
    """Refuse users who give themselves an appointment, extend their own, or change what it is for."""
    return [GIVEN_TO_ONESELF] if to_oneself and gives_more(before, after) else []


def wrong_with_rewriting(before: Post, after: Post, *, used_on: date | None, name: str) -> dict[str, str]:
    """Return what cannot be changed of an appointment that has been used: field → why, as a sentence.

    `used_on` is the last day it was used, or None if it never was; then everything can be changed. Once it was used,
    the record of who had it, what it was, and from when until at least that day must stay. `name` begins the sentences.
    """
    if used_on is None:
        return {}
    used = f"{name} was last used on {used_on:%-d %B %Y}"
    wrong = {
        field: f"{used}, so you cannot change its {field}. End it and give a new appointment."
        for field in ("person", "role", "scope")
        if getattr(before, field) != getattr(after, field)
    }
    if after.withdrawn and not before.withdrawn:
        wrong["withdrawn"] = f"{used}, so you cannot withdraw it. End it instead."
    if after.starts_on != before.starts_on:
        wrong["starts_on"] = f"{used}, so you cannot change its first day, {before.starts_on:%-d %B %Y}."
    if after.last_day < used_on and after.ends_on != before.ends_on:
        wrong["ends_on"] = f"{used}, so its last day must be that day or later."
    return wrong


def wrong_with_end(last_day: date, *, starts_on: date, today: date, reason: str) -> list[str]:
    """Return why a membership or an interest cannot end like this, as sentences."""
    reasons = [] if reason.strip() else ["Enter a reason."]
    if last_day < starts_on:
        reasons.append(f"The last day must be {starts_on:%-d %B %Y} or later.")
    return [*reasons, *wrong_with_as_of(last_day, today=today)]


def wrong_with_as_of(day: date, *, today: date) -> list[str]:
    """A contact was true on a day that has been."""
    return ["The date must be today or in the past."] if day > today else []
