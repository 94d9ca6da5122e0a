"""Create, reword, settle and drop actions and strengths as the newest version of their record says."""

from datetime import date
from typing import Any

from django.db import transaction

from schoolimprove.accounts.models import User
from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import record_event, save_changes, transition
from schools.records import deadlines
from schools.records.content import Content, Outcome
from schools.records.models.action import UNFINISHED, RecordAction
from schools.records.models.record import RecordOfVisit
from schools.records.models.strength import Strength
from schools.records.states import StrengthStatus


def follow(record: RecordOfVisit, content: Content, *, number: int, by: Actor) -> None:
    """Let what version `number` of a record says take effect on its actions and strengths, and on earlier actions."""
    _follow_actions(record, content, by=by)
    _follow_strengths(record, content, by=by)
    _settle_carried(record, content, by=by)
    _take_back(record, content, number - 1, by=by)
    deadlines.strengths_changed(record)


def _follow_actions(record: RecordOfVisit, content: Content, *, by: Actor) -> None:
    """Each action of the newest version is a row; one it no longer has is dropped."""
    held = {row.key: row for row in record.actions.select_for_update()}
    for line in content.actions:
        words = {"what": line.what, "owner": line.owner, "who": line.who, "due_on": line.due_on}
        row = held.pop(line.key, None)
        if row is None:
            row = RecordAction.objects.create(
                record=record, school_id=record.school_id, key=line.key, created_by=by.user, **words
            )
            record_event(row, "agreed", by=by)
            deadlines.action_changed(row)
        else:
            reword_action(row, by=by, **words)
    for row in held.values():
        drop(row, by=by, on=clock.today(), reason=f"No longer in {record.reference} after its correction.")


def _follow_strengths(record: RecordOfVisit, content: Content, *, by: Actor) -> None:
    """As actions. Consent is given to words: what is worded otherwise is asked about again."""
    held = {row.key: row for row in record.strengths.select_for_update()}
    for line in content.strengths:
        row = held.pop(line.key, None)
        if row is None:
            row = Strength.objects.create(
                record=record,
                school_id=record.school_id,
                key=line.key,
                text=line.text,
                theme=line.theme,
                created_by=by.user,
            )
            record_event(row, "named", by=by)
        else:
            reword_strength(row, by=by, text=line.text, theme=line.theme)
    for row in held.values():
        withdraw_strength(row, by=by, on=clock.today(), reason=f"No longer in {record.reference} after its correction.")


def _settle_carried(record: RecordOfVisit, content: Content, *, by: Actor) -> None:
    """What the record says became of earlier actions."""
    said = {each.action: each for each in content.carried if each.outcome != Outcome.OPEN}
    rows = RecordAction.objects.unfinished().filter(pk__in=said, school=record.school_id).select_for_update()
    for row in rows.order_by("pk"):
        line = said[row.pk]
        note = line.note or f"As recorded in {record.reference}."
        if line.outcome == Outcome.DONE:
            settle(row, "finish", by=by, on=clock.today(), note=note)
        else:
            drop(row, by=by, on=clock.today(), reason=note)


def _take_back(record: RecordOfVisit, content: Content, former: int, *, by: Actor) -> None:
    """What the version before said was done or not needed, and this one says is still to be done, is open again."""
    before = record.versions.filter(number=former).first()
    said = before.texts.get("carried", ()) if before else ()
    settled = {each["action"] for each in said if each["outcome"] != Outcome.OPEN}
    now_open = (each for each in content.carried if each.outcome == Outcome.OPEN)
    taken_back = {each.action: each for each in now_open if each.action in settled}
    rows = RecordAction.objects.filter(pk__in=taken_back, school=record.school_id).exclude(status__in=UNFINISHED)
    for row in rows.select_for_update().order_by("pk"):
        note = taken_back[row.pk].note or f"Corrected in {record.reference}."
        settle(row, "open again", by=by, on=clock.today(), note=note)


def settle(action: RecordAction, verb: str, *, by: Actor, on: date, note: str, seen_version: int | None = None) -> None:
    """Move it, with what was done; "begin" or "finish", or "open again"."""
    stamp = progress(note, by.user)
    seen = action.version if seen_version is None else seen_version
    with transaction.atomic():
        transition(action, verb, by=by, reason=note, seen_version=seen, **stamp)
        deadlines.action_changed(action)


def drop(action: RecordAction, *, by: Actor, on: date, reason: str) -> None:
    """No longer needed; one that is done stays done."""
    if action.status in UNFINISHED:
        transition(action, "drop", by=by, reason=reason, seen_version=action.version)
        deadlines.action_changed(action)


def reword_action(action: RecordAction, *, by: Actor, **words: Any) -> None:
    """A correction says it otherwise."""
    if any(getattr(action, name) != value for name, value in words.items()):
        save_changes(action, "reworded", by=by, seen_version=action.version, **words)
        deadlines.action_changed(action)


def progress(note: str, by: User | None) -> dict[str, Any]:
    """The fields of an action on which progress was reported."""
    return {"progress": note, "progress_at": clock.now(), "progress_by": by}


def withdraw_strength(strength: Strength, *, by: Actor, on: date, reason: str) -> None:
    """No longer named; its words need no consent any more."""
    if strength.status != StrengthStatus.WITHDRAWN:
        transition(strength, "withdraw", by=by, reason=reason, seen_version=strength.version)


def reword_strength(strength: Strength, *, by: Actor, **words: Any) -> None:
    """A correction says it otherwise, or names it again."""
    again = strength.status == StrengthStatus.WITHDRAWN
    if not again and all(getattr(strength, name) == value for name, value in words.items()):
        return
    if strength.status == StrengthStatus.ASKED:
        save_changes(strength, "reworded", by=by, seen_version=strength.version, **words)
    else:
        undecided: dict[str, Any] = {"decided_at": None, "decided_by": None}
        transition(strength, "ask again", by=by, seen_version=strength.version, **undecided, **words)
