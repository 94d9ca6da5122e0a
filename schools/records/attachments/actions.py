"""The files of a record: what its author attaches while it is a draft, and who may take which of them away.

A record that is not shared is seen by those alone who follow its making; they have what is attached now. Of a shared
one everybody has what a version names, and nothing else.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import acting, user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.documents.models import Blob, ScanState
from schoolimprove.documents.scanning import keep_scan, newest_states
from schoolimprove.documents.uploads import TYPES
from schoolimprove.lib import clock
from schoolimprove.records.transition import Blocked, Conflict, record_event
from schools.records import pdf, versions
from schools.records.models.attachment import RecordAttachment, RecordDocument
from schools.records.models.record import RecordOfVisit
from schools.records.models.response import Response
from schools.records.models.version import RecordVersion
from schools.records.states import SHARED_STATES, RecordStatus

MOST_FILES = 20
LONGEST_NAME = 150
"""Characters of a name, with room for the ending that its content has."""
SCANS = {ScanState.NOT_SCANNED: "Not scanned for viruses", ScanState.CLEAN: "", ScanState.INFECTED: "Infected"}


@dataclass(frozen=True)
class Brought:
    """A file somebody wants to attach, looked at: its type is by content, `scan` what a scanner said."""

    name: str
    content: bytes
    content_type: str
    scan: tuple[ScanState, str] = (ScanState.NOT_SCANNED, "")


def attach(record: RecordOfVisit, files: Sequence[Brought], *, by: User) -> list[RecordAttachment]:
    """All of these files or none. `Conflict` when it is no draft any more, `Blocked` when they are too many."""
    if not record.is_written_by(by):
        raise PermissionDenied
    actor = acting(by, Permission.WRITE_RECORD, on=record)
    with transaction.atomic():
        _draft(record)
        there = versions.attached(record)
        if len(there) + len(files) > MOST_FILES:
            raise Blocked(
                [f"You can attach up to {MOST_FILES} files to a record. This record already has {len(there)}."]
            )
        attachments = []
        for file in files:
            blob = Blob.objects.store(file.content, content_type=file.content_type, by=actor)
            keep_scan(blob, *file.scan)
            name = cleaned_name(file.name, file.content_type)
            attachments.append(RecordAttachment.objects.create(record=record, blob=blob, name=name, added_by=by))
            record_event(record, "attached", by=actor, changes={"file": [None, name], "sha256": [None, blob.pk]})
    return attachments


def take_away(attachment: RecordAttachment, *, by: User) -> bool:
    """The file stays kept, and is attached no more; whether it still was. `Conflict` as for `attach`."""
    record = attachment.record
    if not record.is_written_by(by):
        raise PermissionDenied
    actor = acting(by, Permission.WRITE_RECORD, on=record)
    with transaction.atomic():
        _draft(record)
        rows = RecordAttachment.objects.filter(pk=attachment.pk, taken_away_at__isnull=True)
        gone = rows.update(taken_away_at=clock.now(), taken_away_by=by)
        if gone:
            record_event(record, "took a file away", by=actor, changes={"file": [attachment.name, None]})
    return bool(gone)


def _draft(record: RecordOfVisit) -> None:
    """Nobody submits it until the transaction ends."""
    current = RecordOfVisit.objects.select_for_update().get(pk=record.pk)
    if current.status != RecordStatus.DRAFT:
        raise Conflict(current)


def cleaned_name(name: str, content_type: str) -> str:
    """The file's own name without its folders and without what cannot be seen; its ending is that of its content."""
    own = PurePosixPath(name.replace("\\", "/")).name
    seen = "".join(letter for letter in unicodedata.normalize("NFC", own) if unicodedata.category(letter)[0] != "C")
    path = PurePosixPath(" ".join(seen.split()).strip(". ") or "file")
    endings = [ending for ending, kind in TYPES.items() if kind == content_type]
    if path.suffix.lower() in endings:
        return f"{path.stem[:LONGEST_NAME]}{path.suffix}"
    return f"{path.name[:LONGEST_NAME]}{endings[0]}"


def attachments_for_readers(record: RecordOfVisit) -> QuerySet[RecordAttachment]:
    """Those that whoever may read the record may take away."""
    attachments = record.attachments.select_related("blob")
    if record.status in SHARED_STATES:
        return attachments.filter(pk__in=_named(record))
    return attachments.filter(taken_away_at__isnull=True)


def _named(record: RecordOfVisit) -> set[int]:
    named = record.versions.values_list("texts__attachments", flat=True)
    return {line["attachment"] for lines in named for line in lines or ()}


def documents_of(record: RecordOfVisit) -> QuerySet[RecordDocument]:
    """Its frozen PDFs, of the newest version first."""
    documents = RecordDocument.objects.filter(version__record=record).select_related("blob", "version")
    return documents.order_by("-version__number", "-frozen_at", "-pk")


@dataclass(frozen=True)
class FileLine:
    pk: int
    name: str
    sha256: str
    size: int
    note: str = ""
    infected: bool = False


@dataclass(frozen=True)
class Files:
    """What the page shows of them; `pdf_url` is that of the preview, or of the newest frozen PDF."""

    attachments: Sequence[FileLine]
    documents: Sequence[tuple[RecordDocument, str]]
    pending: str
    is_shared: bool
    may_attach: bool
    pdf_url: str


def shown(record: RecordOfVisit, user: Any, version: RecordVersion | None, responses: Sequence[Response] = ()) -> Files:
    """Of the version that is read, or of the draft. Three queries at most."""
    lines = version.texts.get("attachments", ()) if version else [each.as_line() for each in versions.attached(record)]
    documents = list(documents_of(record)) if version else []
    return Files(
        attachments=_lines(lines, staff=user_can(user, Permission.VIEW_SCHOOL_HISTORY, on=record.school)),
        documents=[(document, _occasion(document, responses)) for document in documents],
        pending=pdf.pending(version, documents, list(responses)) if version else "",
        is_shared=version is not None,
        may_attach=record.status == RecordStatus.DRAFT and record.is_written_by(user),
        pdf_url=reverse("schools:record_pdf", args=[record.school.urn, record.reference]),
    )


def _lines(lines: Iterable[Any], *, staff: bool) -> list[FileLine]:
    listed = list(lines)
    states = newest_states({line["sha256"] for line in listed}) if listed else {}
    found = []
    for line in listed:
        state = states.get(line["sha256"], ScanState.NOT_SCANNED)
        infected = state == ScanState.INFECTED
        note = SCANS[state] if staff or infected else ""
        found.append(FileLine(line["attachment"], line["name"], line["sha256"], line["size"], note, infected))
    return found


def _occasion(document: RecordDocument, responses: Sequence[Response]) -> str:
    """What had happened when it was frozen."""
    roles = {pdf.answered(each): each.get_role_display().lower() for each in responses}
    said = {
        pdf.SHARED: "as shared",
        pdf.PRESENTED: "as presented to governors",
        pdf.UNDONE: "as no longer presented to governors",
        pdf.CLOSED: "as closed",
    }
    answered = (
        f"with the response of the {roles[document.occasion]}" if document.occasion in roles else "with a response"
    )
    return said.get(pdf.act_of(document.occasion), answered)
