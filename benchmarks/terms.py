"""Opening a term for the county, beside the bare statements that make the same rows."""

import time
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise

from django.db import connection, transaction

from schoolimprove.calendar.models import Term
from schoolimprove.lib import clock
from schoolimprove.lib.clock import TermName
from schoolimprove.lib.years import academic_year
from schoolimprove.records.models import AuditEvent
from schoolimprove.reminders.models import Deadline
from schools.models import Visit
from schools.oversight.core_visits import term_of, terms_to_look_at
from schools.visits.opening.actions import open_term

AIM = 3
"""A job takes at most so many times its bare statements."""


def hold_terms() -> None:
    """Those of three years, one after the other without a holiday, so that there is one whatever the day is."""
    now = academic_year(clock.today())
    for year in (now - 1, now, now + 1):
        starts = [date(year, 9, 1), date(year + 1, 1, 1), date(year + 1, 4, 20), date(year + 1, 8, 31)]
        Term.objects.bulk_create(
            Term(
                academic_year=year,
                name=name,
                starts_on=start,
                half_term_starts_on=start + timedelta(days=42),
                half_term_ends_on=start + timedelta(days=46),
                ends_on=following - timedelta(days=1),
            )
            for name, (start, following) in zip(TermName, pairwise(starts), strict=True)
        )


def measure_opening() -> str:
    """The line of the report. The term stays open, and its pages are measured on it."""
    days = term_of(terms_to_look_at(clock.today()), clock.today())
    assert days is not None  # noqa: S101 - `hold_terms` holds every day
    began = time.perf_counter()
    done = open_term(days.year, days.term, by=None, on=clock.today())
    ours = time.perf_counter() - began
    bare = timed(lambda: _bare(len(done.opened)))
    return (
        f"\nOpening {days.spoken}: {len(done.opened):,} core visits in {ours:.2f} s, {len(done.adopted):,} counted for "
        f"it; the bare statements {bare:.2f} s. The aim is {AIM} times those."
    )


def timed(act: Callable[[], None]) -> float:
    with transaction.atomic():
        began = time.perf_counter()
        act()
        taken = time.perf_counter() - began
        transaction.set_rollback(True)
    return taken


def _bare(count: int) -> None:
    """The newest rows of the three tables once more, as many as were made."""
    with connection.cursor() as cursor:
        for model, key in ((Visit, "term"), (AuditEvent, ""), (Deadline, "subject_id")):
            table = model._meta.db_table
            columns = [str(field.column) for field in model._meta.concrete_fields if not field.primary_key]
            other = {"term": "''", "subject_id": "-id", "academic_year": "NULL"}
            values = [other.get(column, column) if key else column for column in columns]
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {table}"
                f" ORDER BY id DESC LIMIT {count}"
            )
