"""What the daily sweep tells people in the last days, and what they do with it."""

from datetime import timedelta

from schoolimprove.accounts.models import User
from schoolimprove.demo.script import Story, Verb
from schoolimprove.lib import clock
from schoolimprove.reminders.actions import read, say_why_late
from schoolimprove.reminders.mailings import deliver
from schoolimprove.reminders.models import Reminder
from schoolimprove.reminders.sweep import sweep


def sweep_today(_story: Story) -> None:
    sweep(clock.today())


def send(_story: Story) -> None:
    deliver(clock.now())


def read_older(_story: Story, *, days: int) -> None:
    """Everybody has read what was told more than some days ago."""
    before = clock.today() - timedelta(days=days)
    for user in User.objects.filter(reminders__isnull=False).distinct().order_by("pk"):
        read(Reminder.objects.filter(told_on__lt=before), by=user)


def explain(_story: Story, *, because: list[str]) -> None:
    """Of what is late, the people who owe the oldest say why."""
    late = Reminder.objects.open().filter(user__isnull=False, step="late", due_on__lt=clock.today())
    oldest = late.order_by("due_on", "pk").select_related("user")
    for reminder, reason in zip(oldest[: len(because)], because, strict=False):
        if reminder.user is not None:
            say_why_late(reminder, reason, by=reminder.user)


VERBS: dict[str, Verb] = {"sweep": sweep_today, "send reminders": send, "read": read_older, "say why late": explain}
