"""The deadlines of visits and their records (domain 3.1, 3.4), opened, moved and met by their verbs."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from schoolimprove.calendar.calendars import working_days_calendar
from schoolimprove.lib import clock
from schoolimprove.lib.clock import (
    Calendar,
    DatesNotHeld,
    NoTermDates,
    TermName,
    Working,
    before_last_weeks,
    days_after,
    half_term_end,
    half_term_on,
    half_terms,
    next_half_term,
    school_days_after,
    working_days_after,
)
from schoolimprove.lib.years import academic_year
from schoolimprove.policy.values import one_reading, policy_value
from schoolimprove.reminders.deadlines import (
    done_by,
    drop_deadline,
    meet_deadline,
    open_deadline,
    open_deadlines_of,
    reopen_deadline,
)
from schoolimprove.reminders.models import Deadline
from schools.calendars import calendars_for
from schools.models.meeting import GovernorsMeeting
from schools.policy import CORE_VISIT_WEEKS, RECORD_LIMITS
from schools.policy import NOT_SEEN as NOT_SEEN_DAYS

if TYPE_CHECKING:
    from schoolimprove.accounts.models import User
    from schools.models import RecordOfVisit, School, Visit

SUBMIT, ASSURE, RESPOND, PRESENT = "record.submit", "record.assure", "record.respond", "record.present"
CORE_VISIT, CORE_SOON, NOT_SEEN = "visit.core", "visit.core_soon", "school.not_seen"
OF_RECORDS, OF_CORE_VISITS = (SUBMIT, ASSURE, RESPOND, PRESENT), (CORE_VISIT, CORE_SOON)
LABELS = {
    SUBMIT: "Submit the record",
    ASSURE: "Approve or return the record",
    RESPOND: "Respond to the record",
    PRESENT: "Present the record to the governors",
    CORE_VISIT: "Hold the core visit",
    CORE_SOON: "Hold the core visit before the last weeks of term",
    NOT_SEEN: "See the school again",
}
MEETINGS = "governors’ meetings"
"""The calendar of deadlines that end on the day the clerk gave."""
HALVES_OF_A_TERM = 2


def started(record: "RecordOfVisit") -> None:
    """The author has so many working days from the visit."""
    _due_in_working_days(record, SUBMIT, record.held_on, record.held_on)


def visit_redated(record: "RecordOfVisit", *, before: date | None) -> None:
    """The date moves with the day of the visit it was counted from; after a return it is counted from that day."""
    rows = [row for row in open_deadlines_of(record) if row.rule == SUBMIT]
    if record.held_on != before and any(Working.from_record(row.working).start == before for row in rows):
        started(record)


def submitted(record: "RecordOfVisit", *, on: date) -> None:
    meet_deadline(SUBMIT, record)
    _due_in_working_days(record, ASSURE, on, record.held_on)


def recalled(record: "RecordOfVisit") -> None:
    """Nothing is to be approved; the author's own date holds again."""
    drop_deadline(ASSURE, record)
    reopen_deadline(SUBMIT, record)


def abandoned(record: "RecordOfVisit") -> None:
    drop_deadline(SUBMIT, record)


def returned(record: "RecordOfVisit", *, on: date) -> None:
    """The author has the same time again, from the day it came back."""
    meet_deadline(ASSURE, record)
    _due_in_working_days(record, SUBMIT, on, record.held_on)


def shared(record: "RecordOfVisit", *, on: date) -> date | None:
    """The day by which the school is asked to respond, in school days; none where no term dates are held."""
    meet_deadline(ASSURE, record)
    calendar = calendars_for([record.school_id], [academic_year(on)])[record.school_id]
    to_present(record, on=on, calendar=calendar)
    return asked(record, on=on, calendar=calendar)


def asked(record: "RecordOfVisit", *, on: date, calendar: Calendar) -> date | None:
    """The same by a calendar at hand, for whoever has many records to ask about."""
    try:
        working = school_days_after(on, days_to(RESPOND, record.held_on), calendar)
    except NoTermDates:
        return None
    _open(record, RESPOND, working)
    return working.ends


def answered_by(record: "RecordOfVisit", user: "User") -> None:
    """Whoever has answered is not asked again while the other is waited for."""
    done_by(RESPOND, record, user)


def responded(record: "RecordOfVisit", *, roles_asked: Collection[str], roles_answered: Collection[str]) -> None:
    """Met once everybody who is asked has answered."""
    if set(roles_asked) <= set(roles_answered):
        meet_deadline(RESPOND, record)


def to_present(record: "RecordOfVisit", *, on: date, calendar: Calendar) -> date | None:
    """The governors' next meeting after a core record is shared; unknown: the end of the next term (domain 3.4)."""
    if record.visit.kind != "core":
        return None
    meeting = GovernorsMeeting.objects.filter(school=record.school_id).after(on).first()
    try:
        working = _on_meeting(meeting.held_on, on) if meeting else end_of_next_term(on, calendar)
    except NoTermDates:
        return None
    _open(record, PRESENT, working)
    return working.ends


def presented(record: "RecordOfVisit") -> None:
    meet_deadline(PRESENT, record)


def closed(record: "RecordOfVisit") -> None:
    """Nobody is waited for any more; what was met stays met."""
    drop_deadline(RESPOND, record)
    drop_deadline(PRESENT, record)


def corrected(record: "RecordOfVisit", *, on: date) -> date | None:
    """The new version is to be answered, and of a core visit presented, in the same time again."""
    closed(record)
    calendar = calendars_for([record.school_id], [academic_year(on)])[record.school_id]
    to_present(record, on=on, calendar=calendar)
    return asked(record, on=on, calendar=calendar)


def meetings_changed(records: Iterable["RecordOfVisit"]) -> int:
    """Dates to be presented by, counted anew from the day each record's newest version was shared; how many."""
    shared_on = {record: record.shared_on for record in records}
    years = {academic_year(day) for day in shared_on.values()}
    calendars = calendars_for({record.school_id for record in shared_on}, years) if shared_on else {}
    dated = [to_present(record, on=day, calendar=calendars[record.school_id]) for record, day in shared_on.items()]
    return sum(day is not None for day in dated)


def _on_meeting(day: date, shared_on: date) -> Working:
    return Working(MEETINGS, shared_on, 1, day, day, ())


def end_of_next_term(day: date, calendar: Calendar) -> Working:
    """Counted in half-terms: a day in a holiday has the next term before it, one in a term that of after it."""
    current = half_term_on(day, calendar)
    first = current or next_half_term(day, calendar)
    left_of_this = HALVES_OF_A_TERM - (first.number - 1) % HALVES_OF_A_TERM
    in_holiday = current is None and left_of_this == HALVES_OF_A_TERM
    return half_term_end(day, left_of_this + (0 if in_holiday else HALVES_OF_A_TERM), calendar)


# Visits.


def core_visit_owed(visit: "Visit") -> date | None:
    """The last school day of its term; none where no term dates are held. Before the last weeks it has a date too."""
    if visit.academic_year is None:
        return None
    calendars = calendars_for([visit.school_id], [visit.academic_year])
    workings = CoreDates(calendars).of(visit)
    for rule, working in workings.items():
        open_deadline(
            rule,
            visit,
            school_id=visit.school_id,
            due_on=working.ends,
            calendar=working.calendar,
            first_day=working.first_day,
            working=working.as_record(),
        )
    return workings[CORE_VISIT].ends if workings else None


def core_visits_owed(visits: Collection["Visit"]) -> int:
    """The same of many new visits of a term, in a constant number of statements; how many dates there are."""
    years = {visit.academic_year for visit in visits if visit.academic_year is not None}
    with one_reading():
        dates = CoreDates(calendars_for({visit.school_id for visit in visits}, years) if years else {})
        rows = [core_deadline(rule, visit, day) for visit in visits for rule, day in dates.of(visit).items()]
    Deadline.objects.bulk_create(rows)
    return len(rows)


class CoreDates:
    """The dates of core visits by each school's calendar, rule → working; schools that share one are counted once."""

    def __init__(self, calendars: Mapping[int, Calendar]) -> None:
        self._calendars = calendars
        self._known: dict[tuple[int, int, str], Mapping[str, Working]] = {}

    def of(self, visit: "Visit") -> Mapping[str, Working]:
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


def core_deadline(rule: str, visit: "Visit", working: Working) -> Deadline:
    return Deadline(
        rule=rule,
        subject_kind=visit._meta.label_lower,
        subject_id=visit.pk,
        school_id=visit.school_id,
        due_on=working.ends,
        calendar=working.calendar,
        first_day=working.first_day,
        working=working.as_record(),
    )


def end_of_term(year: int, term: str, calendar: Calendar) -> Working:
    """The last school day of a term, counted from its first."""
    first = half_terms(year, calendar)[HALVES_OF_A_TERM * list(TermName).index(TermName(term))]
    return half_term_end(first.start, HALVES_OF_A_TERM, calendar)


def visit_settled(visit: "Visit") -> None:
    for rule in OF_CORE_VISITS:
        meet_deadline(rule, visit)


def visit_not_owed(visit: "Visit") -> None:
    for rule in OF_CORE_VISITS:
        drop_deadline(rule, visit)


# Schools.


def not_seen_after(*, last_seen: date | None, opened_on: date | None, came_at: datetime, on: date) -> Working:
    """So many days after the school was last seen, by the policy of `on`.

    A school that was never seen waits from the day it opened, or came into the register if that was later: nobody could
    have been told of it here before.
    """
    came_on = came_at.astimezone(clock.LONDON).date()
    start = last_seen or max(opened_on or came_on, came_on)
    return days_after(start, policy_value(NOT_SEEN_DAYS, on=on).days)


def school_seen(school: "School", *, last_seen: date | None, on: date, held: bool) -> None:
    """It is to be seen again. When a visit was `held` since, the date there was is met; else it moves."""
    working = not_seen_after(last_seen=last_seen, opened_on=school.opened_on, came_at=school.created_at, on=on)
    waited = [row for row in open_deadlines_of(school) if row.rule == NOT_SEEN]
    if held and any(Working.from_record(row.working).start < working.start for row in waited):
        meet_deadline(NOT_SEEN, school)
    open_deadline(
        NOT_SEEN,
        school,
        school_id=school.pk,
        due_on=working.ends,
        calendar=working.calendar,
        first_day=working.first_day,
        working=working.as_record(),
    )


def _due_in_working_days(record: "RecordOfVisit", rule: str, start: date, event: date) -> None:
    _open(record, rule, working_days_after(start, days_to(rule, event), working_days_calendar()))


def days_to(rule: str, held_on: date) -> int:
    """How many days there are to submit, to approve or to respond, by the policy of the day of the visit."""
    limits = policy_value(RECORD_LIMITS, on=held_on)
    days = {
        SUBMIT: limits.submit_working_days,
        ASSURE: limits.assure_working_days,
        RESPOND: limits.respond_school_days,
    }
    return days[rule]


def _open(record: "RecordOfVisit", rule: str, working: Working) -> None:
    open_deadline(
        rule,
        record,
        school_id=record.school_id,
        due_on=working.ends,
        calendar=working.calendar,
        first_day=working.first_day,
        working=working.as_record(),
    )
