"""Dates of visits proposed to schools and agreed, through the real verbs."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import date, time

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schools.models import School, Visit
from schools.visits import actions as visit_actions
from schools.visits.actions import Plan
from schools.visits.models.visit import VisitKind
from schools.visits.term_slots import slot_of

from .cast import holder_of
from .words import words

AT = time(9, 15)


@dataclass(frozen=True)
class Arrangement:
    """`day` is proposed on one day and agreed on another, if it is. Of an LA review `purpose` and `team` are said."""

    proposed_on: date
    day: date
    agreed_on: date | None = None
    kind: VisitKind = VisitKind.CORE
    purpose: str = ""
    team: str = ""


def arranged(name: str, wanted: Arrangement) -> Generator[date, None, Visit | None]:
    """The visit with its date; none where the term owes the school no core visit by then."""
    yield wanted.proposed_on
    visit = _proposed(name, wanted)
    if visit is None or wanted.agreed_on is None:
        return visit
    yield wanted.agreed_on
    visit = fresh(visit)
    head, today = head_of(visit.school), clock.today()
    if head is not None:
        visit_actions.agree(visit, by=head, on=today, seen_version=visit.version)
    else:
        how = words()["agreed_by_telephone"]
        visit_actions.note_agreement(visit, by=sip_of(visit.school), on=today, seen_version=visit.version, how=how)
    return visit


def _proposed(name: str, wanted: Arrangement) -> Visit | None:
    today = clock.today()
    if wanted.kind == VisitKind.CORE:
        visit = owed_to(name, wanted.day)
        if visit is not None:
            by = sip_of(visit.school)
            visit_actions.propose(visit, by=by, on=today, seen_version=visit.version, day=wanted.day, at=AT)
        return visit
    school = School.objects.select_related("district__double_district", "authority").get(name=name)
    visitor = sip_of(school)
    review = wanted.kind == VisitKind.LA_REVIEW
    double = school.district.double_district if school.district else None
    by = (holder_of(Role.DSIM, double_district=double) if review else None) or visitor
    plan = Plan(wanted.kind, wanted.day, AT, visitor=visitor, purpose=wanted.purpose, team=wanted.team)
    return visit_actions.plan(school, plan, by=by, on=today)


def owed_to(name: str, day: date) -> Visit | None:
    """The core visit of the term of that day, as long as it has no date."""
    school = School.objects.get(name=name)
    slot = slot_of(school.pk, day)
    owed = Visit.objects.filter(school=school, kind=VisitKind.CORE, status="due")
    return owed.of_term(*slot).select_related(*_WITH).first() if slot else None


_WITH = ("school__district__double_district", "school__authority")


def fresh(visit: Visit) -> Visit:
    """As it is now."""
    return Visit.objects.select_related(*_WITH).get(pk=visit.pk)


def head_of(school: School) -> User | None:
    return holder_of(Role.HEADTEACHER, school=school)


def sip_of(school: School) -> User:
    found = holder_of(Role.SIP, school=school)
    if found is None:
        raise LookupError(f"On {clock.today()} no SIP of {school} signs in.")
    return found
