"""A database that this version cannot bring up to date, because migrations began anew since it was made."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

AGAIN = "make demo FRESH=1"


def database_is_outdated() -> bool:
    """Return whether it has some of our migrations that no longer exist, and lacks some that do.

    The database of a newer version has migrations that are unknown here but lacks none: this version works on it.
    """
    labels = {config.label for config in apps.get_app_configs() if _is_ours(config.name, config.path)}
    there = {key for key in MigrationLoader(None).disk_migrations if key[0] in labels}
    applied = {key for key in MigrationRecorder(connection).applied_migrations() if key[0] in labels}
    return not applied <= there and not there <= applied


def _is_ours(name: str, path: str) -> bool:
    return Path(path) == settings.BASE_DIR.joinpath(*name.split("."))


def refuse_outdated_database(*, databases: Sequence[str] | None = None, **_of: Any) -> list[checks.CheckMessage]:
    """Check, before `migrate` runs, that this version can bring the database up to date."""
    if not databases or not database_is_outdated():
        return []
    remedy = (
        f"Begin again with {AGAIN}, which deletes it."
        if settings.DEMO
        else "Set DATABASE_URL to an empty database, or go back to the version that made this one."
    )
    problem = "This database was made by an older version, and this version cannot bring it up to date."
    return [checks.Error(problem, hint=remedy, id="schoolimprove.E001")]
