from datetime import date

import factory

from schoolimprove.reminders.models import CalendarFeed, Deadline
from tests.factories.accounts import UserFactory


class DeadlineFactory(factory.django.DjangoModelFactory[Deadline]):
    class Meta:
        model = Deadline

    rule = "record.submit"
    subject_kind = "schools.recordofvisit"
    subject_id = factory.Sequence(lambda n: n + 1)
    due_on = date(2026, 11, 9)
    calendar = "working days"
    first_day = date(2026, 11, 3)


class CalendarFeedFactory(factory.django.DjangoModelFactory[CalendarFeed]):
    class Meta:
        model = CalendarFeed

    user = factory.SubFactory(UserFactory)
    token_hash = factory.Sequence(lambda n: f"{n:064x}")
