"""Keeps the tables of the tests small.

What a test writes is rolled back and stays behind as dead rows, which every later test reads past. Tests on real files
leave tens of thousands, and not every server vacuums by itself, or soon enough.
"""

from contextlib import closing

import psycopg2
import pytest
from django.db import connection
from psycopg2 import sql

MANY = 2_000
"""How many dead rows of a table are worth a vacuum."""
EVERY = 25
"""How many tests run before the next check; a test on real files is followed by one."""


class Vacuum:
    """Counts the tests of this process, and vacuums their database now and then."""

    def __init__(self) -> None:
        self.due_in = EVERY

    def before(self, item: pytest.Item) -> None:
        self.due_in -= 1
        if self.due_in <= 0 and is_free():
            vacuum()
            self.due_in = EVERY
        if item.get_closest_marker("shared"):
            self.due_in = 0


def is_free() -> bool:
    """Return whether this is a test database without a module's open transaction."""
    return str(connection.settings_dict["NAME"]).startswith("test_") and not connection.in_atomic_block


def vacuum() -> None:
    """Vacuum the tables with many dead rows, on a connection of its own."""
    with closing(psycopg2.connect(**connection.get_connection_params())) as own:
        own.autocommit = True
        with own.cursor() as cursor:
            cursor.execute("SELECT relname FROM pg_stat_user_tables WHERE n_dead_tup > %s", [MANY])
            names = [sql.Identifier(name) for (name,) in cursor.fetchall()]
            if names:
                cursor.execute(sql.SQL("VACUUM (SKIP_LOCKED) {}").format(sql.SQL(", ").join(names)))
