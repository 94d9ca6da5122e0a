"""The visits somebody goes to, as “My term” shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import appointments_of, user_can
from schoolimprove.accounts.roles import Permission, Role
from schoolimprove.lib.clock import Calendar, TermName
from schoolimprove.lib.years import academic_year, academic_year_bounds
from schoolimprove.reminders.models import Deadline
from schools.oversight.last_visit import looking_at_the_school, with_next_date
from schools.records.deadlines import SUBMIT
from schools.records.models.record import RecordOfVisit
from schools.records.states import RecordStatus
from schools.register.models.appointment import Appointment
from schools.register.models.school import School
from schools.register.partners import NOBODY
from schools.register.scope import in_scope
from schools.register.served import served_on
from schools.visits.deadlines import WRITE, due_on
from schools.visits.models.visit import NOT_HELD_VALUES, WITHOUT_RECORD, Visit
from schools.visits.states import VisitStatus

SEES_OTHERS = frozenset({Role.DSIM, Role.DISTRICT_ADMINISTRATOR})
"""Who looks at other people's terms: those who manage them, and those who keep their diaries."""
ME, ALL = "me", "all"
UNHELD_STARTS = {TermName.AUTUMN: (9, 1), TermName.SPRING: (1, 1), TermName.SUMMER: (4, 16)}
"""Where a year's terms are not held, a term begins about then."""


class Group(StrEnum):
    """What a visit waits for, in the order they are listed."""

    TO_PLAN = "to_plan"
    ANOTHER_DATE = "another_date"
    WAITING = "waiting"
    COMING = "coming"
    TO_WRITE = "to_write"
    DONE = "done"


LABELS: Mapping[Group, str] = {
    Group.TO_PLAN: "To be planned",
    Group.ANOTHER_DATE: "The school asks for another date",
    Group.WAITING: "Waiting for the school",
    Group.COMING: "Agreed and coming",
    Group.TO_WRITE: "Record to write",
    Group.DONE: "Done",
}


@dataclass(frozen=True, order=True)
class Slot:
    """A term of an academic year; `first` and `last` are its days with the holiday after it."""

    first: date
    last: date
    year: int
    name: TermName

    @property
    def value(self) -> str:
        return f"{self.year}-{self.name.value}"


def slots(calendar: Calendar, years: range) -> list[Slot]:
    """Every term of these years, one after another without a gap."""
    starts = [(_start(calendar, year, name), year, name) for year in years for name in TermName]
    ends = [start - timedelta(days=1) for start, _year, _name in starts[1:]]
    ends.append(academic_year_bounds(years[-1])[1])
    return [Slot(start, end, year, name) for (start, year, name), end in zip(starts, ends, strict=True)]


def _start(calendar: Calendar, year: int, name: TermName) -> date:
    """A year begins on 1 September, whenever its first school day is."""
    held = [term.start for term in calendar.terms.held if (term.year, term.name) == (year, name)]
    if name == TermName.AUTUMN or not held:
        month, day = UNHELD_STARTS[name]
        return date(year if month >= 9 else year + 1, month, day)
    return held[0]


def slot_on(found: list[Slot], day: date) -> Slot:
    return next(slot for slot in found if slot.first <= day <= slot.last)


def years_around(today: date) -> range:
    """Last year's terms, this year's and next year's."""
    year = academic_year(today)
    return range(year - 1, year + 2)


def sees_others(user: Any) -> bool:
    return any(held.role in SEES_OTHERS for held in appointments_of(user))


def may_have_own(user: Any) -> bool:
    """Whether this user visits, rather than only plans for others."""
    return user_can(user, Permission.WRITE_RECORD)


def visits_of(user: Any, whose: str) -> Any:
    """The visits of one person, of nobody or of everybody, as far as this user may see them.

    `whose` is me, all, nobody or the key of a user; others' only where one plans visits for a district.
    """
    if not sees_others(user) or (whose == ME and may_have_own(user)):
        return Visit.objects.visible_to(user).of_visitor(user)
    planned = Visit.objects.visible_to(user).filter(
        in_scope(user, Permission.PLAN_VISIT, school="school", roles=SEES_OTHERS)
    )
    if whose == NOBODY:
        return planned.of_nobody()
    visitor = User.objects.filter(pk=int(whose)).first() if whose.isdecimal() and len(whose) < 10 else None
    return planned.of_visitor(visitor) if visitor else planned


def visitors_of(user: Any, today: date) -> list[tuple[str, str]]:
    """Who could be chosen from: those who were given a visit in one's districts, and the partners there; by name."""
    if not sees_others(user):
        return []
    planned = in_scope(user, Permission.PLAN_VISIT, school="school", roles=SEES_OTHERS)
    given = Visit.objects.filter(planned, author__isnull=False).order_by().values("author")
    partners = Appointment.objects.current(today).filter(planned, role=Role.SIP, person__user__is_active=True)
    people = User.objects.filter(Q(pk__in=given) | Q(pk__in=partners.order_by().values("person__user")))
    named = people.exclude(pk=user.pk).order_by("name", "pk").values_list("pk", "name")
    own = [(ME, "Me")] if may_have_own(user) else []
    return [*own, (ALL, "Everyone"), (NOBODY, "No one yet"), *((str(pk), name) for pk, name in named)]


def of_slot(visits: Any, slot: Slot) -> Any:
    """Those that belong to the term; of those that belong to none, the ones whose day is in it."""
    days = Q(held_on__range=(slot.first, slot.last)) | Q(held_on=None, planned_on__range=(slot.first, slot.last))
    return visits.filter(Q(academic_year=slot.year, term=slot.name.value) | (Q(academic_year=None) & days))


def own_schools(user: Any, slot: Slot, today: date) -> list[Any]:
    """The schools of a partner that are served, each with `visited` (in that term) and `next_on`; of others none."""
    if not any(held.role == Role.SIP for held in appointments_of(user)):
        return []
    mine = School.objects.filter(in_scope(user, Permission.WRITE_RECORD, roles=[Role.SIP]), served_on(today)).open()
    held = looking_at_the_school(user).held().filter(held_on__range=(slot.first, slot.last))
    told = with_next_date(mine, user, on=today).annotate(visited=Exists(held.filter(school=OuterRef("pk"))))
    return list(told.order_by("name", "pk"))


def of_days(visits: Any, first: date, last: date) -> Any:
    """Those held or planned in these days, in their order."""
    days = Q(held_on__range=(first, last)) | Q(held_on=None, planned_on__range=(first, last))
    return (
        visits.standing().filter(days).order_by(Coalesce("held_on", "planned_on"), "planned_at", "school__name", "pk")
    )


def waiting(visits: Any, user: Any, today: date) -> Any:
    """With what each waits for (`group`), by when (`due`) and whether that is over (`late`): the late ones first.

    What a record is at is told only to whoever may know of the record.
    """
    annotated = visits.standing().annotate(
        record_status=_of_record(user, "status"),
        record_reference=_of_record(user, "reference"),
        core_due=due_on(),
        write_due=due_on(WRITE),
        submit_due=Subquery(_submitting().values("due_on")[:1]),
    )
    drafted = Q(status=VisitStatus.HELD, record_status=RecordStatus.DRAFT)
    going = Q(status__in=NOT_HELD_VALUES)
    over = Q(status__in=[VisitStatus.PROPOSED, VisitStatus.AGREED], planned_on__lt=today)
    grouped = annotated.annotate(
        group=Case(
            When(status=VisitStatus.DUE, then=Value(Group.TO_PLAN)),
            When(status=VisitStatus.COUNTERED, then=Value(Group.ANOTHER_DATE)),
            When(over | drafted, then=Value(Group.TO_WRITE)),
            When(status=VisitStatus.PROPOSED, then=Value(Group.WAITING)),
            When(status=VisitStatus.AGREED, then=Value(Group.COMING)),
            default=Value(Group.DONE),
            output_field=CharField(),
        ),
        due=Case(
            When(over, then=Coalesce("write_due", "core_due")),
            When(going, then=F("core_due")),
            When(drafted, then=F("submit_due")),
        ),
    ).annotate(
        late=Case(When(due__lt=today, then=Value(True)), default=Value(False)),
        place=Case(*(When(group=group, then=Value(number)) for number, group in enumerate(Group))),
        on=Coalesce("held_on", "planned_on"),
    )
    soonest = (F("on").asc(nulls_last=True), F("due").asc(nulls_last=True))
    return grouped.order_by("-late", "place", *soonest, "school__name", "pk")


def _of_record(user: Any, column: str) -> Subquery:
    seen = RecordOfVisit.objects.visible_to(user).filter(visit=OuterRef("pk")).order_by()
    return Subquery(seen.values(column)[:1])


def _submitting() -> Any:
    rows = Deadline.objects.open().filter(rule=SUBMIT, subject_kind=RecordOfVisit._meta.label_lower)
    return rows.filter(subject_id=OuterRef("record__pk")).order_by()


def next_step(visit: Any) -> str:
    """What is to be done about it next, in a few words."""
    match visit.group:
        case Group.TO_PLAN:
            return "Propose a date"
        case Group.ANOTHER_DATE:
            return "Answer the school"
        case Group.TO_WRITE if visit.status == VisitStatus.HELD:
            return "Submit the record"
        case Group.TO_WRITE if visit.kind in WITHOUT_RECORD:
            return "Record performance management"
        case Group.TO_WRITE:
            return "Write the record"
    return ""


def goes_visiting(user: Any) -> bool:
    """Whoever writes records or plans visits has a term of them."""
    return user_can(user, Permission.WRITE_RECORD) or user_can(user, Permission.PLAN_VISIT)
