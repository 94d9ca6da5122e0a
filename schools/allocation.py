"""Which School Improvement Partner has which school, and giving schools to another (domain 10: the DSIM assigns).

A partner has a school by an appointment over the school itself, or over more: a district, a partnership, a phase.
Only the first is given and taken here; the others are shown as what they are.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import acting
from schoolimprove.accounts.roles import ROLE_SCOPES, SCHOOL_ROLES, Permission, Role
from schoolimprove.lib import clock
from schoolimprove.policy.values import policy_value
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import Blocked, Conflict
from schools.actions import Saving, lock_people, save_together
from schools.appointing import Guard, wrong_with_appointment
from schools.establishments import Service
from schools.leavers import hand_over_records, hand_over_visits, unfinished_records
from schools.models import Appointment, District, Person, RecordOfVisit, School, ServiceInvitation
from schools.models.school import Establishment, SchoolQuerySet
from schools.policy import SERVICE_BY_TYPE
from schools.scope import COLUMNS, scopes_of

KINDS = tuple(kind for kind in COLUMNS if kind in ROLE_SCOPES[Role.SIP])
"""What a School Improvement Partner may be appointed over."""
NOT_SERVED = {"invitation": "By invitation, not accepted for this year", "register": "On the register only"}
"""Open schools that are owed no partner, and are listed where somebody asks for them."""
_DAY = timedelta(days=1)
_NAMED = tuple(kind for kind in KINDS if kind not in ("school", "phase"))
"""Scopes that are read with an appointment for their names; the school is at hand wherever this is used."""
_SHOWN = (*("urn", "name", "phase", "type_code", "establishment", "authority", "partnership", "diocese", "district"),)
"""What the board needs of a school: a county has six hundred, of forty columns each."""


# Who has which school.


class Partners:
    """The appointments of partners that cover any of these schools on some day from `since` on; one query."""

    def __init__(self, schools: Sequence[School], *, since: date) -> None:
        rows = partners_since(since).filter(_covering(schools)).order_by("starts_on", "pk")
        self.rows = list(rows.select_related(*_NAMED))
        # A dozen people have six hundred schools: each is read once.
        people = Person.objects.in_bulk({each.person_id for each in self.rows})
        self._by_scope: dict[tuple[str, Any], list[Appointment]] = defaultdict(list)
        for each in self.rows:
            each.person = people[each.person_id]
            kind = each.scope_kind
            self._by_scope[kind, each.scope_key_of(kind)].append(each)
        self._wide_kinds = {kind for kind, _key in self._by_scope} - {"school"}

    def own(self, school: School) -> list[Appointment]:
        """Over the school itself, by first day."""
        return self._by_scope["school", str(school.pk)]

    def wide(self, school: School) -> list[Appointment]:
        """Over something that holds the school."""
        scopes = scopes_of(school, self._wide_kinds) if self._wide_kinds else {}
        return [each for kind, key in scopes.items() for each in self._by_scope[kind, str(key)]]

    def of(self, school: School) -> list[Appointment]:
        return [*self.own(school), *self.wide(school)]


def _covering(schools: Sequence[School]) -> Q:
    """As `covering_any`, of schools that are read already."""
    keys: dict[str, set[Any]] = {kind: set() for kind in KINDS}
    for school in schools:
        for kind, key in scopes_of(school, KINDS).items():
            keys[kind].add(key)
    return reduce(or_, (Q(**{f"{kind}__in": held}) for kind, held in keys.items()))


def partners_since(day: date) -> Any:
    """The appointments of partners that go on or begin on that day or later."""
    return Appointment.objects.standing().filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), role=Role.SIP)


def covering_any(schools: QuerySet[School]) -> Q:
    """Appointments that cover any of these schools."""
    return reduce(or_, (Q(**{f"{kind}__in": schools.order_by().values(COLUMNS[kind])}) for kind in KINDS))


def covered_by(appointments: QuerySet[Appointment]) -> Q:
    """Schools that any of these appointments covers."""
    held = {kind: appointments.exclude(_unset(kind)).order_by().values(kind) for kind in KINDS}
    return reduce(or_, (Q(**{f"{COLUMNS[kind]}__in": keys}) for kind, keys in held.items()))


def _unset(kind: str) -> Q:
    return Q(phase="") if kind == "phase" else Q(**{f"{kind}__isnull": True})


# The board.


def ours(user: Any, permission: Permission) -> SchoolQuerySet:
    """The schools of the authority that runs this service, as far as this right of the user reaches.

    Neighbours' schools may be held, and a phase has them too; they have no partner of ours.
    """
    return School.objects.visible_to(user, permission).filter(authority__own=True)


@dataclass(frozen=True)
class Place:
    """A school on the board: who has it today, who from the chosen day, and what is known of its own appointments.

    `why_not` is the key of NOT_SERVED for a school that is owed no partner. `seen` names the appointments over the
    school itself with their versions, so that a form can carry what its reader saw.
    """

    school: School
    today: Sequence[Appointment]
    then: Sequence[Appointment]
    later: Sequence[Appointment]
    why_not: str
    seen: str

    @property
    def value(self) -> str:
        """What a ticked box sends."""
        return f"{self.school.urn}:{self.seen}"


@dataclass(frozen=True)
class Load:
    """How many served schools a partner has: of the reader's, on the two days, and of those beyond the reader's.

    The last is a number without names: whoever gives somebody a thirteenth school needs to know of the other twelve.
    """

    person: Person
    today: int
    then: int
    elsewhere: int


@dataclass(frozen=True)
class Board:
    places: Sequence[Place]
    loads: Sequence[Load]

    @property
    def served(self) -> list[Place]:
        return [place for place in self.places if not place.why_not]

    @property
    def without(self) -> list[Place]:
        """Served and with nobody today."""
        return [place for place in self.served if not place.today]


def board_of(schools: SchoolQuerySet, *, on: date, then: date) -> Board:
    """The board of the open schools among these, all of them: it is listed and counted from what is read here."""
    opened = _read(schools.open().order_by("name", "urn"))
    partners = Partners(opened, since=min(on, then))
    not_served = _not_served(opened, on=on)
    places = [_place(school, partners, not_served.get(school.pk, ""), on=on, then=then) for school in opened]
    return Board(places, _loads(places, schools, partners, on=on))


def _read(schools: QuerySet[School]) -> list[School]:
    """With their districts, of which there are few: each is read once."""
    listed = list(schools.only(*_SHOWN))
    districts = District.objects.in_bulk({school.district_id for school in listed if school.district_id})
    for school in listed:
        school.district = districts.get(school.district_id) if school.district_id else None
    return listed


def _not_served(schools: Iterable[School], *, on: date) -> dict[int, str]:
    policy = policy_value(SERVICE_BY_TYPE, on=on)
    accepted = set(ServiceInvitation.objects.accepted(on).values_list("school", flat=True))
    found = {}
    for school in schools:
        service = school.service(policy)
        if service is Service.REGISTER_ONLY:
            found[school.pk] = "register"
        elif service is Service.BY_INVITATION and school.pk not in accepted:
            found[school.pk] = "invitation"
    return found


def _place(school: School, partners: Partners, why_not: str, *, on: date, then: date) -> Place:
    own = partners.own(school)
    held = partners.of(school)
    today = [each for each in held if each.is_current(on)]
    return Place(
        school,
        today,
        today if then == on else [each for each in held if each.is_current(then)],
        [each for each in own if each.starts_on > on],
        why_not,
        seen_of(own, on=on),
    )


def seen_of(own: Iterable[Appointment], *, on: date) -> str:
    """The appointments over a school itself that go on or are to come, as `number.version`."""
    going_on = [each for each in own if each.ends_on is None or each.ends_on >= on]
    return ",".join(f"{each.pk}.{each.version}" for each in sorted(going_on, key=lambda each: each.pk))


def _loads(places: Sequence[Place], schools: QuerySet[School], partners: Partners, *, on: date) -> list[Load]:
    """Who has the most first."""
    served = [place for place in places if not place.why_not]
    today = Counter(each.person_id for place in served for each in _one_each(place.today))
    then = Counter(each.person_id for place in served for each in _one_each(place.then))
    people = {each.person_id: each.person for each in partners.rows}
    elsewhere = _elsewhere(people, schools, on=on)
    loads = [Load(person, today[pk], then[pk], elsewhere[pk]) for pk, person in people.items()]
    return sorted(loads, key=lambda load: (-load.today - load.elsewhere, load.person.name, load.person.pk))


def _one_each(held: Iterable[Appointment]) -> Collection[Appointment]:
    """One appointment of each person, who may have the school by two."""
    return {each.person_id: each for each in held}.values()


def _elsewhere(people: Collection[int], schools: QuerySet[School], *, on: date) -> Counter[int]:
    theirs = Appointment.objects.current(on).filter(role=Role.SIP, person__in=people)
    ours_elsewhere = School.objects.open().filter(authority__own=True)
    beyond = ours_elsewhere.exclude(pk__in=schools.order_by().values("pk")).filter(covered_by(theirs))
    listed = _read(beyond)
    if not listed:
        return Counter()
    partners = Partners(listed, since=on)
    not_served = _not_served(listed, on=on)
    held = [partners.of(school) for school in listed if school.pk not in not_served]
    return Counter(each.person_id for rows in held for each in _one_each(row for row in rows if row.is_current(on)))


# Who may be chosen.


def assignable() -> QuerySet[Person]:
    """People who may be given a school: whoever signs in or was never asked to, but nobody who was deactivated."""
    return Person.objects.filter(Q(user__isnull=True) | Q(user__is_active=True)).select_related("user")


def partners_today(*, on: date) -> QuerySet[Person]:
    """Whoever is a partner somewhere today, by name."""
    held = Appointment.objects.current(on).filter(role=Role.SIP)
    return assignable().filter(pk__in=held.values("person")).order_by("name", "pk")


def people_called(text: str, *, on: date) -> list[Person]:
    """Those with exactly that address, else those whose name holds the text; no more than ten.

    Whoever works in a school is found by address alone: their names are not for looking through.
    """
    exact = list(assignable().filter(email__iexact=text)[:10])
    in_schools = Appointment.objects.current(on).filter(role__in=SCHOOL_ROLES)
    named = assignable().filter(name__icontains=text).exclude(pk__in=in_schools.values("person"))
    return exact or list(named.order_by("name", "pk")[:10])


# Giving and taking.


@dataclass(frozen=True)
class Choice:
    """A school somebody ticked, with its appointments as their page showed them (`Place.seen`)."""

    school: School
    seen: str


@dataclass
class Move:
    """What a choice comes to at one school. With `cannot`, nothing: those are the reasons."""

    school: School
    ends: list[Appointment] = field(default_factory=list)
    never: list[Appointment] = field(default_factory=list)
    kept: Appointment | None = None
    extends: bool = False
    wide: list[Appointment] = field(default_factory=list)
    cannot: list[str] = field(default_factory=list)
    gains: bool = False

    @property
    def held(self) -> list[Appointment]:
        """Return the appointments over the school itself that change or continue."""
        return [*self.ends, *self.never, *([self.kept] if self.kept else [])]

    @property
    def changes(self) -> bool:
        return bool(self.ends or self.never or self.gains or self.extends) and not self.cannot


class Moved(Exception):
    """Somebody else changed who has some of the schools; `told` says of each how it stands now."""

    def __init__(self, told: Sequence[str]) -> None:
        super().__init__("Some schools were given to somebody else.")
        self.told = told


def planned(choices: Sequence[Choice], to: Person | None, *, first_day: date, by: User, on: date) -> list[Move]:
    """Return what would happen if `by` gave these schools to `to`, or left them without a partner, from `first_day`.

    It takes a constant number of queries.
    """
    partners = Partners([choice.school for choice in choices], since=min(first_day, on))
    works_in = _works_in(to, first_day) if to else set()
    moves = [_move(choice.school, partners, to, works_in, first_day, on) for choice in choices]
    held = [each for move in moves for each in move.held]
    guard = Guard(held, people=[*(each.person for each in held), *([to] if to else [])], by=Actor(by))
    for move in moves:
        savings = _savings(move, to, first_day=first_day, actor=Actor(by))
        reasons = [reason for each in savings for reason in guard.wrong_with(each.appointment).values()]
        move.cannot += [reason for reason in dict.fromkeys(reasons) if reason not in move.cannot]
    return moves


def _works_in(person: Person, first_day: date) -> set[int]:
    """The schools in which a person holds a post on some day from then on: they oversee none of them."""
    posts = person.appointments.standing().filter(Q(ends_on__isnull=True) | Q(ends_on__gte=first_day))
    found = posts.filter(role__in=SCHOOL_ROLES, school__isnull=False)
    return set(found.values_list("school", flat=True))


def _move(
    school: School, partners: Partners, to: Person | None, works_in: Collection[int], first_day: date, on: date
) -> Move:
    own = [each for each in partners.own(school) if each.ends_on is None or each.ends_on >= first_day]
    kept = next((each for each in own if to is not None and each.person_id == to.pk), None)
    others = [each for each in own if each is not kept]
    move = Move(
        school,
        ends=[each for each in others if each.starts_on < first_day],
        never=[each for each in others if each.starts_on >= first_day and each.starts_on > on],
        kept=kept,
        extends=kept is not None and (kept.starts_on > first_day or kept.ends_on is not None),
        gains=to is not None and kept is None,
        wide=[each for each in partners.wide(school) if each.is_current(first_day)],
    )
    begun = [each for each in others if first_day <= each.starts_on <= on]
    move.cannot = [*_wrong_with_school(school, to, first_day), *map(_begun, begun)]
    if to is not None and move.gains and (school.pk in works_in or not _is_active(to)):
        move.cannot += wrong_with_appointment(_new(to, school, first_day))
    return move


def _is_active(person: Person) -> bool:
    return person.user is None or person.user.is_active


def _new(person: Person, school: School, first_day: date) -> Appointment:
    return Appointment(person=person, role=Role.SIP, school=school, starts_on=first_day)


def _wrong_with_school(school: School, to: Person | None, first_day: date) -> list[str]:
    """A school that is closed can lose its partner, and gets none."""
    closed_on = school.closed_on
    if to is None or (school.is_open and (closed_on is None or closed_on >= first_day)):
        return []
    if school.establishment == Establishment.PROPOSED:
        return [f"{school.name} has not opened yet."]
    return [f"{school.name} closed on {clock.uk_date(closed_on)}." if closed_on else f"{school.name} is closed."]


def _begun(held: Appointment) -> str:
    return f"{held.person} began here on {clock.uk_date(held.starts_on)}. Choose a later day than that."


def assign(choices: Sequence[Choice], to: Person | None, *, first_day: date, by: User, on: date) -> list[Move]:
    """Give these schools to `to`, or leave them to nobody, from `first_day`: all of them or none.

    `Moved` when one is no longer as it was seen, `Blocked` when one cannot be given. Each school is changed by the
    appointment of `by` that assigns partners there.
    """
    with transaction.atomic():
        _lock(choices, to)
        if told := _told_of_changes(choices, on=on):
            raise Moved(told)
        moves = planned(choices, to, first_day=first_day, by=by, on=on)
        if reasons := [reason for move in moves for reason in move.cannot]:
            raise Blocked(list(dict.fromkeys(reasons)))
        savings = [
            each
            for move in moves
            for each in _savings(move, to, first_day=first_day, actor=acting(by, Permission.ASSIGN_SIP, on=move.school))
        ]
        try:
            save_together(savings)
        except Conflict as lost:
            raise Moved([f"{lost.current} was changed by somebody else."]) from None
    return moves


def _lock(choices: Sequence[Choice], to: Person | None) -> None:
    """The schools, so that two who give the same one follow one another; then everybody whose appointments change."""
    schools = [choice.school.pk for choice in choices]
    locked = School.objects.select_for_update(no_key=True).filter(pk__in=schools).order_by("pk")
    list(locked.values_list("pk"))
    holders = Person.objects.filter(appointments__in=Appointment.objects.filter(role=Role.SIP, school__in=schools))
    lock_people([*holders.distinct(), *([to] if to else [])])


def _told_of_changes(choices: Sequence[Choice], *, on: date) -> list[str]:
    partners = Partners([choice.school for choice in choices], since=on)
    moved = [each.school for each in choices if each.seen != seen_of(partners.own(each.school), on=on)]
    return [_now(school, partners.own(school)) for school in moved]


def _now(school: School, own: Sequence[Appointment]) -> str:
    if not own:
        return f"{school.name} has nobody now."
    newest = max(own, key=lambda each: each.updated_at)
    until = [f" until {clock.uk_date(each.ends_on)}" if each.ends_on else "" for each in own]
    has = " and ".join(
        f"{each.person} from {clock.uk_date(each.starts_on)}{end}" for each, end in zip(own, until, strict=True)
    )
    return f"{school.name} has {has} now. {newest.updated_by or 'The service'} changed it."


def _savings(move: Move, to: Person | None, *, first_day: date, actor: Actor) -> Iterator[Saving]:
    """Yield copies of the appointments of one school as they will be, each with its verb and its reason."""
    reason = f"Handed over to {to}" if to else "Left without a School Improvement Partner"
    for held in move.ends:
        yield Saving(_changed(held, move.school, ends_on=first_day - _DAY), "ended", actor, reason)
    for held in move.never:
        yield Saving(_changed(held, move.school, withdrawn_because=reason), "withdrawn", actor, reason)
    if move.extends and move.kept is not None:
        goes_on = _changed(move.kept, move.school, starts_on=min(move.kept.starts_on, first_day), ends_on=None)
        yield Saving(goes_on, "changed", actor, "Goes on without an end")
    if move.gains and to is not None:
        before = ", ".join(each.person.name for each in [*move.ends, *move.never])
        yield Saving(_new(to, move.school, first_day), "appointed", actor, f"Takes over from {before}" * bool(before))


def _changed(held: Appointment, school: School, **fields: Any) -> Appointment:
    """Return a copy of the appointment with these fields changed."""
    changed = copy(held)
    changed.school = school
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


# Somebody leaves, or is away.


def records_left(leaver: Person, schools: Iterable[School]) -> list[RecordOfVisit]:
    """What a partner has begun at these schools and not finished, as a partner: what they write in another role may be
    nothing that whoever assigns partners reads.
    """
    return list(unfinished_records(leaver.user, at=schools).filter(author_role=Role.SIP)) if leaver.user else []


def hand_over_schools(
    leaver: Person, choices: Sequence[Choice], to: Person | None, *, last_day: date, by: User, on: date
) -> list[Move]:
    """As `assign`, from the day after; once the last day has come, what is unfinished goes to `to` too.

    A successor who does not sign in can write nothing: the records then stay where they are.
    """
    with transaction.atomic():
        moves = assign(choices, to, first_day=last_day + _DAY, by=by, on=on)
        if to is not None and to.user is not None and leaver.user is not None and last_day <= on:
            for move in moves:
                actor = acting(by, Permission.ASSIGN_SIP, on=move.school)
                hand_over_records(leaver.user, to=to.user, by=actor, at=[move.school], written_as=Role.SIP)
                hand_over_visits(leaver.user, to=to.user, by=actor, at=[move.school])
    return moves
