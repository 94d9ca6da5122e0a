"""What schools tells accounts: who holds what today, and what an appointment covers."""

from collections.abc import Mapping, Sequence
from typing import Any

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import Held
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schools import scope
from schools.models import Appointment
from schools.models.appointment import SCOPE_FIELDS, phase_scope_name


class AppointmentResolver:
    """One query a request, for all appointments of the user."""

    def held_by(self, user: User) -> Sequence[Held]:
        mine = Appointment.objects.current(clock.today()).held_by(user)
        return tuple(map(_as_held, mine.named_rows()))

    def covers(self, held: Held, obj: Any) -> bool:
        return scope.covers(held, obj)


def _as_held(row: Mapping[str, Any]) -> Held:
    kind = next(name for name in SCOPE_FIELDS if row[name])
    return Held(
        appointment_id=row["pk"],
        role=Role(row["role"]),
        scope_kind=kind,
        scope_key=str(row[kind]),
        scope_name=row["scope_named"] or phase_scope_name(row["phase"]),
    )
