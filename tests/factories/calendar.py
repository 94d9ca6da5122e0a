"""The authority's calendar: years of terms as a county keeps them, and one factory per model."""

from datetime import date

import factory

from schoolimprove.calendar.bank_holidays import england
from schoolimprove.calendar.models import BankHolidayOverride, ClosureDay, Term
from schoolimprove.lib import clock
from schoolimprove.lib.clock import TermName
from schools.models import SchoolClosure, SchoolTerm

AUTUMN, SPRING, SUMMER = TermName.AUTUMN, TermName.SPRING, TermName.SUMMER

# (year, term) → first day, first and last day of half-term, last day.
TERM_DATES = {
    (2008, AUTUMN): (date(2008, 9, 3), date(2008, 10, 27), date(2008, 10, 31), date(2008, 12, 19)),
    (2008, SPRING): (date(2009, 1, 5), date(2009, 2, 16), date(2009, 2, 20), date(2009, 4, 3)),
    (2008, SUMMER): (date(2009, 4, 20), date(2009, 5, 25), date(2009, 5, 29), date(2009, 7, 21)),
    (2009, AUTUMN): (date(2009, 9, 2), date(2009, 10, 26), date(2009, 10, 30), date(2009, 12, 18)),
    (2009, SPRING): (date(2010, 1, 4), date(2010, 2, 15), date(2010, 2, 19), date(2010, 4, 1)),
    (2009, SUMMER): (date(2010, 4, 19), date(2010, 5, 31), date(2010, 6, 4), date(2010, 7, 21)),
    (2025, AUTUMN): (date(2025, 9, 1), date(2025, 10, 27), date(2025, 10, 31), date(2025, 12, 19)),
    (2025, SPRING): (date(2026, 1, 5), date(2026, 2, 16), date(2026, 2, 20), date(2026, 3, 27)),
    (2025, SUMMER): (date(2026, 4, 13), date(2026, 5, 25), date(2026, 5, 29), date(2026, 7, 20)),
    (2026, AUTUMN): (date(2026, 9, 1), date(2026, 10, 26), date(2026, 10, 30), date(2026, 12, 18)),
    (2026, SPRING): (date(2027, 1, 4), date(2027, 2, 15), date(2027, 2, 19), date(2027, 3, 25)),
    (2026, SUMMER): (date(2027, 4, 12), date(2027, 5, 31), date(2027, 6, 4), date(2027, 7, 21)),
}
YEARS = (2008, 2009, 2025, 2026)


def term(year: int, name: TermName) -> clock.Term:
    """The value the clock counts with, without a database."""
    start, half_term_start, half_term_end, end = TERM_DATES[year, name]
    return clock.Term(start, end, half_term_start, half_term_end, year, name)


def calendar_of(*years: int, closures: dict[date, str] | None = None) -> clock.Calendar:
    """A calendar that holds these years, without a database."""
    terms = clock.Terms(tuple(term(year, name) for year in years for name in TermName))
    return clock.Calendar(england(), terms, closures or {})


class TermDatesFactory(factory.django.DjangoModelFactory):
    """Dates follow from the year and the name."""

    class Meta:
        abstract = True

    academic_year = 2008
    name = AUTUMN
    starts_on = factory.LazyAttribute(lambda new: TERM_DATES[new.academic_year, new.name][0])
    half_term_starts_on = factory.LazyAttribute(lambda new: TERM_DATES[new.academic_year, new.name][1])
    half_term_ends_on = factory.LazyAttribute(lambda new: TERM_DATES[new.academic_year, new.name][2])
    ends_on = factory.LazyAttribute(lambda new: TERM_DATES[new.academic_year, new.name][3])


class TermFactory(TermDatesFactory):
    class Meta:
        model = Term


def hold_terms(*years: int) -> list[Term]:
    """The three terms of each year, where there are none yet."""
    wanted = [(year, name) for year in years for name in TermName]
    there = {(each.academic_year, each.name): each for each in Term.objects.filter(academic_year__in=years)}
    return [there.get(each) or TermFactory(academic_year=each[0], name=each[1]) for each in wanted]


class ClosureDayFactory(factory.django.DjangoModelFactory[ClosureDay]):
    class Meta:
        model = ClosureDay

    day = date(2009, 6, 4)
    reason = "European election"


class BankHolidayOverrideFactory(factory.django.DjangoModelFactory[BankHolidayOverride]):
    class Meta:
        model = BankHolidayOverride

    day = date(2030, 6, 3)
    kind = "add"
    name = "Extra bank holiday"
    reason = "Royal Proclamation"


class SchoolTermFactory(TermDatesFactory):
    class Meta:
        model = SchoolTerm

    school = factory.SubFactory("tests.factories.schools.SchoolFactory")


class SchoolClosureFactory(factory.django.DjangoModelFactory[SchoolClosure]):
    class Meta:
        model = SchoolClosure

    school = factory.SubFactory("tests.factories.schools.SchoolFactory")
    day = date(2009, 6, 26)
    reason = "Staff training"
