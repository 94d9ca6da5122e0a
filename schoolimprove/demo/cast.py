"""People: who they are, whether they sign in, and what they are appointed to."""

from collections.abc import Iterator
from datetime import date
from itertools import count
from typing import Any

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.records.actor import SYSTEM, Actor
from schoolimprove.records.transition import record_event
from schools.models import Appointment, LocalAuthority, Person
from schools.register.people.appointing import appoint

from . import signins
from .kept import added
from .names import address_of


class Cast:
    """Takes people on. `password` is a hash, made once for everybody, since making one is meant to be slow."""

    def __init__(self, names: Iterator[str], password: str) -> None:
        self._names = names
        self._numbers = count(100)
        self._password = password
        self.administrator = SYSTEM
        """Who takes people on; the system itself until there is a system administrator."""

    def another_name(self) -> str:
        return next(self._names)

    def somebody(self, *, address: str = "", signs_in: bool = True) -> Person:
        """A new person; `address` when it is not made from the name. The telephone number is one kept for drama."""
        name = self.another_name()
        email = address or address_of(name)
        user = self._account(email, name) if signs_in else None
        return added(
            Person(name=name, email=email, telephone=f"01632 960{next(self._numbers):03d}", user=user),
            by=self.administrator,
        )

    def _account(self, email: str, name: str) -> User:
        """As if the invitation had been accepted."""
        user = User(email=email, name=name, password=self._password, date_joined=clock.now())
        user.full_clean()
        user.save()
        record_event(user, "accepted the invitation", by=Actor(user))
        return user

    def listed(self, role: Role) -> Person:
        """The one of this role whose address the demonstration prints."""
        return self.somebody(address=signins.address(role))

    def appoint(self, person: Person, role: Role, since: date, **scope: Any) -> Appointment:
        return appoint(person, role, scope=scope, starts_on=since, by=self.administrator)

    def begin(self, authority: LocalAuthority, since: date) -> None:
        """The first system administrator, who takes on everybody else."""
        person = self.listed(Role.SYSTEM_ADMINISTRATOR)
        held = self.appoint(person, Role.SYSTEM_ADMINISTRATOR, since, authority=authority)
        self.administrator = Actor(person.user, held.pk)


def holder_of(role: Role, **scope: Any) -> User | None:
    """Who holds the role over this scope today and signs in; of several, the one longest entered."""
    held = Appointment.objects.current(clock.today()).filter(role=role, person__user__isnull=False, **scope)
    first = held.select_related("person__user").order_by("pk").first()
    return first.person.user if first else None
