"""Give the drafts of a partner who has left a school to the partner it has now (domain 4.3)."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from categorisation.recommendations.deadlines import RULES
from categorisation.recommendations.models import Recommendation
from categorisation.recommendations.states import RecommendationStatus
from schoolimprove.accounts.models import User
from schoolimprove.accounts.moves import make_move
from schoolimprove.accounts.roles import Role
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import save_changes
from schoolimprove.reminders.handing_over import hand_over
from schools.register.models.school import School
from schools.register.people.work import Work, works
from schools.register.scope import covering


def drafts_of(user: User, schools: Iterable[School] | None = None) -> QuerySet[Recommendation]:
    """Return what this partner has begun, everywhere or at some schools, and not submitted."""
    drafts = Recommendation.objects.filter(author=user, author_role=Role.SIP, status=RecommendationStatus.DRAFT)
    return drafts if schools is None else drafts.filter(school__in=[school.pk for school in schools])


def hand_over_drafts(user: User, *, to: User | None, by: Actor, at: Iterable[School] | None = None) -> int:
    """Make another partner the author of these drafts; return how many. Without one they wait for the DSIM."""
    if to is None:
        return 0
    with transaction.atomic():
        rows = list(drafts_of(user, at).select_for_update(of=("self",)).order_by("pk"))
        for row in rows:
            reason = f"Handed over from {user} to {to}"
            save_changes(row, "handed over", by=by, reason=reason, seen_version=row.version, author=to)
        hand_over(RULES, *rows, by=by.user, old=user)
    return len(rows)


def current_partner(row: Recommendation) -> User | None:
    """Return who may write it as the partner of the school today: the last one appointed. None if it is the author."""
    found = covering(row.school, roles=[Role.SIP]).filter(person__user__is_active=True).order_by("-starts_on", "-pk")
    users = [each.person.user for each in found.select_related("person__user")]
    return None if not users or row.author in users else users[0]


def blockers_to_giving(row: Recommendation) -> list[str]:
    """Return why the draft stays with its author, as sentences."""
    return [] if current_partner(row) else ["This school has no other School Improvement Partner who can sign in."]


def give_to_partner(row: Recommendation, *, by: User, on: date, seen_version: int) -> None:
    """Give a draft to the partner whom the school has now."""
    old = row.author
    stamp: dict[str, Any] = {"author": current_partner(row), "author_role": Role.SIP.value}
    with transaction.atomic():
        make_move(row, "give", by=by, seen_version=seen_version, blockers=blockers_to_giving(row), **stamp)
        hand_over(RULES, row, by=by, old=old)


def register() -> None:
    """Called once, when the app is ready."""
    works.register(
        Work(
            "recommendations",
            30,
            hand_over_drafts,
            lambda user, at: list(drafts_of(user, at)),
            goes_with_appointments=True,
        )
    )
