"""Somebody who holds something, without the app that keeps appointments."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.test import Client

from schoolimprove.accounts import rights, session
from schoolimprove.accounts.actions.password import JOB
from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import Held
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.records import jobs
from schoolimprove.records.models import Job
from tests.factories.accounts import UserFactory

Holds = Callable[..., User]


class Roles:
    """A resolver whose appointments a test writes down: role by user."""

    def __init__(self) -> None:
        self.by_user: dict[int, list[Role]] = {}

    def held_by(self, user: User) -> Sequence[Held]:
        roles = self.by_user.get(user.pk, [])
        return [Held(number, role, "authority", "1", "Borsetshire") for number, role in enumerate(roles, start=1)]

    def covers(self, held: Held, obj: Any) -> bool:
        return True


@pytest.fixture
def roles(monkeypatch: pytest.MonkeyPatch) -> Roles:
    resolver = Roles()
    monkeypatch.setattr(rights, "_resolver", resolver)
    return resolver


@pytest.fixture
def holds(roles: Roles, db: None) -> Holds:
    """`holds(Role.SIP)` is a new user with that role; `holds()` one with none."""

    def make(*held: Role, **fields: Any) -> User:
        user = UserFactory.create(**fields)
        roles.by_user[user.pk] = list(held)
        return user

    return make


def signed_in(user: User) -> Client:
    """A browser with a whole session of this user."""
    client = Client()
    client.force_login(user)
    store = client.session
    session.note_seen(store, at=clock.now())
    store[session.VERIFIED] = clock.now().isoformat()
    store.save()
    return client


def ask_for_password_link(client: Client, email: str) -> None:
    """Fill in "I have forgotten my password", and do the worker's part."""
    client.post("/sign-in/forgotten/", {"email": email})
    work_off()


def work_off() -> None:
    """Do what waits for the worker of the links to set a password."""
    for job in Job.objects.unfinished().filter(kind=JOB):
        assert jobs.run(job.pk)
