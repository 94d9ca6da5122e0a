from datetime import date

import factory

from schoolimprove.reminders.models import Deadline, Reconciliation


class DeadlineFactory(factory.django.DjangoModelFactory[Deadline]):
    class Meta:
        model = Deadline

    rule = "record.submit"
    subject_kind = "schools.recordofvisit"
    subject_id = factory.Sequence(lambda n: n + 1)
    due_on = date(2026, 11, 9)
    calendar = "working days"
    first_day = date(2026, 11, 3)


class ReconciliationFactory(factory.django.DjangoModelFactory[Reconciliation]):
    class Meta:
        model = Reconciliation

    on = date(2026, 11, 3)
    expected = 12
