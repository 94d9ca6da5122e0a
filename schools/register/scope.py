"""Scope: which schools an appointment covers, asked of the database for lists and of objects for verbs.

The two halves below are one rule; `tests/integration/schools/register/test_scope.py` holds them together.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.db.models import BooleanField, Func, Q
from django.db.models.sql.compiler import SQLCompiler

from schoolimprove.accounts.rights import Held, appointments_of
from schoolimprove.accounts.roles import Permission, Role, roles_with
from schoolimprove.lib import clock

COLUMNS = {
    "school": "pk",
    "district": "district",
    "double_district": "district__double_district",
    "partnership": "partnership",
    "diocese": "diocese",
    "phase": "phase",
    "authority": "authority",
}
"""Scope kind → the column of School that it is compared with."""


def in_scope(user: Any, permission: Permission, *, school: str = "", roles: Collection[Role] = tuple(Role)) -> Q:
    """A filter for rows whose school lies in the scope of a current appointment that carries `permission`.

    `school` is the path from the row to its school (`record__school`), empty for School itself; `roles` narrows the
    appointments that count. Which roles and kinds of scope to ask about is known from those already loaded for this
    request; the covering is decided in SQL.
    """
    carrying = roles_with(permission) & set(roles)
    held: defaultdict[str, set[str]] = defaultdict(set)
    for each in appointments_of(user):
        if each.role in carrying:
            held[each.scope_kind].add(each.role.value)
    if not held:
        return Q(pk__in=[])
    path, day = f"{school}__" if school else "", clock.today()
    covered = (Covered(f"{path}{COLUMNS[kind]}", kind, user.pk, sorted(held[kind]), day) for kind in sorted(held))
    return reduce(or_, map(Q, covered))


class Covered(Func):
    """Whether a user holds that day, in one of these roles, an appointment over what the column says: an EXISTS.

    It says what `Appointment.objects.current(day).held_by(user)` says. Every page asks it several times over, and
    nothing in it but the column depends on the query around it: written out it takes a quarter of the time that Django
    takes to make the same of a queryset.
    """

    output_field = BooleanField()
    template = (
        "EXISTS(SELECT 1 FROM %(appointments)s holds INNER JOIN %(people)s holder ON holder.id = holds.person_id "
        "WHERE holder.user_id = %%s AND holds.role IN (%(roles)s) AND holds.withdrawn_because = %%s "
        "AND holds.starts_on <= %%s AND (holds.ends_on IS NULL OR holds.ends_on >= %%s) "
        "AND holds.%(scope)s = %(expressions)s)"
    )

    def __init__(self, column: Any, kind: str, user: int, roles: Sequence[str], day: date) -> None:
        super().__init__(column)
        self.kind, self.user, self.roles, self.day = kind, user, tuple(roles), day

    def as_sql(self, compiler: SQLCompiler, connection: Any, *args: Any, **context: Any) -> tuple[str, Any]:
        appointment: Any = apps.get_model("schools", "Appointment")._meta
        quoted, day = connection.ops.quote_name, connection.ops.adapt_datefield_value(self.day)
        sql, params = super().as_sql(
            compiler,
            connection,
            *args,
            appointments=quoted(appointment.db_table),
            people=quoted(appointment.get_field("person").related_model._meta.db_table),
            scope=quoted(appointment.get_field(self.kind).column),
            roles=", ".join(["%s"] * len(self.roles)),
            **context,
        )
        return sql, (self.user, *self.roles, "", day, day, *params)


def covering(school: Any, *, roles: Collection[Role]) -> Any:
    """The appointments of today that cover this school in one of these roles."""
    scopes = reduce(or_, (Q(**{kind: value}) for kind, value in scopes_of(school).items()))
    appointments: Any = apps.get_model("schools", "Appointment")._default_manager
    return appointments.current(clock.today()).filter(scopes, role__in=sorted(roles))


def scopes_of(school: Any, kinds: Collection[str] = tuple(COLUMNS)) -> dict[str, Any]:
    """The scopes of these kinds that hold this school."""
    values = {kind: _value(school, kind) for kind in kinds}
    return {kind: value for kind, value in values.items() if value}


def covers(held: Held, obj: Any) -> bool:
    """Whether one appointment's scope holds this object's school."""
    school = obj if obj._meta.label == "schools.School" else obj.school
    return held.scope_key != "" and held.scope_key == str(_value(school, held.scope_kind))


def _value(school: Any, kind: str) -> Any:
    if kind == "school":
        return school.pk
    if kind == "double_district":
        return school.district.double_district_id if school.district else None
    return school.phase if kind == "phase" else getattr(school, f"{kind}_id")
