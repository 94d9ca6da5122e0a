"""What stands around a record: programme, agenda, comments, corrections, actions, files, meetings, notes."""

from datetime import date
from decimal import Decimal

import factory

from schoolimprove.accounts.roles import Role
from schools.models import (
    AgendaItem,
    AssuranceComment,
    ContactNote,
    Correction,
    Entitlement,
    GovernorsMeeting,
    ProgrammeEdition,
    RecordAction,
    RecordAttachment,
    RecordDocument,
    Silence,
    Strength,
    TermOpening,
    Watch,
)
from schools.visits.models.visit import Source
from tests.factories.accounts import UserFactory
from tests.factories.documents import BlobFactory
from tests.factories.schools import TEXTS, RecordOfVisitFactory, RecordVersionFactory, SchoolFactory, VisitFactory

TOPICS = [
    {"key": "standards", "heading": "Standards", "guidance": "What the data say."},
    {"key": "celebrations", "heading": "Celebrations and good practice", "guidance": ""},
]


class ProgrammeEditionFactory(factory.django.DjangoModelFactory[ProgrammeEdition]):
    class Meta:
        model = ProgrammeEdition

    phase = ""
    term = "autumn"
    title = "Invented autumn programme"
    topics = TOPICS


class AgendaItemFactory(factory.django.DjangoModelFactory[AgendaItem]):
    class Meta:
        model = AgendaItem

    visit = factory.SubFactory(VisitFactory)
    source = Source.SCHOOL
    heading = "The new reading scheme"


class AssuranceCommentFactory(factory.django.DjangoModelFactory[AssuranceComment]):
    class Meta:
        model = AssuranceComment

    record = factory.SubFactory(RecordOfVisitFactory)
    part = "findings"
    heading = "What you found"
    text = "Say which year groups."
    record_version = 2
    by = factory.SubFactory(UserFactory)


class CorrectionFactory(factory.django.DjangoModelFactory[Correction]):
    class Meta:
        model = Correction

    record = factory.SubFactory(RecordOfVisitFactory)
    corrects = 1
    reason = "The number of classes was wrong."
    texts = TEXTS


class RecordActionFactory(factory.django.DjangoModelFactory[RecordAction]):
    class Meta:
        model = RecordAction

    record = factory.SubFactory(RecordOfVisitFactory)
    school = factory.SelfAttribute("record.visit.school")
    key = factory.Sequence(lambda n: f"x{n + 1}")
    what = "Moderate writing in year 4"
    owner = "school"


class StrengthFactory(factory.django.DjangoModelFactory[Strength]):
    class Meta:
        model = Strength

    record = factory.SubFactory(RecordOfVisitFactory)
    school = factory.SelfAttribute("record.visit.school")
    key = factory.Sequence(lambda n: f"s{n + 1}")
    text = "Reading in the early years"
    theme = "Reading and writing"


class RecordAttachmentFactory(factory.django.DjangoModelFactory[RecordAttachment]):
    class Meta:
        model = RecordAttachment

    record = factory.SubFactory(RecordOfVisitFactory)
    blob = factory.SubFactory(BlobFactory)
    name = "invented.pdf"
    added_by = factory.SubFactory(UserFactory)


class RecordDocumentFactory(factory.django.DjangoModelFactory[RecordDocument]):
    class Meta:
        model = RecordDocument

    version = factory.SubFactory(RecordVersionFactory)
    occasion = "shared"
    blob = factory.SubFactory(BlobFactory)


class SilenceFactory(factory.django.DjangoModelFactory[Silence]):
    class Meta:
        model = Silence

    version = factory.SubFactory(RecordVersionFactory)
    role = Role.CHAIR


class GovernorsMeetingFactory(factory.django.DjangoModelFactory[GovernorsMeeting]):
    class Meta:
        model = GovernorsMeeting

    school = factory.SubFactory(SchoolFactory)
    held_on = date(2026, 12, 3)


class ContactNoteFactory(factory.django.DjangoModelFactory[ContactNote]):
    class Meta:
        model = ContactNote

    school = factory.SubFactory(SchoolFactory)
    happened_on = date(2026, 11, 2)
    with_whom = "The headteacher"
    note = "Asked about moderation in the spring."
    author = factory.SubFactory(UserFactory)


class EntitlementFactory(factory.django.DjangoModelFactory[Entitlement]):
    class Meta:
        model = Entitlement

    school = factory.SubFactory(SchoolFactory)
    academic_year = 2026
    days = Decimal("7.0")
    reason = "A new headteacher."


class TermOpeningFactory(factory.django.DjangoModelFactory[TermOpening]):
    class Meta:
        model = TermOpening

    academic_year = 2026
    term = "autumn"


class WatchFactory(factory.django.DjangoModelFactory[Watch]):
    class Meta:
        model = Watch

    user = factory.SubFactory(UserFactory)
    school = factory.SubFactory(SchoolFactory)
