"""A record written before strengths were lines keeps what it said of them when the service is brought up to date."""

from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from schools.models import RecordOfVisit
from tests.factories.schools import RecordOfVisitFactory

BEFORE = "0009_visits_planned_and_records_followed"


def migrate_back(name: str) -> Any:
    """The models as that migration leaves them."""
    executor = MigrationExecutor(connection)
    executor.migrate([("schools", name)])
    return executor.loader.project_state([("schools", name)]).apps


def migrate_to_the_newest() -> None:
    """All of it: the tests that follow use the same database."""
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.mark.django_db(transaction=True)
def test_strengths_in_one_text_become_the_first_line() -> None:
    said, silent = RecordOfVisitFactory.create(content={}).pk, RecordOfVisitFactory.create(content={}).pk
    try:
        held = migrate_back(BEFORE).get_model("schools", "RecordOfVisit").objects
        held.filter(pk=said).update(strengths="Reading\nand writing")
    finally:
        migrate_to_the_newest()
    assert RecordOfVisit.objects.get(pk=said).content == {
        "strengths": [{"key": "s1", "text": "Reading\nand writing", "theme": ""}]
    }
    assert RecordOfVisit.objects.get(pk=silent).content == {}
    after = MigrationExecutor(connection)
    assert after.migration_plan(after.loader.graph.leaf_nodes()) == []
