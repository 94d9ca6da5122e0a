"""Cases of one table that share what was made for all of them."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def undone() -> Iterator[None]:
    """Undo whatever is done inside, once the constraints that would wait for its commit were looked at."""
    with transaction.atomic():
        yield
        connection.check_constraints()
        transaction.set_rollback(True)
