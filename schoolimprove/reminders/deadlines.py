"""Opening, moving and meeting deadlines, inside the transaction of the verb that calls."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.db import models, transaction

from schoolimprove.accounts.models import User
from schoolimprove.lib import clock
from schoolimprove.lib.clock import Working

from .handing_over import tell, tells_of
from .models import Deadline, Reminder
from .models.reminder import Answer
from .registry import Expected, providers
from .unread import count_unread


def open_deadline(rule: str, subject: models.Model, *, school_id: int | None, working: Working) -> Deadline:
    """Open the deadline of a rule and subject, or move the one that is open; return it."""
    fields = {"school_id": school_id, **counted(working)}
    deadline, _made = Deadline.objects.update_or_create(
        rule=rule,
        subject_kind=subject._meta.label_lower,
        subject_id=subject.pk,
        met_at=None,
        defaults=fields,
        create_defaults={**fields, "opened_at": clock.now()},
    )
    return deadline


def open_task(rule: str, subject: models.Model, *, school_id: int | None) -> None:
    """Open a deadline that has no day; one that is open keeps the day it has."""
    Deadline.objects.get_or_create(
        rule=rule,
        subject_kind=subject._meta.label_lower,
        subject_id=subject.pk,
        met_at=None,
        defaults={"school_id": school_id, "opened_at": clock.now()},
    )


def counted(working: Working) -> dict[str, Any]:
    """Return the fields of a deadline from the way its day was counted."""
    return {
        "due_on": working.ends,
        "calendar": working.calendar,
        "first_day": working.first_day,
        "working": working.as_record(),
    }


def follow(
    expected: Iterable[Expected], rules: Collection[str], subject: models.Model | None = None, *, done: bool = True
) -> int:
    """Open, move and meet the deadlines of `rules`, of one subject or of all, so that they are as `expected`.

    Return how many changed. What is no longer expected has been done, or has come to nothing.
    """
    opened, changed = _follow(expected, rules, subject, done=done)
    return len(opened) + changed


def _follow(
    expected: Iterable[Expected], rules: Collection[str], subject: models.Model | None, *, done: bool
) -> tuple[list[Deadline], int]:
    """Return the deadlines that were opened, and how many others changed."""
    with transaction.atomic():
        rows = Deadline.objects.open().filter(rule__in=rules).select_for_update().order_by("pk")
        if subject is not None:
            rows = rows.filter(subject_kind=subject._meta.label_lower, subject_id=subject.pk)
        held = {(row.rule, row.subject_kind, row.subject_id): row for row in rows}
        wanted = {(each.rule, each.subject_kind, each.subject_id): each for each in expected}
        new = [_row(each) for key, each in wanted.items() if key not in held]
        moved = [_moved(row, wanted[key]) for key, row in held.items() if key in wanted and _differs(row, wanted[key])]
        over = [row.pk for key, row in held.items() if key not in wanted]
        Deadline.objects.bulk_create(new, ignore_conflicts=True)
        Deadline.objects.bulk_update(moved, ["due_on", "calendar", "first_day", "working"], batch_size=500)
        gone = Deadline.objects.filter(pk__in=over)
        if over and done:
            gone.update(met_at=clock.now())
        elif over:
            gone.delete()
    return new, len(moved) + len(over)


def open_missing(on: date) -> int:
    """Open the tasks that should be open and are not, after a new version added some; return how many.

    A deadline that was counted in days from an event is opened by the verb alone, which knows the event.
    """
    held = set(Deadline.objects.open().order_by().values_list("rule", "subject_kind", "subject_id"))
    missing = [
        each
        for provider in providers
        for each in provider.expected(on)
        if (each.rule, each.subject_kind, each.subject_id) not in held
        and (each.working or each.first_day or (each.due_on is None and each.required))
    ]
    rows = Deadline.objects.bulk_create(map(_row, missing), batch_size=5000, ignore_conflicts=True)
    return len(rows)


def _row(each: Expected) -> Deadline:
    row = Deadline(rule=each.rule, subject_kind=each.subject_kind, subject_id=each.subject_id, school_id=each.school_id)
    return _moved(row, each)


def _moved(row: Deadline, each: Expected) -> Deadline:
    row.due_on, row.first_day, row.calendar, row.working = each.due_on, each.first_day or each.due_on, "", {}
    if each.working is not None:
        for name, value in counted(each.working).items():
            setattr(row, name, value)
    return row


def _differs(row: Deadline, each: Expected) -> bool:
    first_day = each.working.first_day if each.working else each.first_day or each.due_on
    return (row.due_on, row.first_day) != (each.due_on, first_day)


def follow_tasks(on: date, *, night: bool = False) -> int:
    """Update the tasks that come from the data or the day, not from a verb; return how many changed."""
    changes = 0
    for each in providers:
        if each.rules and (night or not each.nightly):
            opened, changed = _follow(each.expected(on), each.rules, None, done=True)
            tell(_kept([row for row in opened if tells_of(row.rule)]), by=None)
            changes += len(opened) + changed
    return changes


def _kept(opened: Collection[Deadline]) -> list[Deadline]:
    """Return the rows that were opened with their keys; no verb opens these, so that none can hand them over."""
    if not opened:
        return []
    subjects = {(each.rule, each.subject_kind, each.subject_id) for each in opened}
    rows = Deadline.objects.open().filter(rule__in={each.rule for each in opened}).order_by("rule", "pk")
    return [each for each in rows if (each.rule, each.subject_kind, each.subject_id) in subjects]


def meet_deadline(rule: str, subject: models.Model) -> bool:
    """Mark the open deadline met; whether there was one."""
    open_rows = Deadline.objects.open().filter(rule=rule, subject_kind=subject._meta.label_lower, subject_id=subject.pk)
    return bool(open_rows.update(met_at=clock.now()))


def drop_deadline(rule: str, subject: models.Model) -> bool:
    """Let the open deadline come to nothing, since what it asked for is asked no more; whether there was one."""
    open_rows = Deadline.objects.open().filter(rule=rule, subject_kind=subject._meta.label_lower, subject_id=subject.pk)
    return bool(open_rows.delete()[0])


def reopen_deadline(rule: str, subject: models.Model) -> bool:
    """Take back that the last one was met: its date holds again; whether there was one, and none open already."""
    rows = Deadline.objects.filter(rule=rule, subject_kind=subject._meta.label_lower, subject_id=subject.pk)
    last = rows.order_by("-opened_at", "-pk").first()
    reopened = last is not None and bool(rows.filter(pk=last.pk, met_at__isnull=False).update(met_at=None))
    if last is not None and last.due_on is not None and reopened:
        of_it = _reminders(rule, subject).filter(due_on=last.due_on, answer=Answer.DONE)
        of_it.update(answer=Answer.NONE, answered_at=None)
    return reopened


def done_by(rule: str, subject: models.Model, user: User) -> None:
    """What this person was told of has been done by them, though the date waits for others: they are told no more."""
    _reminders(rule, subject).filter(user=user, answer=Answer.NONE).update(answer=Answer.DONE, answered_at=clock.now())
    count_unread(User.objects.filter(pk=user.pk))


def _reminders(rule: str, subject: models.Model) -> models.QuerySet[Reminder]:
    return Reminder.objects.filter(rule=rule, subject_kind=subject._meta.label_lower, subject_id=subject.pk)


def open_deadlines_of(subject: models.Model, *rules: str) -> list[Deadline]:
    """Return the open deadlines of a subject that have a day, of these rules or of all."""
    rows = Deadline.objects.open().dated().filter(subject_kind=subject._meta.label_lower, subject_id=subject.pk)
    return list(rows.filter(rule__in=rules) if rules else rows)
