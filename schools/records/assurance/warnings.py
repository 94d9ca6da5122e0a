"""Whether today is a good day for a school to be sent something that it answers (domain 3.4).

Short times to respond, and letters that arrive on the last Friday of term, are what schools complain of most. It is
said before the act, and nothing is refused for it.
"""

from datetime import date

from schoolimprove.lib.clock import Calendar, DatesNotHeld, awkward, better_start, long_date, school_days_after, uk_date
from schoolimprove.lib.years import academic_year
from schoolimprove.reminders.deadlines import open_deadlines_of
from schools.records.deadlines import ASSURE, RESPOND, days_to
from schools.records.models.record import RecordOfVisit
from schools.register.calendars import calendars_for


def doubt_about_sharing(record: RecordOfVisit, *, held_on: date, on: date, act: str) -> str:
    """What speaks against sharing it on that day, and the next better one, in sentences; nothing where nothing does.

    `held_on` is the day of the visit as the school would read it; `act` what is done, such as "approve".
    """
    calendar = calendars_for([record.school_id], [academic_year(on)])[record.school_id]
    days = days_to(RESPOND, held_on)
    said = [awkward(on, calendar), _answered_by(on, days, calendar)]
    if not any(said):
        return ""
    return " ".join(filter(None, [*said, _better(record, on, days, calendar, act)]))


def _answered_by(on: date, days: int, calendar: Calendar) -> str:
    try:
        by = school_days_after(on, days, calendar).ends
    except DatesNotHeld:
        return ""
    why = awkward(by, calendar)
    return f"The school would have until {uk_date(by)} to respond. {why}" if why else ""


def _better(record: RecordOfVisit, on: date, days: int, calendar: Calendar, act: str) -> str:
    better = better_start(on, days, calendar)
    if better is None:
        return ""
    due = next((row.due_on for row in open_deadlines_of(record, ASSURE)), None)
    late = f" But you must decide by {uk_date(due)}." if due is not None and on <= due < better.start else ""
    until = f"the school would have until {uk_date(better.ends)} to respond"
    return f"If you {act} it on {long_date(better.start)}, {until}.{late}"
