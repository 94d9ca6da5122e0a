"""The benchmarks' own database: made, migrated, and dropped again."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg2
from django.core.management import call_command
from django.db import connection
from psycopg2 import sql


@contextmanager
def own_database(*, keep: bool) -> Iterator[bool]:
    """Yields whether the database still has to be filled. With `keep` it is used again, and left for the next time."""
    name = str(connection.settings_dict["NAME"])
    made = not (keep and _exists(name))
    if made:
        _administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        _administer("CREATE DATABASE {}", name)
    try:
        call_command("migrate", verbosity=0)
        yield made
    finally:
        connection.close()
        if not keep:
            _administer("DROP DATABASE {} WITH (FORCE)", name)


def _exists(name: str) -> bool:
    with closing(_server()) as server, server.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None


def _administer(statement: str, name: str) -> None:
    with closing(_server()) as server:
        server.autocommit = True
        with server.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(sql.Identifier(name)))


def _server() -> "psycopg2.extensions.connection":
    """The same server and role, on the database that every server has."""
    parameters = {**connection.get_connection_params(), "dbname": "postgres"}
    wanted = {
        name: value for name, value in parameters.items() if name in ("dbname", "user", "password", "host", "port")
    }
    return psycopg2.connect(**wanted)
