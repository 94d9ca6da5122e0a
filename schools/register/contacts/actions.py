"""Contacts of a school beside those who hold an appointment: kept, changed, and ended when they no longer hold."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import Blocked, Conflict, record_event, save_changes
from schools.register.models.contact import SchoolContact
from schools.register.models.school import School
from schools.register.rules import wrong_with_as_of

FIELDS = ("purpose", "name", "email", "telephone", "source", "as_of")
"""What a contact says, besides who saved it when."""


def keep_contact(school: School, *, by: Actor, **fields: Any) -> SchoolContact:
    """A new contact. `Blocked` when nobody could be reached by it, or it is of a day to come."""
    contact = SchoolContact(school=school, created_by=by.user, updated_by=by.user, **fields)
    _refuse_what_is_wrong(contact)
    with transaction.atomic():
        contact.save()
        record_event(contact, "added", by=by, changes={name: [None, getattr(contact, name)] for name in FIELDS})
    return contact


def change_contact(contact: SchoolContact, *, by: Actor, seen_version: int, **fields: Any) -> None:
    """Put a contact right; `Conflict` when it was changed or ended since it was seen."""
    _refuse_what_is_over(contact)
    _refuse_what_is_wrong(_with(contact, fields))
    save_changes(contact, "changed", by=by, seen_version=seen_version, **fields)


def end_contact(contact: SchoolContact, *, by: Actor, seen_version: int, reason: str) -> None:
    """Say that a contact no longer holds. It stays where the school's history is read."""
    _refuse_what_is_over(contact)
    save_changes(contact, "ended", by=by, reason=reason, seen_version=seen_version, ended_because=reason)


def _refuse_what_is_over(contact: SchoolContact) -> None:
    """Whoever was told that somebody ended it, and sends the form again, ends or changes nothing either."""
    if contact.ended_because:
        raise Conflict(contact)


def _with(contact: SchoolContact, fields: dict[str, Any]) -> SchoolContact:
    held = {name: getattr(contact, name) for name in FIELDS}
    return SchoolContact(school=contact.school, **{**held, **fields})


def _refuse_what_is_wrong(contact: SchoolContact) -> None:
    try:
        contact.full_clean()
    except ValidationError as error:
        raise Blocked(error.messages) from None
    if reasons := wrong_with_as_of(contact.as_of, today=clock.today()):
        raise Blocked(reasons)
