"""Which emails are owed, and handing them to the outbox: a digest a person a day, statutory dates at once.

What is owed is written in the sweep's transaction. Handing over is a transaction for each email that begins with
taking its row: of two workers one has it, and one that is killed leaves it waiting. The outbox gives each email its
Message-ID when it takes it, so that a delivery nobody is sure of is tried again as the same email.
"""

import logging
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from post_office.models import Email

from schoolimprove.accounts import mail
from schoolimprove.calendar.calendars import working_days_calendar
from schoolimprove.lib import clock
from schoolimprove.lib.clock import Calendar
from schoolimprove.policy.values import policy_value

from .models import Mailing, Reminder, ReminderChoices
from .models.mailing import MailingState
from .models.reminder import ByMail
from .policy import DIGEST_HOUR
from .registry import still_known
from .wording import Line, lines_of, newest_steps

AT_A_TIME = 500
_log = logging.getLogger(__name__)


def owe(on: date) -> None:
    """The emails that reminders not mailed yet call for; asked again, nothing more."""
    _owe_at_once()
    _owe_digests(on)


def _owe_at_once() -> None:
    """Owe an email for each statutory date: it waits for nothing."""
    waiting = list(Reminder.objects.not_mailed().filter(by_mail=ByMail.AT_ONCE).order_by("pk"))
    owed = [
        Mailing(key=f"at once {each.pk}", user_id=each.user_id, address=each.address, at_once=True, send_at=clock.now())
        for each in waiting
    ]
    for each, mailing in zip(waiting, Mailing.objects.bulk_create(owed, batch_size=AT_A_TIME), strict=True):
        each.mailing = mailing
    Reminder.objects.bulk_update(waiting, ["mailing"], batch_size=AT_A_TIME)


def _owe_digests(on: date) -> None:
    waiting = Reminder.objects.not_mailed().filter(by_mail=ByMail.DIGEST).order_by()
    people = list(waiting.values_list("user_id", "address").distinct())
    day = digest_day(on, working_days_calendar())
    usual = usual_hour(on)
    chosen = dict(ReminderChoices.objects.filter(digest_at__isnull=False).values_list("user_id", "digest_at"))
    owed = [
        Mailing(
            key=f"digest {day.isoformat()} {user or address}",
            user_id=user,
            address=address,
            send_at=datetime.combine(day, chosen.get(user) or usual, clock.LONDON),
        )
        for user, address in people
    ]
    Mailing.objects.bulk_create(owed, batch_size=AT_A_TIME, ignore_conflicts=True)


def usual_hour(on: date) -> time:
    """Of whoever chose none."""
    return time(policy_value(DIGEST_HOUR, on=on).hour)


def move_waiting(user: Any, chosen: time | None) -> None:
    """One's digests that are owed already go out at the hour chosen now."""
    hour = chosen or usual_hour(clock.today())
    for mailing in Mailing.objects.waiting().filter(user=user, at_once=False):
        day = mailing.send_at.astimezone(clock.LONDON).date()
        Mailing.objects.waiting().filter(pk=mailing.pk).update(send_at=datetime.combine(day, hour, clock.LONDON))


def digest_day(on: date, calendar: Calendar) -> date:
    """The day itself if it is a working day, else the next: what is new on a Saturday is mailed on Monday."""
    day = on
    while calendar.why_not_working_day(day):
        day += timedelta(days=1)
    return day


def deliver(at: datetime) -> int:
    """Hand over what is due to go out; how many emails. Safe to be run by many at once."""
    ready = Mailing.objects.ready(at).order_by("send_at", "pk").values_list("pk", flat=True)
    return sum(_handed_over(key) for key in list(ready))


def _handed_over(key: int) -> bool:
    """One that cannot be written waits, with its reason in the log, and keeps nobody else waiting."""
    try:
        return _hand_over(key)
    except Exception:
        _log.exception("Email of reminders %s could not be handed over", key)
        return False


def _hand_over(key: int) -> bool:
    with transaction.atomic():
        mailing = (
            Mailing.objects.waiting().select_for_update(of=("self",)).select_related("user").filter(pk=key).first()
        )
        if mailing is None:
            return False
        reminders = _take(mailing)
        state, email = _send(mailing, reminders)
        Mailing.objects.filter(pk=key).update(state=state, email=email, handed_at=clock.now())
        return email is not None


def _take(mailing: Mailing) -> list[Reminder]:
    """The reminders this email tells of; from now on no other does."""
    if not mailing.at_once:
        waiting = Reminder.objects.not_mailed().filter(user=mailing.user_id, address=mailing.address)
        waiting.filter(by_mail=ByMail.DIGEST).update(mailing=mailing)
    return list(mailing.reminders.open().order_by("due_on", "pk"))


def _send(mailing: Mailing, reminders: Sequence[Reminder]) -> tuple[MailingState, Email | None]:
    """Nothing is mailed that was settled meanwhile, nor to whoever may not sign in any more."""
    user = mailing.user
    if user is not None and (not user.is_active or (not mailing.at_once and _muted(user))):
        return MailingState.MUTED, None
    known = reminders if user is not None else still_known(mailing.address, reminders)
    told = lines_of(newest_steps(known), user)
    if not told:
        return MailingState.NOTHING, None
    return MailingState.HANDED_OVER, _write(mailing, user, told)


def _muted(user: Any) -> bool:
    return ReminderChoices.objects.filter(user=user, muted=True).exists()


def _write(mailing: Mailing, user: Any, told: Sequence[Line]) -> Email:
    return mail.send(
        "reminders/emails/at_once" if mailing.at_once else "reminders/emails/digest",
        to=user.email if user else mailing.address,
        name=told[0].reminder.name,
        signs_in=user is not None,
        lines=told,
        late=[each for each in told if each.late],
        new=[each for each in told if each.is_new],
        coming=[each for each in told if not each.late and not each.is_new],
        inbox=mail.address_of("reminders:inbox"),
        choices=mail.address_of("reminders:choices"),
    )
