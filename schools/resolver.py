"""What schools tells accounts: who holds what today, and what an appointment covers."""

from collections.abc import Sequence
from typing import Any

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import Held
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schools import scope
from schools.models import Appointment


class AppointmentResolver:
    """One query a request, for all appointments of the user."""

    def held_by(self, user: User) -> Sequence[Held]:
        mine = Appointment.objects.current(clock.today()).held_by(user).with_scope()
        return tuple(_as_held(appointment) for appointment in mine)

    def covers(self, held: Held, obj: Any) -> bool:
        return scope.covers(held, obj)


def _as_held(appointment: Appointment) -> Held:
    kind = appointment.scope_kind
    return Held(
        appointment_id=appointment.pk,
        role=Role(appointment.role),
        scope_kind=kind,
        scope_key=appointment.scope_key_of(kind),
        scope_name=appointment.scope_name,
    )
