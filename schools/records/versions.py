"""What sharing a record does to what it says: a version is frozen, and its actions and strengths become rows."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from schoolimprove.records.actor import Actor
from schools.records import follow_up, pdf
from schools.records.content import Content, document_of
from schools.records.models.action import RecordAction
from schools.records.models.attachment import RecordAttachment
from schools.records.models.record import RecordOfVisit
from schools.records.models.version import RecordVersion
from schools.records.pdf import cover_of
from schools.visits.models.visit import VisitKind


def document(
    record: RecordOfVisit,
    *,
    texts: Mapping[str, str] | None = None,
    content: Content | None = None,
    visit: Mapping[str, Any] | None = None,
    agenda: Sequence[Any] | None = None,
    files: Sequence[RecordAttachment] | None = None,
) -> dict[str, Any]:
    """The record as the school reads it: as it is written now, or with other words. Four queries at most."""
    written = record.written if content is None else content
    return document_of(
        visit=visit_in_words(record, visit or {}),
        texts=record.texts if texts is None else texts,
        content=written,
        agenda=record.visit.agenda() if agenda is None else agenda,
        carried=_carried(written),
        attachments=[each.as_line() for each in (attached(record) if files is None else files)],
    )


def visit_in_words(record: RecordOfVisit, corrected: Mapping[str, Any]) -> dict[str, Any]:
    visit = record.visit
    held_on = corrected.get("held_on", visit.held_on)
    days = Decimal(corrected.get("days", visit.days))
    return {
        "kind": VisitKind(corrected.get("kind", visit.kind)).label,
        "held_on": held_on.isoformat() if hasattr(held_on, "isoformat") else held_on,
        "days": f"{days.normalize():f}",
        "author": str(record.author),
        "author_role": record.author_role_label,
        "purpose": visit.purpose,
        "team": visit.team,
    }


def attached(record: RecordOfVisit) -> list[RecordAttachment]:
    return list(record.attachments.filter(taken_away_at__isnull=True).select_related("blob"))


def _carried(content: Content) -> dict[int, dict[str, Any]]:
    """The earlier actions it speaks of, in the words they have now."""
    rows = RecordAction.objects.filter(pk__in=[each.action for each in content.carried]).select_related("record")
    return {
        row.pk: {
            "what": row.what,
            "owner": row.owner,
            "who": row.who,
            "due_on": row.due_on.isoformat() if row.due_on else None,
            "from": row.record.reference,
        }
        for row in rows
    }


def share(
    record: RecordOfVisit,
    *,
    number: int,
    by: Actor,
    reason: str = "",
    texts: Mapping[str, str] | None = None,
    content: Content | None = None,
    visit: Mapping[str, Any] | None = None,
) -> RecordVersion:
    """Freeze a version and let what it says take effect. Called in the transaction of the verb that shares it."""
    frozen = document(record, texts=texts, content=content, visit=visit)
    version = RecordVersion.objects.create(
        record=record,
        number=number,
        texts=frozen,
        cover=cover_of(record, by=by),
        reason=reason,
        issued_by=by.user,
    )
    written = record.written if content is None else content
    follow_up.follow(record, written, number=number, by=by)
    pdf.asked_to_freeze(version, pdf.SHARED)
    return version
