"""Savepoints for the cases of one table, which share the rows made for all of them."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def undone() -> Iterator[None]:
    """Undo everything done inside, after checking the constraints that would wait for a commit."""
    with transaction.atomic():
        yield
        connection.check_constraints()
        transaction.set_rollback(True)
