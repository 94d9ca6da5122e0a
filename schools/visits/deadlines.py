"""The deadlines of visits (domain 3.1), opened, moved and met by their verbs."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from django.db.models import OuterRef, Subquery

from schoolimprove.accounts.models import User
from schoolimprove.calendar.calendars import working_days_calendar
from schoolimprove.lib import clock
from schoolimprove.lib.clock import (
    Calendar,
    DatesNotHeld,
    TermName,
    Working,
    before_last_weeks,
    days_after,
    half_term_end,
    half_terms,
    working_days_after,
)
from schoolimprove.policy.values import one_reading, policy_value
from schoolimprove.reminders.deadlines import (
    counted,
    drop_deadline,
    follow,
    meet_deadline,
    open_deadline,
    open_deadlines_of,
    open_task,
)
from schoolimprove.reminders.handing_over import hand_over
from schoolimprove.reminders.models import Deadline
from schoolimprove.reminders.registry import Expected
from schools.policy import CORE_VISIT_WEEKS, RECORD_LIMITS
from schools.policy import NOT_SEEN as NOT_SEEN_DAYS
from schools.register.calendars import calendars_for
from schools.register.models.school import School
from schools.visits.models.visit import Visit
from schools.visits.states import VisitStatus

CORE_VISIT, CORE_SOON, NOT_SEEN = "visit.core", "visit.core_soon", "school.not_seen"
AGREE, ANSWER, WRITE = "visit.agree", "visit.answer", "visit.write"

OF_CORE_VISITS = (CORE_VISIT, CORE_SOON)
OF_ARRANGING = (AGREE, ANSWER, WRITE)
VISIT_LABELS = {
    CORE_VISIT: "Hold the core visit",
    CORE_SOON: "Hold the core visit before the last weeks of term",
    NOT_SEEN: "Visit the school again",
    AGREE: "Agree the date of the visit",
    ANSWER: "Answer the school’s request for another date",
    WRITE: "Write the Record of Visit",
}

HALVES_OF_A_TERM = 2
_ASKED_AT = {
    VisitStatus.PROPOSED: (AGREE, WRITE),
    VisitStatus.COUNTERED: (ANSWER,),
    VisitStatus.AGREED: (WRITE,),
}
"""What is asked about a visit that has a day, by its state."""
PLANNED = tuple(_ASKED_AT)


def core_visit_owed(visit: Visit) -> date | None:
    """The last school day of its term; before the last weeks it has a date too. None where no term dates are held."""
    if visit.academic_year is None:
        open_task(CORE_VISIT, visit, school_id=visit.school_id)
        return None
    calendars = calendars_for([visit.school_id], [visit.academic_year])
    workings = CoreDates(calendars).of(visit)
    for rule, working in workings.items():
        open_deadline(rule, visit, school_id=visit.school_id, working=working)
    if not workings:
        open_task(CORE_VISIT, visit, school_id=visit.school_id)
    return workings[CORE_VISIT].ends if workings else None


def core_visits_owed(visits: Collection[Visit]) -> int:
    """The same of many new visits of a term, in a constant number of statements; how many deadlines there are."""
    years = {visit.academic_year for visit in visits if visit.academic_year is not None}
    with one_reading():
        dates = CoreDates(calendars_for({visit.school_id for visit in visits}, years) if years else {})
        rows = [
            core_deadline(rule, visit, working)
            for visit in visits
            for rule, working in (dates.of(visit) or UNDATED).items()
        ]
    Deadline.objects.bulk_create(rows)
    return len(rows)


def to_arrange(visits: Iterable[Visit]) -> Iterator[Expected]:
    """Return what is asked about each planned visit: of the school, of the planner, and of the visitor once it is over.

    The record is to be submitted within the days that policy gives from the visit (domain 3.4), so it is to be begun
    by then. Two queries, however many visits.
    """
    written_by: dict[date, Working] = {}
    for visit in visits:
        day, kind = visit.planned_on, visit._meta.label_lower
        for rule in _ASKED_AT.get(VisitStatus(visit.status), ()) if day else ():
            if day is None or rule != WRITE:
                yield Expected(rule, kind, visit.pk, visit.school_id, day, day)
                continue
            if day not in written_by:
                n = policy_value(RECORD_LIMITS, on=day).submit_working_days
                written_by[day] = working_days_after(day, n, working_days_calendar())
            working = written_by[day]
            yield Expected(rule, kind, visit.pk, visit.school_id, working.ends, working.first_day, working)


def arranged(visit: Visit, *, done: bool = True) -> None:
    """Open, move and meet what is asked about a visit after it was proposed, agreed, moved or held; or drop it."""
    follow(to_arrange([visit]), OF_ARRANGING, visit, done=done)


def given_to_another(visits: Sequence[Visit], *, by: User | None, old: User | None) -> None:
    """Tell the new visitor of each visit, once, whatever is asked about it now."""
    hand_over((ANSWER, CORE_VISIT, WRITE, CORE_SOON), *visits, by=by, old=old)


class CoreDates:
    """The dates of core visits by each school's calendar, rule → working; schools that share one are counted once."""

    def __init__(self, calendars: Mapping[int, Calendar]) -> None:
        self._calendars = calendars
        self._known: dict[tuple[int, int, str], Mapping[str, Working]] = {}

    def of(self, visit: Visit) -> Mapping[str, Working]:
        """Nothing where no term dates are held, or the visit belongs to no term."""
        if visit.academic_year is None:
            return {}
        calendar = self._calendars[visit.school_id]
        key = (id(calendar), visit.academic_year, visit.term)
        if key not in self._known:
            self._known[key] = _core_dates(visit.academic_year, visit.term, calendar)
        return self._known[key]


def _core_dates(year: int, term: str, calendar: Calendar) -> dict[str, Working]:
    """By the policy of the term's first day. A term no longer than its last weeks has the one date only."""
    try:
        end = end_of_term(year, term, calendar)
    except DatesNotHeld:
        return {}
    weeks = policy_value(CORE_VISIT_WEEKS, on=end.first_day).weeks
    soon = before_last_weeks(end.first_day, end.ends, weeks, calendar)
    return {CORE_VISIT: end} | ({CORE_SOON: soon} if soon else {})


UNDATED: Mapping[str, Working | None] = {CORE_VISIT: None}
"""Where no term dates are held, a core visit is owed without a date."""


def core_deadline(rule: str, visit: Visit, working: Working | None) -> Deadline:
    fields = counted(working) if working else {}
    return Deadline(
        rule=rule, subject_kind=visit._meta.label_lower, subject_id=visit.pk, school_id=visit.school_id, **fields
    )


def end_of_term(year: int, term: str, calendar: Calendar) -> Working:
    """The last school day of a term, counted from its first."""
    first = half_terms(year, calendar)[HALVES_OF_A_TERM * list(TermName).index(TermName(term))]
    return half_term_end(first.start, HALVES_OF_A_TERM, calendar)


def visit_settled(visit: Visit) -> None:
    for rule in OF_CORE_VISITS:
        meet_deadline(rule, visit)
    arranged(visit)


def visit_not_owed(visit: Visit) -> None:
    for rule in OF_CORE_VISITS:
        drop_deadline(rule, visit)
    arranged(visit, done=False)


def not_seen_after(*, last_seen: date | None, opened_on: date | None, came_at: datetime, on: date) -> Working:
    """So many days after the school was last seen, by the policy of `on`.

    A school that was never seen waits from the day it opened, or came into the register if that was later: nobody could
    have been told of it here before.
    """
    came_on = came_at.astimezone(clock.LONDON).date()
    start = last_seen or max(opened_on or came_on, came_on)
    return days_after(start, policy_value(NOT_SEEN_DAYS, on=on).days)


def school_seen(school: School, *, last_seen: date | None, on: date, held: bool) -> None:
    """It is to be seen again. When a visit was `held` since, the date there was is met; else it moves."""
    working = not_seen_after(last_seen=last_seen, opened_on=school.opened_on, came_at=school.created_at, on=on)
    waited = open_deadlines_of(school, NOT_SEEN)
    if held and any(Working.from_record(row.working).start < working.start for row in waited):
        meet_deadline(NOT_SEEN, school)
    open_deadline(NOT_SEEN, school, school_id=school.pk, working=working)


def due_on(rule: str = CORE_VISIT) -> Subquery:
    """The day by which a core visit is to be held, as long as it is, or what another rule asks of a visit."""
    rows = Deadline.objects.open().filter(rule=rule, subject_kind=Visit._meta.label_lower)
    return Subquery(rows.filter(subject_id=OuterRef("pk")).order_by().values("due_on")[:1])
