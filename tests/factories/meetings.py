"""Meetings of groups, their items, attendance and minutes, and referrals to groups."""

from datetime import date

import factory

from schools.models import Attendance, Meeting, MeetingItem, Minutes, Referral
from tests.factories.accounts import UserFactory
from tests.factories.groups import GroupFactory
from tests.factories.schools import PersonFactory, SchoolFactory


class MeetingFactory(factory.django.DjangoModelFactory[Meeting]):
    class Meta:
        model = Meeting

    group = factory.SubFactory(GroupFactory)
    held_on = date(2026, 11, 3)
    place = "County Hall"


class MeetingItemFactory(factory.django.DjangoModelFactory[MeetingItem]):
    class Meta:
        model = MeetingItem

    meeting = factory.SubFactory(MeetingFactory)
    order = factory.Sequence(lambda n: n + 1)
    kind = "note"
    title = factory.Sequence(lambda n: f"Report {n + 1}")


class AttendanceFactory(factory.django.DjangoModelFactory[Attendance]):
    class Meta:
        model = Attendance

    meeting = factory.SubFactory(MeetingFactory)
    person = factory.SubFactory(PersonFactory)
    capacity = "member"
    present = True


class MinutesFactory(factory.django.DjangoModelFactory[Minutes]):
    class Meta:
        model = Minutes

    meeting = factory.SubFactory(MeetingFactory)
    number = 1
    text = "**Present:** A Member"
    by = factory.SubFactory(UserFactory)


class ReferralFactory(factory.django.DjangoModelFactory[Referral]):
    class Meta:
        model = Referral

    group = factory.SubFactory(GroupFactory)
    school = factory.SubFactory(SchoolFactory)
    role = "dsim"
    asks = "discuss"
    evidence = "Two visits in a row found weak teaching."
    created_by = factory.SubFactory(UserFactory)
