"""Our own operations of migrations, on a SQLite of the test's own; PostgreSQL runs them whenever the suite begins."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import models
from django.db.migrations import AddField, CreateModel, Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.utils import ConnectionHandler, IntegrityError
from pytest_django import DjangoDbBlocker

from schoolimprove.records.appendonly import AppendOnly, StillAppendOnly
from schoolimprove.records.createmodels import CreateModels

Direction = Callable[[ProjectState, Any], ProjectState]


@pytest.fixture
def connection(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Any]:
    engine = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "db.sqlite3")}
    with django_db_blocker.unblock(), closing(ConnectionHandler({"default": engine})["default"]) as opened:
        yield opened


def migration(operations: Sequence[Operation]) -> Migration:
    kind: type[Migration] = type("Invented", (Migration,), {"operations": list(operations), "atomic": False})
    return kind("0001_initial", "invented")


def run(direction: Direction, connection: Any) -> None:
    # Atomic blocks know connections by their alias, which is that of the suite's database.
    with connection.schema_editor(atomic=False) as editor:
        direction(ProjectState(), editor)


def tables(connection: Any) -> set[str]:
    return {name for name in connection.introspection.table_names() if name.startswith("invented")}


def row(name: str, *fields: tuple[str, models.Field[Any, Any]]) -> CreateModel:
    return CreateModel(name, [("id", models.AutoField(primary_key=True)), *fields])


def test_models_that_are_created_together_point_to_those_before_and_are_taken_back_together(connection: Any) -> None:
    second = row("Second", ("first", models.ForeignKey("invented.First", models.PROTECT)))
    both = migration([CreateModels([row("First"), second])])
    run(both.apply, connection)
    assert tables(connection) == {"invented_first", "invented_second"}
    assert connection.introspection.get_relations(connection.cursor(), "invented_second").keys() == {"first_id"}
    run(both.unapply, connection)
    assert tables(connection) == set()


def test_models_that_are_created_together_are_written_into_a_migration_as_they_were() -> None:
    models_of_it = [row("First")]
    assert CreateModels(models_of_it).deconstruct() == ("CreateModels", [models_of_it], {})
    assert CreateModels(models_of_it).describe() == "Create models First"


def test_a_table_that_gets_a_field_is_append_only_after_it(connection: Any) -> None:
    steps: list[Operation] = [
        row("Row"),
        AppendOnly("invented_row"),
        AddField("row", "number", models.IntegerField(default=1)),
        StillAppendOnly("invented_row"),
    ]
    run(migration(steps).apply, connection)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO invented_row (number) VALUES (1)")
        with pytest.raises(IntegrityError, match="invented_row is append-only"):
            cursor.execute("UPDATE invented_row SET number = 2")
        with pytest.raises(IntegrityError, match="invented_row is append-only"):
            cursor.execute("DELETE FROM invented_row")
