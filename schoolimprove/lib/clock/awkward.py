"""Days on which a letter reaches nobody who could act on it: the last of a term, and those of a holiday."""

from datetime import date

from .calendar import Calendar
from .counting import school_days_after
from .terms import ONE_DAY, DatesNotHeld, Term, days_between
from .words import long_date
from .working import Working

LOOKED_AT = 100
"""Days: more than the summer has, and the last days before it."""
_SPOKEN = {"Half-term": "half-term holiday", "Summer holiday": "summer holiday"}
_LAST = ("last school day", "second to last school day")


def awkward(day: date, cal: Calendar) -> str:
    """What speaks against a day, as a sentence; nothing for any other, and where no term dates are held."""
    why = _why(day, cal)
    return f"{long_date(day)} {why}." if why else ""


def better_start(after: date, n: int, cal: Calendar) -> Working | None:
    """The first school day from `after` on, it left out, from which `n` school days run to a day that is none of these.

    None where dates are missing, or for so long there is none.
    """
    try:
        for days in range(1, LOOKED_AT):
            start = after + days * ONE_DAY
            if cal.is_school_day(start) and not _why(start, cal):
                working = school_days_after(start, n, cal)
                if not _why(working.ends, cal):
                    return working
    except DatesNotHeld:
        pass
    return None


def _why(day: date, cal: Calendar) -> str:
    if not cal.terms.hold(day):
        return ""
    if holiday := cal.terms.why_not(day):
        return f"is in the {_SPOKEN.get(holiday, holiday)}"
    term = next(term for term in cal.terms.held if term.start <= day <= term.end)
    try:
        return _at_the_end_of(term, day, cal)
    except DatesNotHeld:
        return ""


def _at_the_end_of(term: Term, day: date, cal: Calendar) -> str:
    left = sum(map(cal.is_school_day, days_between(day + ONE_DAY, term.end)))
    if not cal.is_school_day(day):
        return "" if left else f"comes after the last school day of the {term.name} term"
    return f"is the {_LAST[left]} of the {term.name} term" if left < len(_LAST) else ""
