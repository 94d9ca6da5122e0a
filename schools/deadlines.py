"""The deadlines of a Record of Visit (domain 3.4), opened and met by its verbs."""

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

from schoolimprove.calendar.calendars import working_days_calendar
from schoolimprove.lib.clock import Calendar, NoTermDates, Working, school_days_after, working_days_after
from schoolimprove.lib.years import academic_year
from schoolimprove.policy.values import policy_value
from schoolimprove.reminders.deadlines import meet_deadline, open_deadline
from schools.calendars import calendars_for
from schools.policy import RECORD_LIMITS

if TYPE_CHECKING:
    from schools.models import RecordOfVisit

SUBMIT, ASSURE, RESPOND = "record.submit", "record.assure", "record.respond"
LABELS = {SUBMIT: "Submit the record", ASSURE: "Approve or return the record", RESPOND: "Respond to the record"}


def started(record: "RecordOfVisit") -> None:
    """The author has so many working days from the visit."""
    _due_in_working_days(record, SUBMIT, record.visit.held_on, record.visit.held_on)


def submitted(record: "RecordOfVisit", *, on: date) -> None:
    meet_deadline(SUBMIT, record)
    _due_in_working_days(record, ASSURE, on, record.visit.held_on)


def returned(record: "RecordOfVisit", *, on: date) -> None:
    """The author has the same time again, from the day it came back."""
    meet_deadline(ASSURE, record)
    _due_in_working_days(record, SUBMIT, on, record.visit.held_on)


def shared(record: "RecordOfVisit", *, on: date) -> date | None:
    """The day by which the school is asked to respond, in school days; none where no term dates are held."""
    meet_deadline(ASSURE, record)
    return asked(record, on=on, calendar=calendars_for([record.school_id], [academic_year(on)])[record.school_id])


def asked(record: "RecordOfVisit", *, on: date, calendar: Calendar) -> date | None:
    """The same by a calendar at hand, for whoever has many records to ask about."""
    days = policy_value(RECORD_LIMITS, on=record.visit.held_on).respond_school_days
    try:
        working = school_days_after(on, days, calendar)
    except NoTermDates:
        return None
    _open(record, RESPOND, working)
    return working.ends


def responded(record: "RecordOfVisit", *, roles_asked: Collection[str], roles_answered: Collection[str]) -> None:
    """Met once everybody who is asked has answered."""
    if set(roles_asked) <= set(roles_answered):
        meet_deadline(RESPOND, record)


def _due_in_working_days(record: "RecordOfVisit", rule: str, start: date, event: date) -> None:
    limits = policy_value(RECORD_LIMITS, on=event)
    days = limits.submit_working_days if rule == SUBMIT else limits.assure_working_days
    _open(record, rule, working_days_after(start, days, working_days_calendar()))


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
