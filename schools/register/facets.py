"""How many schools of a reader's scope there are of each kind, for the filters of the list.

Kept for a few minutes under what the reader may see and how the register stands, so that nobody is shown the numbers
of another scope, nor those from before a change.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.db.models import CharField, Count, Max, Model, QuerySet, Value

from schoolimprove.accounts.rights import all_authorising
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schools.register.models.appointment import Appointment
from schools.register.models.person import Person
from schools.register.models.places import Diocese, District, LocalAuthority, Partnership
from schools.register.models.school import School
from schools.register.partners import NOBODY, SIP_SCOPES, Sips
from schools.register.scope import COLUMNS

KEPT_SECONDS = 300

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
    return counts, {NOBODY: "Without a School Improvement Partner"} | {
        pk: name for pk, name in people.items() if counts[pk]
    }
