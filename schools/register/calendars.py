"""The calendars of schools: the authority's, with each school's own days laid over."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from schoolimprove.calendar.calendars import authority_calendar, with_neighbours, working_days_calendar
from schoolimprove.lib.clock import (
    SCHOOL_DAYS,
    WORKING_DAYS,
    Calendar,
    Term,
    Working,
    inspection_working_days_after,
    school_days_after,
    working_days_after,
)
from schoolimprove.lib.years import academic_year, academic_year_bounds
from schoolimprove.policy.values import policy_value
from schools.policy import HOLIDAY_LENGTH
from schools.register.models.school_days import SchoolClosure, SchoolTerm


def calendars_for(ids: Collection[int], years: Collection[int]) -> dict[int, Calendar]:
    """School id → calendar for these academic years and their neighbours. Five queries, however many schools.

    Schools without days of their own share the authority's calendar object.
    """
    shared = authority_calendar(years)
    closures, terms = _own_closures(ids, years), _own_terms(ids, years)
    own = {school: shared.with_school(closures[school], terms[school]) for school in closures.keys() | terms.keys()}
    return {school: own.get(school, shared) for school in ids}


def own_days(school: int, years: Collection[int]) -> tuple[dict[date, str], list[Term]]:
    """What of these years, and their neighbours, is this school's own: closures and terms. Two queries."""
    return _own_closures([school], years)[school], _own_terms([school], years)[school]


def days_after(kind: str, start: date, n: int, *, school: int | None) -> Working:
    """When `n` days of that kind after `start` end, by the school's days or the authority's.

    `DatesNotHeld` where they run out of the dates there are.
    """
    if kind == WORKING_DAYS:
        return working_days_after(start, n, working_days_calendar())
    calendar = _long_enough(school, start, n)
    if kind == SCHOOL_DAYS:
        return school_days_after(start, n, calendar)
    # Where no bank holidays are known the sentence is about them: no policy is of that age either.
    calendar.why_not_working_day(start)
    longer_than = policy_value(HOLIDAY_LENGTH, on=start).week_weekdays
    return inspection_working_days_after(start, n, calendar, longer_than=longer_than)


def _long_enough(school: int | None, start: date, n: int) -> Calendar:
    """Enough years for the count: a year has more than a hundred school days."""
    year = academic_year(start)
    years = range(year, year + n // 100 + 2)
    return authority_calendar(years) if school is None else calendars_for([school], years)[school]


def _own_closures(ids: Collection[int], years: Collection[int]) -> defaultdict[int, dict[date, str]]:
    found: defaultdict[int, dict[date, str]] = defaultdict(dict)
    wanted = with_neighbours(years)
    if not wanted:
        return found
    span = academic_year_bounds(min(wanted))[0], academic_year_bounds(max(wanted))[1]
    rows = SchoolClosure.objects.standing().filter(school__in=ids, day__range=span)
    for school, day, reason in rows.values_list("school_id", "day", "reason"):
        found[school][day] = reason
    return found


def _own_terms(ids: Collection[int], years: Collection[int]) -> defaultdict[int, list[Term]]:
    found: defaultdict[int, list[Term]] = defaultdict(list)
    rows = SchoolTerm.objects.standing().filter(school__in=ids, academic_year__in=with_neighbours(years))
    for row in rows:
        found[row.school_id].append(row.as_term())
    return found
