"""The daily sweep: whoever is to be told of a date is told once a step (domain 9).

It is one transaction under the lock of the day's row. Two at once come one after the other, and the second finds
nothing more to say; one that was killed leaves nothing behind; one that was missed is made good by the next, since what
is late is told of however long ago it was due. What was said is unique in the database, whoever says it. Whatever the
number of deadlines, the number of statements is that of the rules' rungs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection, transaction
from django.db.models import F

from schoolimprove.calendar.calendars import working_days_calendar
from schoolimprove.lib import clock
from schoolimprove.policy.values import one_reading, policy_value

from .knowing import know_by_account
from .mailings import owe
from .models import Deadline, Sweep
from .models.reminder import ByMail
from .policy import REMINDER_STEPS
from .registry import Audience, Rule, rules
from .steps import ESCALATIONS, Step, Window, windows
from .unread import count_unread

SWEEPS_AT = time(6)
"""In London. The clocks change at night, so that there is one six o'clock a day."""


@dataclass(frozen=True)
class Swept:
    """`due`: open deadlines that come due or are late, told before or not. `created`: reminders written now."""

    due: int
    created: int


def sweep(on: date, *, dry_run: bool = False) -> Swept:
    """Tell everybody what is to be told on a day; in a dry run, count what would be told and write nothing."""
    with transaction.atomic(), one_reading():
        begun = _lock(on)
        done = _sweep(on)
        Sweep.objects.filter(pk=begun.pk).update(
            ended_at=clock.now(), due=done.due, created=F("created") + done.created
        )
        if dry_run:
            transaction.set_rollback(True)
    return done


def swept(on: date) -> bool:
    """Whether a sweep of that day came to its end, on that day and not before its time."""
    return Sweep.objects.filter(on=on, ended_at__gte=datetime.combine(on, SWEEPS_AT, clock.LONDON)).exists()


def _lock(on: date) -> Sweep:
    Sweep.objects.get_or_create(on=on, defaults={"began_at": clock.now()})
    return Sweep.objects.select_for_update().get(on=on)


def _sweep(on: date) -> Swept:
    days = windows(on, policy_value(REMINDER_STEPS, on=on), working_days_calendar())
    know_by_account()
    created = sum(_tell(rule, step, audience, days[step], on) for rule, step, audience in _rungs())
    owe(on)
    count_unread()
    told_of = {rule.key for rule, _step, _audience in _rungs()}
    due = Deadline.objects.open().filter(rule__in=told_of, due_on__lte=days[Step.COMING].last)
    return Swept(due.count(), created)


def _rungs() -> Iterator[tuple[Rule, Step, Audience]]:
    """Yield what a sweep tells; work that is handed over is told of by the verb."""
    return ((rule, rung.step, rung.audience) for rule in rules for rung in rule.ladder if rung.step != Step.ASKED)


# INSERT comes first: of a statement that begins with WITH, SQLite's driver does not count the rows.
_TELL = """
INSERT INTO reminders_reminder (rule, subject_kind, subject_id, school_id, due_on, working, step, user_id, address,
    name, told_on, told_at, by_mail, answer, because)
WITH due AS (
    SELECT id, subject_kind, subject_id, school_id, due_on, working
    FROM reminders_deadline
    WHERE met_at IS NULL AND rule = %s AND due_on <= %s AND due_on >= %s AND opened_at < %s
), told AS (
    SELECT deadline_id, user_id, CASE WHEN user_id IS NULL THEN lower(address) ELSE '' END AS address,
        max(name) AS name, min(covered) AS covered
    FROM ({audience}) AS everybody
    WHERE user_id IS NOT NULL OR address <> ''
    GROUP BY 1, 2, 3
)
SELECT %s, due.subject_kind, due.subject_id, due.school_id, due.due_on, due.working, %s, told.user_id, told.address,
    told.name, %s, %s, CASE WHEN told.covered = 1 THEN %s ELSE %s END, '', ''
FROM due JOIN told ON told.deadline_id = due.id
WHERE NOT EXISTS (
    SELECT 1 FROM reminders_reminder said
    WHERE said.rule = %s AND said.subject_kind = due.subject_kind AND said.subject_id = due.subject_id
        AND said.due_on = due.due_on AND said.step = %s
        AND ((said.user_id = told.user_id AND told.user_id IS NOT NULL)
            OR (said.user_id IS NULL AND told.user_id IS NULL AND said.address = told.address))
)
ON CONFLICT DO NOTHING
"""


def _opened_before(step: Step, window: Window, on: date) -> datetime:
    """A date that was opened late goes up only after the same days again: whoever owes it is told first."""
    last = window.last if step in ESCALATIONS else on
    return datetime.combine(last + timedelta(days=1), time(), clock.LONDON)


def _tell(rule: Rule, step: Step, audience: Audience, window: Window, on: date) -> int:
    """How many reminders of one rule and step it came to, in one statement."""
    people, their_values = audience.told(on)
    adapt, moment = connection.ops.adapt_datefield_value, connection.ops.adapt_datetimefield_value
    values = [
        *(rule.key, adapt(window.last), adapt(window.first or date.min), moment(_opened_before(step, window, on))),
        *their_values,
        *(rule.key, step.value, adapt(on), moment(clock.now())),
        *(ByMail.HELD.value, (ByMail.AT_ONCE if rule.statutory else ByMail.DIGEST).value),
        *(rule.key, step.value),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_TELL.format(audience=people), values)
        return int(cursor.rowcount)
