"""Visits planned with a school: proposed, agreed, moved, cancelled, and what is put on their agenda (domain 3.1, 3.2).

A visit of the headteacher's performance management is planned as any other, and holds date, people and days only.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import acting, user_can
from schoolimprove.accounts.roles import Permission, roles_with
from schoolimprove.lib.clock import DatesNotHeld
from schoolimprove.lib.years import academic_year
from schoolimprove.policy.values import policy_value
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import Blocked, Conflict, record_event, save_changes, transition
from schools.policy import SERVICE_BY_TYPE
from schools.register.calendars import calendars_for
from schools.register.models.school import School
from schools.register.scope import covering
from schools.visits import deadlines, emails
from schools.visits.models.agenda_item import TAKEN_AWAY_IN_WRITING, AgendaItem
from schools.visits.models.programme import edition_for
from schools.visits.models.visit import COMMISSIONED, WITHOUT_RECORD, Source, Visit, VisitKind
from schools.visits.rules import wrong_with_planned_day, wrong_with_visit_date
from schools.visits.states import NOT_HELD, VisitStatus
from schools.visits.term_slots import slot_of

WEEKEND_BEGINS = 5
LAST_DAYS = 4
"""Days before the last of a term that are among its last."""


MOST_ITEMS = 20
"""Agenda items from one side of one visit."""


def right_to_plan(kind: str) -> Permission:
    """What one must hold to plan, move or cancel a visit of this kind."""
    return Permission.RECORD_PERFORMANCE_MANAGEMENT if kind in WITHOUT_RECORD else Permission.PLAN_VISIT


def right_to_change(kind: str) -> Permission:
    """The same of what a visit is for and who takes part: an LA review's are the DSIM's to say."""
    return Permission.COMMISSION_REVIEW if kind in COMMISSIONED else right_to_plan(kind)


def plannable_kinds(user: Any, school: School) -> list[tuple[str, str]]:
    """The types of visit this user may plan here, LA reviews apart, which are commissioned."""
    return [
        (kind.value, str(kind.label))
        for kind in VisitKind
        if kind not in COMMISSIONED and user_can(user, right_to_plan(kind), on=school)
    ]


def may_plan(user: Any, visit: Visit) -> bool:
    return user_can(user, right_to_plan(visit.kind), on=visit)


def may_arrange(user: Any, visit: Visit) -> bool:
    return user_can(user, Permission.ARRANGE_VISIT, on=visit)


def may_change(user: Any, visit: Visit) -> bool:
    return user_can(user, right_to_change(visit.kind), on=visit)


def may_write(user: Any, visit: Visit) -> bool:
    """Whoever writes at the school; of an LA review its lead alone."""
    if visit.kind in WITHOUT_RECORD or not user_can(user, Permission.WRITE_RECORD, on=visit):
        return False
    return visit.kind not in COMMISSIONED or visit.author_id == user.pk


def visitors_at(school: School, kind: str = "") -> QuerySet[User]:
    """Who may go: whoever writes at the school today, or for performance management keeps it there; by name."""
    right = Permission.RECORD_PERFORMANCE_MANAGEMENT if kind in WITHOUT_RECORD else Permission.WRITE_RECORD
    people = covering(school, roles=roles_with(right)).filter(person__user__is_active=True)
    return User.objects.filter(pk__in=people.values("person__user")).order_by("name", "pk")


def doubt_about(school: School, day: date) -> str:
    """What speaks against a day, as a sentence; nothing where nothing does. It is never refused for that."""
    calendar = calendars_for([school.pk], [academic_year(day)])[school.pk]
    said = f"{day:%A %-d %B %Y}"
    try:
        why = calendar.why_not_school_day(day)
    except DatesNotHeld:
        return f"{said} is at the weekend." if day.weekday() >= WEEKEND_BEGINS else ""
    if why:
        return f"{said} is not a school day: {why}."
    ending = any(0 <= (term.end - day).days <= LAST_DAYS for term in calendar.terms.held)
    return f"{said} is in the last days of term." if ending else ""


def blockers_to_day(school: School, day: date, *, today: date) -> list[str]:
    """Why no visit can be planned for that day, as sentences."""
    served = school.blockers_to_visiting(policy_value(SERVICE_BY_TYPE, on=day), on=day)
    return wrong_with_planned_day(day, today=today) or served


def _refuse(reasons: list[str]) -> None:
    if reasons:
        raise Blocked(reasons)


@dataclass(frozen=True)
class Plan:
    """What is said of a visit when it is planned. `team` are the others who take part."""

    kind: str
    day: date
    at: time | None = None
    days: Decimal = Decimal("1.0")
    visitor: User | None = None
    purpose: str = ""
    team: str = ""


def plan(school: School, wanted: Plan, *, by: User, on: date) -> Visit:
    """A new visit, its date proposed to the school.

    An LA review is commissioned so, with its scope, team and lead. `Blocked` when the day will not do, or the school
    has the core visit of that term already.
    """
    actor = acting(by, right_to_change(wanted.kind), on=school)
    _refuse([*blockers_to_day(school, wanted.day, today=on), *_wrong_with(wanted, school)])
    visit = Visit(
        school=school,
        kind=wanted.kind,
        days=wanted.days,
        author=wanted.visitor,
        purpose=wanted.purpose,
        team=wanted.team,
        created_by=by,
    )
    slot = slot_of(school.pk, wanted.day)
    if slot is not None:
        visit.academic_year, visit.term = slot
    if slot is not None and wanted.kind == VisitKind.CORE:
        visit.edition = edition_for(school.phase, slot[1], wanted.day)
    with transaction.atomic():
        with _one_core_a_term(visit):
            visit.save(force_insert=True)
        record_event(visit, "commissioned" if visit.kind in COMMISSIONED else "planned", by=actor)
        if visit.kind == VisitKind.CORE:
            deadlines.core_visit_owed(visit)
        _propose(visit, by=actor, on=on, seen_version=visit.version, day=wanted.day, at=wanted.at)
    return visit


def _wrong_with(wanted: Plan, school: School) -> list[str]:
    reasons = _wrong_with_words(wanted.kind, wanted.purpose)
    if wanted.kind in COMMISSIONED and not wanted.purpose.strip():
        reasons.append("Enter the scope of the review.")
    if wanted.kind in COMMISSIONED and wanted.visitor is None:
        reasons.append("Select who leads the review.")
    return reasons + _wrong_with_visitor(wanted.visitor, school, wanted.kind)


def _wrong_with_words(kind: str, purpose: str) -> list[str]:
    if kind in WITHOUT_RECORD and purpose.strip():
        return ["Leave the purpose empty. For performance management we keep only the date, people and days."]
    return []


def _wrong_with_visitor(visitor: User | None, school: School, kind: str) -> list[str]:
    if visitor is None or visitors_at(school, kind).filter(pk=visitor.pk).exists():
        return []
    return [f"{visitor} has no role that lets them visit {school.name}."]


@contextmanager
def _one_core_a_term(visit: Visit) -> Iterator[None]:
    """Turns the database's last word on a second core visit of a term into a sentence."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        of_term = Visit.objects.standing().filter(school=visit.school_id, kind=VisitKind.CORE)
        if visit.kind != VisitKind.CORE or not of_term.of_term(visit.academic_year or 0, visit.term).exists():
            raise
        raise Blocked(
            [f"{visit.school.name} already has a core visit for this term. Propose a date for that visit."]
        ) from error


def propose(visit: Visit, *, by: User, on: date, seen_version: int, day: date, at: time | None = None) -> None:
    """A date for a visit that is owed; the school is asked to agree."""
    actor = acting(by, right_to_plan(visit.kind), on=visit)
    _refuse(blockers_to_day(visit.school, day, today=on))
    _propose(visit, by=actor, on=on, seen_version=seen_version, day=day, at=at)


def _propose(visit: Visit, *, by: Actor, on: date, seen_version: int, day: date, at: time | None) -> None:
    fields: dict[str, Any] = {"planned_on": day, "planned_at": at, "suggested_on": None}
    with transaction.atomic():
        transition(visit, "propose", by=by, seen_version=seen_version, **fields, **_slot(visit, day))
        deadlines.arranged(visit)
        emails.tell_school_of_visit(visit, "proposed", on=on)


def _slot(visit: Visit, day: date) -> dict[str, Any]:
    """A core visit stays that of the term that owes it; any other belongs to the term of its day."""
    if visit.kind == VisitKind.CORE and visit.term:
        return {}
    slot = slot_of(visit.school_id, day) if visit.kind != VisitKind.CORE else None
    year, term = slot or (None, "")
    return {"academic_year": year, "term": term}


def agree(visit: Visit, *, by: User, on: date, seen_version: int) -> None:
    """The headteacher or the chair agrees the date."""
    actor = acting(by, Permission.ARRANGE_VISIT, on=visit)
    with transaction.atomic():
        transition(visit, "agree", by=actor, seen_version=seen_version)
        deadlines.arranged(visit)
        emails.tell_visitor_of_visit(visit, "agreed", on=on)


def note_agreement(visit: Visit, *, by: User, on: date, seen_version: int, how: str) -> None:
    """The planner says how the school agreed; the date the school asked for becomes the date."""
    actor = acting(by, right_to_plan(visit.kind), on=visit)
    moved = {}
    if visit.status == VisitStatus.COUNTERED and visit.suggested_on is not None:
        moved = {"planned_on": visit.suggested_on, "planned_at": None, **_slot(visit, visit.suggested_on)}
    with transaction.atomic():
        transition(
            visit,
            "note agreement",
            by=actor,
            reason=how,
            seen_version=seen_version,
            **{"suggested_on": None, **moved},
        )
        deadlines.arranged(visit)
        if moved:
            emails.tell_school_of_visit(visit, "agreed", on=on)


def ask_for_another_date(
    visit: Visit, *, by: User, on: date, seen_version: int, suggested_on: date, reason: str
) -> None:
    """The school would rather have another day, and says why."""
    actor = acting(by, Permission.ARRANGE_VISIT, on=visit)
    _refuse(_wrong_with_suggestion(visit, suggested_on, today=on))
    with transaction.atomic():
        transition(
            visit,
            "ask for another date",
            by=actor,
            reason=reason,
            seen_version=seen_version,
            suggested_on=suggested_on,
        )
        deadlines.arranged(visit)
        emails.tell_visitor_of_visit(visit, "another_date", on=on)


def _wrong_with_suggestion(visit: Visit, day: date, *, today: date) -> list[str]:
    if visit.planned_on is not None and visit.planned_on < today:
        return ["The date of the visit has passed."]
    if day == visit.planned_on:
        return ["Enter a different date. This one is already proposed."]
    return blockers_to_day(visit.school, day, today=today)


def reschedule(
    visit: Visit, *, by: User, on: date, seen_version: int, day: date, at: time | None = None, reason: str
) -> None:
    """Another date, or another time of the day, for a reason; the school is asked again."""
    actor = acting(by, right_to_plan(visit.kind), on=visit)
    same = (day, at) == (visit.planned_on, visit.planned_at)
    _refuse(["Enter a different date or time. This is the current one."] if same else [])
    _refuse(blockers_to_day(visit.school, day, today=on))
    fields = {"planned_on": day, "planned_at": at, "suggested_on": None, **_slot(visit, day)}
    with transaction.atomic():
        transition(visit, "reschedule", by=actor, reason=reason, seen_version=seen_version, **fields)
        deadlines.arranged(visit)
        emails.tell_school_of_visit(visit, "moved", on=on)


def cancel(visit: Visit, *, by: User, on: date, seen_version: int, reason: str) -> Visit | None:
    """It will not take place. The visit that is owed in its place, if one is."""
    actor = acting(by, right_to_change(visit.kind), on=visit)
    with transaction.atomic():
        transition(visit, "cancel", by=actor, reason=reason, seen_version=seen_version)
        deadlines.visit_not_owed(visit)
        if visit.planned_on is not None:
            emails.tell_school_of_visit(visit, "cancelled", on=on)
        return owe_again(visit, by=actor, on=on)


def change(visit: Visit, *, by: User, seen_version: int, **fields: Any) -> bool:
    """Set purpose, team, days or author; whether anything changed. `Conflict` once it was held or cancelled."""
    actor = acting(by, right_to_change(visit.kind), on=visit)
    purpose, author = fields.get("purpose", visit.purpose), fields.get("author", visit.author)
    newly = author if author != visit.author else None
    _refuse([*_wrong_with_words(visit.kind, purpose), *_wrong_with_visitor(newly, visit.school, visit.kind)])
    if visit.kind in COMMISSIONED and not (purpose.strip() and author):
        raise Blocked(["Enter the scope of the review and select who leads it."])
    changed = {name: value for name, value in fields.items() if getattr(visit, name) != value}
    if not changed and seen_version == visit.version:
        return False
    before = visit.author
    with transaction.atomic():
        _still_to_come(visit)
        save_changes(visit, "changed", by=actor, seen_version=seen_version, **changed)
        if "author" in changed:
            deadlines.given_to_another([visit], by=by, old=before)
    return True


def _still_to_come(visit: Visit) -> None:
    """`Conflict` when it has been held or cancelled; nobody holds or cancels it until the transaction ends."""
    current = Visit.objects.select_for_update().get(pk=visit.pk)
    if current.status not in NOT_HELD:
        raise Conflict(current)


def sides_of(user: Any, visit: Visit) -> list[Source]:
    """For which side this user may add to the agenda: the school's, the authority's."""
    if visit.kind in WITHOUT_RECORD or visit.status not in NOT_HELD:
        return []
    school = [Source.SCHOOL] if may_arrange(user, visit) else []
    return school + ([Source.AUTHORITY] if may_plan(user, visit) else [])


def add_to_agenda(visit: Visit, *, by: User, heading: str, detail: str = "") -> AgendaItem:
    """An item of the user's own side. `Blocked` for performance management, which has no agenda."""
    if visit.kind in WITHOUT_RECORD:
        raise Blocked(["A headteacher’s performance management has no agenda."])
    source = Source.SCHOOL if may_arrange(by, visit) else Source.AUTHORITY
    actor = _of_side(source, visit, by)
    with transaction.atomic():
        _still_to_come(visit)
        if visit.agenda_items.standing().filter(source=source).count() >= MOST_ITEMS:
            raise Blocked([f"Your side already has {MOST_ITEMS} items on the agenda. Remove one first."])
        item = AgendaItem.objects.create(visit=visit, source=source, heading=heading, detail=detail, created_by=by)
        record_event(item, "added", by=actor)
    return item


def take_from_agenda(item: AgendaItem, *, by: User, seen_version: int) -> None:
    """By the side that added it."""
    actor = _of_side(Source(item.source), item.visit, by)
    with transaction.atomic():
        _still_to_come(item.visit)
        if AgendaItem.objects.filter(pk=item.pk, taken_away=True).exists():
            raise Conflict(item)
        save_changes(item, "taken away", by=actor, seen_version=seen_version, taken_away=True)


def _of_side(source: Source, visit: Visit, by: User) -> Actor:
    right = Permission.ARRANGE_VISIT if source == Source.SCHOOL else right_to_plan(visit.kind)
    return acting(by, right, on=visit)


def record_performance_management(
    school: School, *, by: User, on: date, held_on: date, days: Decimal, team: str
) -> Visit:
    """It was held: date, people and days, and nothing else."""
    actor = acting(by, Permission.RECORD_PERFORMANCE_MANAGEMENT, on=school)
    _refuse(_wrong_with_held_day(school, held_on, today=on))
    slot = slot_of(school.pk, held_on)
    year, term = slot or (None, "")
    visit = Visit(
        school=school,
        kind=VisitKind.PERFORMANCE_MANAGEMENT,
        academic_year=year,
        term=term,
        team=team,
        author=by,
        created_by=by,
    )
    with transaction.atomic():
        visit.save(force_insert=True)
        hold(visit, by=actor, on=on, held_on=held_on, seen_version=visit.version, days=days, author=by)
    return visit


def hold_performance_management(
    visit: Visit, *, by: User, on: date, seen_version: int, held_on: date, days: Decimal, team: str
) -> None:
    """A planned one took place."""
    if visit.kind not in WITHOUT_RECORD:
        raise PermissionDenied
    actor = acting(by, Permission.RECORD_PERFORMANCE_MANAGEMENT, on=visit)
    _refuse(_wrong_with_held_day(visit.school, held_on, today=on))
    hold(visit, by=actor, on=on, held_on=held_on, seen_version=seen_version, days=days, team=team, author=by)


def may_void(user: Any, visit: Visit) -> bool:
    """Whoever recorded it, while they may still record it there."""
    own = visit.kind in WITHOUT_RECORD and visit.author_id == user.pk
    return own and user_can(user, Permission.RECORD_PERFORMANCE_MANAGEMENT, on=visit)


def void_performance_management(visit: Visit, *, by: User, on: date, seen_version: int, reason: str) -> None:
    """It was recorded by mistake: its days count no longer."""
    if not may_void(by, visit):
        raise PermissionDenied
    if visit.version != seen_version:
        raise Conflict(visit)
    void(visit, by=acting(by, Permission.RECORD_PERFORMANCE_MANAGEMENT, on=visit), on=on, reason=reason)


def _wrong_with_held_day(school: School, held_on: date, *, today: date) -> list[str]:
    served = school.blockers_to_visiting(policy_value(SERVICE_BY_TYPE, on=held_on), on=held_on)
    return wrong_with_visit_date(held_on, today=today) or served


def hold(visit: Visit, *, by: Actor, on: date, held_on: date, seen_version: int, **fields: Any) -> None:
    """It took place that day; `fields` are its kind, days and author. `Blocked` when it would count twice."""
    same = {name: fields.get(name, getattr(visit, name)) for name in ("author", "kind")}
    with counted_once(besides=visit.pk, school=visit.school_id, held_on=held_on, **same):
        transition(visit, "hold", by=by, seen_version=seen_version, held_on=held_on, **fields)
    deadlines.visit_settled(visit)
    if visit.kind not in WITHOUT_RECORD:
        _seen(visit.school, on=on, held=True)


def void(visit: Visit, *, by: Actor, on: date, reason: str) -> None:
    """It is taken back with its record: its days are free, and a core visit of the term is owed again."""
    transition(visit, "void", by=by, reason=reason, seen_version=visit.version)
    owe_again(visit, by=by, on=on)
    _seen(visit.school, on=on)


def correct(visit: Visit, *, by: Actor, on: date, **fields: Any) -> bool:
    """Put right kind, held_on or days; whether anything changed. `Blocked` when the visit would count twice.

    A core visit that turns out to be another, or of another term, leaves its own term's visit owed again.
    """
    changed = {name: value for name, value in fields.items() if getattr(visit, name) != value}
    if not changed:
        return False
    now = {"held_on": visit.held_on, "kind": visit.kind} | {k: v for k, v in changed.items() if k != "days"}
    if "held_on" in changed and (reasons := not_served(visit.school, on=changed["held_on"])):
        raise Blocked(reasons)
    before = core_slot(visit)
    with counted_once(besides=visit.pk, school=visit.school_id, author=visit.author_id, **now):
        changed |= _slot_now(visit, by=by, on=on, **now) if {"held_on", "kind"} & changed.keys() else {}
        save_changes(visit, "corrected", by=by, seen_version=visit.version, **changed)
        if before is not None and (visit.kind != VisitKind.CORE or (visit.academic_year, visit.term) != before):
            owe(visit, before, by=by, on=on)
    if {"held_on", "kind"} & changed.keys():
        _seen(visit.school, on=on)
    return True


def _slot_now(visit: Visit, *, by: Actor, on: date, kind: str, held_on: date) -> dict[str, Any]:
    """The term it belongs to by its day and kind; another visit that was only planned for that term gives way."""
    slot = slot_of(visit.school_id, held_on)
    if slot is None:
        return {}
    if kind == VisitKind.CORE:
        others = Visit.objects.filter(school=visit.school_id, kind=kind).of_term(*slot).exclude(pk=visit.pk)
        for planned in others.not_held().select_for_update():
            reason = "Another visit has taken its place."
            transition(planned, "cancel", by=by, reason=reason, seen_version=planned.version)
            deadlines.visit_not_owed(planned)
            if planned.planned_on is not None:
                emails.tell_school_of_visit(planned, "cancelled", on=on)
        if others.standing().exists():
            return {"academic_year": None, "term": ""}
    return {"academic_year": slot[0], "term": slot[1]}


@contextmanager
def counted_once(*, besides: int = 0, **same: Any) -> Iterator[None]:
    """Turns the database's last word on a second visit of one school, author, day and kind into a sentence."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if not Visit.objects.filter(**same, status=VisitStatus.HELD).exclude(pk=besides).exists():
            raise
        raise Blocked(["You already have a record of this type for this school on that day."]) from error


def _seen(school: School, *, on: date, held: bool = False) -> None:
    """The day by which a served school is to be seen again follows its visits; of any other nothing is waited for."""
    ours = School.objects.open().filter(pk=school.pk, authority__own=True)
    if not not_served(school, on=on) and ours.exists():
        visits = Visit.objects.held().look_at_schools().filter(school=school, held_on__lte=on)
        last_seen = visits.aggregate(last=Max("held_on"))["last"]
        deadlines.school_seen(school, last_seen=last_seen, on=on, held=held)


def core_slot(visit: Visit) -> tuple[int, str] | None:
    """The term whose core visit it is."""
    core = visit.kind == VisitKind.CORE and visit.academic_year is not None
    return (visit.academic_year or 0, visit.term) if core else None


def not_served(school: School, *, on: date) -> list[str]:
    """Why no visit of that day counts for the school, as sentences."""
    return school.blockers_to_visiting(policy_value(SERVICE_BY_TYPE, on=on), on=on)


def owe_again(visit: Visit, *, by: Actor, on: date) -> Visit | None:
    """A new visit in place of a cancelled one that its term owes to the school; none where no term does."""
    slot = core_slot(visit)
    return owe(visit, slot, by=by, on=on) if slot is not None else None


def is_owed_again(visit: Visit, *, on: date) -> bool:
    """Whether its term would owe the school another visit in its place."""
    return core_slot(visit) is not None and not not_served(visit.school, on=on)


def owe(visit: Visit, slot: tuple[int, str], *, by: Actor, on: date) -> Visit | None:
    """The core visit of a term that `visit` is not, or no longer; none where the school is no longer served."""
    if not_served(visit.school, on=on):
        return None
    owed = Visit.objects.create(
        school=visit.school,
        kind=VisitKind.CORE,
        academic_year=slot[0],
        term=slot[1],
        edition=visit.edition,
        author=visit.author,
        created_by=by.user,
    )
    record_event(owed, "owed again", by=by)
    deadlines.core_visit_owed(owed)
    return owed


def take_away_in_writing(item: AgendaItem, *, by: Actor) -> None:
    """Off the agenda, by whoever writes the record; it is kept."""
    save_changes(item, TAKEN_AWAY_IN_WRITING, by=by, seen_version=item.version, taken_away=True)
