"""The PDFs of shared records, made in the background and frozen with their hash, once for each occasion.

An occasion is "shared", "response-<id>", "presented" or "closed". Its moment is that of the act itself, so that a
PDF made late, or again, says what had been answered then and is the same bytes.
"""

import logging
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat

from schoolimprove.documents.models import Blob
from schoolimprove.documents.pdf import CONTENT_TYPE
from schoolimprove.lib import clock
from schoolimprove.records import jobs
from schoolimprove.records.actor import SYSTEM
from schoolimprove.records.models import AuditEvent, Job
from schoolimprove.records.models.job import JobState
from schoolimprove.records.transition import record_event
from schools.models.attachment import RecordDocument
from schools.models.response import RecordVersion, Response
from schools.record_pdf import Standing, frozen_pdf

JOB = "freeze_record"
SHARED, PRESENTED, CLOSED = "shared", "presented", "closed"
MOST_AT_ONCE = 500
"""PDFs asked for anew in one night."""
_ACTS = {PRESENTED: ("present",), CLOSED: ("close", "close unpresented")}
_RESPONSE = "response-"
_log = logging.getLogger(__name__)


def register() -> None:
    """Called once, when the app is ready."""
    jobs.job_kinds.register(jobs.JobKind(JOB, 20, _freeze, _given_up))


# Asking ---------------------------------------------------------------------------------------------------------------


def asked_to_freeze(version: RecordVersion, occasion: str) -> None:
    """Have the PDF of a version frozen; called in the transaction of the act that is the occasion."""
    jobs.ask_for(JOB, f"{version.pk} {occasion}")


def answered(response: Response) -> str:
    """The occasion that an answer is."""
    return f"{_RESPONSE}{response.pk}"


def ask_for_missing() -> int:
    """Ask anew for what was given up, and for versions shared before PDFs were frozen; how many were asked for."""
    wanted = [(version, SHARED) for version in _without_document()[:MOST_AT_ONCE]]
    wanted += [(each.version, answered(each)) for each in _answers_without_document()[:MOST_AT_ONCE]]
    for version, occasion in wanted:
        with transaction.atomic():
            asked_to_freeze(version, occasion)
    return len(wanted)


def _without_document() -> QuerySet[RecordVersion]:
    frozen = RecordDocument.objects.filter(version=OuterRef("pk"))
    return RecordVersion.objects.filter(~Exists(frozen)).order_by("pk")


def _answers_without_document() -> QuerySet[Response]:
    occasion = Concat(Value(_RESPONSE), Cast(OuterRef("pk"), CharField()))
    frozen = RecordDocument.objects.filter(version=OuterRef("version"), occasion=occasion)
    return Response.objects.filter(~Exists(frozen)).select_related("version").order_by("pk")


# Making ---------------------------------------------------------------------------------------------------------------


def freeze(version: RecordVersion, occasion: str) -> RecordDocument:
    """The frozen document of this occasion: the one there is, or the one that is made now."""
    made = version.documents.filter(occasion=occasion).first()
    if made is not None:
        return made
    standing = standing_at(version, occasion)
    pdf = frozen_pdf(version, standing)
    blob = Blob.objects.store(pdf.content, content_type=CONTENT_TYPE, by=SYSTEM)
    with transaction.atomic():
        document, new = RecordDocument.objects.get_or_create(
            version=version, occasion=occasion, defaults={"blob": blob, "pages": pdf.pages, "frozen_at": standing.at}
        )
        if new:
            changes: dict[str, list[Any]] = {
                "version": [None, version.number],
                "occasion": [None, occasion],
                "sha256": [None, blob.pk],
            }
            record_event(version.record, "frozen", by=SYSTEM, changes=changes)
    return document


def standing_at(version: RecordVersion, occasion: str) -> Standing:
    """What had been answered, and how the record stood, when the occasion arose."""
    responses = version.responses.select_related("by").order_by("pk")
    if occasion == SHARED:
        return Standing(version.issued_at, "Shared with the school")
    if occasion.startswith(_RESPONSE):
        response = version.responses.get(pk=occasion.removeprefix(_RESPONSE))
        until = responses.filter(pk__lte=response.pk)
        silences = version.silences.filter(at__lte=response.at)
        return Standing(response.at, "Shared with the school, and answered", list(until), list(silences))
    at = _moment_of(version, occasion)
    return Standing(
        at, _status(version, occasion), list(responses.filter(at__lte=at)), list(version.silences.filter(at__lte=at))
    )


def _moment_of(version: RecordVersion, occasion: str) -> datetime:
    """When the act was done, as the audit has it; without one, the newest that is known of the version."""
    acts = AuditEvent.objects.filter(
        subject_kind=version.record._meta.label_lower,
        subject_id=version.record_id,
        verb__in=_ACTS[occasion],
        at__gte=version.issued_at,
    )
    done = acts.order_by("at").values_list("at", flat=True).first()
    known = version.responses.values_list("at").union(version.silences.values_list("at"))
    return done or max([version.issued_at, *(at for (at,) in known)])


def _status(version: RecordVersion, occasion: str) -> str:
    if occasion == CLOSED:
        return "Closed"
    presented_on = version.record.presented_on
    return f"Presented to governors on {clock.uk_date(presented_on)}" if presented_on else "Presented to governors"


def _freeze(key: str, tell: jobs.Progress) -> None:
    version_id, occasion = key.split(" ", 1)
    versions = RecordVersion.objects.select_related("record__school", "issued_by")
    tell("Making the PDF")
    freeze(versions.get(pk=version_id), occasion)


def _given_up(key: str, sentence: str) -> None:
    """The job's row says so to the page; each night it is asked for anew."""
    _log.error("The PDF %s was not frozen: %s", key, sentence)


# Telling --------------------------------------------------------------------------------------------------------------


def pending(version: RecordVersion, documents: list[RecordDocument], responses: list[Response]) -> str:
    """A sentence while a PDF of this version is still to come, or could not be made; nothing when all are there."""
    there = {each.occasion for each in documents if each.version_id == version.pk}
    missing = [each for each in (SHARED, *map(answered, responses)) if each not in there]
    if not missing:
        return ""
    asked = Job.objects.filter(kind=JOB, key__in=[f"{version.pk} {each}" for each in missing])
    states = dict(asked.order_by("pk").values_list("key", "state"))
    if JobState.FAILED in states.values():
        return (
            "A PDF of this version could not be made. It is tried again each night; if it is still missing tomorrow, "
            "tell your system administrator, who finds the reason in the log."
        )
    return (
        "The PDF is being prepared. Open this page again in a minute."
        if not there
        else ("The PDF with the newest response is being prepared. Open this page again in a minute.")
    )
