"""What each app says of its rules: who is told at which step, how a date is worded, and who may know of it.

This app knows no domain. Whatever it shows or sends of a deadline it asks of the rule's entry here, for many deadlines
at once.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django.db.models import Q
from icalendar import Event

from schoolimprove.ui.registry import Registry

from .steps import Step

Sql = tuple[str, Sequence[Any]]


@dataclass(frozen=True)
class Audience:
    """Some people of a deadline. `told(on)` is a SELECT from the table `due` (id, subject_id, school_id).

    Its columns are `deadline_id`, `user_id` (none for those who do not sign in), `address`, `name`, and `covered`: 1
    where somebody holds recorded cover for the appointment the person is told by, else 0. It is asked for all deadlines
    of a rule at once, and is the same on both databases.
    """

    label: str
    told: Callable[[date], Sql]


@dataclass(frozen=True)
class Rung:
    """At `step`, `audience` is told."""

    step: Step
    audience: Audience


class Dated(Protocol):
    """A deadline, or a reminder of one."""

    @property
    def subject_id(self) -> int: ...

    @property
    def school_id(self) -> int | None: ...


@dataclass(frozen=True)
class Described:
    """A deadline in words: of what, at which school, and the page on which something can be done."""

    what: str
    where: str
    url: str


@dataclass(frozen=True)
class Rule:
    """A rule that dates come from.

    `label` says what is to be done. `statutory` dates are mailed at once and cannot be muted. `described(user, dated)`
    answers by subject, and leaves out what that user may not see; for nobody in particular (none) it answers in full.
    `known_to(user)` is a filter of deadlines of this rule: those whose dates the user may know of, on a board. Rules
    that share one are asked together.
    """

    key: str
    order: int
    label: str
    source: str
    ladder: Sequence[Rung]
    described: Callable[[Any, Sequence[Dated]], Mapping[int, Described]]
    known_to: Callable[[Any], Q]
    statutory: bool = False


@dataclass(frozen=True)
class CalendarSource:
    """What stands in a person's own calendar: `events(user, on)`, as that user may see it on a day.

    A calendar is read by others too: an event says where and when, and judges nothing. The same event has the same
    `UID` whenever it is asked for, and a `DTSTAMP` that changes with it alone.
    """

    key: str
    order: int
    events: Callable[[Any, date], Iterable[Event]]


rules: Registry[Rule] = Registry()
calendar_sources: Registry[CalendarSource] = Registry()

Reached = Callable[[str, Collection[int]], Collection[int]]
_reached: Reached | None = None


def register_reached(reached: Reached) -> None:
    """Called once: `reached(address, schools)` is at which of these somebody known by that address holds a post today.

    Appointments live above this app; whoever does not sign in is asked about when an e-mail goes out.
    """
    global _reached
    _reached = reached


def still_known(address: str, reminders: Iterable[Any]) -> list[Any]:
    """Those of the reminders that whoever has the address may still be told of."""
    told = list(reminders)
    schools = _reached(address, {each.school_id for each in told if each.school_id}) if _reached else ()
    return [each for each in told if each.school_id in schools]


def rule_named(key: str) -> Rule | None:
    """None for a rule that no app registers any more; its reminders are still there."""
    return next((rule for rule in rules if rule.key == key), None)


def described(user: Any, dated: Iterable[Any]) -> dict[int, Described]:
    """Key of each deadline or reminder → its words, as far as the user may see it; a few queries for each rule."""
    by_rule: dict[str, list[Any]] = {}
    for each in dated:
        by_rule.setdefault(each.rule, []).append(each)
    found: dict[int, Described] = {}
    for key, group in by_rule.items():
        rule = rule_named(key)
        words = rule.described(user, group) if rule else {}
        found |= {each.pk: words[each.subject_id] for each in group if each.subject_id in words}
    return found


def known_to(user: Any) -> Q:
    """Deadlines whose dates a user may know of, whatever the rule."""
    asked: dict[Callable[[Any], Q], list[str]] = {}
    for rule in rules:
        asked.setdefault(rule.known_to, []).append(rule.key)
    known = Q(pk__in=[])
    for answer, keys in asked.items():
        known |= Q(rule__in=keys) & answer(user)
    return known
