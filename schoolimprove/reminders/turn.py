"""What beat asks for every few minutes: the sweep of the day when it is time for it, then the emails that are due.

The first trigger of the day may be lost with the broker or the worker. Whoever comes next finds that the day has not
been swept and does it, so that a sweep is late at most, and never twice.
"""

from dataclasses import dataclass
from datetime import datetime

from schoolimprove.lib import clock

from .mailings import deliver
from .sweep import SWEEPS_AT, sweep, swept


@dataclass(frozen=True)
class Turned:
    created: int
    delivered: int


def turn(at: datetime) -> Turned:
    """Sweep unless the day has been swept or has not begun; deliver what is ready, even if the sweep fails."""
    there = at.astimezone(clock.LONDON)
    wanted = there.time() >= SWEEPS_AT and not swept(there.date())
    try:
        created = sweep(there.date()).created if wanted else 0
    finally:
        delivered = deliver(at)
    return Turned(created, delivered)
