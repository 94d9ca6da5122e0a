"""What is done before the demonstration is served, without serving it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import Settings

from schoolimprove.management.commands import serve_demo
from tests.factories.schools import SchoolFactory

pytestmark = pytest.mark.django_db
Prepare = Callable[..., list[str]]


@pytest.fixture
def prepare(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Prepare:
    """Prepares and answers with the commands that were called."""
    settings.DEMO_FOLDER = tmp_path
    settings.DEMO_BROKER = tmp_path / "broker"
    called: list[str] = []
    monkeypatch.setattr(serve_demo, "call_command", lambda name, **options: called.append(name))
    monkeypatch.setattr("django.db.connection.close", lambda: None)

    def run(*, fresh: bool = False) -> list[str]:
        serve_demo.Command().prepare(fresh)
        return called

    return run


def test_the_first_time_the_invented_authority_is_loaded(prepare: Prepare) -> None:
    assert prepare() == ["collectstatic", "migrate", "load_demo"]


def test_the_second_time_what_is_there_is_migrated_and_kept(prepare: Prepare, tmp_path: Path) -> None:
    SchoolFactory.create()
    (tmp_path / "blobs").mkdir()
    assert prepare() == ["collectstatic", "migrate", "open_missing_deadlines"]
    assert (tmp_path / "blobs").is_dir()


def test_what_an_older_version_kept_is_to_begin_again(prepare: Prepare) -> None:
    recorded = MigrationRecorder(connection)
    recorded.migration_qs.filter(app="schools").delete()
    recorded.record_applied("schools", "0001_register_appointments_and_records")
    with pytest.raises(CommandError, match=r"made by an older version\. Begin again: make demo FRESH=1"):
        prepare()


def test_beginning_afresh_forgets_all_that_was_kept(prepare: Prepare, tmp_path: Path) -> None:
    (tmp_path / "db.sqlite3").write_text("")
    (tmp_path / "blobs").mkdir()
    assert "load_demo" in prepare(fresh=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broker"]


def test_messages_of_an_earlier_run_are_not_delivered_again(prepare: Prepare, tmp_path: Path) -> None:
    message = tmp_path / "broker" / "messages" / "1.celery.msg"
    message.parent.mkdir(parents=True)
    message.write_text("{}")
    prepare()
    assert not message.exists()


@pytest.mark.parametrize("port", ["0", "65536", "-1", "eighty", ""])
def test_a_port_out_of_range_is_refused(port: str) -> None:
    with pytest.raises(CommandError, match="Set it to a number from 1 to 65535"):
        serve_demo.free_port(port)
