"""Rules of Records of Visit. Values in, reasons out: no database, no clock, no settings."""

from collections.abc import Mapping, Sequence
from datetime import date
from textwrap import shorten

from schools.records.content import ActionLine

FURTHEST_MEETING = 2
"""Years to a governors' meeting that somebody enters, either way."""

ACCURATE_AND_NOT = (
    "You said the record is accurate, but you have also written what is not accurate. Clear the text or select “No”."
)

REQUIRED_TO_SUBMIT = {"met": "who you met", "evidence": "the evidence you saw"}
WITHOUT_AGENDA = "what you found"


def missing_to_submit(
    texts: Mapping[str, str],
    agenda: Sequence[tuple[str, str]] = (),
    findings: Mapping[str, str] | None = None,
    actions: Sequence[ActionLine] = (),
) -> list[str]:
    """What a record still lacks before its author may submit it (domain 3.3), as sentences.

    `agenda` is (key, heading) of each item, `findings` what was written under each key. Without an agenda there are
    findings of their own.
    """
    lacking = [f"Enter {what}." for name, what in REQUIRED_TO_SUBMIT.items() if not texts.get(name, "").strip()]
    if not agenda and not texts.get("findings", "").strip():
        lacking.append(f"Enter {WITHOUT_AGENDA}.")
    found = findings or {}
    lacking += [f"Enter what you found on “{heading}”." for key, heading in agenda if not found.get(key, "").strip()]
    return lacking + incomplete_actions(actions)


def incomplete_actions(actions: Sequence[ActionLine], *, known: Sequence[ActionLine] = ()) -> list[str]:
    """Return a sentence for each action without a person or a date (domain 3.3), but for those `known` as they are."""
    reasons = []
    for number, action in enumerate(actions, start=1):
        lacks = [*([] if action.who.strip() else ["a person"]), *([] if action.due_on else ["a date"])]
        if lacks and action not in known:
            reasons.append(
                f"Action {number}, “{shorten(action.what, 60, placeholder='…')}”, needs {' and '.join(lacks)}."
            )
    return reasons


def wrong_with_action_date(due_on: date, *, today: date) -> list[str]:
    """An action is to be done; a year typed wrong is found out."""
    if due_on < today:
        return ["The date of an action must be today or in the future."]
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
    reasons = (
        [] if differs else ["You have not changed anything in the version the school reads. Change what is wrong."]
    )
    return reasons if reason.strip() else [*reasons, "Enter why you are correcting the record."]


def wrong_with_meeting(held_on: date, *, today: date) -> list[str]:
    """A meeting of governors that somebody enters: a year typed wrong is found out."""
    if abs(held_on.year - today.year) > FURTHEST_MEETING:
        far = "ago" if held_on < today else "ahead"
        return [f"{held_on:%-d %B %Y} is more than two years {far}. Check the year."]
    return []
