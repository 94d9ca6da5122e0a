"""Template databases: built once, and copied for each process that tests on one.

`template_once("…_migrated_3f2a", build)` builds a database unless there is one of that name; `clone(template, name)`
copies it, a fifth of a second for what takes many to build. Nothing connects to a template, so a test that is
interrupted leaves nothing in it.
"""

import hashlib
import inspect
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django
import psycopg2
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from psycopg2 import sql

from tests.source import PACKAGES


def template_once(name: str, build: Callable[[], None], *, begin_with: str = "template0") -> str:
    """Return `name`, a database that `build` has filled: once for all processes and runs, the others wait.

    `name` ends in `_` and a hash of what goes into it; templates of the same name with another hash are dropped.
    `build` finds Django's connection on a copy of `begin_with`, by default an empty database, and must leave no
    process connected to it. When it fails, there is no template.
    """
    kind = name.rpartition("_")[0]
    unfinished = f"{kind}_unfinished"
    with closing(_server()) as server, server.cursor() as cursor:
        # Released when the connection ends, however it ends.
        cursor.execute("SELECT pg_advisory_lock(%s)", [zlib.crc32(kind.encode())])
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [f"{kind}_"])
        there = {found for (found,) in cursor}
        if name in there:
            return name
        for outdated in there:
            _run(cursor, "DROP DATABASE {} WITH (FORCE)", outdated)
        _run(cursor, "CREATE DATABASE {} TEMPLATE {}", unfinished, begin_with)
        with connected_to(unfinished):
            build()
        _run(cursor, "ALTER DATABASE {} RENAME TO {}", unfinished, name)
        _run(cursor, "ALTER DATABASE {} ALLOW_CONNECTIONS false", name)
    return name


def clone(template: str, name: str) -> None:
    """Make the database `name` a copy of `template`, in place of the one of that name if there is one."""
    with closing(_server()) as server, server.cursor() as cursor:
        _run(cursor, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        _run(cursor, "CREATE DATABASE {} TEMPLATE {}", name, template)


def drop(name: str) -> None:
    with closing(_server()) as server, server.cursor() as cursor:
        _run(cursor, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def migrated() -> str:
    """Return the template that has every table and no rows. What is loaded after migrating is not in it."""
    return template_once(f"{_name()}_migrated_{_hash_of_migrations()}", migrate)


def begun() -> str:
    """Return the template that has the tables with which migrations began, and no rows."""
    return template_once(f"{_name()}_begun_{_hash_of_migrations()}", _begin)


def migrate() -> None:
    """Bring the tables of Django's connection up to date, and load nothing."""
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def _begin() -> None:
    executor = MigrationExecutor(connection)
    first = [key for key, each in executor.loader.disk_migrations.items() if each.__module__.split(".")[0] in PACKAGES]
    executor.migrate([key for key in first if key[1] == "0001_initial"])


def _name() -> str:
    """Return the name that the suite's databases begin with; the connection's own name has changed by now."""
    return urlsplit(os.environ["DATABASE_URL"]).path.removeprefix("/")


def _hash_of_migrations() -> str:
    """Return a hash of every file that affects the tables: all migrations and the operations they use."""
    migrations = MigrationLoader(None).disk_migrations.values()
    kinds = {type(operation) for migration in migrations for operation in migration.operations}
    files = {inspect.getfile(kind) for kind in kinds | {type(migration) for migration in migrations}}
    found = hashlib.sha256(django.__version__.encode())
    for file in sorted(files):
        found.update(Path(file).read_bytes())
    return found.hexdigest()[:12]


@contextmanager
def connected_to(name: str) -> Iterator[None]:
    """Point Django's connection at another database for a while."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def _server() -> Any:
    """Connect to the same server, on the database that every server has: an advisory lock belongs to one database."""
    asked = connection.get_connection_params()
    known = {key: asked[key] for key in ("host", "port", "user", "password", "sslmode", "sslrootcert") if key in asked}
    server = psycopg2.connect(**known, dbname="postgres")
    server.autocommit = True
    return server


def _run(cursor: Any, statement: str, *names: str) -> None:
    cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
