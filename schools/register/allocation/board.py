"""Which School Improvement Partner has which school, and giving schools to another (domain 10: the DSIM assigns).

A partner has a school by an appointment over the school itself, or over more: a district, a partnership, a phase.
Only the first is given and taken here; the others are shown as what they are.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from schoolimprove.accounts.roles import Permission, Role
from schoolimprove.policy.values import policy_value
from schools.policy import SERVICE_BY_TYPE
from schools.register.establishments import Service
from schools.register.models.appointment import Appointment
from schools.register.models.person import Person
from schools.register.models.places import District
from schools.register.models.school import School, SchoolQuerySet
from schools.register.models.service_invitation import ServiceInvitation
from schools.register.partners import Partners, covered_by

NOT_SERVED = {"invitation": "By invitation, not accepted for this year", "register": "On the register only"}
"""Open schools that are owed no partner, and are listed where somebody asks for them."""

_SHOWN = (*("urn", "name", "phase", "type_code", "establishment", "authority", "partnership", "diocese", "district"),)
"""What the board needs of a school: a county has six hundred, of forty columns each."""


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
