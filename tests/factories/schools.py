"""An invented authority: one factory per model, and `appointed` and `record_at` for what tests begin with."""

from datetime import date
from decimal import Decimal
from typing import Any

import factory

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schools.models import (
    Appointment,
    Diocese,
    District,
    DoubleDistrict,
    Interest,
    LocalAuthority,
    Partnership,
    Person,
    RecordOfVisit,
    RecordVersion,
    Response,
    School,
    ServiceInvitation,
    Standing,
    Visit,
)
from schools.records import actions as record_actions
from schools.records.actions import start_record
from schools.records.content import Content
from schools.records.states import RecordStatus
from schools.register.models.school import Phase
from schools.visits.models.programme import edition_for
from schools.visits.states import VisitStatus
from schools.visits.term_slots import slot_of
from tests.factories.accounts import UserFactory

LONG_AGO = date(2000, 1, 1)
TEXTS = {
    "met": "Headteacher and the leader of mathematics",
    "evidence": "Two lessons in year 4 and a sample of books",
    "findings": "Pupils are taught well and remember what they learn.",
    "judgements": "Teaching is good.",
}


class LocalAuthorityFactory(factory.django.DjangoModelFactory[LocalAuthority]):
    class Meta:
        model = LocalAuthority
        django_get_or_create = ("code",)

    code = "999"
    name = "Invented County"
    own = True


class DoubleDistrictFactory(factory.django.DjangoModelFactory[DoubleDistrict]):
    class Meta:
        model = DoubleDistrict
        django_get_or_create = ("name",)

    name = "North and East"


class DistrictFactory(factory.django.DjangoModelFactory[District]):
    class Meta:
        model = District
        django_get_or_create = ("authority", "name")

    authority = factory.SubFactory(LocalAuthorityFactory)
    double_district = factory.SubFactory(DoubleDistrictFactory)
    name = "North"


class PartnershipFactory(factory.django.DjangoModelFactory[Partnership]):
    class Meta:
        model = Partnership
        django_get_or_create = ("name",)

    name = "Riverside partnership"


class DioceseFactory(factory.django.DjangoModelFactory[Diocese]):
    class Meta:
        model = Diocese
        django_get_or_create = ("name",)

    name = "Diocese of Nowhere"


class SchoolFactory(factory.django.DjangoModelFactory[School]):
    class Meta:
        model = School

    # Far from the URNs that tests write by hand (900xxx, 96xxxx): one process makes thousands of schools.
    urn = factory.Sequence(lambda n: 920_001 + n)
    authority = factory.SubFactory(LocalAuthorityFactory)
    establishment_number = factory.Sequence(lambda n: 2001 + n)
    name = factory.Sequence(lambda n: f"Invented Primary School {n + 1}")
    type_code = "01"
    type_name = "Community school"
    phase = Phase.PRIMARY
    district = factory.SubFactory(DistrictFactory)
    town = "Nowhere"
    postcode = "ZZ1 1ZZ"


class PersonFactory(factory.django.DjangoModelFactory[Person]):
    class Meta:
        model = Person

    name = factory.Sequence(lambda n: f"Invented Person {n + 1}")
    user = None


class AppointmentFactory(factory.django.DjangoModelFactory[Appointment]):
    class Meta:
        model = Appointment

    person = factory.SubFactory(PersonFactory)
    role = Role.SIP
    school = factory.SubFactory(SchoolFactory)
    starts_on = LONG_AGO


class InterestFactory(factory.django.DjangoModelFactory[Interest]):
    class Meta:
        model = Interest

    person = factory.SubFactory(PersonFactory)
    school = factory.SubFactory(SchoolFactory)
    kind = "governor"
    starts_on = LONG_AGO


class ServiceInvitationFactory(factory.django.DjangoModelFactory[ServiceInvitation]):
    class Meta:
        model = ServiceInvitation

    school = factory.SubFactory(SchoolFactory, type_code="34", type_name="Academy converter")
    academic_year = 2026
    sent_on = date(2026, 9, 1)
    accepted_on = date(2026, 9, 8)
    accepted_by_name = "Invented Head"


class StandingFactory(factory.django.DjangoModelFactory[Standing]):
    class Meta:
        model = Standing

    school = factory.SubFactory(SchoolFactory)
    kind = "category"
    code = "2"
    label = "2 Good"
    starts_on = date(2025, 9, 1)


class VisitFactory(factory.django.DjangoModelFactory[Visit]):
    class Meta:
        model = Visit

    school = factory.SubFactory(SchoolFactory)
    held_on = date(2026, 11, 2)
    days = Decimal("1.0")
    author = factory.SubFactory(UserFactory)
    status = VisitStatus.HELD


class RecordOfVisitFactory(factory.django.DjangoModelFactory[RecordOfVisit]):
    """A draft, written straight into the database; `record_at` walks the real verbs instead."""

    class Meta:
        model = RecordOfVisit

    visit = factory.SubFactory(VisitFactory)
    reference = factory.Sequence(lambda n: f"RV-2026-{n + 90_001:05d}")
    author = factory.SelfAttribute("visit.author")
    author_role = Role.SIP


class RecordVersionFactory(factory.django.DjangoModelFactory[RecordVersion]):
    class Meta:
        model = RecordVersion

    record = factory.SubFactory(RecordOfVisitFactory)
    number = 1
    texts = TEXTS
    issued_by = factory.SubFactory(UserFactory)


class ResponseFactory(factory.django.DjangoModelFactory[Response]):
    class Meta:
        model = Response

    version = factory.SubFactory(RecordVersionFactory)
    role = Role.HEADTEACHER
    by = factory.SubFactory(UserFactory)
    accurate = True


def appointed(role: Role, *, starts_on: date = LONG_AGO, ends_on: date | None = None, **scope: Any) -> User:
    """A user who holds one role over one scope: `appointed(Role.SIP, school=school)`."""
    user: User = UserFactory()
    PersonFactory(name=user.name, user=user).appointments.create(
        role=role, starts_on=starts_on, ends_on=ends_on, **scope
    )
    return user


def also_appointed(user: User, role: Role, **scope: Any) -> None:
    """One more appointment for the same person."""
    person = Person.objects.get(user=user)
    Appointment.objects.create(person=person, role=role, starts_on=LONG_AGO, **scope)
    user.__dict__.pop("_appointments", None)


def whole_content(school: School, *, kind: str, held_on: date) -> Content:
    """Findings on every item that the agenda of such a visit has, so that its record may be submitted."""
    slot = slot_of(school.pk, held_on) if kind == "core" else None
    if slot is None:
        return Content()
    owed = school.visits.of_term(*slot).not_held().filter(kind=kind).first()
    edition = edition_for(school.phase, slot[1], held_on)
    lines = owed.agenda() if owed else edition.agenda if edition else []
    return Content(findings={line.key: f"On {line.heading}: as expected." for line in lines})


def record_at(
    status: RecordStatus, *, school: School, author: User, manager: User, held_on: date | None = None
) -> RecordOfVisit:
    """A record brought to `status` by the verbs themselves, today."""
    today = clock.today()
    held_on = held_on or today
    content = whole_content(school, kind="core", held_on=held_on)
    record = start_record(
        school, by=author, on=today, kind="core", held_on=held_on, days=Decimal("1.0"), texts=TEXTS, content=content
    )
    if status in (RecordStatus.SUBMITTED, RecordStatus.SHARED):
        record_actions.submit(record, by=author, on=today, seen_version=record.version)
    if status == RecordStatus.SHARED:
        record_actions.approve(record, by=manager, on=today, seen_version=record.version)
    return record
