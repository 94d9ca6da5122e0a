"""The steps of a reminder, and which dates each is told of on a day. No Django.

The verb that hands work over tells of it at once. A deadline that nobody meets is told of step by step: before its day,
once it is late, and then to those above, after so many working days each (domain 9.1). Who is told at each step is the
rule's; how many days is policy.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from schoolimprove.lib.clock import Calendar, working_days_after


class Step(StrEnum):
    ASKED = "asked"
    COMING = "coming"
    LATE = "late"
    FIRST = "first"
    SECOND = "second"
    THIRD = "third"


STEP_LABELS: dict[Step, str] = {
    Step.ASKED: "New task",
    Step.COMING: "Coming due",
    Step.LATE: "Overdue",
    Step.FIRST: "Overdue, escalated",
    Step.SECOND: "Overdue, escalated twice",
    Step.THIRD: "Overdue, escalated 3 times",
}
BEFORE_LATE = (Step.ASKED, Step.COMING)
ESCALATIONS = (Step.FIRST, Step.SECOND, Step.THIRD)


@dataclass(frozen=True)
class ReminderSteps:
    """Working days before a date at which it is told of, and after it at which those above are."""

    coming_working_days: int
    first_working_days: int
    second_working_days: int
    third_working_days: int


@dataclass(frozen=True)
class Window:
    """The last days of deadlines that a step tells of, both included; no first day goes back for ever."""

    first: date | None
    last: date


def windows(on: date, steps: ReminderSteps, calendar: Calendar) -> dict[Step, Window]:
    """What each step tells of on a day.

    Late is what had its last day before `on`, however long ago: a sweep that was missed is made good by the next.
    """
    escalated = (steps.first_working_days, steps.second_working_days, steps.third_working_days)
    return {
        Step.COMING: Window(on, working_days_after(on, steps.coming_working_days, calendar).ends),
        Step.LATE: Window(None, on - timedelta(days=1)),
        **{step: Window(None, late_for(on, days, calendar)) for step, days in zip(ESCALATIONS, escalated, strict=True)},
    }


def late_for(on: date, days: int, calendar: Calendar) -> date:
    """The newest last day after which `days` working days had passed in full before `on`."""
    last = on - timedelta(days=1)
    while working_days_after(last, days, calendar).ends >= on:
        last -= timedelta(days=1)
    return last
