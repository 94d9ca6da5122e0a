"""Corrections of shared records: proposed, and who may follow how they come about."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import acting
from schoolimprove.accounts.roles import Permission, rights_over
from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import Blocked, Conflict, record_event, transition
from schools.records import actions as record_actions
from schools.records import deadlines, versions
from schools.records.content import Content
from schools.records.diff import Change, differences
from schools.records.models.correction import Correction, open_correction
from schools.records.models.record import RecordOfVisit
from schools.records.returned import LastReturn, newest_return, values_at
from schools.records.rules import incomplete_actions, wrong_with_correction
from schools.records.states import SHARED_STATES


def propose_correction(
    record: RecordOfVisit,
    *,
    by: User,
    reason: str,
    seen: int,
    texts: Mapping[str, str],
    content: Content,
    visit: Mapping[str, Any],
) -> Correction:
    """`seen` is the number of the version that its author read while writing.

    `Conflict` when that is not the newest any more; `Blocked` when another correction waits, or nothing differs.
    """
    if not record.is_written_by(by):
        raise PermissionDenied
    actor = acting(by, Permission.WRITE_RECORD, on=record)
    written: dict[str, Any] = {"texts": texts, "content": content, "visit": visit}
    with transaction.atomic():
        current = RecordOfVisit.objects.select_for_update(of=("self",)).select_related("visit").get(pk=record.pk)
        if current.status not in SHARED_STATES or current.shared_version != seen:
            raise Conflict(current)
        if open_correction(current) is not None:
            raise Blocked(["This record already has an open correction."])
        if reasons := _wrong_with(current, reason, written):
            raise Blocked(reasons)
        correction = Correction.objects.create(
            record=current, corrects=seen, reason=reason, created_by=by, **stored(**written)
        )
        record_event(correction, "proposed", by=actor, reason=reason)
        deadlines.correction_moved(correction, by=by)
        record_actions.ask_to_close(current, on=clock.today())
    return correction


def _wrong_with(record: RecordOfVisit, reason: str, written: Mapping[str, Any]) -> list[str]:
    """Return why it cannot be proposed; an action shared without a person or a date may stay as it is."""
    reasons = wrong_with_correction(reason, differs=differs(record, **written))
    return reasons + incomplete_actions(written["content"].actions, known=record.written.actions)


def proposed_changes(correction: Correction) -> list[Change]:
    """What it would change in the version it corrects."""
    record = correction.record
    corrected = record.versions.get(number=correction.corrects)
    proposed = versions.document(record, texts=correction.texts, content=correction.written, visit=correction.visit)
    return differences(corrected.texts, proposed)


def changes_since_return(correction: Correction) -> tuple[LastReturn, Sequence[Change]] | None:
    """Return what the line manager asked for and what the author changed in the correction since they returned it."""
    event = newest_return(correction)
    if event is None:
        return None
    now = {"texts": correction.texts, "content": correction.content, "visit_facts": correction.visit_facts}
    then = Correction(**now | values_at(event, correction, *now))
    before, after = (
        versions.document(correction.record, texts=each.texts, content=each.written, visit=each.visit)
        for each in (then, correction)
    )
    return LastReturn(event, {}), differences(before, after)


def blockers_to_issue(correction: Correction) -> list[str]:
    """Why it cannot be issued, as sentences."""
    if correction.corrects != correction.record.shared_version:
        return [f"Version {correction.corrects}, which this corrects, is no longer the newest."]
    return []


def propose_again(
    correction: Correction, *, by: User, on: date, reason: str, seen_version: int, **written: Any
) -> None:
    """With what the line manager asked for; `written` as `stored` takes it."""
    actor = _author(correction, by)
    if reasons := _wrong_with(correction.record, reason, written):
        raise Blocked(reasons)
    words: dict[str, Any] = {**stored(**written), "corrects": correction.record.shared_version, "returned_because": ""}
    with transaction.atomic():
        _newest_record(correction)
        _move(correction, "propose again", by=actor, on=on, reason=reason, seen_version=seen_version, **words)
        # What a verb is given as its reason goes to the audit; this row's own has the same name.
        Correction.objects.filter(pk=correction.pk).update(reason=reason)
        correction.reason = reason


def return_to_author(correction: Correction, *, by: User, on: date, reason: str, seen_version: int) -> None:
    """With comments; the author may propose it anew."""
    actor = _manager(correction, by)
    _move(correction, "return", by=actor, on=on, reason=reason, seen_version=seen_version, returned_because=reason)


def withdraw(correction: Correction, *, by: User, on: date, reason: str, seen_version: int) -> None:
    actor = _author(correction, by) if correction.record.is_written_by(by) else _manager(correction, by)
    _move(correction, "withdraw", by=actor, on=on, reason=reason, seen_version=seen_version)


def issue(correction: Correction, *, by: User, on: date, seen_version: int) -> None:
    """Correct the record: a new version with this reason, shared with the school."""
    actor = _manager(correction, by)
    with transaction.atomic():
        record = _newest_record(correction)
        stamp: dict[str, Any] = {"decided_at": clock.now(), "decided_by": by}
        _move(correction, "issue", by=actor, on=on, reason=correction.reason, seen_version=seen_version, **stamp)
        record_actions.correct(
            record,
            by=actor,
            on=on,
            reason=correction.reason,
            seen_version=record.version,
            texts=correction.texts,
            content=correction.written,
            visit=correction.visit,
        )
        correction.record = record


def _move(
    correction: Correction, verb: str, *, by: Actor, on: date, reason: str, seen_version: int, **fields: Any
) -> None:
    reasons = blockers_to_issue(correction) if verb == "issue" else []
    with transaction.atomic():
        transition(correction, verb, by=by, reason=reason, seen_version=seen_version, blockers=reasons, **fields)
        deadlines.correction_moved(correction, by=by.user)
        record_actions.ask_to_close(correction.record, on=on)


def _newest_record(correction: Correction) -> RecordOfVisit:
    """As it is now, and as nobody else changes it until the transaction ends."""
    records = RecordOfVisit.objects.select_for_update(of=("self",)).select_related("visit", "school")
    correction.record = records.get(pk=correction.record_id)
    return correction.record


def _author(correction: Correction, user: User) -> Actor:
    if not correction.record.is_written_by(user):
        raise PermissionDenied
    return acting(user, Permission.WRITE_RECORD, on=correction.record)


def _manager(correction: Correction, user: User) -> Actor:
    if not correction.record.is_approved_by(user):
        raise PermissionDenied
    return acting(user, rights_over(correction.record.author_role).approve, on=correction.record)


def stored(*, texts: Mapping[str, str], content: Content, visit: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a correction for what was written."""
    facts = {"kind": str(visit["kind"]), "held_on": visit["held_on"].isoformat(), "days": str(visit["days"])}
    return {"texts": dict(texts), "content": content.as_json(), "visit_facts": facts}


def differs(record: RecordOfVisit, *, texts: Mapping[str, str], content: Content, visit: Mapping[str, Any]) -> bool:
    """Whether it would read otherwise than the newest version."""
    facts = {name: getattr(record.visit, name) for name in visit}
    same = dict(texts) == record.texts and facts == dict(visit)
    return not (same and content.as_json() == record.written.as_json())
