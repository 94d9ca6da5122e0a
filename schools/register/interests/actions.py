"""Declare an interest in a school, and end it: one's own, or as who keeps groups there or looks after people."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import authorising, forget_appointments
from schoolimprove.accounts.roles import Permission
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import Blocked, Conflict, record_event, save_changes
from schools.register.models.interest import Interest
from schools.register.models.person import Person
from schools.register.models.school import School
from schools.register.rules import wrong_with_as_of, wrong_with_end


def who_keeps(user: Any, person: Person, school: School) -> Actor | None:
    """Return who would declare or end this person's interest in the school; None for a user who may not."""
    held = authorising(user, Permission.KEEP_GROUPS, on=school) or authorising(user, Permission.MANAGE_PEOPLE)
    if held is None and person.user_id != user.pk:
        return None
    return Actor(user, held.appointment_id if held else None)


def declare_interest(
    person: Person, school: School, *, by: User, on: date, kind: str, note: str = "", starts_on: date
) -> Interest:
    """Declare an interest, which bars the person's work for the authority at the school from its first day."""
    actor = _require(by, person, school)
    said = {"kind": kind, "note": note, "starts_on": starts_on}
    interest = Interest(person=person, school=school, created_by=by, updated_by=by, **said)
    reasons = wrong_with_as_of(starts_on, today=on)
    try:
        interest.full_clean()
    except ValidationError as error:
        reasons = [*reasons, *error.messages]
    if reasons:
        raise Blocked(reasons)
    with transaction.atomic():
        interest.save()
        record_event(interest, "declared", by=actor)
    forget_appointments(by)
    return interest


def end_interest(interest: Interest, *, by: User, on: date, seen_version: int, last_day: date, reason: str) -> None:
    """End an interest; its last day is today or before. `Conflict` when it has ended already."""
    actor = _require(by, interest.person, interest.school)
    if interest.ends_on is not None:
        raise Conflict(interest)
    if reasons := wrong_with_end(last_day, starts_on=interest.starts_on, today=on, reason=reason):
        raise Blocked(reasons)
    save_changes(interest, "ended", by=actor, reason=reason, seen_version=seen_version, ends_on=last_day)
    forget_appointments(by)


def _require(user: User, person: Person, school: School) -> Actor:
    actor = who_keeps(user, person, school)
    if actor is None:
        raise PermissionDenied
    return actor
