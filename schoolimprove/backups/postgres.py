"""The database's half of a backup: PostgreSQL's own tools, and what is counted before and after."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import uuid4

import psycopg2
from django.db import connection
from psycopg2 import sql

TABLES = """
    SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename
"""
GUARDS = """
    SELECT relation.relname FROM pg_trigger AS guard JOIN pg_class AS relation ON relation.oid = guard.tgrelid
    WHERE guard.tgname = relation.relname || '_append_only' AND guard.tgenabled IN ('O', 'A')
"""


class BackupError(Exception):
    """A backup could not be made or restored; the message says why in a sentence."""


@dataclass(frozen=True)
class Database:
    """Where a database is. The password goes to PostgreSQL's tools in their environment, never on a command line.

    `encryption` has what the address of the service's database asks of TLS: `{"sslmode": "verify-full"}`.
    """

    name: str
    host: str = ""
    port: str = ""
    user: str = ""
    password: str = ""
    encryption: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def ours(cls) -> "Database":
        if connection.vendor != "postgresql":
            raise BackupError(
                "Only a PostgreSQL is backed up like this. What a demonstration or a checkout keeps is one folder: "
                "stop it and copy that."
            )
        known = connection.settings_dict
        name, host, port, user, password = (
            str(known[key] or "") for key in ("NAME", "HOST", "PORT", "USER", "PASSWORD")
        )
        return cls(name, host, port, user, password, _encryption(known["OPTIONS"]))

    @classmethod
    def at(cls, url: str) -> "Database":
        """Of `postgres://USER:PASSWORD@HOST:PORT/NAME`; without a name, the one every server has."""
        parts = urlsplit(url)
        if parts.scheme not in ("postgres", "postgresql") or not parts.hostname:
            raise BackupError("A server is named as postgres://USER:PASSWORD@HOST:5432.")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        asked = _encryption(dict(parse_qsl(parts.query)))
        name = parts.path.strip("/") or "postgres"
        return cls(name, unquote(parts.hostname), str(parts.port or ""), user, password, asked)

    def environment(self) -> dict[str, str]:
        told = {"PGDATABASE": self.name, "PGHOST": self.host, "PGPORT": self.port, "PGUSER": self.user}
        told |= {f"PG{name.upper()}": value for name, value in self.encryption.items()}
        return {**os.environ, **{name: value for name, value in told.items() if value}, "PGPASSWORD": self.password}

    def connected(self) -> Any:
        """A connection of psycopg2, to be closed."""
        told = {"host": self.host, "port": self.port, "user": self.user, "password": self.password, **self.encryption}
        try:
            return psycopg2.connect(
                dbname=self.name, connect_timeout=10, **{name: value for name, value in told.items() if value}
            )
        except psycopg2.OperationalError as error:
            raise BackupError(f"The database {self.name} does not answer: {_first_line(error)}") from error


def _encryption(options: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in options.items() if name.startswith("ssl")}


def dump(database: Database, to: Path) -> dict[str, int]:
    """The whole database in PostgreSQL's own format; how many rows each table has in it, counted in its snapshot.

    People go on working meanwhile: what they add is in neither the dump nor the count.
    """
    with closing(database.connected()) as connected:
        connected.set_session(isolation_level="REPEATABLE READ", readonly=True)
        with connected.cursor() as cursor:
            cursor.execute("SELECT pg_export_snapshot()")
            [snapshot] = cursor.fetchone()
            # Comments are those of extensions, which only a superuser may write when they are restored.
            _run(database, "pg_dump", "--format=custom", "--no-comments", f"--snapshot={snapshot}", f"--file={to}")
            return _counted(cursor)


def restore(database: Database, dumped: Path) -> None:
    """Into an empty database; the first thing that fails ends it."""
    _run(
        database,
        "pg_restore",
        *("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"),
        f"--dbname={database.name}",
        str(dumped),
    )


def counts(database: Database) -> dict[str, int]:
    """Table → rows."""
    with closing(database.connected()) as connected, connected.cursor() as cursor:
        return _counted(cursor)


def guarded(database: Database) -> set[str]:
    """Tables whose append-only trigger is there and switched on."""
    return {row[0] for row in rows(database, GUARDS)}


def rows(database: Database, statement: str) -> list[tuple[Any, ...]]:
    with closing(database.connected()) as connected, connected.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


@contextmanager
def scratch(server: Database) -> Iterator[Database]:
    """An empty database beside that of `server`, dropped afterwards, whichever way it went."""
    made = replace(server, name=f"restore_check_{uuid4().hex[:12]}")
    _say(server, "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", made.name)
    try:
        yield made
    finally:
        _say(server, "DROP DATABASE {} WITH (FORCE)", made.name)


def _say(server: Database, statement: str, name: str) -> None:
    with closing(server.connected()) as connected:
        connected.autocommit = True
        try:
            connected.cursor().execute(sql.SQL(statement).format(sql.Identifier(name)))
        except psycopg2.Error as error:
            raise BackupError(
                f"The role {server.user} cannot make a database to restore into: {_first_line(error)} Give it "
                "CREATEDB, or name a server where a role may with --on postgres://USER:PASSWORD@HOST:5432."
            ) from error


def _counted(cursor: Any) -> dict[str, int]:
    cursor.execute(TABLES)
    found = {}
    for [table] in cursor.fetchall():
        cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
        [found[table]] = cursor.fetchone()
    return found


def _run(database: Database, tool: str, *arguments: str) -> None:
    command = [tool, "--no-password", *arguments]
    try:
        done = subprocess.run(command, env=database.environment(), capture_output=True, text=True)  # noqa: S603
    except FileNotFoundError as error:
        remedy = "Install PostgreSQL's client of the server's version (on Debian: apt-get install postgresql-client)."
        raise BackupError(f"{tool} is missing. {remedy}") from error
    if done.returncode:
        raise BackupError(f"{tool} failed: {done.stderr.strip()}")


def _first_line(error: Exception) -> str:
    return f"{str(error).strip().splitlines()[0].rstrip('.')}."
