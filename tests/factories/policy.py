from datetime import date

import factory

from schoolimprove.lib import clock
from schoolimprove.policy.models import PolicyRow


class PolicyRowFactory(factory.django.DjangoModelFactory[PolicyRow]):
    """A shipped row of a key nobody declares, so that it stands in nobody's way."""

    class Meta:
        model = PolicyRow

    key = factory.Sequence(lambda n: f"invented.key_{n}")
    effective_from = date(1900, 1, 1)
    value = factory.LazyFunction(dict)
    reason = "Invented"
    shipped = True
    approved_at = factory.LazyFunction(clock.now)
