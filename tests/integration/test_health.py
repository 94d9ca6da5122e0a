"""The probes: open to anybody, and silent about what is inside."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from schoolimprove import health
from schoolimprove.celery import app


@pytest.fixture(autouse=True)
def _forgets_what_it_has_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_seen_migrated", False)


@pytest.fixture
def unreachable_broker() -> Iterator[None]:
    kept = app.conf.broker_url
    app.conf.update(broker_url="redis://127.0.0.1:1/0")
    yield
    app.conf.update(broker_url=kept)


def test_a_process_that_answers_is_alive_whatever_its_database_does(client: Client) -> None:
    """No database mark: a query would fail the test."""
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_a_site_that_has_what_it_needs_is_ready(client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"ready": True, "database": "ok", "migrations": "ok", "broker": "ok", "files": "ok"}


@pytest.mark.django_db
def test_migrations_are_looked_for_only_until_they_are_there(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/readyz")
    with django_assert_num_queries(1):
        client.get("/readyz")


@pytest.mark.django_db
def test_a_site_whose_migrations_are_not_applied_is_not_ready(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'records'")
    response = client.get("/readyz")
    assert (response.status_code, response.json()["migrations"]) == (503, "failing")


@pytest.mark.django_db
@pytest.mark.usefixtures("unreachable_broker")
def test_a_site_whose_broker_is_out_of_reach_is_not_ready(client: Client) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.json()["broker"]) == (503, "failing")


@pytest.mark.django_db
def test_a_site_that_cannot_keep_files_is_not_ready(client: Client, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings.BLOB_ROOT = tmp_path / "file" / "blobs"
    response = client.get("/readyz")
    assert (response.status_code, response.json()["files"]) == (503, "failing")


@pytest.mark.django_db
def test_what_is_wrong_is_told_to_the_log_and_not_to_whoever_asks(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails() -> bool:
        raise RuntimeError("password authentication failed for user schoolimprove")

    monkeypatch.setitem(health.CHECKS, "database", fails)
    response = client.get("/readyz")
    assert (response.status_code, response.json()["database"]) == (503, "failing")
    assert b"password" not in response.content
    assert "password authentication failed" in caplog.text


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_probe_only_reads(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
