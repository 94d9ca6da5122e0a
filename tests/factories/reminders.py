from datetime import UTC, date, datetime, timedelta

import factory

from schoolimprove.lib.clock import Working
from schoolimprove.reminders.models import (
    CalendarFeed,
    Deadline,
    Mailing,
    Reconciliation,
    Reminder,
    ReminderChoices,
    Sweep,
)
from tests.factories.accounts import UserFactory


def _counted_to(day: date) -> Working:
    return Working("working days", day - timedelta(days=1), 1, day, day, ())


class DeadlineFactory(factory.django.DjangoModelFactory[Deadline]):
    class Meta:
        model = Deadline

    rule = "record.submit"
    subject_kind = "schools.recordofvisit"
    subject_id = factory.Sequence(lambda n: n + 1)
    due_on = date(2026, 11, 9)
    calendar = "working days"
    first_day = date(2026, 11, 3)


class SweepFactory(factory.django.DjangoModelFactory[Sweep]):
    class Meta:
        model = Sweep

    on = factory.Sequence(lambda n: date(2026, 1, 1) + timedelta(days=n))


class MailingFactory(factory.django.DjangoModelFactory[Mailing]):
    class Meta:
        model = Mailing

    key = factory.Sequence(lambda n: f"digest 2026-11-10 {n}")
    user = factory.SubFactory(UserFactory)
    send_at = datetime(2026, 11, 10, 7, tzinfo=UTC)


class ReminderFactory(factory.django.DjangoModelFactory[Reminder]):
    class Meta:
        model = Reminder

    rule = "record.submit"
    subject_kind = "schools.recordofvisit"
    subject_id = factory.Sequence(lambda n: n + 1)
    due_on = date(2026, 11, 9)
    working = factory.LazyAttribute(lambda made: _counted_to(made.due_on).as_record())
    step = "coming"
    user = factory.SubFactory(UserFactory)
    name = "Invented Partner"
    told_on = date(2026, 11, 5)


class ReminderChoicesFactory(factory.django.DjangoModelFactory[ReminderChoices]):
    class Meta:
        model = ReminderChoices

    user = factory.SubFactory(UserFactory)


class CalendarFeedFactory(factory.django.DjangoModelFactory[CalendarFeed]):
    class Meta:
        model = CalendarFeed

    user = factory.SubFactory(UserFactory)
    token_hash = factory.Sequence(lambda n: f"{n:064x}")


class ReconciliationFactory(factory.django.DjangoModelFactory[Reconciliation]):
    class Meta:
        model = Reconciliation

    on = date(2026, 11, 3)
    expected = 12
