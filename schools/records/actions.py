"""Begin a Record of Visit."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import acting, authorising
from schoolimprove.accounts.roles import Permission
from schoolimprove.policy.values import policy_value
from schoolimprove.records.models.reference import next_reference
from schoolimprove.records.transition import Blocked, record_event
from schools.policy import SERVICE_BY_TYPE
from schools.records import deadlines
from schools.records.content import Content
from schools.records.models.record import RecordOfVisit
from schools.register.models.school import School
from schools.visits.models.programme import edition_for
from schools.visits.models.visit import COMMISSIONED, WITHOUT_RECORD, Visit, VisitKind
from schools.visits.rules import wrong_with_visit_date
from schools.visits.term_slots import slot_of


def start_record(
    school: School,
    *,
    by: User,
    on: date,
    kind: str,
    held_on: date,
    days: Decimal,
    texts: Mapping[str, str],
    content: Content | None = None,
    visit: Visit | None = None,
) -> RecordOfVisit:
    """A visit that was held and the draft of its record.

    `visit` is the one that was planned; without it a core visit is the one its term owes to the school, if there is
    one. `Blocked` when the school is not served that day; `Conflict` when the visit was held or moved meanwhile.
    """
    actor = acting(by, Permission.WRITE_RECORD, on=school)
    if reasons := blockers_to_record(school, by=by, on=on, kind=kind, held_on=held_on, visit=visit):
        raise Blocked(reasons)
    held = authorising(by, Permission.WRITE_RECORD, on=school)
    with transaction.atomic():
        visited = visit or _owed(school, kind, held_on) or _unplanned(school, kind, held_on, by=by)
        visited.hold(by=actor, on=on, held_on=held_on, seen_version=visited.version, kind=kind, days=days, author=by)
        record = RecordOfVisit.objects.create(
            visit=visited,
            reference=next_reference("RV", on=held_on),
            author=by,
            author_role=held.role if held else "",
            created_by=by,
            content=(content or Content()).as_json(),
            **texts,
        )
        record_event(record, "started", by=actor)
        deadlines.started(record)
    return record


def blockers_to_record(
    school: School, *, by: User, on: date, kind: str, held_on: date, visit: Visit | None = None
) -> list[str]:
    """Why no record of such a visit can be begun, as sentences."""
    if kind in WITHOUT_RECORD:
        return ["Of a headteacher’s performance management only the date, people and days are kept."]
    if kind in COMMISSIONED and (visit is None or visit.kind != kind):
        return ["An LA review is commissioned first, with its scope and team."]
    if visit is not None and (visit.school_id != school.pk or (visit.kind in COMMISSIONED and kind != visit.kind)):
        return ["The record is of the visit that was planned."]
    if visit is not None and kind in COMMISSIONED and visit.author_id != by.pk:
        return ["Whoever leads an LA review writes its record."]
    served = school.blockers_to_visiting(policy_value(SERVICE_BY_TYPE, on=held_on), on=held_on)
    return wrong_with_visit_date(held_on, today=on) or served


def _owed(school: School, kind: str, held_on: date) -> Visit | None:
    """The core visit owed by the term of that day and not held yet."""
    slot = slot_of(school.pk, held_on) if kind == VisitKind.CORE else None
    return school.visits.of_term(*slot).not_held().filter(kind=kind).select_for_update().first() if slot else None


def _unplanned(school: School, kind: str, held_on: date, *, by: User) -> Visit:
    """A visit nobody planned; the term's core visit where there is none yet."""
    slot = slot_of(school.pk, held_on) if kind == VisitKind.CORE else None
    visit = Visit(school=school, kind=kind, author=by, created_by=by)
    if slot is not None:
        visit.edition = edition_for(school.phase, slot[1], held_on)
        taken = school.visits.of_term(*slot).filter(kind=kind).standing().exists()
        visit.academic_year, visit.term = (None, "") if taken else slot
    try:
        with transaction.atomic():
            visit.save(force_insert=True)
    except IntegrityError:
        return _after_all(visit, held_on, by=by)
    return visit


def _after_all(visit: Visit, held_on: date, *, by: User) -> Visit:
    """The term was opened meanwhile, and owes the visit; or a colleague held it, and this is one more."""
    owed = _owed(visit.school, visit.kind, held_on)
    if owed is not None:
        return owed
    more = Visit(school=visit.school, kind=visit.kind, author=by, created_by=by, edition=visit.edition)
    more.save(force_insert=True)
    return more
