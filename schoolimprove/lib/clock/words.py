"""Days and workings in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time

from .calendar import WEEKEND
from .half_terms import HALF_TERMS
from .terms import ONE_DAY
from .weeks import WEEKS_BEFORE_END
from .working import Working

WEEKEND_RUN = "Weekend"
MEETINGS = "governors’ meetings"
"""The calendar of a working that ends on the day of a meeting."""
HALVES_OF_A_TERM = 2


def uk_date(day: date) -> str:
    """`1 May 2026`."""
    return f"{day.day} {day:%B %Y}"


def long_date(day: date) -> str:
    """`Friday 1 May 2026`."""
    return f"{day:%A} {uk_date(day)}"


def uk_time(at: time) -> str:
    """`1pm`, `9:30am`, `midday`: as officers write it."""
    if not at.minute and at.hour % 12 == 0:
        return "midday" if at.hour else "midnight"
    minutes = f":{at:%M}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minutes}{'am' if at.hour < 12 else 'pm'}"


def question(working: Working) -> str:
    """What was counted: `15 working days after Friday 27 March 2009`."""
    if working.calendar == WEEKS_BEFORE_END:
        weeks = "week" if working.n == 1 else "weeks"
        return f"{working.n} {weeks} before the last day of term, {long_date(working.start)}"
    if working.calendar == MEETINGS:
        return f"The next governors’ meeting after {uk_date(working.start)}"
    if working.calendar == HALF_TERMS:
        return _end_of_term(working)
    unit = working.calendar if working.n != 1 else working.calendar.removesuffix("s")
    return f"{working.n} {unit} {'counted from' if working.counts_start else 'after'} {long_date(working.start)}"


def _end_of_term(working: Working) -> str:
    """Deadlines counted in half-terms end with a term: the one that begins on the first day, or else the next one."""
    if working.n == HALVES_OF_A_TERM:
        return f"The end of the term that begins on {uk_date(working.first_day)}"
    return f"The end of the next term after {uk_date(working.start)}"


def first_counted(working: Working) -> str:
    """What the working's `first_day` is; nothing where no days are counted."""
    if working.calendar in (MEETINGS, HALF_TERMS):
        return ""
    return "first school day of those weeks" if working.calendar == WEEKS_BEFORE_END else "first day counted"


@dataclass(frozen=True)
class Run:
    """Consecutive skipped days with one reason."""

    first: date
    last: date
    why: str

    def __str__(self) -> str:
        """`10 April 2009`, `16 to 20 February 2009`, `30 May to 1 June 2009`."""
        if self.first == self.last:
            return uk_date(self.last)
        if self.first.year != self.last.year:
            return f"{uk_date(self.first)} to {uk_date(self.last)}"
        month = "" if self.first.month == self.last.month else f" {self.first:%B}"
        return f"{self.first.day}{month} to {uk_date(self.last)}"

    def touches(self, later: "Run") -> bool:
        return self.last + ONE_DAY == later.first


def runs(skipped: Iterable[tuple[date, str]]) -> list[Run]:
    """Skipped days drawn together: a weekend is one run, and one inside a holiday belongs to the holiday."""
    found: list[Run] = []
    for day, why in sorted(skipped):
        _join(found, Run(day, day, WEEKEND_RUN if why in WEEKEND.values() else why))
    return found


def _join(found: list[Run], run: Run) -> None:
    """Add a run of one day: to the last of the same reason, across a weekend if need be, else on its own."""
    across = 2 if len(found) > 1 and found[-1].why == WEEKEND_RUN != run.why and found[-2].touches(found[-1]) else 1
    same_reason = bool(found) and found[-across].why == run.why and found[-1].touches(run)
    if same_reason:
        found[-across:] = [Run(found[-across].first, run.last, run.why)]
    else:
        found.append(run)


def skipped_in_words(skipped: Iterable[tuple[date, str]]) -> list[tuple[str, str]]:
    """(reason, its dates), each reason once, in the order of the days, weekends last."""
    grouped: dict[str, list[str]] = {}
    for run in runs(skipped):
        grouped.setdefault(run.why, []).append(str(run))
    weekends = grouped.pop(WEEKEND_RUN, [])
    if weekends:
        grouped[WEEKEND_RUN if len(weekends) == 1 else f"{WEEKEND_RUN}s"] = weekends
    return [(why, ", ".join(spans)) for why, spans in grouped.items()]
