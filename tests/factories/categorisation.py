from datetime import date

import factory

from categorisation.models import SchemeEdition
from categorisation.schemes.shipped import SHIPPED_SCHEME
from schoolimprove.policy.nested import dump
from schoolimprove.policy.states import EditionStatus


class SchemeEditionFactory(factory.django.DjangoModelFactory[SchemeEdition]):
    """A draft; with `published` one that is in force from its first day."""

    class Meta:
        model = SchemeEdition

    class Params:
        published = factory.Trait(status=EditionStatus.PUBLISHED, published_from=date(2026, 9, 1))

    title = "Invented scheme"
    content = factory.LazyFunction(lambda: dump(SHIPPED_SCHEME))
