"""Files of a record: its PDF, and what its author attached."""

import logging
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST
from django.views.generic import FormView

from schoolimprove.accounts.models import user_of
from schoolimprove.documents.downloads import download, served
from schoolimprove.documents.models import ScanState
from schoolimprove.documents.pdf import CONTENT_TYPE, PdfUnavailable
from schoolimprove.documents.scanning import state_of
from schoolimprove.pages.conflicts import refused
from schoolimprove.records.drafts import SendsOnce
from schoolimprove.records.transition import Blocked, Conflict
from schools.records import versions
from schools.records.attachments.actions import attach, attachments_for_readers, documents_of, take_away
from schools.records.attachments.forms import AttachmentForm
from schools.records.models.attachment import RecordDocument
from schools.records.models.record import RecordOfVisit
from schools.records.pages import breadcrumbs, last_move_in_words, record_in_scope
from schools.records.pdf import preview_pdf
from schools.records.states import SHARED_STATES, RecordStatus

_log = logging.getLogger(__name__)


def record_pdf(request: HttpRequest, urn: int, reference: str) -> HttpResponse:
    """The newest frozen PDF of the newest version; before there is a version, a preview."""
    record = record_in_scope(request, urn, reference)
    if record.status not in SHARED_STATES:
        return _preview(request, record)
    document = documents_of(record).first()
    if document is None or document.version.number != record.shared_version:
        messages.info(request, "The PDF is not ready yet. For its progress, see “Files”.")
        return redirect(record)
    return _document(request, record, document)


def _preview(request: HttpRequest, record: RecordOfVisit) -> HttpResponse:
    try:
        pdf = preview_pdf(record, versions.document(record))
    except PdfUnavailable:
        _log.exception("No preview of %s could be made", record.reference)
        messages.error(request, "We cannot make PDFs at the moment. Tell your system administrator.")
        return redirect(record)
    return download(pdf.content, f"{record.reference}-preview.pdf", CONTENT_TYPE)


def record_document(request: HttpRequest, urn: int, reference: str, document: int) -> HttpResponse:
    """One frozen PDF, of whichever version and occasion."""
    record = record_in_scope(request, urn, reference)
    return _document(request, record, get_object_or_404(documents_of(record), pk=document))


def _document(request: HttpRequest, record: RecordOfVisit, document: RecordDocument) -> HttpResponse:
    name = f"{record.reference}-version-{document.version.number}.pdf"
    return served(request, document.blob, name, back=record.get_absolute_url())


def attachment(request: HttpRequest, urn: int, reference: str, attachment: int) -> HttpResponse:
    record = record_in_scope(request, urn, reference)
    file = get_object_or_404(attachments_for_readers(record), pk=attachment)
    if state_of(file.blob) == ScanState.INFECTED:
        messages.error(request, f"You cannot download {file.name} because it is infected with a virus.")
        return redirect(record)
    return served(request, file.blob, file.name, back=record.get_absolute_url())


class AttachmentAdd(SendsOnce, FormView[AttachmentForm]):
    """Its author attaches files while it is a draft."""

    template_name = "layouts/form.html"
    form_class = AttachmentForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.record = record_in_scope(request, kwargs["urn"], kwargs["reference"])
        if not self.record.is_written_by(user_of(request)):
            raise PermissionDenied
        if self.record.status != RecordStatus.DRAFT:
            return _no_draft(request, self.record)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "cancel_url": self.record.get_absolute_url()}

    def form_valid(self, form: AttachmentForm) -> HttpResponse:
        files = form.cleaned_data["uploads"]
        try:
            added = attach(self.record, files, by=user_of(self.request))
        except Blocked as error:
            return refused(self, form, error)
        except Conflict as lost:
            return _no_draft(self.request, lost.current)
        names = ", ".join(each.name for each in added)
        messages.success(self.request, f"You attached {names}.")
        return redirect(self.record)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            page_title="Attach files",
            caption=f"{self.record.reference}, {self.record.school.name}",
            breadcrumbs=breadcrumbs(self.record, "Attach files"),
            **kwargs,
        )


@require_POST
def attachment_remove(request: HttpRequest, urn: int, reference: str, attachment: int) -> HttpResponse:
    record = record_in_scope(request, urn, reference)
    if not record.is_written_by(user_of(request)):
        raise PermissionDenied
    if record.status != RecordStatus.DRAFT:
        return _no_draft(request, record)
    file = get_object_or_404(record.attachments, pk=attachment)
    try:
        gone = take_away(file, by=user_of(request))
    except Conflict as lost:
        return _no_draft(request, lost.current)
    said = f"You removed {file.name}." if gone else f"{file.name} had already been removed."
    messages.success(request, said)
    return redirect(record)


def _no_draft(request: HttpRequest, record: Any) -> HttpResponse:
    why = last_move_in_words(record, request.user)
    messages.warning(request, f"{why} You can only attach or remove files while a record is a draft.")
    return redirect(record)
