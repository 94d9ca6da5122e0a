"""Imports, links, types and contacts: one factory per model."""

from datetime import date

import factory

from schools.models import EstablishmentType, ImportFile, ImportRejection, ImportRun, SchoolContact, SchoolLink
from tests.factories.documents import BlobFactory
from tests.factories.schools import SchoolFactory


class ImportRunFactory(factory.django.DjangoModelFactory[ImportRun]):
    class Meta:
        model = ImportRun

    kind = "gias"


class ImportFileFactory(factory.django.DjangoModelFactory[ImportFile]):
    class Meta:
        model = ImportFile

    run = factory.SubFactory(ImportRunFactory)
    name = "edubasealldata.csv"
    blob = factory.SubFactory(BlobFactory)


class ImportRejectionFactory(factory.django.DjangoModelFactory[ImportRejection]):
    class Meta:
        model = ImportRejection

    run = factory.SubFactory(ImportRunFactory)
    file = "edubasealldata.csv"
    row = 2
    column = "OpenDate"
    reason = "“31-31-1998” is not a date such as 31-08-2021."


class SchoolLinkFactory(factory.django.DjangoModelFactory[SchoolLink]):
    class Meta:
        model = SchoolLink

    urn = factory.Sequence(lambda n: 900_001 + n)
    linked_urn = factory.Sequence(lambda n: 910_001 + n)
    linked_name = "Invented Academy"
    kind = "Successor"
    established_on = date(2020, 9, 1)


class EstablishmentTypeFactory(factory.django.DjangoModelFactory[EstablishmentType]):
    class Meta:
        model = EstablishmentType
        django_get_or_create = ("code",)

    code = "98"
    name = "Invented type"


class SchoolContactFactory(factory.django.DjangoModelFactory[SchoolContact]):
    class Meta:
        model = SchoolContact

    school = factory.SubFactory(SchoolFactory)
    name = "Invented Secretary"
    email = "office@school.invalid"
    source = "The school’s letter"
    as_of = date(2026, 9, 1)
