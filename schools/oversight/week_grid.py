"""What happened at each school in each week of a term: the rows behind the heat map."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Exists, OuterRef, Q

from schoolimprove.accounts.roles import Permission
from schoolimprove.lib.clock import Calendar, DatesNotHeld
from schools.oversight.last_visit import with_last_seen
from schools.oversight.my_term.own_visits import of_days
from schools.register.calendars import calendars_for
from schools.register.models.school import School
from schools.visits.models.visit import Visit, VisitKind
from schools.visits.states import VisitStatus
from schools.visits.term_slots import TermDays, served_in

WEEK = timedelta(days=7)
WEEKDAYS = 5


class Mark(StrEnum):
    """What a week says of a school; the earlier one hides the later ones."""

    HELD = "held"
    PASSED = "passed"
    AGREED = "agreed"
    PROPOSED = "proposed"


MARK_LABELS = {Mark.HELD: "Held", Mark.PASSED: "Passed", Mark.AGREED: "Agreed", Mark.PROPOSED: "Proposed"}
MARK_MEANINGS = {
    Mark.HELD: "A visit was held",
    Mark.PASSED: "The agreed or proposed day has passed and no visit is recorded",
    Mark.AGREED: "A future day is agreed with the school",
    Mark.PROPOSED: "A future day is proposed, or the school asks for another",
}


def mark_of(visit: Visit, on: date) -> Mark:
    """Of a visit that has a day."""
    if visit.status == VisitStatus.HELD:
        return Mark.HELD
    if visit.planned_on is not None and visit.planned_on < on:
        return Mark.PASSED
    return Mark.AGREED if visit.status == VisitStatus.AGREED else Mark.PROPOSED


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def mondays_of(days: TermDays) -> list[date]:
    """Of every week in which a day of the term lies."""
    first, last = monday_of(days.first), monday_of(days.last)
    return [first + number * WEEK for number in range((last - first) // WEEK + 1)]


def why_off(calendar: Calendar, monday: date, days: TermDays) -> str:
    """Why no weekday of the week that lies in the term is a school day; nothing where one is."""
    weekdays = (monday + timedelta(days=number) for number in range(WEEKDAYS))
    reasons = [_reason(calendar, day) for day in weekdays if days.first <= day <= days.last]
    return Counter(reasons).most_common(1)[0][0] if reasons and all(reasons) else ""


def _reason(calendar: Calendar, day: date) -> str:
    """Nothing, too, for a day of which no dates are held: a term may begin before its academic year does."""
    try:
        return calendar.why_not_school_day(day)
    except DatesNotHeld:
        return ""


@dataclass(frozen=True)
class Cell:
    """A week at a school. `visits` has those that give its mark; `off` is why there is no school in it."""

    mark: Mark | None = None
    visits: Sequence[Visit] = ()
    off: str = ""


@dataclass(frozen=True)
class Row:
    school: School
    cells: Sequence[Cell]
    last_seen: date | None


@dataclass(frozen=True)
class Weeks:
    """A term as one reader may see it; only core visits, or all that are known to them."""

    user: Any
    days: TermDays
    on: date
    core_only: bool = False

    @property
    def mondays(self) -> list[date]:
        return mondays_of(self.days)

    def _visits(self) -> Any:
        """Held or planned in these weeks, by their days."""
        visits = Visit.objects.visible_to(self.user)
        if self.core_only:
            visits = visits.filter(kind=VisitKind.CORE)
        return of_days(visits, self.mondays[0], self.mondays[-1] + WEEK - timedelta(days=1))

    def schools(self) -> Any:
        """Those owed a core visit in the term, and those that have any visit in it."""
        mine = School.objects.visible_to(self.user, Permission.VIEW_COVERAGE).filter(authority__own=True)
        owed = Q(establishment__in=["open", "closing"]) & served_in(self.days)
        visited = Exists(self._visits().filter(school=OuterRef("pk")).order_by())
        return mine.filter(owed | Q(visited))

    def with_last_seen(self, schools: Any) -> Any:
        return with_last_seen(schools, self.user, on=self.on)

    def rows(self, schools: Sequence[School]) -> list[Row]:
        """One query for the visits and those of the calendars, however many schools and weeks."""
        marked = self._marked(schools)
        off = self._off(schools)
        return [
            Row(
                school,
                [self._cell(marked[school.pk, monday], off[school.pk].get(monday, "")) for monday in self.mondays],
                school.last_seen,  # type: ignore[attr-defined]
            )
            for school in schools
        ]

    def _marked(self, schools: Sequence[School]) -> Mapping[tuple[int, date], list[Visit]]:
        known = {school.pk: school for school in schools}
        found: defaultdict[tuple[int, date], list[Visit]] = defaultdict(list)
        for visit in self._visits().filter(school__in=list(known)):
            visit.school = known[visit.school_id]
            found[visit.school_id, monday_of(visit.day)].append(visit)
        return found

    def _off(self, schools: Sequence[School]) -> Mapping[int, Mapping[date, str]]:
        """School → its weeks without a school day. Schools without days of their own share a calendar."""
        calendars = calendars_for([school.pk for school in schools], [self.days.year])
        different = {id(each): each for each in calendars.values()}
        off = {key: self.weeks_off(each) for key, each in different.items()}
        return {school: off[id(each)] for school, each in calendars.items()}

    def weeks_off(self, calendar: Calendar) -> dict[date, str]:
        return {monday: why for monday in self.mondays if (why := why_off(calendar, monday, self.days))}

    def _cell(self, visits: Sequence[Visit], off: str) -> Cell:
        if not visits:
            return Cell(off=off)
        marks = {mark_of(visit, self.on) for visit in visits}
        mark = next(each for each in Mark if each in marks)
        return Cell(mark, [visit for visit in visits if mark_of(visit, self.on) == mark], off)
