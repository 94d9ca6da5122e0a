"""What may never change is refused by the database itself, on PostgreSQL and on the demonstration's SQLite."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction

from schoolimprove.documents.models import Blob
from schoolimprove.policy.models import PolicyRow
from schoolimprove.records.models import AuditEvent
from schools.models import RecordVersion, Response
from tests.factories.accounts import UserFactory
from tests.factories.documents import BlobFactory
from tests.factories.policy import PolicyRowFactory
from tests.factories.records import AuditEventFactory
from tests.factories.schools import RecordVersionFactory, ResponseFactory

FACTORIES: dict[type[models.Model], Callable[[], models.Model]] = {
    AuditEvent: AuditEventFactory.create,
    RecordVersion: RecordVersionFactory.create,
    Response: ResponseFactory.create,
    Blob: BlobFactory.create,
    PolicyRow: PolicyRowFactory.create,
}
CHANGES = {AuditEvent: "verb", RecordVersion: "texts", Response: "on_content", Blob: "content_type", PolicyRow: "value"}
kept = pytest.mark.parametrize("model", FACTORIES, ids=lambda model: model.__name__)


@kept
@pytest.mark.django_db
def test_postgresql_refuses_to_update_it(model: type[models.Model]) -> None:
    row, field = FACTORIES[model](), CHANGES[model]
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        model._base_manager.filter(pk=row.pk).update(**{field: "{}"})
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        row.save()
    assert getattr(model._base_manager.get(pk=row.pk), field) == getattr(row, field)


@kept
@pytest.mark.django_db
def test_postgresql_refuses_to_delete_it(model: type[models.Model]) -> None:
    row = FACTORIES[model]()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        row.delete()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {model._meta.db_table}")  # noqa: S608
    assert model._base_manager.filter(pk=row.pk).exists()


@pytest.mark.django_db
def test_a_proposal_of_policy_is_still_open_to_change() -> None:
    row = PolicyRowFactory.create(shipped=False, approved_at=None, proposed_by=UserFactory.create())
    PolicyRow.objects.filter(pk=row.pk).update(reason="Said better")
    row.refresh_from_db()
    assert row.reason == "Said better"


@pytest.fixture(scope="module")
def demonstration(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as `make demo` migrates it."""
    return Path(shutil.copy(migrated, tmp_path_factory.mktemp("demonstration")))


@pytest.fixture
def sqlite(demonstration: Path) -> Iterator[sqlite3.Connection]:
    """A connection whose writing is undone; a row need not name people and schools that exist."""
    with closing(sqlite3.connect(demonstration)) as base:
        base.create_function("REGEXP", 2, lambda _pattern, _text: True)
        yield base
        base.rollback()


def inserted(base: sqlite3.Connection, table: str, **given: Any) -> int:
    """The rowid of a row with something in every column that wants something."""
    # (number, name, type, not null, default, primary key)
    columns = [row for row in base.execute(f"PRAGMA table_info({table})") if row[3] and row[1] != "id"]
    plain = {name: "{}" if "text" in kind.lower() or "char" in kind.lower() else 1 for _, name, kind, *_ in columns}
    values = {**plain, **given}
    names, marks = ", ".join(f'"{name}"' for name in values), ", ".join("?" * len(values))
    cursor = base.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values.values()))  # noqa: S608
    assert cursor.lastrowid is not None
    return cursor.lastrowid


ROWS: dict[type[models.Model], dict[str, Any]] = {
    Blob: {"sha256": "0" * 64},
    PolicyRow: {"shipped": 1, "approved_at": "2026-11-03 12:00:00"},
}


@kept
@pytest.mark.parametrize(
    "statement", ["UPDATE {table} SET {field} = '[]'", "DELETE FROM {table}"], ids=["update", "delete"]
)
def test_sqlite_refuses_to_change_it(model: type[models.Model], statement: str, sqlite: sqlite3.Connection) -> None:
    table = model._meta.db_table
    row = inserted(sqlite, table, **ROWS.get(model, {}))
    with pytest.raises(sqlite3.IntegrityError, match=f"{table} is append-only"):
        sqlite.execute(f"{statement.format(table=table, field=CHANGES[model])} WHERE rowid = ?", [row])


def test_sqlite_lets_a_proposal_of_policy_be_changed(sqlite: sqlite3.Connection) -> None:
    row = inserted(sqlite, "policy_policyrow", key="invented", shipped=0, approved_at=None)
    sqlite.execute("UPDATE policy_policyrow SET reason = 'Said better' WHERE id = ?", [row])
    assert sqlite.execute("SELECT reason FROM policy_policyrow WHERE id = ?", [row]).fetchone() == ("Said better",)


def test_a_demonstration_is_migrated_with_its_policy(sqlite: sqlite3.Connection) -> None:
    [shipped] = sqlite.execute("SELECT count(*) FROM policy_policyrow WHERE shipped").fetchone()
    events = "SELECT count(*) FROM records_auditevent WHERE verb = 'shipped' AND subject_kind = 'policy.policyrow'"
    [told] = sqlite.execute(events).fetchone()
    assert shipped == told > 0
