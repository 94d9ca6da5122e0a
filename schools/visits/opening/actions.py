"""Opening a term: a core visit for every school that is served, with its programme, its partner and its deadline.

Whoever opens a term does so for the schools of their own scope, as often as they like: only what is missing is made. A
visit whose school has no partner, or several, has no author; it is for whoever is the school's partner by then.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import acting, all_authorising
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.lib.years import academic_year_bounds
from schoolimprove.policy.values import policy_value
from schoolimprove.records.actor import SYSTEM, Actor
from schoolimprove.records.changes import TASKS, changed
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import event_of
from schools.policy import FORTNIGHT, SERVICE_BY_TYPE, ServiceByType
from schools.register import scope
from schools.register.calendars import calendars_for
from schools.register.establishments import Service
from schools.register.models.person import Person
from schools.register.models.places import District
from schools.register.models.school import School, SchoolQuerySet
from schools.register.partners import Sips
from schools.register.served import ours
from schools.visits import deadlines
from schools.visits.models.programme import ProgrammeEdition, editions_in_force
from schools.visits.models.term_opening import TermOpening
from schools.visits.models.visit import Visit, VisitKind
from schools.visits.term_slots import TermDays, served_in, slot_in, term_days, terms_held

LEFT_OUT = {
    "invitation": "Visited by invitation, not accepted for this year",
    "register": "On the register only",
    "closes": "Closes before the term begins",
    "opens": "Opens after the term has ended",
}
"""Why an open school gets no core visit in a term."""
BEFORE_A_TERM = timedelta(days=FORTNIGHT)
"""How long before its first day a term is asked about."""
_ATTEMPTS = 3
_SHOWN = (
    "urn",
    "name",
    "phase",
    "type_code",
    "opened_on",
    "closed_on",
    "authority",
    "partnership",
    "diocese",
    "district",
)


def core_visits(days: TermDays) -> Any:
    """The core visits of a term that stand, whatever became of them."""
    return Visit.objects.filter(kind=VisitKind.CORE).of_term(days.year, days.term).standing()


def unopened(schools: SchoolQuerySet, days: TermDays) -> SchoolQuerySet:
    """Those of the schools that are owed the term's core visit and have none."""
    there = core_visits(days).filter(school=OuterRef("pk"))
    return schools.filter(served_in(days)).exclude(Exists(there))


@dataclass(frozen=True)
class Place:
    """A school that gets its visit: whose it is, by name, and whether somebody's who signs in."""

    school: School
    partners: Sequence[str] = ()
    author: int | None = None
    visit: Visit | None = None


@dataclass
class Opened:
    """What opening a term came to, or would. Lists are by name of the school."""

    days: TermDays
    opened: list[Place] = field(default_factory=list)
    adopted: list[Place] = field(default_factory=list)
    there: list[School] = field(default_factory=list)
    left_out: dict[str, list[School]] = field(default_factory=dict)

    @property
    def without_partner(self) -> list[Place]:
        """Opened, and nobody's yet."""
        return [place for place in self.opened if not place.partners]

    @property
    def without_author(self) -> list[Place]:
        """Opened, of a partner who does not sign in, or of several."""
        return [place for place in self.opened if place.partners and place.author is None]

    @property
    def missing(self) -> int:
        """How many schools opening changes something for."""
        return len(self.opened) + len(self.adopted)


def open_term(
    year: int,
    term: str,
    *,
    by: User | None,
    on: date,
    schools: SchoolQuerySet | None = None,
    dry_run: bool = False,
) -> Opened:
    """Open the term for the schools of the actor's scope, or those of `schools` in it; without `by`, as the system.

    `Blocked` where no term dates are held. Two who open it at once make no visit twice: the second finds those of the
    first.
    """
    if by is not None:
        acting(by, Permission.OPEN_TERM)
    days = term_days(year, term)
    if dry_run:
        return _plan(days, by, schools, on)
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with transaction.atomic():
                _lock(days, by)
                plan = _plan(days, by, schools, on)
                _carry_out(plan, by, on)
                changed(TASKS)
            return plan
        except IntegrityError:
            # A record was begun meanwhile, and with it the school's core visit: look again.
            if attempt == _ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def _lock(days: TermDays, by: User | None) -> None:
    """The row of the term is the lock under which it is opened."""
    TermOpening.objects.get_or_create(academic_year=days.year, term=days.term, defaults={"created_by": by})
    TermOpening.objects.select_for_update().get(academic_year=days.year, term=days.term)


def _plan(days: TermDays, by: User | None, schools: SchoolQuerySet | None, on: date) -> Opened:
    """A constant number of queries, however many schools."""
    mine = School.objects.filter(authority__own=True).open() if by is None else ours(by, Permission.OPEN_TERM)
    if schools is not None:
        mine = mine.filter(pk__in=schools.order_by().values("pk"))
    listed = _read(mine.annotate(served=Q(served_in(days))))
    plan, left_out = Opened(days), list[School]()
    there = set(core_visits(days).filter(school__in=mine.order_by().values("pk")).values_list("school", flat=True))
    held = _held_without_term(days, mine)
    partners = _Partners.of(listed)
    for school in listed:
        if school.pk in there:
            plan.there.append(school)
        elif school.pk in held:
            visit = held[school.pk]
            visit.school = school
            plan.adopted.append(Place(school, visit=visit))
        elif school.served:  # type: ignore[attr-defined]
            plan.opened.append(partners.place(school))
        else:
            left_out.append(school)
    plan.left_out = _left_out(left_out, days)
    return plan


def _read(schools: SchoolQuerySet) -> list[School]:
    """With their districts, of which there are few: each is read once."""
    listed = list(schools.only(*_SHOWN).order_by("name", "urn"))
    districts = District.objects.in_bulk({school.district_id for school in listed if school.district_id})
    for school in listed:
        school.district = districts.get(school.district_id) if school.district_id else None
    return listed


def _held_without_term(days: TermDays, schools: SchoolQuerySet) -> dict[int, Visit]:
    """School → its first core visit that was held in the term, by its own days, and belongs to no term yet."""
    span = academic_year_bounds(days.year)
    held = Visit.objects.held().filter(kind=VisitKind.CORE, term="", held_on__range=span)
    visits = list(held.filter(school__in=schools.order_by().values("pk")).order_by("held_on", "pk"))
    calendars = calendars_for({visit.school_id for visit in visits}, [days.year])
    found: dict[int, Visit] = {}
    for visit in visits:
        if visit.held_on and slot_in(calendars[visit.school_id], visit.held_on) == (days.year, days.term):
            found.setdefault(visit.school_id, visit)
    return found


@dataclass(frozen=True)
class _Partners:
    """Who is partner of which of these schools today, and with which account."""

    sips: Sips
    accounts: Mapping[int, int]

    @classmethod
    def of(cls, schools: Sequence[School]) -> "_Partners":
        sips = Sips.at([school.pk for school in schools])
        people = Person.objects.filter(pk__in=sips.names, user__is_active=True)
        return cls(sips, dict(people.values_list("pk", "user")))

    def place(self, school: School) -> Place:
        people = self.sips.people_of(school)
        users = sorted({self.accounts[person] for person in people if person in self.accounts})
        names = sorted(self.sips.names[person] for person in people)
        return Place(school, names, users[0] if len(users) == 1 else None)


def _left_out(schools: Iterable[School], days: TermDays) -> dict[str, list[School]]:
    policy = policy_value(SERVICE_BY_TYPE, on=days.first)
    found: dict[str, list[School]] = defaultdict(list)
    for school in schools:
        found[_why_not(school, days, policy)].append(school)
    return {why: found[why] for why in LEFT_OUT if why in found}


def _why_not(school: School, days: TermDays, policy: ServiceByType) -> str:
    if school.service(policy) is Service.REGISTER_ONLY:
        return "register"
    if school.closed_on and school.closed_on < days.first:
        return "closes"
    if school.opened_on and school.opened_on > days.last:
        return "opens"
    return "invitation"


def _carry_out(plan: Opened, by: User | None, on: date) -> None:
    """A constant number of statements, however many schools."""
    actors = _Actors(by)
    visits = _new_visits(plan, by, on)
    Visit.objects.bulk_create(visits)
    plan.opened = [Place(p.school, p.partners, p.author, v) for p, v in zip(plan.opened, visits, strict=True)]
    deadlines.core_visits_owed(visits)
    adopted = [place.visit for place in plan.adopted if place.visit]
    Visit.objects.held().filter(pk__in=[visit.pk for visit in adopted], term="").update(
        academic_year=plan.days.year,
        term=plan.days.term,
        version=F("version") + 1,
        updated_at=clock.now(),
        updated_by=by,
    )
    slot: dict[str, list[Any]] = {"academic_year": [None, plan.days.year], "term": ["", plan.days.term]}
    events = [event_of(v, "opened", by=actors.at(p.school)) for p, v in zip(plan.opened, visits, strict=True)]
    events += [
        event_of(p.visit, "counted for the term", by=actors.at(p.school), changes=slot) for p in plan.adopted if p.visit
    ]
    AuditEvent.objects.bulk_create(events)


def _new_visits(plan: Opened, by: User | None, on: date) -> list[Visit]:
    """As yet without a date. The programme is the one in force when the term begins, or when it is opened in it."""
    days = plan.days
    editions = editions_in_force(days.term, max(days.first, min(on, days.last)))
    return [_new_visit(place, days, _edition_of(place.school, editions), by) for place in plan.opened]


def _edition_of(school: School, editions: Mapping[str, ProgrammeEdition]) -> ProgrammeEdition | None:
    return editions.get(school.phase) or editions.get("")


def _new_visit(place: Place, days: TermDays, edition: ProgrammeEdition | None, by: User | None) -> Visit:
    return Visit(
        school=place.school,
        kind=VisitKind.CORE,
        academic_year=days.year,
        term=days.term,
        edition=edition,
        author_id=place.author,
        created_by=by,
        updated_by=by,
    )


class _Actors:
    """By which appointment somebody opens the term at each school; the system needs none."""

    def __init__(self, by: User | None) -> None:
        self._by = by
        self._held = all_authorising(by, Permission.OPEN_TERM) if by else []

    def at(self, school: School) -> Actor:
        if self._by is None:
            return SYSTEM
        held = next((each for each in self._held if scope.covers(each, school)), None)
        return Actor(self._by, held.appointment_id if held else None)


def terms_near(on: date) -> list[TermDays]:
    """Return the terms that go on or begin within a fortnight. One query."""
    return [each for each in terms_held(on.year - 1, on.year) if each.first - BEFORE_A_TERM <= on <= each.last]


def terms_to_open(user: Any, *, on: date) -> list[tuple[TermDays, int]]:
    """Terms that go on or begin within a fortnight, with how many of the user's schools have no core visit of them."""
    counted = [(each, unopened(ours(user, Permission.OPEN_TERM), each).count()) for each in terms_near(on)]
    return [(each, count) for each, count in counted if count]


def terms_to_choose(*, on: date) -> list[TermDays]:
    """The term that goes on and those to come, as far as dates are held."""
    return [each for each in terms_held(on.year - 1, on.year + 2) if each.last >= on]


def by_district(places: Collection[Place]) -> list[tuple[str, int, int]]:
    """District, how many schools, and how many of them nobody's."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for place in places:
        name = place.school.district.name if place.school.district else ""
        counts[name][0] += 1
        counts[name][1] += not place.partners
    return [(name or "No district", *counts[name]) for name in sorted(counts, key=lambda name: (not name, name))]  # type: ignore[misc]
