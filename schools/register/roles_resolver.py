"""What schools tells accounts: who holds what today, and what an appointment covers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, CharField, Value
from django.utils.functional import lazy
from django_stubs_ext import StrOrPromise

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import Held
from schoolimprove.accounts.roles import SCHOOL_ROLES, Role
from schoolimprove.lib import clock
from schools.register import scope
from schools.register.models.appointment import Appointment
from schools.register.models.interest import Interest
from schools.register.models.scoped import SCOPE_FIELDS, phase_scope_name

# Made once: `lazy` makes a class, which takes longer than the query.
_promised = lazy(str, str)
_INTEREST = ""
"""In place of a role, in the rows of the resolver."""
_AS_APPOINTMENT = {
    "role": Value(_INTEREST),
    **{name: Value(None, BigIntegerField()) for name in SCOPE_FIELDS if name not in ("school", "phase")},
    "phase": Value("", CharField()),
}
"""What an interest lacks of the columns of an appointment."""
_BARS = {*SCHOOL_ROLES, _INTEREST}
"""The rows whose school is the user's own."""


class AppointmentResolver:
    """One query a request, for all appointments and interests of the user.

    It is asked on nearly every request, so it takes columns of one table: joining the seven kinds of scope for their
    names would cost more than all else in a bare page.
    """

    def held_by(self, user: User) -> Sequence[Held]:
        on, columns = clock.today(), ("pk", "role", *SCOPE_FIELDS)
        mine = Appointment.objects.current(on).held_by(user).order_by().values(*columns)
        interests = Interest.objects.current(on).filter(person__user=user).order_by().annotate(**_AS_APPOINTMENT)
        rows = list(mine.union(interests.values(*columns), all=True).order_by("role", "pk"))
        own = frozenset(row["school"] for row in rows if row["role"] in _BARS and row["school"])
        held = [row for row in rows if row["role"] != _INTEREST]
        names = _ScopeNames(held)
        return tuple(_as_held(row, names, own) for row in held)

    def covers(self, held: Held, obj: Any) -> bool:
        return scope.covers(held, obj)


class _ScopeNames:
    """Names of what these appointments are over: a query for each kind of scope, when the first of it is shown."""

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._rows = rows
        self._read: dict[str, dict[Any, Any]] = {}

    def promise(self, kind: str, key: Any) -> StrOrPromise:
        return phase_scope_name(key) if kind == "phase" else _promised(_Named(self, kind, key))

    def of(self, kind: str, key: Any) -> str:
        if kind not in self._read:
            model: Any = Appointment._meta.get_field(kind).related_model
            self._read[kind] = model._default_manager.in_bulk({row[kind] for row in self._rows if row[kind]})
        return str(self._read[kind][key])


@dataclass(frozen=True)
class _Named:
    names: _ScopeNames
    kind: str
    key: Any

    def __str__(self) -> str:
        return self.names.of(self.kind, self.key)


def _as_held(row: Mapping[str, Any], names: _ScopeNames, own: frozenset[int]) -> Held:
    """Return the appointment; one outside schools gives no right in the `own` schools of its holder."""
    kind = next(name for name in SCOPE_FIELDS if row[name])
    return Held(
        appointment_id=row["pk"],
        role=Role(row["role"]),
        scope_kind=kind,
        scope_key=str(row[kind]),
        scope_name=names.promise(kind, row[kind]),
        barred=frozenset() if row["role"] in SCHOOL_ROLES else own,
    )
