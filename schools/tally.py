"""How many schools of a reader's scope there are of each kind, for the filters of the list.

Kept for a few minutes under what the reader may see and how the register stands, so that nobody is shown the numbers
of another scope, nor those from before a change.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from hashlib import sha256
from operator import and_, or_
from typing import Any

from django.core.cache import cache
from django.db.models import CharField, Count, Exists, Max, Model, OuterRef, Q, QuerySet, Value

from schoolimprove.accounts.rights import all_authorising
from schoolimprove.accounts.roles import ROLE_SCOPES, Permission, Role
from schoolimprove.lib import clock
from schools.models import Appointment, Diocese, District, LocalAuthority, Partnership, Person, School
from schools.scope import COLUMNS

KEPT_SECONDS = 300
NOBODY = "nobody"
"""In place of a person, wherever somebody is chosen."""
SIP_SCOPES = sorted(ROLE_SCOPES[Role.SIP])
"""What a SIP is appointed to."""
NAMED_SCHOOLS = 2000
"""More than these are not named in a query."""
COUNTED = {
    "phase": "phase",
    "type": "type_code",
    "district": "district",
    "partnership": "partnership",
    "diocese": "diocese",
    "religion": "religious_character",
    "trust": "trust_name",
    "establishment": "establishment",
    "authority": "authority",
}
"""Filter → the column of School whose values it counts."""
NAMES = {
    "type": "type_name",
    "district": "district__name",
    "partnership": "partnership__name",
    "diocese": "diocese__name",
    "authority": "authority__name",
}
"""Filter → where its values have their names; those of the others are their own."""
_COLUMNS = list(dict.fromkeys([*COUNTED.values(), *NAMES.values(), *(COLUMNS[kind] for kind in SIP_SCOPES)]))
_BESIDES = (District, Partnership, Diocese, LocalAuthority, Person)


@dataclass(frozen=True)
class Tally:
    """By filter: the values there are with how many schools have them, and their names, each in the order shown."""

    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def choices(self, name: str) -> list[tuple[str, str]]:
        """What there is to choose from."""
        return list(self.names.get(name, {}).items())


def tally_for(user: Any) -> Tally:
    """Of the schools this user may see. One query while it is kept, else three."""
    key = f"schools:{_scope_of(user)}:{_stamp()}"
    kept: Tally | None = cache.get(key)
    if kept is None:
        kept = counted(School.objects.visible_to(user))
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def _scope_of(user: Any) -> str:
    """What the user may see, the same for all who may see the same."""
    held = all_authorising(user, Permission.VIEW_SCHOOL)
    scopes = sorted({(each.scope_kind, each.scope_key) for each in held})
    return sha256(repr(scopes).encode()).hexdigest()


def _stamp() -> str:
    """Changes with every school, appointment and name; SIPs come and go with the day."""
    stamps = [_stamp_of(model) for model in (School, Appointment, *_BESIDES)]
    rows = stamps[0].union(*stamps[1:], all=True)
    return sha256(repr([clock.today(), *sorted(rows)]).encode()).hexdigest()


def _stamp_of(model: type[Model]) -> Any:
    rows: Any = model._default_manager.order_by().annotate(model=Value(model._meta.model_name, CharField()))
    return rows.values("model").annotate(at=Max("updated_at"), held=Count("pk")).values_list("model", "at", "held")


def counted(schools: QuerySet[School]) -> Tally:
    """Two queries, however many schools and kinds of them."""
    rows = list(schools.order_by().values(*_COLUMNS))
    counts: dict[str, Mapping[str, int]] = {}
    names: dict[str, Mapping[str, str]] = {}
    for name, column in COUNTED.items():
        found = {str(row[column]): str(row[NAMES.get(name, column)]) for row in rows if row[column] not in ("", None)}
        names[name] = dict(sorted(found.items(), key=lambda each: each[1].casefold()))
        counts[name] = Counter(str(row[column]) for row in rows if row[column] not in ("", None))
    counts["sip"], names["sip"] = _counted_sips(rows)
    return Tally(counts, names)


def _counted_sips(rows: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, int], Mapping[str, str]]:
    sips = Sips.at([row["pk"] for row in rows])
    counts: Counter[str] = Counter()
    for row in rows:
        counts.update([str(person) for person in sips.of(row)] or [NOBODY])
    people = {str(pk): name for pk, name in sorted(sips.names.items(), key=lambda each: each[1].casefold())}
    return counts, {NOBODY: "Without a SIP"} | {pk: name for pk, name in people.items() if counts[pk]}


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
