"""What a person does with a reminder: read it, put it away as done, or say why the date is late."""

from django.db import transaction

from schoolimprove.accounts.models import User
from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import Blocked, record_event

from .models import Deadline, Reminder
from .models.reminder import Answer, ReminderQuerySet
from .unread import count_unread

TAKEN_BACK = "This reminder is closed. You removed it, the work is done, or someone else now has the work."
NOT_LATE = "This date is not overdue yet. You can give a reason once it has passed."


def read(reminders: ReminderQuerySet, *, by: User) -> int:
    """Mark them read, one's own only; how many were not."""
    with transaction.atomic():
        now_read = reminders.to(by).unread().update(read_at=clock.now())
        if now_read:
            recount(by)
    return now_read


def put_away(reminder: Reminder, *, by: User) -> None:
    """It has been dealt with, as far as this person goes; the date itself is met by the work it asks for."""
    _answer(reminder, Answer.DONE, "", by=by)


def say_why_late(reminder: Reminder, because: str, *, by: User) -> None:
    """Why the date is late, for whoever is told of it next; said again, the newer reason counts."""
    _answer(reminder, Answer.LATE, because.strip(), by=by)


def _answer(reminder: Reminder, answer: Answer, because: str, *, by: User) -> None:
    """The row is the lock: of two windows the later one counts, and both are in the audit."""
    with transaction.atomic():
        mine = Reminder.objects.to(by).select_for_update().filter(pk=reminder.pk)
        held = mine.open().first()
        if held is None:
            raise Blocked([TAKEN_BACK])
        if answer == Answer.LATE and not _is_late(held):
            raise Blocked([NOT_LATE])
        now = clock.now()
        mine.update(answer=answer, because=because, answered_at=now, read_at=held.read_at or now)
        if answer == Answer.DONE:
            _same_work(held).to(by).open().update(answer=answer, because="", answered_at=now, read_at=now)
        changes = {"answer": [held.answer, answer.value], "because": [held.because, because]}
        verb = "put a reminder away" if answer == Answer.DONE else "said why a date is late"
        record_event(held, verb, by=Actor(by), changes=changes, reason=because)
        recount(by)


def _same_work(told: Reminder) -> ReminderQuerySet:
    """Return the reminders of the same piece of work, told at whatever step."""
    return Reminder.objects.filter(**told.about)


def _is_late(told: Reminder) -> bool:
    """Return whether the work is late by the date it has now."""
    return Deadline.objects.overdue(clock.today()).filter(**told.about).exists()


def recount(user: User) -> None:
    """What waits unread now: dates were met since the number was written down."""
    count_unread(User.objects.filter(pk=user.pk))
    user.refresh_from_db(fields=["unread_reminders"])
