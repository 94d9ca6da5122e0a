"""Scope: which schools an appointment covers, asked of the database for lists and of objects for verbs.

The two halves below are one rule; `tests/integration/schools/test_scope.py` holds them together.
"""

from collections.abc import Collection
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef, Q

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
    appointments that count. The kinds of scope to ask about come from the appointments already loaded for this
    request; the covering is decided in SQL.
    """
    carrying = roles_with(permission) & set(roles)
    held = [each for each in appointments_of(user) if each.role in carrying]
    covered = Q(pk__in=[])
    for kind in sorted({each.scope_kind for each in held}):
        covered |= Q(_covered(user, carrying, kind, school))
    return covered


def _covered(user: Any, roles: Collection[Role], kind: str, school: str) -> Exists:
    column = COLUMNS[kind] if not school else f"{school}__{COLUMNS[kind]}"
    appointments: Any = apps.get_model("schools", "Appointment")._default_manager
    mine = appointments.current(clock.today()).held_by(user).filter(role__in=sorted(roles))
    return Exists(mine.filter(**{kind: OuterRef(column)}))


def covering(school: Any, *, roles: Collection[Role]) -> Any:
    """The appointments of today that cover this school in one of these roles."""
    scopes = reduce(or_, (Q(**{kind: value}) for kind, value in scopes_of(school).items()))
    appointments: Any = apps.get_model("schools", "Appointment")._default_manager
    return appointments.current(clock.today()).filter(scopes, role__in=sorted(roles))


def scopes_of(school: Any) -> dict[str, Any]:
    """Every scope that holds this school, by kind."""
    values = {kind: _value(school, kind) for kind in COLUMNS}
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
