"""What schools tells accounts: who holds what today, and what an appointment covers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, Func
from django.db.models.sql.compiler import SQLCompiler
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


class InterestsOf(Func):
    """The keys of the schools in which a person has an interest that day, with commas; written out as `Covered` is."""

    output_field = CharField()
    function = "STRING_AGG"
    template = (
        "(SELECT %(function)s(CAST(tie.school_id AS varchar), ',') FROM %(interests)s tie "
        "WHERE tie.person_id = %(expressions)s AND tie.starts_on <= %%s "
        "AND (tie.ends_on IS NULL OR tie.ends_on >= %%s))"
    )

    def __init__(self, person: Any, day: date) -> None:
        super().__init__(person)
        self.day = day

    def as_sql(self, compiler: SQLCompiler, connection: Any, *args: Any, **context: Any) -> tuple[str, Any]:
        day = connection.ops.adapt_datefield_value(self.day)
        interests = connection.ops.quote_name(Interest._meta.db_table)
        sql, params = super().as_sql(compiler, connection, *args, interests=interests, **context)
        return sql, (*params, day, day)

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **context: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, function="GROUP_CONCAT", **context)


class AppointmentResolver:
    """One query a request, for all appointments and interests of the user.

    It is asked on nearly every request, so it takes columns of one table: joining the seven kinds of scope for their
    names would cost more than all else in a bare page.
    """

    def held_by(self, user: User) -> Sequence[Held]:
        on = clock.today()
        mine = Appointment.objects.current(on).held_by(user).order_by("role", "pk")
        rows = list(mine.annotate(interests=InterestsOf("person", on)).values("pk", "role", "interests", *SCOPE_FIELDS))
        own = {row["school"] for row in rows if row["role"] in SCHOOL_ROLES and row["school"]}
        for interests in {row["interests"] for row in rows if row["interests"]}:
            own.update(map(int, interests.split(",")))
        names, barred = _ScopeNames(rows), frozenset(own)
        return tuple(_as_held(row, names, barred) for row in rows)

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
