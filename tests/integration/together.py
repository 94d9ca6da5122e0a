"""Acts at the same time, each on a database connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from threading import Barrier, Event
from typing import Any

from django.db import connection, connections, transaction

from tests.processes import wait_until

Act = Callable[[], Any]


def together(*acts: Act) -> list[Any]:
    """What each act returned, or the exception it raised. They start at the same moment, with the caller's clock."""
    start = Barrier(len(acts))

    def run(act: Act) -> Any:
        start.wait()
        return _outcome(act)

    with ThreadPoolExecutor(len(acts)) as threads:
        running = [threads.submit(copy_context().run, run, act) for act in acts]
        return [each.result() for each in running]


def one_before_the_other_commits(first: Act, second: Act) -> list[Any]:
    """Runs `second` while the transaction that did `first` is still open, and commits that one when `second` waits
    for it, or has ended without waiting."""
    done_first, ended_second = Event(), Event()

    def hold() -> Any:
        try:
            with transaction.atomic():
                outcome = first()
                done_first.set()
                wait_until(lambda: ended_second.is_set() or _somebody_waits_for_me(), what="the second to wait or end")
        finally:
            done_first.set()
        return outcome

    def follow() -> Any:
        done_first.wait()
        try:
            return second()
        finally:
            ended_second.set()

    return together(hold, follow)


def _outcome(act: Act) -> Any:
    try:
        return act()
    except Exception as error:  # the outcome is for the test to judge
        return error
    finally:
        connections.close_all()


def _somebody_waits_for_me() -> bool:
    """Whether another session waits for a lock that this transaction holds; PostgreSQL alone can tell."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
        return cursor.fetchone() is not None
