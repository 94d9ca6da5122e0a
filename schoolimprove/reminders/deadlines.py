"""Opening, moving and meeting deadlines, inside the transaction of the verb that calls."""

from datetime import date
from typing import Any

from django.db import models

from schoolimprove.accounts.models import User
from schoolimprove.lib import clock

from .models import Deadline, Reminder
from .models.reminder import Answer
from .unread import count_unread


def open_deadline(
    rule: str,
    subject: models.Model,
    *,
    school_id: int | None,
    due_on: date,
    calendar: str,
    first_day: date,
    working: dict[str, Any],
) -> Deadline:
    """The open deadline of this rule and subject: a new row, or the one there is, moved."""
    deadline, _made = Deadline.objects.update_or_create(
        rule=rule,
        subject_kind=subject._meta.label_lower,
        subject_id=subject.pk,
        met_at=None,
        defaults={
            "school_id": school_id,
            "due_on": due_on,
            "calendar": calendar,
            "first_day": first_day,
            "working": working,
        },
        create_defaults={
            "school_id": school_id,
            "due_on": due_on,
            "calendar": calendar,
            "first_day": first_day,
            "working": working,
            "opened_at": clock.now(),
        },
    )
    return deadline


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
    if last is not None and reopened:
        of_it = _reminders(rule, subject).filter(due_on=last.due_on, answer=Answer.DONE)
        of_it.update(answer=Answer.NONE, answered_at=None)
    return reopened


def done_by(rule: str, subject: models.Model, user: User) -> None:
    """What this person was told of has been done by them, though the date waits for others: they are told no more."""
    _reminders(rule, subject).filter(user=user, answer=Answer.NONE).update(answer=Answer.DONE, answered_at=clock.now())
    count_unread(User.objects.filter(pk=user.pk))


def _reminders(rule: str, subject: models.Model) -> models.QuerySet[Reminder]:
    return Reminder.objects.filter(rule=rule, subject_kind=subject._meta.label_lower, subject_id=subject.pk)


def open_deadlines_of(subject: models.Model) -> list[Deadline]:
    return list(Deadline.objects.open().filter(subject_kind=subject._meta.label_lower, subject_id=subject.pk))
