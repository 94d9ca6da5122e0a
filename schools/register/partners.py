"""Who is School Improvement Partner of which school, today and on other days."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from schoolimprove.accounts.roles import ROLE_SCOPES, SCHOOL_ROLES, Role
from schoolimprove.lib import clock
from schoolimprove.ui.searching import holds_words
from schools.register.models.appointment import Appointment
from schools.register.models.person import Person
from schools.register.models.school import School
from schools.register.scope import COLUMNS, scopes_of

NOBODY = "nobody"
"""In place of a person, wherever somebody is chosen."""
SIP_SCOPES = sorted(ROLE_SCOPES[Role.SIP])
"""What a SIP is appointed to."""
NAMED_SCHOOLS = 2000
"""More than these are not named in a query."""


@dataclass(frozen=True)
class Sips:
    """Who is SIP of what today: (kind of scope, key) → people, and their names."""

    held: Mapping[tuple[str, Any], set[int]]
    names: Mapping[int, str]

    @classmethod
    def today(cls) -> "Sips":
        """Of whatever school. One query."""
        return cls._of(sip_appointments())

    @classmethod
    def at(cls, schools: Collection[int]) -> "Sips":
        """Of these schools, given by their keys. One query, which reads no appointment over another school."""
        held = sip_appointments()
        return cls._of(held.filter(Q(school=None) | Q(school__in=schools)) if len(schools) <= NAMED_SCHOOLS else held)

    @classmethod
    def _of(cls, appointments: Any) -> "Sips":
        held: dict[tuple[str, Any], set[int]] = {}
        names = {}
        for row in appointments.values("person", "person__name", *SIP_SCOPES):
            names[row["person"]] = row["person__name"]
            for kind in SIP_SCOPES:
                if row[kind]:
                    held.setdefault((kind, row[kind]), set()).add(row["person"])
        return cls(held, names)

    def of(self, school: Mapping[str, Any]) -> set[int]:
        """The SIPs of a school, given by its columns."""
        keys = ((kind, school[COLUMNS[kind]]) for kind in SIP_SCOPES)
        return set[int]().union(*(self.held.get(key, ()) for key in keys))

    def people_of(self, school: School) -> set[int]:
        return self.of({COLUMNS[kind]: _value(school, COLUMNS[kind]) for kind in SIP_SCOPES})

    def names_of(self, school: School) -> list[str]:
        return sorted(self.names[person] for person in self.people_of(school))


def _value(school: School, column: str) -> Any:
    """As the column holds it: a key for a relation."""
    return school.pk if column == "pk" else School._meta.get_field(column).value_from_object(school)  # type: ignore[union-attr]


def sip_appointments() -> Any:
    return Appointment.objects.current(clock.today()).filter(role=Role.SIP).order_by()


def with_sip(people: Iterable[str]) -> Q:
    """Schools that have one of these people for a SIP today, or with `NOBODY` among them no SIP at all."""
    wanted = set(people)
    named = sip_appointments().filter(person__in=[pk for pk in wanted if pk != NOBODY])
    return _covered(named) | (~_covered(sip_appointments()) if NOBODY in wanted else Q(pk__in=[]))


def with_exactly(people: Iterable[str]) -> Q:
    """Schools that have all of these people for SIPs today and nobody else; without people, schools without a SIP."""
    wanted = sorted(set(people))
    everybody = (_covered(sip_appointments().filter(person=person)) for person in wanted)
    return reduce(and_, everybody, ~_covered(sip_appointments().exclude(person__in=wanted)))


def _covered(appointments: Any) -> Q:
    of_kinds = (appointments.filter(**{kind: OuterRef(COLUMNS[kind])}) for kind in SIP_SCOPES)
    return reduce(or_, (Q(Exists(held)) for held in of_kinds))


KINDS = tuple(kind for kind in COLUMNS if kind in ROLE_SCOPES[Role.SIP])
"""What a School Improvement Partner may be appointed over."""

_NAMED = tuple(kind for kind in KINDS if kind not in ("school", "phase"))
"""Scopes that are read with an appointment for their names; the school is at hand wherever this is used."""


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


def assignable() -> QuerySet[Person]:
    """People who may be given a school: whoever signs in or was never asked to, but nobody who was deactivated."""
    return Person.objects.filter(Q(user__isnull=True) | Q(user__is_active=True)).select_related("user")


def partners_today(*, on: date) -> QuerySet[Person]:
    """Whoever is a partner somewhere today, by name."""
    held = Appointment.objects.current(on).filter(role=Role.SIP)
    return assignable().filter(pk__in=held.values("person")).order_by("name", "pk")


def people_called(text: str, *, on: date) -> list[Person]:
    """Those with exactly that address, else those whose name holds the words; no more than ten.

    Whoever works in a school is found by address alone: their names are not for looking through.
    """
    exact = list(assignable().filter(email__iexact=text)[:10])
    in_schools = Appointment.objects.current(on).filter(role__in=SCHOOL_ROLES)
    named = assignable().filter(holds_words(text, ["name"])).exclude(pk__in=in_schools.values("person"))
    return exact or list(named.order_by("name", "pk")[:10])
