"""Scope: which schools an appointment covers, asked of the database for lists and of objects for verbs.

The two halves below are one rule; `tests/integration/schools/register/test_scope.py` holds them together. At a school
where a person works, governs or has an interest, no other appointment of theirs gives any right.
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
from schoolimprove.accounts.roles import SCHOOL_ROLES, Permission, Role, roles_with
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
WITHIN = {
    "school": ("school",),
    "district": ("district", "school__district"),
    "double_district": ("double_district", "district__double_district", "school__district__double_district"),
    "partnership": ("partnership", "school__partnership"),
    "diocese": ("diocese", "school__diocese"),
}
"""Scope kind → columns of a row with a scope of its own, any of which may lie in it; phase and authority hold all."""


def in_scope(user: Any, permission: Permission, *, school: str = "", roles: Collection[Role] = tuple(Role)) -> Q:
    """A filter for rows whose school lies in the scope of a current appointment that carries `permission`.

    `school` is the path from the row to its school (`record__school`), empty for School itself; `roles` narrows the
    appointments that count. Which roles and kinds of scope to ask about is known from those already loaded for this
    request; the covering is decided in SQL.
    """
    carrying = roles_with(permission) & set(roles)
    path, day = f"{school}__" if school else "", clock.today()
    scopes = []
    for (kind, barred), named in _carried(user, carrying).items():
        covered = Q(Covered(f"{path}{COLUMNS[kind]}", kind, user.pk, sorted(named), day))
        # A handful of schools at most, which came with the appointments.
        scopes.append(covered & ~Q(**{f"{path}pk__in": sorted(barred)}) if barred else covered)
    return reduce(or_, scopes) if scopes else Q(pk__in=[])


def within_scope(user: Any, permission: Permission) -> Q:
    """A filter for rows with a scope of their own (`Scoped`) that lies within an appointment that carries `permission`.

    An appointment over the authority or over a phase holds them all, but for those of a school that is barred.
    """
    day, scopes = clock.today(), Q(pk__in=[])
    for (kind, barred), named in _carried(user, roles_with(permission)).items():
        within = [Q(Covered(each, kind, user.pk, sorted(named), day)) for each in WITHIN.get(kind, ())]
        inside = reduce(or_, within) if within else ~Q(pk__in=[])
        scopes |= inside & ~Q(school__in=sorted(barred)) if barred else inside
    return scopes


def _carried(user: Any, carrying: Collection[Role]) -> dict[tuple[str, frozenset[int]], set[str]]:
    """Return the roles of a user, among these, by the kind of scope and the schools that are barred to them."""
    held: defaultdict[tuple[str, frozenset[int]], set[str]] = defaultdict(set)
    for each in appointments_of(user):
        if each.role in carrying:
            held[each.scope_kind, each.barred].add(each.role.value)
    return dict(sorted(held.items(), key=lambda scope: (scope[0][0], sorted(scope[0][1]))))


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
    """The appointments of today that cover this school in one of these roles, and are not barred there."""
    scopes = reduce(or_, (Q(**{kind: value}) for kind, value in scopes_of(school).items()))
    appointments: Any = apps.get_model("schools", "Appointment")._default_manager
    found = appointments.current(clock.today()).filter(scopes, role__in=sorted(roles))
    return found if SCHOOL_ROLES.issuperset(roles) else found.exclude(barred_at(school))


def barred_at(school: Any) -> Q:
    """A filter for appointments that give no right at a school today, since it is their holder's own."""
    day = clock.today()
    posts = apps.get_model("schools", "Appointment")._default_manager.current(day).filter(role__in=sorted(SCHOOL_ROLES))
    interests = apps.get_model("schools", "Interest")._default_manager.current(day)
    own = (each.filter(school=school).order_by().values("person") for each in (posts, interests))
    return reduce(or_, (Q(person__in=people) for people in own)) & ~Q(role__in=sorted(SCHOOL_ROLES))


def scopes_of(school: Any, kinds: Collection[str] = tuple(COLUMNS)) -> dict[str, Any]:
    """The scopes of these kinds that hold this school."""
    values = {kind: _value(school, kind) for kind in kinds}
    return {kind: value for kind, value in values.items() if value}


def covers(held: Held, obj: Any) -> bool:
    """Whether one appointment's scope holds this object's school, and the school is not barred.

    What has a scope of its own (`Scoped`) need not be about a school: its scope lies within the appointment's.
    """
    if hasattr(obj, "scope_kind"):
        return obj.school_id not in held.barred and _lies_within(held, obj)
    school = obj if obj._meta.label == "schools.School" else obj.school
    if school.pk in held.barred:
        return False
    return held.scope_key != "" and held.scope_key == str(_value(school, held.scope_kind))


def _lies_within(held: Held, obj: Any) -> bool:
    if held.scope_kind not in WITHIN:
        return True
    return any(held.scope_key == str(_along(obj, path.split("__"))) for path in WITHIN[held.scope_kind])


def _along(obj: Any, path: Sequence[str]) -> Any:
    """Return the key at the end of a path of foreign keys, None where one of them is empty."""
    for name in path[:-1]:
        obj = obj and getattr(obj, name)
    return obj and getattr(obj, f"{path[-1]}_id")


def _value(school: Any, kind: str) -> Any:
    if kind == "school":
        return school.pk
    if kind == "double_district":
        return school.district.double_district_id if school.district else None
    return school.phase if kind == "phase" else getattr(school, f"{kind}_id")
