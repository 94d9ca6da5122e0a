"""Scope: which schools an appointment covers, asked of the database for lists and of objects for verbs.

The two halves below are one rule; `tests/integration/schools/test_scope.py` holds them together.
"""

from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef, Q

from schoolimprove.accounts.rights import Held, appointments_of
from schoolimprove.accounts.roles import ROLE_PERMISSIONS, Permission
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


def in_scope(user: Any, permission: Permission, *, school: str = "") -> Q:
    """A filter for rows whose school lies in the scope of a current appointment that carries `permission`.

    `school` is the path from the row to its school (`visit__school`), empty for School itself. The kinds of scope
    to ask about come from the appointments already loaded for this request; the covering is decided in SQL.
    """
    held = [each for each in appointments_of(user) if permission in ROLE_PERMISSIONS[each.role]]
    covered = Q(pk__in=[])
    for kind in sorted({each.scope_kind for each in held}):
        covered |= Q(_covered(user, permission, kind, school))
    return covered


def _covered(user: Any, permission: Permission, kind: str, school: str) -> Exists:
    roles = [role.value for role, held in ROLE_PERMISSIONS.items() if permission in held]
    column = COLUMNS[kind] if not school else f"{school}__{COLUMNS[kind]}"
    appointments: Any = apps.get_model("schools", "Appointment")._default_manager
    mine = appointments.current(clock.today()).held_by(user).filter(role__in=roles)
    return Exists(mine.filter(**{kind: OuterRef(column)}))


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
