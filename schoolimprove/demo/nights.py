"""What the nightly job does with shared records, told once a week: silence is recorded, and what is over is closed."""

from datetime import timedelta

from schoolimprove.lib import clock
from schools.records.overnight import close_what_may, record_silence

from .days import Days
from .stories import Story

_WEEKS = 40


def nights(days: Days) -> Story:
    """On Mondays, the last in the week before today."""
    monday = days.today - timedelta(days=days.today.weekday())
    for weeks in range(_WEEKS, -1, -1):
        yield monday - timedelta(weeks=weeks)
        record_silence(clock.today())
        close_what_may(clock.today())
