"""The terms of the authority’s calendar, and which term’s core visit a visit is."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from schoolimprove.calendar.models import Term
from schoolimprove.lib.clock import Calendar, TermName
from schoolimprove.lib.years import academic_year, academic_year_label
from schoolimprove.records.transition import Blocked
from schools.register.calendars import calendars_for
from schools.register.served import served_between


@dataclass(frozen=True)
class TermDays:
    """A term of the authority's calendar that is held: its slot and its days."""

    year: int
    term: str
    first: date
    last: date

    @property
    def key(self) -> str:
        """As an address names it: `2026-autumn`."""
        return f"{self.year}-{self.term}"

    @property
    def label(self) -> str:
        return f"{self.term.capitalize()} term {academic_year_label(self.year)}"

    @property
    def spoken(self) -> str:
        """In the middle of a sentence."""
        return f"the {self.term} term {academic_year_label(self.year)}"


def terms_of_whole_years() -> QuerySet[Term]:
    """Return the terms of the years of which all three are held."""
    of_year = Term.objects.order_by().values("academic_year").annotate(terms=Count("pk")).filter(terms=len(TermName))
    return Term.objects.filter(academic_year__in=of_year.values("academic_year"))


def terms_held(first_year: int, last_year: int) -> list[TermDays]:
    """The terms of these years of which all three are held, in order. One query."""
    rows = terms_of_whole_years().filter(academic_year__range=(first_year, last_year)).order_by("starts_on")
    return [TermDays(row.academic_year, row.name, row.starts_on, row.ends_on) for row in rows]


def term_days(year: int, term: str) -> TermDays:
    """`Blocked`, in a sentence, where its year's terms are not all held."""
    found = next((each for each in terms_held(year, year) if each.term == term), None)
    if found is None:
        label = academic_year_label(year)
        raise Blocked([f"We have no term dates for {label}. A system administrator needs to import them first."])
    return found


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


def served_in(days: TermDays) -> Q:
    """Schools that are owed a core visit in a term: entitled, or by invitation that was accepted for its year."""
    return served_between(days.year, days.first, days.last)
