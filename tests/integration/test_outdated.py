"""A database whose migrations are gone is refused with a sentence; one of a newer version is not."""

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import Settings

from schoolimprove.outdated import database_is_outdated

pytestmark = pytest.mark.django_db


def migrate_check() -> None:
    call_command("migrate", verbosity=0, skip_checks=False)


@pytest.fixture
def recorded() -> MigrationRecorder:
    return MigrationRecorder(connection)


@pytest.fixture
def older(recorded: MigrationRecorder) -> None:
    """Record migrations as in a database from before they began again; its tables do not matter."""
    recorded.migration_qs.filter(app="schools").delete()
    recorded.record_applied("schools", "0001_register_appointments_and_records")


@pytest.mark.usefixtures("older")
def test_a_database_of_an_older_version_is_not_migrated() -> None:
    with pytest.raises(SystemCheckError, match=r"older version.*\n.*Set DATABASE_URL to an empty database"):
        migrate_check()


@pytest.mark.usefixtures("older")
def test_a_demonstration_of_an_older_version_is_to_begin_again(settings: Settings) -> None:
    settings.DEMO = True
    with pytest.raises(SystemCheckError, match="Begin again with make demo FRESH=1"):
        migrate_check()


def test_a_database_of_a_newer_version_serves_this_one(recorded: MigrationRecorder) -> None:
    recorded.record_applied("schools", "9999_of_a_newer_version")
    migrate_check()
    assert not database_is_outdated()


def test_a_database_that_is_not_migrated_yet_or_half_the_way_is_not_outdated(recorded: MigrationRecorder) -> None:
    recorded.migration_qs.filter(app="schools").delete()
    assert not database_is_outdated()
    recorded.migration_qs.all().delete()
    assert not database_is_outdated()


def test_a_migration_that_a_package_has_given_up_does_not_make_it_outdated(recorded: MigrationRecorder) -> None:
    recorded.migration_qs.filter(app="schools").delete()
    recorded.record_applied("post_office", "0001_of_long_ago")
    assert not database_is_outdated()
