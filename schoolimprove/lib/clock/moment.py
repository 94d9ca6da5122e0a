"""What day it is.

`now()` and `today()` read a context variable so that a demonstration, a test or a job can live on any day.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
_frozen: ContextVar[datetime | None] = ContextVar("frozen_now", default=None)


def now() -> datetime:
    """The moment, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


def today() -> date:
    """The legal day in England."""
    return now().astimezone(LONDON).date()


@contextmanager
def at(moment: datetime | date) -> Iterator[datetime]:
    """Live at `moment` inside the block; a bare date is that day's noon in London."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(12), LONDON)
    token = _frozen.set(moment.astimezone(UTC))
    try:
        yield moment
    finally:
        _frozen.reset(token)
