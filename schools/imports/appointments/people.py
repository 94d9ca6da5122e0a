"""Which person a name and an address mean: somebody who is known, or somebody new."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.db.models.functions import Lower

from schoolimprove.accounts.models import User
from schoolimprove.accounts.models.user import normalise_email
from schoolimprove.records.actor import Actor
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import event_of
from schools.register.models.person import Person
from schools.register.people.appointing import lock_people

KEPT = ("name", "email", "telephone", "user")


class Ambiguous(ValueError):
    """Why nobody can say who is meant, as a sentence."""


class People:
    """Those who may be meant by some names and addresses: locked and read at once, and kept up with what is new."""

    def __init__(self, names: Iterable[str], emails: Iterable[str]) -> None:
        wanted = {normalise_email(email) for email in emails if email}
        meant = Q(name__in={name for name in names if name}) | Q(lowered__in=wanted) | Q(user__email__in=wanted)
        rows = Person.objects.alias(lowered=Lower("email")).filter(meant).select_related("user").order_by("pk")
        lock_people(rows)
        self.known: list[Person] = list(rows.all())
        self._by_email: dict[str, list[Person]] = defaultdict(list)
        self._by_name: dict[str, list[Person]] = defaultdict(list)
        for person in self.known:
            self._keep(person)
        taken = Person.objects.filter(user__isnull=False).values("user")
        users = User.objects.filter(email__in=wanted, is_active=True).exclude(pk__in=taken)
        self._ways_in = {user.email: user for user in users}

    def _keep(self, person: Person) -> None:
        self._by_name[person.name].append(person)
        addresses = {person.email, person.user.email if person.user else ""} - {""}
        for address in {normalise_email(each) for each in addresses}:
            self._by_email[address].append(person)

    def find(self, name: str, email: str) -> Person | None:
        """By address, else by the exact name of somebody who has no other address and signs in with none; None for
        somebody new.
        """
        if email and (found := self._by_email.get(normalise_email(email))):
            if len(found) > 1:
                raise Ambiguous(
                    f"{len(found)} people have the address {email}. Correct the email addresses under Administration "
                    "first."
                )
            return found[0]
        called = [each for each in self._by_name.get(name, ()) if not (email and (each.email or each.user_id))]
        if len(called) > 1:
            remedy = "Their addresses differ" if email else "Enter the email address"
            raise Ambiguous(f"{len(called)} people are called {name}. {remedy}.")
        return called[0] if called else None

    def new(self, name: str, email: str, telephone: str) -> Person:
        """Somebody who was not known, not kept yet; whoever signs in with that address already is that person."""
        user = self._ways_in.get(normalise_email(email)) if email else None
        return Person(name=name, email=email, telephone=telephone, user=user)

    def knows(self, person: Person) -> bool:
        return any(each is person for each in self._by_name.get(person.name, ()))

    def meet(self, person: Person) -> None:
        """Let what follows find somebody new."""
        self._keep(person)


def is_known_by_more_than_a_name(person: Person) -> bool:
    """Somebody who signs in gets rights by being appointed: a namesake must never be taken for them."""
    return person.pk is not None and bool(person.email or person.user_id)


def complete(person: Person, email: str, telephone: str) -> bool:
    """Fill in what is not known of somebody yet, and leave what is known; whether there was anything."""
    known = person.email, person.telephone
    person.email, person.telephone = person.email or email, person.telephone or telephone
    return known != (person.email, person.telephone)


def enter_all(people: Sequence[Person], *, by: Actor) -> None:
    """Keep the new ones, each with its audit event."""
    for person in people:
        person.created_by = person.updated_by = by.user
    Person.objects.bulk_create(people)
    AuditEvent.objects.bulk_create(
        event_of(person, "added", by=by, changes={name: [None, _held(person, name)] for name in KEPT})
        for person in people
    )


def _held(person: Person, name: str) -> object:
    return person._meta.get_field(name).value_from_object(person)  # type: ignore[union-attr]
