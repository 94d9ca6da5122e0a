"""The lists of a school's tabs, taken away: visits, people, contacts, governors' meetings, days, history."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest

from schoolimprove.accounts.exporting import Taken, exports
from schoolimprove.accounts.models import user_of
from schoolimprove.accounts.rights import acting
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.lib.clock import Term
from schoolimprove.ui.cells import shown
from schoolimprove.ui.components import Event
from schoolimprove.ui.exports import Column, ListFile, in_batches
from schools.days import SchoolYear
from schools.history import school_changes
from schools.lineage import predecessors
from schools.models import Appointment, GovernorsMeeting, RecordOfVisit, School, Visit
from schools.views.days import OWN, days_off, years_shown
from schools.views.governors import presented_on, references, waiting_at
from schools.views.people import Reached, held_at, reached_at, shows_contacts
from schools.views.school import of_performance, school_in_scope, to_come

URN = Column("urn", "URN", "Unique reference number of the school")


def school_read(request: HttpRequest, urn: int, permission: Permission = Permission.VIEW_SCHOOL) -> School:
    """The school of a tab: *not found* outside the reader's scope, refused without the tab's right."""
    school = school_in_scope(request, urn)
    acting(user_of(request), permission, on=school)
    return school


# Visits ---------------------------------------------------------------------------------------------------------------

VISITS = ListFile(
    "school-visits",
    "visits of a school",
    "A school: Visits",
    "A visit that is owed or planned, then a Record of Visit, then a held meeting of performance management",
    [
        URN,
        Column("school", "School", "Name of the school: this one, or one whose history it carries on"),
        Column("kind", "Type of visit", "Type of visit"),
        Column("state", "State", "State of the visit"),
        Column("day", "Date", "Day it was held, or for which it is proposed or agreed"),
        Column("at", "Time", "Time of the day, where one is planned"),
        Column("visitor", "Who goes", "Who goes, or went"),
        Column("team", "Who else takes part", "Who else takes part"),
        Column("days", "Days", "Days used or planned"),
        Column("due", "Due", "Day by which a core visit is to be held"),
        Column("record", "Record", "Reference of its record, where there is one for you to read"),
        Column("record_state", "State of the record", "Where that record is in its life"),
    ],
)


@exports(VISITS)
def export_visits(request: HttpRequest, urn: int) -> Taken:
    """All that the tab shows of visits, in its order."""
    school, user = school_read(request, urn, Permission.VIEW_SHARED_RECORD), request.user
    visits = Visit.objects.visible_at(school, user).select_related("school", "author")
    planned, performance = to_come(visits), of_performance(visits)
    records = RecordOfVisit.objects.visible_along(school, predecessors(school), user).for_lists()
    rows = chain(
        (_visit_row(visit, visit.due) for visit in planned.iterator(500)),
        (_record_row(record) for record in records.iterator(500)),
        (_visit_row(visit, None) for visit in performance.iterator(500)),
    )
    return Taken(rows, planned.count() + records.count() + performance.count(), school=school)


def _visit_row(visit: Visit, due: Any, record: Sequence[str] = ("", "")) -> list[Any]:
    return [
        visit.school.urn,
        visit.school.name,
        visit.get_kind_display(),
        visit.get_status_display(),
        visit.day,
        f"{visit.planned_at:%H:%M}" if visit.planned_at else "",
        str(visit.author or ""),
        visit.team,
        visit.days,
        due,
        *record,
    ]


def _record_row(record: RecordOfVisit) -> list[Any]:
    record.visit.school, record.visit.author = record.school, record.author
    return _visit_row(record.visit, None, (record.reference, record.get_status_display()))


# People and contacts --------------------------------------------------------------------------------------------------

APPOINTMENTS = ListFile(
    "school-people",
    "people of a school",
    "A school: People",
    "Somebody who holds a role at the school, today or later",
    [
        Column("role", "Role", "Role that is held"),
        Column("name", "Name", "Who holds it"),
        Column("since", "Since", "First day"),
        Column("until", "Until", "Last day; empty while no end is known"),
        Column("email", "Email", "Email address, for those who work with the whole school"),
        Column("telephone", "Telephone", "Telephone number, for those who work with the whole school"),
    ],
)
CONTACTS = ListFile(
    "school-contacts",
    "contacts of a school",
    "A school: People",
    "A way to reach somebody at the school, or the school itself",
    [
        Column("label", "For", "What the contact is for"),
        Column("name", "Name", "Whom it reaches; empty for nobody in particular"),
        Column("email", "Email", "Email address"),
        Column("telephone", "Telephone", "Telephone number"),
        Column("website", "Website", "Address of a website"),
        Column("source", "Source", "Who says so"),
        Column("as_of", "As of", "Since when, or when it was last said"),
    ],
)


@exports(APPOINTMENTS)
def export_people(request: HttpRequest, urn: int) -> Taken:
    school = school_read(request, urn)
    held, reached = held_at(school), shows_contacts(request.user, school)
    return Taken((_held_row(each, reached=reached) for each in held), len(held), school=school)


def _held_row(each: Appointment, *, reached: bool) -> list[Any]:
    ways = [each.person.email, each.person.telephone] if reached else ["", ""]
    return [each.get_role_display(), each.person.name, each.starts_on, each.ends_on, *ways]


@exports(CONTACTS)
def export_contacts(request: HttpRequest, urn: int) -> Taken:
    school = school_read(request, urn)
    if not shows_contacts(request.user, school):
        raise PermissionDenied
    found = reached_at(school, held_at(school))
    return Taken(map(_contact_row, found), len(found), school=school)


def _contact_row(each: Reached) -> list[Any]:
    return [each.label, each.name, each.email, each.telephone, each.website, each.source, each.as_of]


# Governors ------------------------------------------------------------------------------------------------------------

MEETINGS = ListFile(
    "governors-meetings",
    "governors’ meetings",
    "A school: Governors",
    "A meeting of the governing body, the latest first",
    [
        Column("held_on", "Meeting", "Day of the meeting"),
        Column("state", "State", "Whether it is to come, was held, or was cancelled"),
        Column("cancelled_because", "Why cancelled", "The reason for which it was cancelled"),
        Column("presented", "What was presented", "References of the records that were presented at it"),
    ],
)
TO_PRESENT = ListFile(
    "records-to-present",
    "records to be presented",
    "A school: Governors",
    "A record of a core visit that the governors have not seen yet",
    [
        Column("record", "Record", "Reference of the record"),
        Column("held_on", "Visit", "Day of the visit"),
        Column("shared_on", "Shared", "Day on which the record was shared with the school"),
        Column("due_on", "To be presented by", "Day by which it is to be presented, where term dates are held"),
    ],
)


@exports(MEETINGS)
def export_meetings(request: HttpRequest, urn: int) -> Taken:
    school = school_read(request, urn, Permission.VIEW_SHARED_RECORD)
    meetings = school.governors_meetings.order_by("-held_on", "-pk")
    return Taken(_meeting_rows(school, meetings), meetings.count(), school=school)


def _meeting_rows(school: School, found: QuerySet[GovernorsMeeting]) -> Iterator[Sequence[Any]]:
    for meetings in in_batches(found.iterator(500)):
        presented = presented_on(school, [each.held_on for each in meetings if not each.cancelled_because])
        for each in meetings:
            said = "" if each.cancelled_because else references(presented, each)
            yield [each.held_on, _meeting_state(each), each.cancelled_because, said]


def _meeting_state(meeting: GovernorsMeeting) -> str:
    if meeting.cancelled_because:
        return "Cancelled"
    return "To come" if meeting.held_on >= clock.today() else "Held"


@exports(TO_PRESENT)
def export_waiting(request: HttpRequest, urn: int) -> Taken:
    school = school_read(request, urn, Permission.VIEW_SHARED_RECORD)
    found = waiting_at(school)
    rows = ([record.reference, record.held_on, record.shared_on, due_on] for record, due_on in found)
    return Taken(rows, len(found), school=school)


# Days -----------------------------------------------------------------------------------------------------------------

DAYS = ListFile(
    "school-days",
    "days of a school",
    "A school: Days",
    "A term, a half-term break, a closure day or a bank holiday in term, of this academic year and the next",
    [
        Column("year", "Academic year", "Academic year"),
        Column("what", "What", "Term, half-term, or day without school"),
        Column("name", "Name", "Which term it is, or why there is no school"),
        Column("first_day", "First day", "First day"),
        Column("last_day", "Last day", "Last day"),
        Column("school_days", "School days", "School days of the term, where all three terms of its year are held"),
        Column("where", "Where", "Every school, or this school alone"),
    ],
)


@exports(DAYS)
def export_days(request: HttpRequest, urn: int) -> Taken:
    school = school_read(request, urn)
    rows = [row for year in years_shown(school) for row in _year_rows(year)]
    return Taken(rows, len(rows), school=school)


def _year_rows(year: SchoolYear) -> Iterator[list[Any]]:
    for term in year.terms:
        yield from _term_rows(year, term)
    for each, where in days_off(year):
        yield [year.label, "Day without school", each.why, each.day, each.day, None, where]


def _term_rows(year: SchoolYear, term: Term) -> Iterator[list[Any]]:
    name, where = term.name.capitalize(), OWN if term.name in year.own else "Every school"
    yield [year.label, "Term", name, term.start, term.end, year.counts.get(term.name), where]
    if term.half_term_start:
        yield [year.label, "Half-term", name, term.half_term_start, term.half_term_end, None, where]


# History --------------------------------------------------------------------------------------------------------------

HISTORY = ListFile(
    "school-history",
    "a school’s history in the register",
    "A school: History",
    "A field that changed, or the entry of the school",
    [
        Column("at", "When", "Moment of the change"),
        Column("what", "What", "Whether the school was entered or something changed"),
        Column("school", "School", "School it is about: this one, or one whose history it carries on"),
        Column("field", "Field", "What changed"),
        Column("before", "Before", "What it said before"),
        Column("after", "After", "What it says since"),
        Column("by", "By", "Who changed it"),
        Column("reason", "Reason", "The reason given"),
    ],
)


@exports(HISTORY)
def export_history(request: HttpRequest, urn: int) -> Taken:
    """The changes that the tab shows, a row for each field."""
    school = school_read(request, urn, Permission.VIEW_SCHOOL_HISTORY)
    events = school_changes(school, *predecessors(school))
    rows = [row for event in events for row in _history_rows(event, event.where or school.name)]
    return Taken(rows, len(rows), school=school)


def _history_rows(event: Event, where: str) -> Iterator[list[Any]]:
    for name, before, after in event.changes or [("", "", "")]:
        yield [event.when, event.what, where, name, shown(before), shown(after), event.who, event.why]
