"""Reminders in words: what is to be done, where, by when, why that day, and which rule says so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urljoin

from django.conf import settings

from schoolimprove.lib import clock
from schoolimprove.lib.clock import Working, first_counted, question, skipped_in_words, uk_date

from .models import Deadline, Reminder
from .registry import Described, described, rule_named
from .steps import BEFORE_LATE, STEP_LABELS, Step


@dataclass(frozen=True)
class Line:
    """A reminder as its reader sees it; `on` is the day it is read.

    `deadline` is what it reminds of as it now stands, which may have another date than was told; none once it is done.
    """

    reminder: Reminder
    deadline: Deadline | None
    said: Described
    title: str
    source: str
    on: date

    @property
    def due_on(self) -> date | None:
        return self.deadline.due_on if self.deadline else self.reminder.due_on

    @property
    def working(self) -> Any:
        return self.deadline.working if self.deadline else self.reminder.working

    @property
    def late(self) -> bool:
        return self.due_on is not None and self.due_on < self.on

    @property
    def is_new(self) -> bool:
        return self.reminder.step_kind == Step.ASKED and not self.late

    @property
    def link(self) -> str:
        """In full, for an email."""
        return urljoin(f"{settings.SITE_URL}/", self.said.url)

    @property
    def step(self) -> str:
        """What the date is now, where it has moved or its day has passed since it was told."""
        told = self.reminder.step_kind
        if self.deadline is not None and self.late == (told in BEFORE_LATE):
            return STEP_LABELS[Step.LATE if self.late else Step.COMING]
        return STEP_LABELS[told]

    @property
    def why(self) -> str:
        """Why that date, in a sentence or two of plain text."""
        return why_that_date(self.working)


def why_that_date(working: Any) -> str:
    """Of a stored working; nothing for one that says no more than the date."""
    if "start" not in working:
        return ""
    asked = Working.from_record(working)
    left_out = "; ".join(f"{why}, {days}" for why, days in skipped_in_words(asked.skipped))
    begun = first_counted(asked)
    counted = f"{question(asked)}, {begun} {uk_date(asked.first_day)}" if begun else question(asked)
    return f"{counted}; skipped: {left_out}." if left_out else f"{counted}."


def days_left(due_on: date, on: date) -> str:
    """Return `3 days overdue`, `today` or `in 3 days`."""
    days = (due_on - on).days
    number = f"{abs(days):,} day{'' if abs(days) == 1 else 's'}"
    return f"{number} overdue" if days < 0 else f"in {number}" if days else "today"


def newest_steps(reminders: Iterable[Reminder]) -> list[Reminder]:
    """Return of each piece of work the furthest step alone: in one email it is one line."""
    order = list(STEP_LABELS)
    newest: dict[tuple[Any, ...], Reminder] = {}
    for each in reminders:
        date_of = (each.rule, each.subject_kind, each.subject_id)
        held = newest.get(date_of)
        if held is None or order.index(each.step_kind) > order.index(held.step_kind):
            newest[date_of] = each
    return list(newest.values())


def lines_of(reminders: Iterable[Reminder], user: Any) -> list[Line]:
    """Return those that the user may still see, in their order; all, for a person who does not sign in."""
    shown, on = list(reminders), clock.today()
    words, deadlines = described(user, shown), _deadlines_of(shown)
    return [_line(each, deadlines.get(each.pk), words[each.pk], on) for each in shown if each.pk in words]


def _deadlines_of(reminders: Sequence[Reminder]) -> dict[int, Deadline]:
    """Return the open deadline of each reminder, as it now stands. One query."""
    if not reminders:
        return {}
    found = Deadline.objects.open().filter(
        rule__in={each.rule for each in reminders},
        subject_kind__in={each.subject_kind for each in reminders},
        subject_id__in={each.subject_id for each in reminders},
    )
    rows = {(row.rule, row.subject_kind, row.subject_id): row for row in found}
    held = {each.pk: rows.get((each.rule, each.subject_kind, each.subject_id)) for each in reminders}
    told_at = {each.pk: each.told_at for each in reminders}
    return {key: row for key, row in held.items() if row is not None and row.opened_at <= told_at[key]}


def _line(reminder: Reminder, deadline: Deadline | None, said: Described, on: date) -> Line:
    rule = rule_named(reminder.rule)
    return Line(reminder, deadline, said, rule.label if rule else reminder.rule, rule.source if rule else "", on)
