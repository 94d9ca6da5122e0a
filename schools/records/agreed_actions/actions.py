"""Report on an agreed action, and answer whether a strength may be shared."""

from datetime import date

from django.db import transaction

from schoolimprove.accounts.models import User
from schoolimprove.accounts.moves import make_move
from schoolimprove.accounts.rights import acting
from schoolimprove.lib import clock
from schoolimprove.records.transition import Blocked, Conflict, save_changes, transition
from schools.records import deadlines
from schools.records.follow_up import progress, settle
from schools.records.models.action import UNFINISHED, RecordAction
from schools.records.models.strength import Strength


def begin(action: RecordAction, *, by: User, on: date, note: str = "", seen_version: int) -> None:
    """It is under way, for the first time or again; what was reported so far stays unless a note replaces it."""
    actor = acting(by, action.kept_by, on=action)
    said = progress(note, by) if note else {}
    transition(action, "begin", by=actor, reason=note, seen_version=seen_version, **said)


def finish(action: RecordAction, *, by: User, on: date, note: str, seen_version: int) -> None:
    """It is done, and what was done is said."""
    actor = acting(by, action.kept_by, on=action)
    _must_say(note, "Enter what has been done.")
    settle(action, "finish", by=actor, on=on, note=note, seen_version=seen_version)


def report_progress(action: RecordAction, *, by: User, note: str, seen_version: int) -> None:
    """How far it is, while it is not finished."""
    actor = acting(by, action.kept_by, on=action)
    _must_say(note, "Enter what has been done so far.")
    if action.status not in UNFINISHED:
        raise Conflict(action)
    said = progress(note, by)
    save_changes(action, "progress reported", by=actor, reason=note, seen_version=seen_version, **said)


def _must_say(note: str, otherwise: str) -> None:
    if not note.strip():
        raise Blocked([otherwise])


def decide(strength: Strength, verb: str, *, by: User, on: date, seen_version: int) -> None:
    """The headteacher's answer, "consent" or "decline", which may be changed later."""
    with transaction.atomic():
        make_move(strength, verb, by=by, seen_version=seen_version, decided_at=clock.now(), decided_by=by)
        deadlines.strengths_changed(strength.record)
