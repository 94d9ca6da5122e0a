"""What of reminders is policy: how many working days before and after a date each step is."""

from collections.abc import Iterator
from dataclasses import dataclass

from schoolimprove.policy.keys import SINCE_ALWAYS, PolicyKey, declare

from .steps import ReminderSteps

MOST_DAYS = 60
EARLIEST_HOUR, LATEST_HOUR = 6, 20


def _in_order(value: ReminderSteps) -> Iterator[str]:
    after = [value.first_working_days, value.second_working_days, value.third_working_days]
    if not 1 <= value.coming_working_days <= MOST_DAYS:
        yield f"Enter 1 to {MOST_DAYS} working days before the date."
    if min(after) < 1 or max(after) > MOST_DAYS:
        yield f"Enter 1 to {MOST_DAYS} working days for each escalation."
    if after != sorted(set(after)):
        yield "Each escalation must be later than the one before it."


REMINDER_STEPS: PolicyKey[ReminderSteps] = declare(
    PolicyKey(
        name="reminders.steps",
        label="When we send reminders and escalate overdue work",
        does="Sets when we remind people of a date, and when we escalate it to their managers.",
        labels={
            "coming_working_days": "Working days before the date when we remind people",
            "first_working_days": "Working days overdue before we escalate it one level",
            "second_working_days": "Working days overdue before we escalate it two levels",
            "third_working_days": "Working days overdue before we escalate it three levels",
        },
        kind=ReminderSteps,
        unit="working days",
        source="domain 9.1",
        shipped={SINCE_ALWAYS: ReminderSteps(3, 5, 10, 15)},
        validator=_in_order,
    )
)


@dataclass(frozen=True)
class DigestHour:
    """The hour, in London, at which the daily email goes to whoever chose none."""

    hour: int


def _in_the_day(value: DigestHour) -> Iterator[str]:
    if not EARLIEST_HOUR <= value.hour <= LATEST_HOUR:
        yield f"Enter an hour from {EARLIEST_HOUR} to {LATEST_HOUR}. We work out the day’s dates at 6am."


DIGEST_HOUR: PolicyKey[DigestHour] = declare(
    PolicyKey(
        name="reminders.digest_hour",
        label="When we send the daily email of reminders",
        does="Sets when we send the daily email of reminders to people who have not chosen an hour.",
        labels={"hour": "Hour of the day"},
        kind=DigestHour,
        unit="hour of the day, in London",
        source="domain 9.1",
        shipped={SINCE_ALWAYS: DigestHour(7)},
        validator=_in_the_day,
    )
)
