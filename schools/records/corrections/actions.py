"""Corrections of shared records: proposed, and who may follow how they come about."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import acting, user_can
from schoolimprove.accounts.roles import Permission, rights_over
from schoolimprove.records.transition import Blocked, Conflict, record_event
from schools.records import versions
from schools.records.content import Content
from schools.records.diff import Change, differences
from schools.records.models.correction import OPEN, Correction, differs, stored
from schools.records.models.record import RecordOfVisit
from schools.records.rules import wrong_with_correction
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
        if waiting(current) is not None:
            raise Blocked(["A correction of this record is waiting already."])
        if reasons := wrong_with_correction(reason, differs=differs(current, **written)):
            raise Blocked(reasons)
        correction = Correction.objects.create(
            record=current, corrects=seen, reason=reason, created_by=by, **stored(**written)
        )
        record_event(correction, "proposed", by=actor, reason=reason)
    return correction


def waiting(record: RecordOfVisit) -> Correction | None:
    """The correction of it that is not decided yet."""
    return Correction.objects.filter(record=record, status__in=OPEN).select_related("created_by").first()


def follows(record: RecordOfVisit, user: Any) -> bool:
    """Whether this user may see what is proposed: the author and their managers, never the school."""
    manages = user_can(user, rights_over(record.author_role).view_unshared, on=record)
    return bool(record.author_id == user.pk or manages)


def proposed_changes(correction: Correction) -> list[Change]:
    """What it would change in the version it corrects."""
    record = correction.record
    corrected = record.versions.get(number=correction.corrects)
    proposed = versions.document(record, texts=correction.texts, content=correction.written, visit=correction.visit)
    return differences(corrected.texts, proposed)
