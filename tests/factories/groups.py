"""Groups and their members."""

import factory

from schools.models import Group, Membership
from tests.factories.schools import LONG_AGO, LocalAuthorityFactory, PersonFactory


class GroupFactory(factory.django.DjangoModelFactory[Group]):
    class Meta:
        model = Group

    kind = "focus"
    name = factory.Sequence(lambda n: f"Invented Group {n + 1}")
    authority = factory.SubFactory(LocalAuthorityFactory)
    quorum = 2
    starts_on = LONG_AGO


class MembershipFactory(factory.django.DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    group = factory.SubFactory(GroupFactory)
    person = factory.SubFactory(PersonFactory)
    starts_on = LONG_AGO
