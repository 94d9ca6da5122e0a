"""Dates to know, on the home page: visits and meetings to come, what is late in one's care, schools that open or close.

Nothing here asks for anything; what does is among the asks.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, Min, OuterRef, Q
from django.urls import reverse

from schoolimprove.accounts.rights import appointments_of, user_can
from schoolimprove.accounts.roles import SCHOOL_ROLES, Permission, Role
from schoolimprove.lib.years import academic_year
from schoolimprove.reminders.models import Deadline
from schoolimprove.ui.registry import Ask
from schools.records import deadlines as record_deadlines
from schools.records.content import Owner
from schools.records.models.action import RecordAction
from schools.records.models.meeting import GovernorsMeeting
from schools.records.models.record import RecordOfVisit
from schools.records.states import RecordStatus
from schools.register.models.school import School
from schools.register.scope import in_scope
from schools.visits import deadlines as visit_deadlines
from schools.visits.models.visit import Visit
from schools.visits.states import VisitStatus
from schools.visits.term_slots import terms_held

AHEAD = timedelta(days=28)
AHEAD_OF_MEETINGS = timedelta(days=120)
"""Over the summer the next is far."""
AHEAD_OF_REGISTER = timedelta(days=180)
"""How long before a school opens or closes it is told."""
MOST = 5
"""Of one kind; those that come first."""
_TO_COME = (VisitStatus.PROPOSED, VisitStatus.AGREED)
_WORK_THERE = tuple(role for role in Role if role not in SCHOOL_ROLES)
_GOES_TO_MEETINGS = SCHOOL_ROLES | {Role.SIP}
OF_THE_SCHOOL = (record_deadlines.RESPOND, record_deadlines.PRESENT)
"""A school's own lateness goes to its partner and their manager, and no further (domain 9.1)."""
OF_THE_AUTHORITY = (visit_deadlines.CORE_SOON, visit_deadlines.NOT_SEEN)
"""What the authority wants of itself, and no school waits for."""
OF_DRAFTS = (record_deadlines.SUBMIT, record_deadlines.ASSURE)
"""Even that these run tells of a draft, which is for its author's managers (domain 3.5)."""
LATE = {
    record_deadlines.SUBMIT: ("A record is not submitted", "{} records are not submitted"),
    record_deadlines.ASSURE: (
        "A record is neither approved nor returned",
        "{} records are neither approved nor returned",
    ),
    record_deadlines.RESPOND: ("A school has not answered its record", "{} records are not answered by their schools"),
    record_deadlines.PRESENT: ("A record is not presented to governors", "{} records are not presented to governors"),
    visit_deadlines.CORE_VISIT: ("A core visit was not held in its term", "{} core visits were not held in their term"),
    visit_deadlines.CORE_SOON: (
        "A core visit is still to be held in the last weeks of its term",
        "{} core visits are still to be held in the last weeks of their term",
    ),
    visit_deadlines.NOT_SEEN: ("A school was not seen for too long", "{} schools were not seen for too long"),
}


def dates_about_schools(user: Any, on: date) -> Sequence[Ask]:
    """A constant number of queries."""
    return [
        *_late_in_care(user, on),
        *_late_actions(user, on),
        *_visits(user, on),
        *_meetings(user, on),
        *_register(user, on),
        *_turns_of_term(user, on),
    ]


def _looks_after_districts(user: Any) -> bool:
    is_eip = any(held.role == Role.EIP for held in appointments_of(user))
    return is_eip or user_can(user, Permission.VIEW_COVERAGE)


def _late_in_care(user: Any, on: date) -> Iterator[Ask]:
    """For those who look after districts: how many, since when, and where to look."""
    if not _looks_after_districts(user):
        return
    oversees = user_can(user, Permission.VIEW_COVERAGE)
    right = Permission.VIEW_COVERAGE if oversees else Permission.VIEW_SHARED_RECORD
    late = Deadline.objects.overdue(on).filter(late_and_known(user, right), told_once(on)).order_by()
    for row in late.values("rule").annotate(number=Count("pk"), first=Min("due_on")).order_by("rule"):
        one, many = LATE[row["rule"]]
        title = one if row["number"] == 1 else many.format(f"{row['number']:,}")
        url = _late_on_the_board(row["rule"]) if oversees else reverse("schools:list")
        yield Ask(title, "In the schools you look after; the longest since this day", url, row["first"], overdue=True)


def _late_on_the_board(rule: str) -> str:
    return f"{reverse('schools:due')}?{urlencode({'rule': rule, 'when': 'late'})}"


def _late_actions(user: Any, on: date) -> Iterator[Ask]:
    """What the authority promised and did not do in time, for those who look after its districts."""
    if not _looks_after_districts(user):
        return
    late = RecordAction.objects.visible_to(user).overdue(on).filter(owner=Owner.AUTHORITY)
    first = late.select_related("school").order_by("due_on", "pk").first()
    if first is not None:
        number = late.count()
        title = "An action of the authority is late" if number == 1 else f"{number:,} actions of the authority are late"
        where = f"The longest at {first.school.name}, since this day"
        yield Ask(title, where, reverse("schools:actions", args=[first.school.urn]), first.due_on, overdue=True)


def late_and_known(user: Any, right: Permission) -> Q:
    """The deadlines whose lateness this reader may know of, at the schools where they hold the right."""
    mine = School.objects.visible_to(user, right).order_by().values("pk")
    told = School.objects.filter(in_scope(user, right, roles=(Role.SIP, Role.DSIM))).order_by().values("pk")
    followed = RecordOfVisit.objects.written_or_managed_by(user).exclude(author=user).order_by()
    # PostgreSQL may hash these records rather than look each up, if it has the memory: let them be few, not all of
    # ten years. Only a draft or a submitted record has such a date.
    followed = followed.filter(status__in=[RecordStatus.DRAFT, RecordStatus.SUBMITTED])
    working = School.objects.filter(in_scope(user, right, roles=_WORK_THERE)).order_by().values("pk")
    managed = Q(Exists(followed.filter(pk=OuterRef("subject_id"))))
    return (
        Q(rule=visit_deadlines.CORE_VISIT, school_id__in=mine)
        | Q(rule__in=OF_THE_AUTHORITY, school_id__in=working)
        | Q(rule__in=OF_THE_SCHOOL, school_id__in=told)
        | (Q(rule__in=OF_DRAFTS, school_id__in=mine) & managed)
    )


def told_once(on: date) -> Q:
    """Leaves out that a core visit was to be held in good time where its whole term is over: that says it all."""
    over = Deadline.objects.overdue(on).filter(
        rule=visit_deadlines.CORE_VISIT, subject_kind=OuterRef("subject_kind"), subject_id=OuterRef("subject_id")
    )
    return ~Q(rule=visit_deadlines.CORE_SOON) | Q(~Exists(over.order_by()))


def _visits(user: Any, on: date) -> Iterator[Ask]:
    coming = Visit.objects.visible_to(user).filter(status__in=_TO_COME, planned_on__range=(on, on + AHEAD))
    for visit in coming.select_related("school").order_by("planned_on", "pk")[:MOST]:
        state = "" if visit.status == VisitStatus.AGREED else ", date proposed"
        yield Ask(f"{visit.get_kind_display()}{state}", visit.school.name, visit.get_absolute_url(), visit.planned_on)


def _meetings(user: Any, on: date) -> Iterator[Ask]:
    """For the people of the school, and the partner who comes when a record is presented."""
    if not any(held.role in _GOES_TO_MEETINGS for held in appointments_of(user)):
        return
    mine = School.objects.visible_to(user, Permission.VIEW_SHARED_RECORD).order_by().values("pk")
    coming = GovernorsMeeting.objects.standing().filter(school__in=mine, held_on__range=(on, on + AHEAD_OF_MEETINGS))
    for meeting in coming.select_related("school").order_by("held_on", "pk")[:MOST]:
        url = reverse("schools:governors", args=[meeting.school.urn])
        yield Ask("Governors’ meeting", meeting.school.name, url, meeting.held_on)


def _register(user: Any, on: date) -> Iterator[Ask]:
    if not user_can(user, Permission.VIEW_SCHOOL_HISTORY):
        return
    soon = (on, on + AHEAD_OF_REGISTER)
    mine = School.objects.visible_to(user, Permission.VIEW_SCHOOL_HISTORY)
    for name, title in (("opened_on", "School opens"), ("closed_on", "School closes")):
        for school in mine.filter(**{f"{name}__range": soon}).order_by(name, "pk")[:MOST]:
            yield Ask(title, school.name, school.get_absolute_url(), getattr(school, name))


def _turns_of_term(user: Any, on: date) -> Iterator[Ask]:
    """The next first and last day of a term, for everybody who sees a school."""
    if not user_can(user, Permission.VIEW_SCHOOL):
        return
    year = academic_year(on)
    turns = [
        (day, f"{which} day of {term.spoken}")
        for term in terms_held(year, year + 1)
        for which, day in (("First", term.first), ("Last", term.last))
        if day >= on
    ]
    for day, title in sorted(turns)[:2]:
        yield Ask(title, "In the authority’s calendar; a school’s own days may differ", "", day)
