"""Which term's core visit a visit is."""

from datetime import date

from schoolimprove.lib.clock import Calendar, TermName
from schoolimprove.lib.years import academic_year
from schools.calendars import calendars_for


def slot_of(school: int, day: date) -> tuple[int, str] | None:
    """(academic year, term) whose core visit is held that day; none where the year's terms are not held."""
    return slot_in(calendars_for([school], [academic_year(day)])[school], day)


def slot_in(calendar: Calendar, day: date) -> tuple[int, str] | None:
    """The same by a calendar at hand: the term of the day, in a holiday the one before; before autumn, autumn."""
    year = academic_year(day)
    if year not in calendar.terms.years:
        return None
    begun = [term for term in calendar.terms.held if term.year == year and term.start <= day]
    last: TermName = max(begun).name if begun else TermName.AUTUMN
    return year, last.value
