"""What sharing a record does to what it says: a version is frozen, and its actions and strengths become rows."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import record_event
from schools.records import pdf
from schools.records.content import Content, Outcome, document_of
from schools.records.models.action import UNFINISHED, RecordAction
from schools.records.models.attachment import RecordAttachment
from schools.records.models.strength import Strength
from schools.records.models.version import RecordVersion
from schools.records.pdf import cover_of
from schools.visits.models.visit import VisitKind

if TYPE_CHECKING:
    from schools.records.models.record import RecordOfVisit


def document(
    record: "RecordOfVisit",
    *,
    texts: Mapping[str, str] | None = None,
    content: Content | None = None,
    visit: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The record as the school reads it: as it is written now, or as a correction has it. Four queries at most."""
    written = record.written if content is None else content
    return document_of(
        visit=visit_in_words(record, visit or {}),
        texts=record.texts if texts is None else texts,
        content=written,
        agenda=record.visit.agenda(),
        carried=_carried(written),
        attachments=[each.as_line() for each in attached(record)],
    )


def visit_in_words(record: "RecordOfVisit", corrected: Mapping[str, Any]) -> dict[str, Any]:
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


def attached(record: "RecordOfVisit") -> list[RecordAttachment]:
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
    record: "RecordOfVisit",
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
    _follow_actions(record, written, by=by)
    _follow_strengths(record, written, by=by)
    _settle_carried(record, written, by=by)
    _take_back(record, written, number - 1, by=by)
    pdf.asked_to_freeze(version, pdf.SHARED)
    return version


def _follow_actions(record: "RecordOfVisit", content: Content, *, by: Actor) -> None:
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
        else:
            row.reword(by=by, **words)
    for row in held.values():
        row.drop(by=by, on=clock.today(), reason=f"No longer in {record.reference} after its correction.")


def _follow_strengths(record: "RecordOfVisit", content: Content, *, by: Actor) -> None:
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
            row.reword(by=by, on=clock.today(), text=line.text, theme=line.theme)
    for row in held.values():
        row.withdraw(by=by, on=clock.today(), reason=f"No longer in {record.reference} after its correction.")


def _settle_carried(record: "RecordOfVisit", content: Content, *, by: Actor) -> None:
    """What the record says became of earlier actions."""
    said = {each.action: each for each in content.carried if each.outcome != Outcome.OPEN}
    rows = RecordAction.objects.unfinished().filter(pk__in=said, school=record.school_id).select_for_update()
    for row in rows.order_by("pk"):
        line = said[row.pk]
        note = line.note or f"As recorded in {record.reference}."
        if line.outcome == Outcome.DONE:
            row.settle("finish", by=by, on=clock.today(), note=note)
        else:
            row.drop(by=by, on=clock.today(), reason=note)


def _take_back(record: "RecordOfVisit", content: Content, former: int, *, by: Actor) -> None:
    """What the version before said was done or not needed, and this one says is still to be done, is open again."""
    before = record.versions.filter(number=former).first()
    said = before.texts.get("carried", ()) if before else ()
    settled = {each["action"] for each in said if each["outcome"] != Outcome.OPEN}
    now_open = (each for each in content.carried if each.outcome == Outcome.OPEN)
    taken_back = {each.action: each for each in now_open if each.action in settled}
    rows = RecordAction.objects.filter(pk__in=taken_back, school=record.school_id).exclude(status__in=UNFINISHED)
    for row in rows.select_for_update().order_by("pk"):
        note = taken_back[row.pk].note or f"Corrected in {record.reference}."
        row.settle("open again", by=by, on=clock.today(), note=note)
