"""Hand over the upcoming visits of a person who leaves, together with their schools."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet

from schoolimprove.accounts.models import User
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import save_changes
from schools.register.models.school import School
from schools.register.people.leaving import LEFT
from schools.register.people.work import Work, works
from schools.visits import deadlines
from schools.visits.models.visit import Visit


def register() -> None:
    """Called once, when the app is ready."""
    works.register(Work("visits", 20, hand_over_visits, goes_with_appointments=True))


def visits_to_come(user: User, *, at: Iterable[School] | None = None) -> QuerySet[Visit]:
    """What somebody was to go to, everywhere or at some schools, and was not held."""
    visits = Visit.objects.not_held().filter(author=user).select_related("school").order_by("pk")
    return visits if at is None else visits.filter(school__in=[school.pk for school in at])


def hand_over_visits(user: User, *, to: User | None, by: Actor, at: Iterable[School] | None = None) -> int:
    """Give the visits to come to somebody else, or to nobody in particular; how many.

    Whoever is the school's partner finds those that nobody has.
    """
    reason = f"Handed over from {user} to {to}" if to else LEFT
    with transaction.atomic():
        listed = list(visits_to_come(user, at=at).select_for_update(of=("self",)))
        for visit in listed:
            save_changes(visit, "handed over", by=by, reason=reason, seen_version=visit.version, author=to)
        deadlines.given_to_another(listed, by=by.user, old=user)
    return len(listed)
