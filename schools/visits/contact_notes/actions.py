"""Contacts in two lines: kept, and taken back with a reason (domain 3.2). They are never altered."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import acting, user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.records.transition import Blocked, Conflict, record_event, save_changes
from schools.register.models.school import School
from schools.register.rules import wrong_with_as_of
from schools.visits.models.contact_note import ContactNote


def note_contact(
    school: School, *, by: User, on: date, kind: str, happened_on: date, with_whom: str, note: str
) -> ContactNote:
    """A new note of this user's. `Blocked` for a day to come."""
    actor = acting(by, Permission.WRITE_CONTACT_NOTE, on=school)
    if reasons := wrong_with_as_of(happened_on, today=on):
        raise Blocked(reasons)
    said = {"kind": kind, "happened_on": happened_on, "with_whom": with_whom, "note": note}
    with transaction.atomic():
        made = ContactNote.objects.create(school=school, author=by, created_by=by, updated_by=by, **said)
        record_event(made, "noted", by=actor)
    return made


def may_take_back(user: User, note: ContactNote) -> bool:
    """Its author, while they may still write notes there."""
    return note.author_id == user.pk and user_can(user, Permission.WRITE_CONTACT_NOTE, on=note)


def take_back(note: ContactNote, *, by: User, seen_version: int, reason: str) -> None:
    """It was wrong, or of another school. It stays, with the reason, in the audit."""
    if not may_take_back(by, note):
        raise PermissionDenied
    if note.taken_back_because:
        raise Conflict(note)
    actor = acting(by, Permission.WRITE_CONTACT_NOTE, on=note)
    save_changes(note, "taken back", by=actor, reason=reason, seen_version=seen_version, taken_back_because=reason)
