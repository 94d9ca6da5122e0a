"""Verbs of a recommendation: write, submit, no change, return, share, answer, withdraw (domain 4.3, 10)."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from categorisation.policy import RECOMMENDATION_ASSURED
from categorisation.recommendations import deadlines
from categorisation.recommendations.models import (
    ANSWERING_ROLES,
    Agreement,
    Recommendation,
    stored,
)
from categorisation.recommendations.rules import Assessment, submission_errors
from categorisation.recommendations.states import NO_CHANGE, RecommendationStatus
from schoolimprove.accounts.models import User
from schoolimprove.accounts.moves import make_move
from schoolimprove.accounts.rights import all_authorising, authorising
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.policy.values import policy_value
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import Blocked, Conflict, record_event, save_changes, transition
from schools.register.models.standing import StandingKind


def writing_as(user: Any, row: Recommendation) -> Any:
    """Return the appointment as which this user writes the recommendation; None where they may not.

    A draft is its author's. A recommendation that no one has started is for the SIP, or else the DSIM.
    """
    if not row.round.is_annual or (row.status == RecommendationStatus.DRAFT and row.author_id != user.pk):
        return None
    return authorising(user, Permission.RECOMMEND, on=row)


def write(row: Recommendation, written: Assessment, *, by: User, on: date, seen_version: int) -> None:
    """Save what the author has so far; the first save makes the user its author. Raise `Conflict`, `Blocked`."""
    appointment = writing_as(by, row)
    if appointment is None:
        raise Blocked(["You cannot write this recommendation."])
    actor = Actor(by, appointment.appointment_id)
    if row.status == RecommendationStatus.DUE:
        author = {"author": by, "author_role": appointment.role.value}
        transition(row, "start", by=actor, seen_version=seen_version, **author, **stored(written))
    else:
        with transaction.atomic():
            if Recommendation.objects.select_for_update(of=("self",)).get(pk=row.pk).status != row.status:
                raise Conflict(Recommendation.objects.get(pk=row.pk))
            save_changes(row, "revised", by=actor, seen_version=seen_version, **stored(written))
    row.__dict__.pop("assessment", None)


def blockers_to_submitting(row: Recommendation) -> list[str]:
    """Return what the recommendation lacks, as sentences."""
    return list(submission_errors(row.scheme, row.assessment))


def submit(row: Recommendation, *, by: User, on: date, seen_version: int) -> None:
    """Ask the line manager to approve it, or share it at once where the authority’s policy asks for no approval."""
    with transaction.atomic():
        blockers = blockers_to_submitting(row)
        actor = make_move(row, "submit", by=by, seen_version=seen_version, blockers=blockers, submitted_at=clock.now())
        if not policy_value(RECOMMENDATION_ASSURED, on=on).is_assured:
            stamp: dict[str, Any] = {"shared_at": clock.now(), "shared_by": by}
            transition(row, "share", by=actor, seen_version=row.version, **stamp)
        deadlines.moved(row, by=by, on=on)


def blockers_to_no_change(row: Recommendation, *, on: date) -> list[str]:
    """Return why a school cannot keep its category: it has none."""
    has_one = row.school.standings.filter(kind=StandingKind.CATEGORY, overruled=False, ends_on=None).exists()
    return [] if has_one else ["This school has no category yet, so it has none to keep."]


def recommend_no_change(row: Recommendation, *, by: User, on: date, seen_version: int) -> None:
    """Review a category and leave it as it is."""
    held = authorising(by, Permission.REVIEW_CATEGORY, on=row)
    role = held.role.value if held else ""
    stamp: dict[str, Any] = {"author": by, "author_role": role, "no_change": True, "submitted_at": clock.now()}
    with transaction.atomic():
        blockers = blockers_to_no_change(row, on=on)
        make_move(row, NO_CHANGE, by=by, seen_version=seen_version, blockers=blockers, **stamp)
        deadlines.moved(row, by=by, on=on)


def return_to_author(row: Recommendation, *, by: User, on: date, reason: str, seen_version: int) -> None:
    """Send it back to its author with the reason."""
    with transaction.atomic():
        make_move(row, "return", by=by, reason=reason, seen_version=seen_version, submitted_at=None)
        deadlines.moved(row, by=by, on=on)


def share(row: Recommendation, *, by: User, on: date, seen_version: int) -> None:
    """Approve it; the headteacher and the chair read it and are asked whether they agree."""
    with transaction.atomic():
        make_move(row, "share", by=by, seen_version=seen_version, shared_at=clock.now(), shared_by=by)
        deadlines.moved(row, by=by, on=on)


def withdraw(row: Recommendation, *, by: User, on: date, reason: str, seen_version: int) -> None:
    """Leave the school out of the round."""
    with transaction.atomic():
        make_move(row, "withdraw", by=by, reason=reason, seen_version=seen_version)
        deadlines.moved(row, by=by, on=on)


def roles_to_answer_in(user: Any, row: Recommendation) -> list[Any]:
    """Return the appointments in which this user still has to answer: head, chair, or both."""
    if row.status != RecommendationStatus.SHARED:
        return []
    answered = set(row.agreements.given().values_list("role", flat=True))
    held = all_authorising(user, Permission.ANSWER_RECOMMENDATION, on=row)
    return [each for each in held if each.role in ANSWERING_ROLES and each.role.value not in answered]


def answer(row: Recommendation, *, by: User, on: date, agrees: bool, words: str, seen_version: int) -> Agreement:
    """Record whether the headteacher or the chair agrees.

    Raise `Blocked` without words for a disagreement, and where this person has answered; `Conflict` where the
    recommendation is no longer the one they read.
    """
    if not agrees and not words.strip():
        raise Blocked(["Enter why you disagree."])
    with transaction.atomic():
        current = Recommendation.objects.select_for_update(of=("self",)).select_related("round").get(pk=row.pk)
        if current.version != seen_version:
            raise Conflict(current)
        appointment = next(iter(roles_to_answer_in(by, current)), None)
        if appointment is None:
            raise Blocked(["You have already answered, or this recommendation is no longer open to answers."])
        given = _add_answer(current, appointment, by=by, agrees=agrees, words=words)
        verb = "agreed" if agrees else "disagreed"
        record_event(current, verb, by=Actor(by, appointment.appointment_id), reason=words)
        deadlines.answered(current, by=by, on=on)
    return given


def _add_answer(row: Recommendation, appointment: Any, *, by: User, agrees: bool, words: str) -> Agreement:
    try:
        with transaction.atomic():
            return Agreement.objects.create(
                recommendation=row,
                role=appointment.role.value,
                agrees=agrees,
                words=words,
                by=by,
                appointment_id=appointment.appointment_id,
            )
    except IntegrityError as error:
        raise Blocked(["You have already answered."]) from error
