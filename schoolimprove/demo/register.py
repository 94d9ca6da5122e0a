"""The register: the authority, its districts, partnerships and dioceses, its calendar and its schools."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import count
from random import Random

from schoolimprove.calendar.models import ClosureDay, Term
from schoolimprove.records.actor import SYSTEM, Actor
from schools.models import (
    Diocese,
    District,
    DoubleDistrict,
    LocalAuthority,
    Partnership,
    School,
    SchoolClosure,
    ServiceInvitation,
)
from schools.register.establishments import TYPES
from schools.register.models.school import Establishment, Phase

from . import places
from .days import Days
from .kept import added
from .places import Place
from .terms import closures_of, terms_of

FIRST_URN = 900_101
_STREETS = ("School Lane", "Church Street", "Mill Road", "The Green", "Station Road", "Orchard Way", "Chapel Lane")
_FIRST_NUMBER = {"15": 1001, "14": 1101, "02": 3301, "03": 3001, "07": 7001, "12": 7101, "33": 7201, "08": 7301}
_FIRST_NUMBER_BY_PHASE: dict[str, int] = {Phase.PRIMARY: 2001, Phase.SECONDARY: 4001, Phase.ALTERNATIVE: 1151}


def enter_authority() -> LocalAuthority:
    """Nobody is there yet, so the system itself enters it."""
    authority = LocalAuthority(
        code=places.AUTHORITY_CODE, name=places.AUTHORITY_NAME, own=True, colour=places.AUTHORITY_COLOUR
    )
    return added(authority, by=SYSTEM)


def enter_calendar(years: Iterable[int], *, by: Actor) -> None:
    for year in years:
        for term in terms_of(year):
            row = Term(academic_year=year, name=term.name, starts_on=term.start, ends_on=term.end)
            row.half_term_starts_on, row.half_term_ends_on = term.half_term_start, term.half_term_end
            added(row, by=by)
        for day, reason in closures_of(year).items():
            added(ClosureDay(day=day, reason=reason), by=by)


def enter_districts(authority: LocalAuthority, *, by: Actor) -> None:
    names = _each(place.double_district for place in places.DISTRICTS)
    doubles = {name: added(DoubleDistrict(name=name), by=by) for name in names}
    for place in places.DISTRICTS:
        added(District(authority=authority, name=place.name, double_district=doubles[place.double_district]), by=by)
    for name in _each(place.partnership for place in places.DISTRICTS):
        added(Partnership(name=name), by=by)
    for name, _character in places.DIOCESES.values():
        added(Diocese(name=name), by=by)


def _each(names: Iterable[str]) -> list[str]:
    """Each name once, in order."""
    return list(dict.fromkeys(names))


def enter_schools(authority: LocalAuthority, days: Days, luck: Random, *, by: Actor) -> None:
    numbers, around = _Numbers(), _Around()
    for urn, place in zip(count(FIRST_URN), places.SCHOOLS, strict=False):
        school = _school(place, urn, around, luck)
        school.authority = authority
        school.establishment_number = numbers.given_to(place)
        school.source_changed_on = days.beginning
        added(school, by=by)


class _Around:
    """Districts, partnerships and dioceses by name."""

    def __init__(self) -> None:
        self.districts = {each.name: each for each in District.objects.all()}
        self.partnerships = {each.name: each for each in Partnership.objects.all()}
        self.dioceses = {each.name: each for each in Diocese.objects.all()}


class _Numbers:
    """Establishment numbers in the ranges GIAS keeps; a converted school keeps that of the school it was."""

    def __init__(self) -> None:
        self._series: dict[int, Iterator[int]] = {}
        self._given: dict[str, int] = {}

    def given_to(self, place: Place) -> int | None:
        if place.phase == Phase.NONE:
            return None
        if place.name == places.CONVERTER:
            return self._given[places.CONVERTED]
        first = _FIRST_NUMBER.get(place.type_code) or _FIRST_NUMBER_BY_PHASE.get(place.phase, 6001)
        self._given[place.name] = next(self._series.setdefault(first, count(first)))
        return self._given[place.name]


def _school(place: Place, urn: int, around: _Around, luck: Random) -> School:
    number = [district.name for district in places.DISTRICTS].index(place.district)
    partnership = places.DISTRICTS[number].partnership
    diocese, character = places.DIOCESES.get(place.diocese, ("", ""))
    return School(
        urn=urn,
        name=place.name,
        type_code=place.type_code,
        type_name=TYPES[place.type_code],
        phase=place.phase,
        establishment=Establishment.PROPOSED if place.name in _NOT_YET_OPEN else Establishment.OPEN,
        opened_on=None if place.name in _NOT_YET_OPEN else date(luck.randint(1955, 2012), 9, 1),
        district=around.districts[place.district],
        partnership=None if place.phase == Phase.NONE else around.partnerships[partnership],
        diocese=around.dioceses.get(diocese),
        religious_character=character,
        trust_name=places.TRUST if place.type_code in ("28", "33", "34", "45") else "",
        federation_name=places.FEDERATION if place.name in places.HEAD_OF_TWO else "",
        gender="Mixed",
        low_age=place.low_age,
        high_age=place.high_age,
        pupils=place.pupils,
        capacity=None if place.pupils is None else -(-place.pupils * 11 // 10 // 5) * 5,
        street=luck.choice(_STREETS),
        town=_town(place),
        county=places.COUNTY,
        telephone=f"01632 960{urn - FIRST_URN:03d}",
        postcode=f"MW{number + 1} {luck.randint(1, 9)}{luck.choice('ABDEFHJLN')}{luck.choice('PQRSTUWXYZ')}",
    )


def _town(place: Place) -> str:
    """The village a school is named after, else the town of its district."""
    first = place.name.split()[0]
    return first if first in places.VILLAGES else place.district


_NOT_YET_OPEN = (places.PROPOSED, places.CONVERTER)


def invite_academies(year: int, *, by: Actor) -> None:
    """The invitations for an academic year, as they stand in May before it: two trusts have not answered."""
    agreed = {place.name for place in places.SCHOOLS if place.agreed}
    for school in School.objects.filter(name__in=[*sorted(agreed), *places.UNANSWERED]).order_by("urn"):
        invitation = ServiceInvitation(school=school, academic_year=year, sent_on=date(year, 3, 10))
        if school.name in agreed:
            invitation.accepted_on = date(year, 5, 1)
            invitation.accepted_by_name = "Chief executive of the trust"
        added(invitation, by=by)


def close_for_a_day(school: School, day: date, *, by: Actor) -> None:
    """A day on which this school alone is closed."""
    added(SchoolClosure(school=school, day=day, reason="Closed: burst water main"), by=by)
