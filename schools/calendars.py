"""The calendars of schools: the authority's, with each school's own days laid over."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from schoolimprove.calendar.calendars import authority_calendar, with_neighbours
from schoolimprove.lib.clock import Calendar, Term
from schoolimprove.lib.years import academic_year_bounds

from .models.calendar import SchoolClosure, SchoolTerm


def calendars_for(ids: Collection[int], years: Collection[int]) -> dict[int, Calendar]:
    """School id → calendar for these academic years and their neighbours. Five queries, however many schools.

    Schools without days of their own share the authority's calendar object.
    """
    shared = authority_calendar(years)
    closures, terms = _own_closures(ids, years), _own_terms(ids, years)
    own = {school: shared.with_school(closures[school], terms[school]) for school in closures.keys() | terms.keys()}
    return {school: own.get(school, shared) for school in ids}


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
