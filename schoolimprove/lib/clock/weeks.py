"""The last weeks of a term, counted back from its last day. Source: domain 3.1."""

from datetime import date, timedelta

from .calendar import Calendar
from .counting import refuse_less_than_one
from .terms import ONE_DAY, days_between
from .working import Working

WEEKS_BEFORE_END = "weeks before the end of term"


def before_last_weeks(first: date, last: date, n: int, cal: Calendar) -> Working | None:
    """The last school day before the last `n` weeks of a term, which has `first` and `last` as its school days.

    A week is seven days. Days without school just before those weeks are the ones skipped. None where the term is no
    longer than its last weeks.
    """
    refuse_less_than_one(n)
    before = last - timedelta(weeks=n)
    back = (before - days * ONE_DAY for days in range((before - first).days + 1))
    ends = next((day for day in back if cal.is_school_day(day)), None)
    if ends is None:
        return None
    begin = next(day for day in days_between(before + ONE_DAY, last) if cal.is_school_day(day) or day == last)
    skipped = tuple((day, cal.why_not_school_day(day)) for day in days_between(ends + ONE_DAY, before))
    return Working(WEEKS_BEFORE_END, last, n, begin, ends, skipped)
