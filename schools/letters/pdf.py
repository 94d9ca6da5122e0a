"""A letter as HTML and as PDF: a draft as it would read today, an issued letter from what was frozen."""

import logging
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from schoolimprove.accounts.roles import ROLE_LABELS, Role
from schoolimprove.documents.models import Blob
from schoolimprove.documents.pdf import CONTENT_TYPE, Pdf, render
from schoolimprove.lib import clock
from schoolimprove.records import jobs
from schoolimprove.records.actor import SYSTEM, Actor
from schoolimprove.records.transition import record_event
from schoolimprove.ui.prose import prose
from schools.letters.models import Letter, LetterDelivery, LetterDocument
from schools.letters.recipients import recipients_of
from schools.letters.rules import marked
from schools.register.models.appointment import Appointment
from schools.register.models.places import letterhead

TEMPLATE = "schools/letters/pdf/letter.html"
DRAFT = "Draft – not issued"
JOB = "freeze_letter"
FROZEN = "PDF made"
"""The verb of the event that keeps the hash of the PDF."""
MOST_AT_ONCE = 500
_log = logging.getLogger(__name__)


def body_html(letter: Letter, recipients: Sequence[LetterDelivery]) -> SafeString:
    """Return the body as HTML. Values are escaped and put in after the Markdown around them has been read."""
    text = marked(letter.body, letter.values_for(recipients))
    return mark_safe(text.filled(prose(text.text), [escape(piece) for piece in text.pieces]))  # noqa: S308


def signature_of(by: Actor) -> dict[str, Any]:
    """Return the authority and who signs for it, the same for all letters that are issued together."""
    assert by.appointment_id is not None  # noqa: S101 - the right to issue is that of an appointment
    appointment = Appointment.objects.select_related("cover_for__person").get(pk=by.appointment_id)
    role, cover = appointment.get_role_display(), appointment.cover_for
    signed_as = f"for {cover.person}, {role}" if cover else role
    return {"authority": letterhead(), "signed_by": str(by.user), "signed_as": signed_as}


def cover_of(letter: Letter, signature: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is printed around the body."""
    school = letter.school
    return {**signature, "school": school.name, "urn": school.urn, "address": school.address_lines}


def draft_pdf(letter: Letter, *, on: date) -> Pdf:
    """Return a draft as it would read if it were issued on that day, marked on every page."""
    signature = {"authority": letterhead(), "signed_by": "", "signed_as": ROLE_LABELS[Role.HEAD_OF_SERVICE]}
    return _drawn(letter, cover_of(letter, signature), recipients_of([letter], on=on)[letter.pk], on=on, standing=DRAFT)


def issued_pdf(letter: Letter) -> Pdf:
    """Return an issued letter. It is the same bytes whenever it is made."""
    assert letter.issued_on is not None  # noqa: S101 - the caller has asked
    deliveries = list(letter.deliveries.all())
    return _drawn(letter, letter.cover, deliveries, on=letter.issued_on, standing=letter.reference)


def _drawn(
    letter: Letter, cover: Mapping[str, Any], recipients: Sequence[LetterDelivery], *, on: date, standing: str
) -> Pdf:
    heading = letter.heading_for(recipients)
    context = {
        "letter": letter,
        "cover": cover,
        "recipients": recipients,
        "heading": heading,
        "body": body_html(letter, recipients),
        "on": on,
        "draft": DRAFT if letter.issued_on is None else "",
        "standing": standing,
    }
    made_at = datetime.combine(on, time(12), clock.LONDON)
    return render(TEMPLATE, context, title=f"{letter.reference}: {heading}", lang="en-GB", made_at=made_at)


def ask_to_freeze(letter: Letter) -> None:
    """Have the PDF of an issued letter made by the worker; called in the transaction that issues it."""
    jobs.ask_for(JOB, str(letter.pk))


def freeze(letter: Letter) -> LetterDocument:
    """Return the PDF of an issued letter: the one there is, or one that is made now."""
    found = LetterDocument.objects.filter(letter=letter).first()
    if found is not None:
        return found
    pdf = issued_pdf(letter)
    blob = Blob.objects.store(pdf.content, content_type=CONTENT_TYPE, by=SYSTEM)
    with transaction.atomic():
        document, new = LetterDocument.objects.get_or_create(letter=letter, defaults={"blob": blob, "pages": pdf.pages})
        if new:
            record_event(letter, FROZEN, by=SYSTEM, changes={"sha256": [None, blob.pk]})
    return document


def ask_for_missing() -> int:
    """Ask anew for PDFs of issued letters that could not be made; return how many."""
    missing = Letter.objects.filter(issued_on__isnull=False, document__isnull=True).order_by("pk")[:MOST_AT_ONCE]
    with transaction.atomic():
        for letter in missing:
            ask_to_freeze(letter)
    return len(missing)


def register() -> None:
    """Called once, when the app is ready."""
    jobs.job_kinds.register(jobs.JobKind(JOB, 30, _freeze, _given_up))


def _freeze(key: str, tell: jobs.Progress) -> None:
    tell("Making the PDF")
    freeze(Letter.objects.select_related("school").get(pk=key))


def _given_up(key: str, sentence: str) -> None:
    """The letter's page says that the PDF is not there yet; each night it is asked for anew."""
    _log.error("The PDF of letter %s was not made: %s", key, sentence)
