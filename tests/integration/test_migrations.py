"""A database as migrations began is brought up to date, and keeps what it has."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from pytest_django import DjangoDbBlocker

from schools.models import RecordOfVisit, RecordVersion, Response
from tests import databases
from tests.processes import ROOT

DUMP = (ROOT / "tests" / "fixtures" / "first_version.sql").read_text()


@pytest.fixture
def first_version(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Point Django's connection at a database of the first version, with a school and a shared record."""
    name = f"{connection.settings_dict['NAME']}_forward"
    with django_db_blocker.unblock():
        databases.clone(databases.begun(), name)
        with databases.connected_to(name):
            with connection.cursor() as cursor:
                cursor.execute(DUMP)
            yield
        databases.drop(name)


@pytest.mark.usefixtures("first_version")
def test_a_database_of_the_first_version_keeps_what_it_has_when_it_is_migrated() -> None:
    databases.migrate()
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
    with connection.cursor() as cursor:
        for table, rows in Counter(re.findall(r"^INSERT INTO (\w+)", DUMP, re.MULTILINE)).items():
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 (our own tables)
            assert (table, *cursor.fetchone()) == (table, rows)
    record = RecordOfVisit.objects.get()
    assert (record.school.urn, record.status, record.content["strengths"][0]["text"]) == (900001, "shared", "Reading")
    assert Response.objects.get().version.record == record
    with pytest.raises(IntegrityError, match="schools_recordversion is append-only"), transaction.atomic():
        RecordVersion.objects.update(number=2)
