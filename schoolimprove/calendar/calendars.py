"""The authority's calendar, read in a constant number of queries."""

from collections.abc import Iterable

from schoolimprove.calendar.bank_holidays import YEARS, england_corrected
from schoolimprove.lib.clock import BankHolidays, Calendar, Terms

from .models import BankHolidayOverride, ClosureDay, Term
from .models.bank_holiday import OverrideKind


def with_neighbours(years: Iterable[int]) -> set[int]:
    """The academic years and those beside them: a count, or a long holiday, runs over the turn of the year.

    Years whose bank holidays are not known are left out: nothing can be counted there.
    """
    return {near for year in years for near in (year - 1, year, year + 1) if near in YEARS}


def authority_bank_holidays() -> BankHolidays:
    """England's bank holidays with the authority's corrections. One query."""
    overrides = BankHolidayOverride.objects.standing().values_list("day", "kind", "name")
    added = frozenset((day, name) for day, kind, name in overrides if kind == OverrideKind.ADD)
    removed = frozenset(day for day, kind, _ in overrides if kind == OverrideKind.REMOVE)
    return england_corrected(added, removed)


def working_days_calendar() -> Calendar:
    """Enough to count working days, without any term. One query."""
    return Calendar(authority_bank_holidays())


def authority_calendar(years: Iterable[int]) -> Calendar:
    """The authority's calendar for these academic years and their neighbours, as far as held. Three queries."""
    terms = Term.objects.filter(academic_year__in=with_neighbours(years))
    return Calendar(
        bank_holidays=authority_bank_holidays(),
        terms=Terms(tuple(sorted(term.as_term() for term in terms))),
        closures=dict(ClosureDay.objects.standing().values_list("day", "reason")),
    )
