"""What the sweep tells of a morning: on Mondays over the year, and each day of the last week, today among them.

Some of what was told is read and answered, so that nobody's reminders look as if nobody had ever opened them.
"""

from datetime import date, datetime, time, timedelta
from random import Random

from schoolimprove.accounts.models import User
from schoolimprove.lib import clock
from schoolimprove.reminders.actions import read, say_why_late
from schoolimprove.reminders.mailings import deliver
from schoolimprove.reminders.models import Reminder
from schoolimprove.reminders.sweep import sweep

from .days import Days
from .stories import Story

_WEEKS = 40
_LATELY = timedelta(days=6)
_SWEPT, _MAILED = time(6), time(7)
_READ = timedelta(days=4)
_BECAUSE = (
    "The headteacher was away ill; we have agreed to go through it on Thursday.",
    "Two inspections in one week. I will have it done by Monday.",
    "I am waiting for the school’s own data, which I have asked for twice.",
)
_ANSWERED = 3


def mornings(days: Days) -> Story:
    """The Mondays before the last week, then every day of it but today."""
    lately = days.today - _LATELY
    monday = lately - timedelta(days=lately.weekday())
    for weeks in range(_WEEKS, 0, -1):
        yield monday - timedelta(weeks=weeks)
        _morning(clock.today())
    for n in range(_LATELY.days):
        yield lately + timedelta(days=n)
        _morning(clock.today())


def this_morning(today: date, luck: Random) -> None:
    """Today's, before anybody comes in; what was told some days ago was read, and of what is late some say why."""
    _morning(today)
    with clock.at(_at(today, _MAILED)):
        for user in User.objects.filter(reminders__isnull=False).distinct().order_by("pk"):
            read(Reminder.objects.filter(told_on__lt=today - _READ), by=user)
        late = (
            Reminder.objects.open().filter(user__isnull=False, step="late", due_on__lt=today).order_by("due_on", "pk")
        )
        for reminder in late.select_related("user")[:_ANSWERED]:
            if reminder.user is not None:
                say_why_late(reminder, luck.choice(_BECAUSE), by=reminder.user)


def _morning(day: date) -> None:
    with clock.at(_at(day, _SWEPT)):
        sweep(day)
    with clock.at(_at(day, _MAILED)):
        deliver(clock.now())


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, clock.LONDON)
