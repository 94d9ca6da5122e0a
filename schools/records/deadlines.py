"""The deadlines of a Record of Visit (domain 3.4), opened, moved and met by its verbs."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta

from django.db.models import QuerySet

from schoolimprove.accounts.models import User
from schoolimprove.calendar.calendars import working_days_calendar
from schoolimprove.lib.clock import (
    MEETINGS,
    Calendar,
    NoTermDates,
    Working,
    half_term_end,
    half_term_on,
    next_half_term,
    school_days_after,
    working_days_after,
)
from schoolimprove.lib.years import academic_year
from schoolimprove.policy.values import policy_value
from schoolimprove.reminders.deadlines import (
    done_by,
    drop_deadline,
    follow,
    meet_deadline,
    open_deadline,
    open_deadlines_of,
    open_task,
    reopen_deadline,
)
from schoolimprove.reminders.handing_over import hand_over
from schoolimprove.reminders.registry import Expected
from schools.policy import RECORD_LIMITS
from schools.records.content import Owner
from schools.records.models.action import UNFINISHED, RecordAction
from schools.records.models.correction import Correction
from schools.records.models.meeting import GovernorsMeeting
from schools.records.models.record import RecordOfVisit
from schools.records.models.strength import Strength
from schools.records.states import CorrectionStatus, StrengthStatus
from schools.register.calendars import calendars_for
from schools.visits.deadlines import HALVES_OF_A_TERM, VISIT_LABELS

SUBMIT, ASSURE, RESPOND, PRESENT = "record.submit", "record.assure", "record.respond", "record.present"
CONSENT, CLOSE = "record.consent", "record.close"
DECIDE_CORRECTION, REVISE_CORRECTION = "correction.decide", "correction.revise"
ACTION_OF_SCHOOL, ACTION_OF_AUTHORITY = "action.school", "action.authority"

OF_RECORDS = (SUBMIT, ASSURE, RESPOND, PRESENT)
OF_CORRECTIONS = (DECIDE_CORRECTION, REVISE_CORRECTION)
OF_ACTIONS = (ACTION_OF_SCHOOL, ACTION_OF_AUTHORITY)
NEAR = timedelta(days=14)
"""How long before its day an action is asked about."""

LABELS = {
    SUBMIT: "Submit the record",
    ASSURE: "Approve or return the record",
    RESPOND: "Respond to the record",
    PRESENT: "Present the record to the governors",
    CLOSE: "Close the record",
    CONSENT: "Decide whether we can share strengths with other schools",
    DECIDE_CORRECTION: "Issue or return the correction of a Record of Visit",
    REVISE_CORRECTION: "Work on the correction that was returned to you",
    ACTION_OF_SCHOOL: "Update the action",
    ACTION_OF_AUTHORITY: "Update the action",
    **VISIT_LABELS,
}


def started(record: RecordOfVisit) -> None:
    """The author has so many working days from the visit."""
    _due_in_working_days(record, SUBMIT, record.held_on, record.held_on)


def visit_redated(record: RecordOfVisit, *, before: date | None) -> None:
    """The date moves with the day of the visit it was counted from; after a return it is counted from that day."""
    rows = open_deadlines_of(record, SUBMIT)
    if record.held_on != before and any(Working.from_record(row.working).start == before for row in rows):
        started(record)


def submitted(record: RecordOfVisit, *, by: User, on: date) -> None:
    """Ask the line manager to approve or return it."""
    meet_deadline(SUBMIT, record)
    _due_in_working_days(record, ASSURE, on, record.held_on)
    hand_over([ASSURE], record, by=by)


def recalled(record: RecordOfVisit) -> None:
    """Nothing is to be approved; the author's own date holds again."""
    drop_deadline(ASSURE, record)
    reopen_deadline(SUBMIT, record)


def abandoned(record: RecordOfVisit) -> None:
    drop_deadline(SUBMIT, record)


def returned(record: RecordOfVisit, *, by: User, on: date) -> None:
    """Give the author the same time again, from the day it came back."""
    meet_deadline(ASSURE, record)
    _due_in_working_days(record, SUBMIT, on, record.held_on)
    hand_over([SUBMIT], record, by=by)


def written_by_another(records: Sequence[RecordOfVisit], *, by: User | None, old: User) -> None:
    """Tell the new author of unfinished records that they have them now."""
    hand_over([SUBMIT], *records, by=by, old=old)


def shared(record: RecordOfVisit, *, on: date) -> date | None:
    """The day by which the school is asked to respond, in school days; none where no term dates are held."""
    meet_deadline(ASSURE, record)
    calendar = calendars_for([record.school_id], [academic_year(on)])[record.school_id]
    to_present(record, on=on, calendar=calendar)
    return asked(record, on=on, calendar=calendar)


def asked(record: RecordOfVisit, *, on: date, calendar: Calendar) -> date | None:
    """The same by a calendar at hand, for whoever has many records to ask about."""
    try:
        working = school_days_after(on, days_to(RESPOND, record.held_on), calendar)
    except NoTermDates:
        open_task(RESPOND, record, school_id=record.school_id)
        return None
    _open(record, RESPOND, working)
    return working.ends


def answered_by(record: RecordOfVisit, user: "User") -> None:
    """Whoever has answered is not asked again while the other is waited for."""
    done_by(RESPOND, record, user)


def responded(record: RecordOfVisit, *, roles_asked: Collection[str], roles_answered: Collection[str]) -> None:
    """Met once everybody who is asked has answered."""
    if set(roles_asked) <= set(roles_answered):
        meet_deadline(RESPOND, record)


def to_present(record: RecordOfVisit, *, on: date, calendar: Calendar) -> date | None:
    """The governors' next meeting after a core record is shared; unknown: the end of the next term (domain 3.4)."""
    if record.visit.kind != "core":
        return None
    meeting = GovernorsMeeting.objects.filter(school=record.school_id).after(on).first()
    try:
        working = _on_meeting(meeting.held_on, on) if meeting else end_of_next_term(on, calendar)
    except NoTermDates:
        open_task(PRESENT, record, school_id=record.school_id)
        return None
    _open(record, PRESENT, working)
    return working.ends


def presented(record: RecordOfVisit) -> None:
    meet_deadline(PRESENT, record)


def not_presented(record: RecordOfVisit) -> None:
    """Let the day by which it was to be presented hold again."""
    reopen_deadline(PRESENT, record)


def closed(record: RecordOfVisit) -> None:
    """Nobody is waited for any more; what was met stays met."""
    for rule in (RESPOND, PRESENT, CLOSE):
        drop_deadline(rule, record)


def may_be_closed(record: RecordOfVisit, *, may: bool) -> None:
    """Ask the author to close it, until the night does, or ask no more."""
    if may:
        open_task(CLOSE, record, school_id=record.school_id)
    else:
        drop_deadline(CLOSE, record)


def corrected(record: RecordOfVisit, *, on: date) -> date | None:
    """The new version is to be answered, and of a core visit presented, in the same time again."""
    closed(record)
    calendar = calendars_for([record.school_id], [academic_year(on)])[record.school_id]
    to_present(record, on=on, calendar=calendar)
    return asked(record, on=on, calendar=calendar)


def meetings_changed(records: Iterable[RecordOfVisit]) -> int:
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


def _due_in_working_days(record: RecordOfVisit, rule: str, start: date, event: date) -> None:
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


def _open(record: RecordOfVisit, rule: str, working: Working) -> None:
    open_deadline(rule, record, school_id=record.school_id, working=working)


def strengths_changed(record: RecordOfVisit) -> None:
    """Ask the headteacher for consent as long as a strength of the record waits for it."""
    if follow(strengths_asked(Strength.objects.filter(record=record)), [CONSENT], record):
        hand_over([CONSENT], record, by=None)


def strengths_asked(strengths: QuerySet[Strength]) -> Iterator[Expected]:
    """Return one task for each record, however many of its strengths wait."""
    waiting = strengths.filter(status=StrengthStatus.ASKED).order_by()
    for record, school in waiting.values_list("record", "school").distinct():
        yield Expected(CONSENT, RecordOfVisit._meta.label_lower, record, school)


def correction_moved(correction: Correction, *, by: User | None) -> None:
    """Hand a correction to the line manager or back to its author, or settle it."""
    follow(corrections_waiting([correction]), OF_CORRECTIONS, correction.record)
    hand_over(OF_CORRECTIONS, correction.record, by=by)


def corrections_waiting(corrections: Iterable[Correction]) -> Iterator[Expected]:
    """Return the task of each open correction, of which a record has one at most."""
    rules = {CorrectionStatus.PROPOSED: DECIDE_CORRECTION, CorrectionStatus.RETURNED: REVISE_CORRECTION}
    for each in corrections:
        rule = rules.get(CorrectionStatus(each.status))
        if rule is not None:
            yield Expected(rule, RecordOfVisit._meta.label_lower, each.record_id, each.record.school_id)


def action_changed(action: RecordAction) -> None:
    """Ask for news of an action a fortnight before its day, as long as it is not finished."""
    follow(actions_unfinished([action]), OF_ACTIONS, action)


def actions_unfinished(actions: Iterable[RecordAction]) -> Iterator[Expected]:
    """Return the deadline of each unfinished action that has a day."""
    for each in actions:
        if each.status in UNFINISHED and each.due_on is not None:
            rule = ACTION_OF_SCHOOL if each.owner == Owner.SCHOOL else ACTION_OF_AUTHORITY
            kind = RecordAction._meta.label_lower
            yield Expected(rule, kind, each.pk, each.school_id, each.due_on, each.due_on - NEAR)
