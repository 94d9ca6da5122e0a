"""Backing up and proving it, on a real PostgreSQL with its own tools."""

import json
from collections.abc import Callable
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from schoolimprove.backups import files, postgres
from schoolimprove.backups.making import BLOBS, DUMP, MANIFEST, back_up, manifest_of
from schoolimprove.backups.postgres import BackupError, Database
from schoolimprove.backups.restoring import Findings, append_only, check, found
from schoolimprove.documents.models import Blob
from schoolimprove.records.actor import SYSTEM
from tests.factories.schools import RecordVersionFactory
from tests.factories.visits import RecordAttachmentFactory

pytestmark = [pytest.mark.prove, pytest.mark.django_db(transaction=True)]
GUARDED = {"records_auditevent", "documents_blob", "policy_policyrow", "schools_recordversion", "schools_response"}


@pytest.fixture
def blob(blob_root: Path) -> Blob:
    return Blob.objects.store(b"%PDF-1.4 what was found", content_type="application/pdf", by=SYSTEM)


@pytest.fixture
def backup(blob: Blob, tmp_path: Path) -> Path:
    """Of a record with an attachment, and its file."""
    RecordAttachmentFactory.create(blob=blob)
    back_up(folder := tmp_path / "backup")
    return folder


def kept_file(backup: Path, blob: Blob) -> Path:
    return backup / BLOBS / blob.sha256[:2] / blob.sha256[2:4] / blob.sha256


def checked(backup: Path) -> Findings:
    return check(backup, server=Database.ours())


def databases() -> set[str]:
    return {row[0] for row in postgres.rows(Database.ours(), "SELECT datname FROM pg_database")}


def test_a_backup_is_a_dump_its_files_and_what_it_holds(backup: Path, blob: Blob) -> None:
    assert {path.name for path in backup.iterdir()} == {DUMP, BLOBS, MANIFEST}
    manifest = manifest_of(backup)
    assert manifest.tables["schools_recordattachment"] == 1
    assert (manifest.files, manifest.size) == (1, blob.size)
    assert kept_file(backup, blob).read_bytes() == blob.read()


def test_nobody_else_may_read_a_backup(backup: Path) -> None:
    assert backup.stat().st_mode & 0o777 == 0o700


def test_what_a_backup_holds_is_said_in_words(blob: Blob, tmp_path: Path, clock_at: Callable[[date], object]) -> None:
    clock_at(date(2026, 5, 1))
    manifest = back_up(tmp_path / "backup")
    rows = sum(manifest.tables.values())
    expected = f"{rows:,} rows of {len(manifest.tables)} tables and 1 files (23 bytes), of 1 May 2026 at 12:00"
    assert manifest.in_words() == expected


def test_a_whole_backup_brings_everything_back(backup: Path) -> None:
    findings = checked(backup)
    assert findings.faults == []
    assert findings.files == 1
    assert findings.guarded >= len(GUARDED)


def test_nothing_is_left_of_where_it_was_restored(backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for by its name: others may restore a backup of theirs on this server meanwhile."""
    restored: list[str] = []
    restore = postgres.restore

    def noted(database: Database, dump: Path) -> None:
        restored.append(database.name)
        restore(database, dump)

    monkeypatch.setattr(postgres, "restore", noted)
    checked(backup)
    [name] = restored
    assert name not in databases()


def test_the_service_is_as_it_was_after_a_check(backup: Path) -> None:
    before = postgres.counts(Database.ours())
    checked(backup)
    assert postgres.counts(Database.ours()) == before


def test_an_altered_file_is_found(backup: Path, blob: Blob) -> None:
    path = kept_file(backup, blob)
    path.write_bytes(blob.read().replace(b"found", b"fount"))
    assert checked(backup).faults == [f"The file {blob.sha256} is not what was stored."]


def test_a_missing_file_is_found(backup: Path, blob: Blob) -> None:
    kept_file(backup, blob).unlink()
    assert checked(backup).faults == [f"The file {blob.sha256} is missing."]


def test_a_file_that_is_missing_in_the_service_itself_is_found(blob: Blob, tmp_path: Path) -> None:
    blob.path.unlink()
    back_up(tmp_path / "backup")
    assert checked(tmp_path / "backup").faults == [f"The file {blob.sha256} is missing."]


def test_a_table_with_other_rows_than_were_backed_up_is_found(backup: Path) -> None:
    manifest = json.loads((backup / MANIFEST).read_text())
    manifest["tables"] |= {"schools_recordattachment": 2, "gone_table": 1}
    (backup / MANIFEST).write_text(json.dumps(manifest))
    assert checked(backup).faults == [
        "gone_table had 1 row when it was backed up, and has no table restored.",
        "schools_recordattachment had 2 rows when it was backed up, and has 1 row restored.",
    ]


@pytest.mark.parametrize("statement", ["DROP TRIGGER {0}_append_only ON {0}", "ALTER TABLE {0} DISABLE TRIGGER USER"])
def test_an_append_only_table_without_its_trigger_is_found(backup: Path, statement: str) -> None:
    with postgres.scratch(Database.ours()) as database:
        postgres.restore(database, backup / DUMP)
        connected = database.connected()
        connected.cursor().execute(statement.format("records_auditevent"))
        connected.commit()
        connected.close()
        faults = found(manifest_of(backup), database, backup / BLOBS).faults
    assert faults == ["records_auditevent is append-only, and its trigger is not there."]


def test_a_shared_record_that_names_a_file_nobody_knows_is_found(backup: Path, tmp_path: Path) -> None:
    RecordVersionFactory.create(texts={"attachments": [{"sha256": "ab" * 32}]})
    back_up(tmp_path / "another")
    assert checked(tmp_path / "another").faults == [f"A shared record names the file {'ab' * 32}, which has no row."]


def test_the_tables_that_must_be_guarded_follow_from_the_migrations() -> None:
    applied = postgres.rows(Database.ours(), "SELECT app, name FROM django_migrations")
    owed = append_only({(app, name) for app, name in applied})
    assert owed >= GUARDED
    assert owed == postgres.guarded(Database.ours())
    assert append_only({("records", "0001_initial")}) == {"records_auditevent"}


def test_a_damaged_dump_is_not_restored(backup: Path) -> None:
    with (backup / DUMP).open("ab") as file:
        file.write(b"more")
    with pytest.raises(BackupError, match=r"database\.dump is not the dump its manifest\.json speaks of\."):
        checked(backup)


def test_a_folder_that_is_no_backup_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="is not a backup"):
        manifest_of(tmp_path)


def test_a_backup_is_never_written_over(backup: Path) -> None:
    with pytest.raises(BackupError, match="is there already"):
        back_up(backup)


def test_what_a_backup_that_was_stopped_left_is_named_and_not_touched(tmp_path: Path, blob_root: Path) -> None:
    left = tmp_path / "backup.unfinished"
    left.mkdir()
    (left / DUMP).write_bytes(b"half")
    with pytest.raises(CommandError, match=r"backup\.unfinished is there: .* remove it and start again"):
        call_command("back_up", str(tmp_path / "backup"))
    assert (left / DUMP).read_bytes() == b"half"


def test_a_backup_that_failed_leaves_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blob_root: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupError, match="pg_dump is missing"):
        back_up(tmp_path / "backup")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_being_written_is_not_backed_up(blob_root: Path, tmp_path: Path) -> None:
    (blob_root / "ab").mkdir(parents=True)
    (blob_root / "ab" / "tmp1234").write_bytes(b"half")
    assert files.copy(blob_root, tmp_path / "copied") == files.Copied(0, 0)


def test_the_command_says_what_it_did(blob: Blob) -> None:
    said = StringIO()
    call_command("restore_check", stdout=said)
    lines = said.getvalue().splitlines()
    assert [line.split(" ")[0] for line in lines] == ["Backed", "Restored", "Every", "Each", "The", "The"]
    assert "Each of the 1 stored files is there and is what was stored." in lines


def test_the_command_checks_the_backup_it_is_given_and_fails_with_a_sentence(backup: Path, blob: Blob) -> None:
    kept_file(backup, blob).unlink()
    with pytest.raises(CommandError) as failed:
        call_command("restore_check", str(backup), stdout=StringIO())
    assert str(failed.value).splitlines() == [
        "This backup does not bring everything back:",
        f"The file {blob.sha256} is missing.",
    ]


def test_a_backup_is_made_by_its_command(tmp_path: Path, blob_root: Path) -> None:
    said = StringIO()
    call_command("back_up", str(tmp_path / "backup"), stdout=said)
    assert said.getvalue().startswith("Backed up ")
    assert checked(tmp_path / "backup").faults == []
    with pytest.raises(CommandError, match="is there already"):
        call_command("back_up", str(tmp_path / "backup"))


def test_a_backup_is_not_restored_over_what_is_kept(backup: Path) -> None:
    with pytest.raises(CommandError, match="is not empty"):
        call_command("restore_backup", str(backup))


def test_a_backup_is_restored_into_an_empty_database_and_folder(
    backup: Path, blob: Blob, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BLOB_ROOT = tmp_path / "new"
    said = StringIO()
    with postgres.scratch(Database.ours()) as database:
        with monkeypatch.context() as patch:
            patch.setitem(connection.settings_dict, "NAME", database.name)
            call_command("restore_backup", str(backup), stdout=said)
        assert postgres.counts(database)["schools_recordattachment"] == 1
    assert said.getvalue().startswith("Restored ")
    assert blob.read() == b"%PDF-1.4 what was found"


@pytest.mark.parametrize("url", ["mysql://127.0.0.1", "nowhere", "postgres:///name"])
def test_a_server_is_named_by_its_address(url: str) -> None:
    with pytest.raises(BackupError, match="postgres://USER"):
        Database.at(url)


def test_a_server_is_read_from_its_address() -> None:
    assert Database.at("postgres://a%40b:p%2Fw@db:5433") == Database("postgres", "db", "5433", "a@b", "p/w")


def test_the_tools_encrypt_as_the_service_does(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"sslmode": "verify-full", "sslrootcert": "/etc/ssl/county.pem"}
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", {"connect_timeout": 5, **asked})
    for database in (Database.ours(), Database.at("postgres://db?sslmode=verify-full&sslrootcert=/etc/ssl/county.pem")):
        environment = database.environment()
        assert (environment["PGSSLMODE"], environment["PGSSLROOTCERT"]) == tuple(asked.values())
    with pytest.raises(BackupError, match=r"SSL|certificate"):
        Database.ours().connected()


def test_a_server_that_does_not_answer_is_told_in_a_sentence(backup: Path) -> None:
    with pytest.raises(CommandError, match="does not answer"):
        call_command("restore_check", str(backup), on="postgres://nobody@127.0.0.1:1")
