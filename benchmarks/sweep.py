"""The daily sweep beside the bare SQL that selects the same people: an ordinary day, the worst of a term, and again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection, transaction

from benchmarks.imports import peak_memory
from benchmarks.measure import busy_seconds
from schoolimprove.calendar.calendars import working_days_calendar
from schoolimprove.lib import clock
from schoolimprove.policy.values import policy_value
from schoolimprove.reminders.models import Deadline
from schoolimprove.reminders.policy import REMINDER_STEPS
from schoolimprove.reminders.registry import rules
from schoolimprove.reminders.steps import windows
from schoolimprove.reminders.sweep import sweep

AIM = 3
"""A job takes at most so many times its bare statements."""
A_YEAR = 15
"""Dates of a school in a year that were met."""
ORDINARY = 200
"""On an ordinary day one open date in so many comes due or late."""


@dataclass(frozen=True)
class Timed:
    what: str
    created: int
    ours: float
    bare: float

    @property
    def line(self) -> str:
        ratio = self.ours / self.bare
        missed = "  MISSED" if ratio > AIM else ""
        return (
            f"{self.what:<44}{self.created:>8,} reminders{self.ours:>8.3f} s busy{self.bare:>8.3f} s bare"
            f"{ratio:>7.1f} ×{missed}"
        )


def measure_sweep() -> str:
    """The lines of the report. What the sweeps wrote is taken back."""
    _fill_a_year()
    today = clock.today()
    before = peak_memory()
    lines = [each.line for each in _timed_days(today)]
    counted = f"{Deadline.objects.count():,} dates, {Deadline.objects.open().count():,} of them open"
    memory = f"peak memory {before} MB before, {peak_memory()} MB after"
    return "\n".join([f"\nDaily sweep over {counted} (aim {AIM} × the bare SQL), {memory}", *lines])


def _fill_a_year() -> None:
    """The dates of a year that were met, beside those that are open since the term was opened."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO reminders_deadline (rule, subject_kind, subject_id, school_id, due_on, calendar, first_day,"
            " working, opened_at, met_at) SELECT rule, subject_kind, -id * 100 - n, school_id, due_on - 20 * n,"
            " calendar, first_day, working, opened_at, opened_at FROM reminders_deadline, generate_series(1, %s) n"
            " WHERE met_at IS NULL",
            [A_YEAR],
        )
        cursor.execute("VACUUM ANALYZE reminders_deadline")


def _timed_days(today: date) -> Iterator[Timed]:
    far = today + timedelta(days=60)
    with transaction.atomic():
        Deadline.objects.open().update(due_on=far)
        _move(f"id %% {ORDINARY} = 0", today)
        yield _timed("an ordinary day", today)
        yield _timed("the same day again", today)
        Deadline.objects.open().update(due_on=today - timedelta(days=1))
        yield _timed("every open date late since yesterday", today)
        transaction.set_rollback(True)


def _move(where: str, day: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE reminders_deadline SET due_on = %s WHERE met_at IS NULL AND {where}", [day])


def _timed(what: str, today: date) -> Timed:
    bare = _seconds(lambda: _bare(today))
    created = list[int]()
    ours = _seconds(lambda: created.append(sweep(today).created))
    return Timed(what, created[0], ours, bare)


def _seconds(act: Callable[[], object]) -> float:
    began = busy_seconds()
    act()
    return max(busy_seconds() - began, 0.001)


def _bare(on: date) -> None:
    """Whom each rung would tell, selected and nothing else."""
    days = windows(on, policy_value(REMINDER_STEPS, on=on), working_days_calendar())
    with connection.cursor() as cursor:
        for rule in rules:
            for rung in (each for each in rule.ladder if each.step in days):
                window, (people, values) = days[rung.step], rung.audience.told(on)
                cursor.execute(
                    "WITH due AS (SELECT id, subject_id, school_id FROM reminders_deadline WHERE met_at IS NULL"
                    f" AND rule = %s AND due_on <= %s AND due_on >= %s) SELECT count(*) FROM ({people}) AS everybody",
                    [rule.key, window.last, window.first or date.min, *values],
                )
