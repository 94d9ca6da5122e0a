import factory

from schoolimprove.records.models import AuditEvent, Draft, Job, ReferenceCounter, SentForm
from tests.factories.accounts import UserFactory


class AuditEventFactory(factory.django.DjangoModelFactory[AuditEvent]):
    class Meta:
        model = AuditEvent

    by = factory.SubFactory(UserFactory)
    verb = "changed"
    subject_kind = "schools.school"
    subject_id = 1


class DraftFactory(factory.django.DjangoModelFactory[Draft]):
    class Meta:
        model = Draft

    user = factory.SubFactory(UserFactory)
    form = "/schools/900001/visits/write/"
    fields = factory.LazyFunction(lambda: {"findings": ["Typed and not saved"]})


class SentFormFactory(factory.django.DjangoModelFactory[SentForm]):
    class Meta:
        model = SentForm

    user = factory.SubFactory(UserFactory)
    opening = factory.Sequence(lambda n: f"{n:016x}")
    content = factory.Sequence(lambda n: f"{n:064x}")


class ReferenceCounterFactory(factory.django.DjangoModelFactory[ReferenceCounter]):
    class Meta:
        model = ReferenceCounter

    prefix = "RV"
    year = 2026


class JobFactory(factory.django.DjangoModelFactory[Job]):
    class Meta:
        model = Job

    kind = "import"
    key = factory.Sequence(lambda n: str(n + 1))
