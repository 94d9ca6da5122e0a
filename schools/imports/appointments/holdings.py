"""Who holds what, as a file of appointments needs to know it: read at once, and kept up with what the file gives."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date

from django.db.models import Q

from schoolimprove.accounts.roles import Role
from schools.imports.appointments.scopes import Scope
from schools.register.models.appointment import Appointment
from schools.register.models.person import Person
from schools.register.models.school import School


class Holdings:
    """The appointments of these people, those over these schools, and all that are over more than a school.

    The rows are locked, since what is weighed here is saved at the end.
    """

    def __init__(self, people: Collection[Person], schools: Iterable[School]) -> None:
        meant = Q(person__in=people) | Q(school__in=list(schools)) | Q(school__isnull=True)
        rows = Appointment.objects.standing().filter(meant).with_scope().order_by("pk")
        self._of: dict[int, list[Appointment]] = defaultdict(list)
        self._over: dict[tuple[str, str, str], list[Appointment]] = defaultdict(list)
        for held in rows.select_for_update(of=("self",)):
            self.keep(held, held.person)

    def keep(self, held: Appointment, person: Person) -> None:
        self._of[_who(person)].append(held)
        kind = held.scope_kind
        self._over[held.role, kind, held.scope_key_of(kind)].append(held)

    def going_on(self, since: date) -> list[Appointment]:
        """Return the appointments that run on that day or later."""
        held = [each for rows in self._of.values() for each in rows]
        return [each for each in held if each.ends_on is None or each.ends_on >= since]

    def of(self, person: Person) -> Sequence[Appointment]:
        return self._of[_who(person)]

    def over(self, role: Role, scope: Scope) -> Sequence[Appointment]:
        return self._over[role.value, scope.kind, scope.key]

    def find(self, person: Person, role: Role, scope: Scope, starts_on: date) -> Appointment | None:
        """What the person holds already from that very day."""
        mine = {id(each) for each in self.of(person)}
        same = (each for each in self.over(role, scope) if id(each) in mine and each.starts_on == starts_on)
        return next(same, None)


def _who(person: Person) -> int:
    """Somebody who is not kept yet is nobody but this object."""
    return person.pk if person.pk is not None else -id(person)
