"""Rules of visits and their records. Values in, reasons out: no database, no clock, no settings."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

EARLIEST_VISIT = date(1990, 1, 1)
"""Bank holidays are held from then on, and no deadline can be counted before."""

EARLIEST_APPOINTMENT = 1950
"""A year before anybody who works today was appointed."""

FURTHEST_MEETING = 2
"""Years to a governors' meeting that somebody enters, either way."""

ENDS_BEFORE_IT_STARTS = "An appointment cannot end before it starts."
GIVEN_TO_ONESELF = (
    "You cannot give yourself an appointment, or change or extend your own. Ask a colleague who can give appointments."
)

ACCURATE_AND_NOT = (
    "You said the record is accurate, but you have also written what is not accurate. Clear the text or select “No”."
)

REQUIRED_TO_SUBMIT = {"met": "who you met", "evidence": "the evidence you saw"}
WITHOUT_AGENDA = "what you found"


def missing_to_submit(
    texts: Mapping[str, str], agenda: Sequence[tuple[str, str]] = (), findings: Mapping[str, str] | None = None
) -> list[str]:
    """What a record still lacks before its author may submit it (domain 3.3), as sentences.

    `agenda` is (key, heading) of each item, `findings` what was written under each key. Without an agenda there are
    findings of their own.
    """
    lacking = [f"Enter {what}." for name, what in REQUIRED_TO_SUBMIT.items() if not texts.get(name, "").strip()]
    if not agenda and not texts.get("findings", "").strip():
        lacking.append(f"Enter {WITHOUT_AGENDA}.")
    found = findings or {}
    return lacking + [
        f"Enter what you found on “{heading}”." for key, heading in agenda if not found.get(key, "").strip()
    ]


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


def wrong_with_as_of(day: date, *, today: date) -> list[str]:
    """A contact was true on a day that has been."""
    return ["The date must be today or in the past."] if day > today else []


def wrong_with_action_date(due_on: date, *, today: date) -> list[str]:
    """An action is to be done; a year typed wrong is found out."""
    if due_on < today:
        return ["The date of an action must be today or later."]
    return [] if due_on.year - today.year <= 5 else [f"{due_on:%-d %B %Y} is far ahead. Check the year."]


def wrong_with_response(*, accurate: bool, on_accuracy: str) -> list[str]:
    """Return why an answer contradicts itself: “not accurate” names the errors, “accurate” none (domain 3.4)."""
    named = bool(on_accuracy.strip())
    if accurate and named:
        return [ACCURATE_AND_NOT]
    return [] if accurate or named else ["Enter what is not accurate."]


def wrong_with_presenting(held_on: date, shared_on: date, *, today: date) -> list[str]:
    """The governors saw what had been shared, at a meeting that has been (domain 3.4)."""
    if held_on > today:
        return ["The date of the meeting must be today or in the past."]
    if held_on < shared_on:
        return [f"The meeting must be on or after {shared_on:%-d %B %Y}, the day this version was shared."]
    return []


def wrong_with_correction(reason: str, *, differs: bool) -> list[str]:
    """A new version says what was wrong, and says something else (domain 3.4)."""
    reasons = [] if differs else ["Nothing differs from the version that the school reads. Change what is wrong."]
    return reasons if reason.strip() else [*reasons, "Enter why the record is corrected."]


def wrong_with_meeting(held_on: date, *, today: date) -> list[str]:
    """A meeting of governors that somebody enters: a year typed wrong is found out."""
    if abs(held_on.year - today.year) > FURTHEST_MEETING:
        far = "ago" if held_on < today else "ahead"
        return [f"{held_on:%-d %B %Y} is more than two years {far}. Check the year."]
    return []
