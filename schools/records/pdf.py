"""A version of a record, or its preview, as PDF: drawn from what was frozen, never from the record as it is today."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat

from schoolimprove.accounts.roles import ROLE_LABELS, Role
from schoolimprove.documents.models import Blob
from schoolimprove.documents.pdf import CONTENT_TYPE, Pdf, render
from schoolimprove.lib import clock
from schoolimprove.records import jobs
from schoolimprove.records.actor import SYSTEM, Actor
from schoolimprove.records.models import AuditEvent, Job
from schoolimprove.records.models.job import JobState
from schoolimprove.records.transition import record_event
from schools.records.document import Reading, read
from schools.records.models.attachment import RecordDocument
from schools.records.models.record import RecordOfVisit
from schools.records.models.response import Response, Silence
from schools.records.models.version import RecordVersion
from schools.register.models.appointment import Appointment
from schools.register.models.places import letterhead

TEMPLATE = "schools/records/pdf/record.html"
LANG = "en-GB"
ASKED = (Role.HEADTEACHER, Role.CHAIR)
PREVIEW = "Preview – not shared"


def cover_of(record: RecordOfVisit, *, by: Actor) -> dict[str, Any]:
    """What the cover says and the frozen texts do not: kept with the version when it is shared."""
    return {**_about(record), "approved_by": str(by.user or ""), "approved_as": _role_of(by), "with": _asked_at(record)}


def _about(record: RecordOfVisit) -> dict[str, Any]:
    return {
        "authority": letterhead(),
        "school": record.school.name,
        "urn": record.school.urn,
        "reference": record.reference,
    }


def _role_of(by: Actor) -> str:
    if by.appointment_id is None:
        return ""
    return ROLE_LABELS[Role(Appointment.objects.values_list("role", flat=True).get(pk=by.appointment_id))]


def _asked_at(record: RecordOfVisit) -> list[dict[str, str]]:
    """Who holds today the roles that are asked to respond, in their order."""
    held = Appointment.objects.current(clock.today()).filter(school=record.school_id, role__in=ASKED)
    people = held.select_related("person").order_by("pk")
    return [{"role": role, "name": each.person.name} for role in ASKED for each in people if each.role == role]


@dataclass(frozen=True)
class Answer:
    """What the document says of one role: its response, or a sentence in its place."""

    label: str
    response: Response | None
    otherwise: str


@dataclass(frozen=True)
class Standing:
    """How a version stood at a moment: what had been answered, and the words for its status."""

    at: datetime
    words: str
    responses: Sequence[Response] = ()
    silences: Sequence[Silence] = ()


def frozen_pdf(version: RecordVersion, standing: Standing) -> Pdf:
    """The version with what had been answered. The same standing is the same bytes."""
    record = version.record
    cover = version.cover or _cover_of_old(version)
    context = {
        **_shared_by_both(cover, read(version.texts)),
        "version": version,
        "shared_with": [f"{each['name']}, {ROLE_LABELS[Role(each['role'])].lower()}" for each in cover["with"]],
        "standing": f"Version {version.number}",
        "stands": standing.words,
        "answers": _answers(cover["with"], standing),
    }
    title = f"Record of Visit {record.reference}, {cover['school']}, version {version.number}"
    return render(TEMPLATE, context, title=title, lang=LANG, made_at=standing.at)


def preview_pdf(record: RecordOfVisit, document: Mapping[str, Any]) -> Pdf:
    """A draft as its readers may see it, marked on every page."""
    context = {
        **_shared_by_both(_about(record), read(document)),
        "preview": PREVIEW,
        "standing": PREVIEW,
        "stands": record.get_status_display(),
    }
    title = f"{PREVIEW}: Record of Visit {record.reference}, {record.school.name}"
    return render(TEMPLATE, context, title=title, lang=LANG, made_at=record.updated_at)


def _shared_by_both(cover: Mapping[str, Any], reading: Reading) -> dict[str, Any]:
    return {
        "cover": cover,
        "reading": reading,
        "running": f"{cover['reference']} · {cover['school']}",
    }


def _cover_of_old(version: RecordVersion) -> dict[str, Any]:
    """For versions shared before covers were kept: what is held about them now."""
    approved_by = str(version.issued_by)
    return {**_about(version.record), "approved_by": approved_by, "approved_as": "", "with": []}


def _answers(asked: Iterable[Mapping[str, str]], standing: Standing) -> list[Answer]:
    responses = {each.role: each for each in standing.responses}
    silences = {each.role: each for each in standing.silences}
    held = {each["role"] for each in asked}
    return [
        Answer(ROLE_LABELS[role], responses.get(role), _otherwise(role, silences, held=role in held or not held))
        for role in ASKED
    ]


def _otherwise(role: Role, silences: Mapping[str, Silence], *, held: bool) -> str:
    if role in silences:
        silence = silences[role]
        return f"None received by {clock.uk_date(silence.due_on or silence.at.astimezone(clock.LONDON))}."
    return "Not yet received." if held else "No one was in this post when the record was shared."


JOB = "freeze_record"
SHARED, PRESENTED, UNDONE, CLOSED = "shared", "presented", "undone", "closed"
MOST_AT_ONCE = 500
"""PDFs asked for anew in one night."""
_ACTS = {PRESENTED: ("present",), UNDONE: ("undo presentation",), CLOSED: ("close", "close unpresented")}
_RESPONSE = "response-"
_log = logging.getLogger(__name__)


def register() -> None:
    """Called once, when the app is ready."""
    jobs.job_kinds.register(jobs.JobKind(JOB, 20, _freeze, _given_up))


def asked_to_freeze(version: RecordVersion, occasion: str) -> None:
    """Have the PDF of a version frozen; called in the transaction of the act that is the occasion."""
    jobs.ask_for(JOB, f"{version.pk} {occasion}")


def asked_to_freeze_act(version: RecordVersion, act: str) -> None:
    """As `asked_to_freeze`, for an act that can be done to one version more than once: the second is `presented-2`."""
    number = _acts_on(version, act).count()
    asked_to_freeze(version, act if number < 2 else f"{act}-{number}")


def act_of(occasion: str) -> str:
    return occasion.partition("-")[0]


def _event_of(version: RecordVersion, occasion: str) -> AuditEvent | None:
    """Return the act that an occasion is, or None where the audit has none."""
    act, _, number = occasion.partition("-")
    acts = list(_acts_on(version, act)[: int(number or 1)])
    return acts[-1] if acts else None


def _acts_on(version: RecordVersion, act: str) -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(
        subject_kind=version.record._meta.label_lower,
        subject_id=version.record_id,
        verb__in=_ACTS[act],
        at__gte=version.issued_at,
    ).order_by("at", "pk")


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
        return Standing(response.at, "Shared with the school, with a response", list(until), list(silences))
    at = _moment_of(version, occasion)
    return Standing(
        at, _status(version, occasion), list(responses.filter(at__lte=at)), list(version.silences.filter(at__lte=at))
    )


def _moment_of(version: RecordVersion, occasion: str) -> datetime:
    """When the act was done, as the audit has it; without one, the newest that is known of the version."""
    act = _event_of(version, occasion)
    known = version.responses.values_list("at").union(version.silences.values_list("at"))
    return act.at if act else max([version.issued_at, *(at for (at,) in known)])


def _status(version: RecordVersion, occasion: str) -> str:
    if act_of(occasion) == CLOSED:
        return "Closed"
    if act_of(occasion) == UNDONE:
        return "Shared with the school. It was marked as presented to the governors by mistake"
    presented_on = _presented_on(version, occasion)
    return f"Presented to governors on {clock.uk_date(presented_on)}" if presented_on else "Presented to governors"


def _presented_on(version: RecordVersion, occasion: str) -> date | None:
    """Return the day that was given in this act, which may be undone by now."""
    act = _event_of(version, occasion)
    given = act.changes.get("presented_on") if act else None
    return date.fromisoformat(given[1]) if given and given[1] else version.record.presented_on


def _freeze(key: str, tell: jobs.Progress) -> None:
    version_id, occasion = key.split(" ", 1)
    versions = RecordVersion.objects.select_related("record__school", "issued_by")
    tell("Making the PDF")
    freeze(versions.get(pk=version_id), occasion)


def _given_up(key: str, sentence: str) -> None:
    """The job's row says so to the page; each night it is asked for anew."""
    _log.error("The PDF %s was not frozen: %s", key, sentence)


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
            "We could not make a PDF of this version. We try again each night. If it is still missing tomorrow, tell "
            "your system administrator, who can find the reason in the log."
        )
    return (
        "We are preparing the PDF. Reload this page in a minute."
        if not there
        else ("We are preparing the PDF with the newest response. Reload this page in a minute.")
    )
