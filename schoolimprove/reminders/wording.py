"""Reminders in words: what is to be done, where, by when, why that day, and which rule says so."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urljoin

from django.conf import settings

from schoolimprove.lib import clock
from schoolimprove.lib.clock import Working, first_counted, question, skipped_in_words, uk_date

from .models import Reminder
from .registry import Described, described, rule_named
from .steps import STEP_LABELS


@dataclass(frozen=True)
class Line:
    """A reminder as its reader sees it; `on` is the day it is read."""

    reminder: Reminder
    said: Described
    title: str
    source: str
    on: date

    @property
    def late(self) -> bool:
        return self.reminder.due_on < self.on

    @property
    def link(self) -> str:
        """In full, for an e-mail."""
        return urljoin(f"{settings.SITE_URL}/", self.said.url)

    @property
    def step(self) -> str:
        return STEP_LABELS[self.reminder.step_kind]

    @property
    def why(self) -> str:
        """Why that date, in a sentence or two of plain text."""
        return why_that_date(self.reminder.working)


def why_that_date(working: Any) -> str:
    """Of a stored working; nothing for one that says no more than the date."""
    if "start" not in working:
        return ""
    asked = Working.from_record(working)
    left_out = "; ".join(f"{why}, {days}" for why, days in skipped_in_words(asked.skipped))
    counted = f"{question(asked)}, {first_counted(asked)} {uk_date(asked.first_day)}"
    return f"{counted}; skipped: {left_out}." if left_out else f"{counted}; no day is skipped."


def newest_steps(reminders: Iterable[Reminder]) -> list[Reminder]:
    """Of each date the furthest step alone: in one e-mail it is one line."""
    order = list(STEP_LABELS)
    newest: dict[tuple[Any, ...], Reminder] = {}
    for each in reminders:
        date_of = (each.rule, each.subject_kind, each.subject_id, each.due_on)
        held = newest.get(date_of)
        if held is None or order.index(each.step_kind) > order.index(held.step_kind):
            newest[date_of] = each
    return list(newest.values())


def lines_of(reminders: Iterable[Reminder], user: Any) -> list[Line]:
    """Those that the user may still see, in their order; for somebody who does not sign in, all."""
    shown, on = list(reminders), clock.today()
    words = described(user, shown)
    return [_line(each, words[each.pk], on) for each in shown if each.pk in words]


def _line(reminder: Reminder, said: Described, on: date) -> Line:
    rule = rule_named(reminder.rule)
    return Line(reminder, said, rule.label if rule else reminder.rule, rule.source if rule else "", on)
