"""When governors meet, as clerks and district administrators give it; presented is at the next meeting."""

import zlib
from datetime import date
from random import Random

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.lib.clock import Term
from schools.models import School
from schools.records.governors.actions import add_meetings
from schools.register.models.school import Establishment

from .cast import holder_of
from .days import Days
from .stories import Story

_TWICE = (0.35, 0.85)
"""How far into a term the governors meet."""
_KNOWN = 0.7
"""Share of schools whose dates are known beforehand."""


def meetings_of(days: Days, name: str, term: Term) -> list[date]:
    """Each school has days of its own, between the term's first and its last week."""
    held = days.school_days_between(term.start, term.end)
    own = zlib.crc32(name.encode()) % 7
    return [held[min(int(len(held) * part) + own, len(held) - 2)] for part in _TWICE]


def next_meeting(days: Days, name: str, after: date) -> date:
    """The first after that day; in the next term where this one has none left."""
    return min(day for term in days.terms() for day in meetings_of(days, name, term) if day > after)


class Meetings:
    def __init__(self, days: Days, luck: Random, schools: list[str]) -> None:
        self._days, self._luck, self._schools = days, luck, schools

    def stories(self) -> list[Story]:
        return [self._entered(name) for name in self._schools if self._luck.random() < _KNOWN]

    def _entered(self, name: str) -> Story:
        """When the first of these terms is opened, for all of them at once."""
        terms = self._days.opened()
        yield self._days.working_days_after(self._days.opened_on(terms[0]), 2)
        school = School.objects.select_related("district__double_district", "authority").get(name=name)
        if school.establishment == Establishment.OPEN:
            meetings = [day for term in terms for day in meetings_of(self._days, name, term)]
            add_meetings(school, meetings, by=_keeper(school))


def _keeper(school: School) -> User:
    """The clerk where one signs in, else the administrator of the district."""
    double = school.district.double_district if school.district else None
    found = holder_of(Role.CLERK, school=school) or holder_of(Role.DISTRICT_ADMINISTRATOR, double_district=double)
    if found is None:
        raise LookupError(f"On {clock.today()} nobody keeps the meetings of {school}.")
    return found
