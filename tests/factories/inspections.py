"""Inspections and their frameworks."""

from datetime import date

import factory

from schoolimprove.policy.nested import dump
from schoolimprove.policy.states import EditionStatus
from schools.inspections.rules import Area, Framework, Grade, StatutoryCategory, StatutoryLabel
from schools.models import FrameworkEdition, Inspection
from tests.factories.schools import SchoolFactory

FRAMEWORK = Framework(
    (Area("overall", "Overall", (Grade("1", "Strong"), Grade("2", "Weak"))),),
    (StatutoryLabel(StatutoryCategory.SPECIAL_MEASURES, "Special measures"),),
)


def shipped_framework(code: str) -> FrameworkEdition:
    return FrameworkEdition.objects.get(shipped_as=f"framework-{code}")


class FrameworkEditionFactory(factory.django.DjangoModelFactory[FrameworkEdition]):
    """A draft; with `published` one that is in force from its first day."""

    class Meta:
        model = FrameworkEdition

    class Params:
        published = factory.Trait(status=EditionStatus.PUBLISHED, published_from=date(2026, 9, 1))

    code = factory.Sequence(lambda n: f"invented-{n + 1}")
    title = "Invented framework"
    content = factory.LazyFunction(lambda: dump(FRAMEWORK))


class InspectionFactory(factory.django.DjangoModelFactory[Inspection]):
    """A full inspection under the framework of 2012, graded good, without what follows from entering it."""

    class Meta:
        model = Inspection

    school = factory.SubFactory(SchoolFactory)
    framework = factory.LazyFunction(lambda: shipped_framework("2012"))
    starts_on = date(2014, 5, 1)
    ends_on = date(2014, 5, 2)
    report_received_on = date(2014, 5, 20)
    areas = factory.LazyFunction(lambda: {"overall": "2", "behaviour": "1"})
