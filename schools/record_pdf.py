"""A version of a record, or its preview, as PDF: drawn from what was frozen, never from the record as it is today."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from schoolimprove.accounts.roles import ROLE_LABELS, Role
from schoolimprove.documents.pdf import Pdf, render
from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schools.models.appointment import Appointment
from schools.models.authority import LocalAuthority
from schools.models.response import RecordVersion, Response, Silence
from schools.reading import Reading, read

if TYPE_CHECKING:
    from schools.models import RecordOfVisit

TEMPLATE = "schools/pdf/record.html"
LANG = "en-GB"
ASKED = (Role.HEADTEACHER, Role.CHAIR)
PREVIEW = "Preview – not shared"


# What is frozen for the cover -----------------------------------------------------------------------------------------


def cover_of(record: "RecordOfVisit", *, by: Actor) -> dict[str, Any]:
    """What the cover says and the frozen texts do not: kept with the version when it is shared."""
    return {**_about(record), "approved_by": str(by.user or ""), "approved_as": _role_of(by), "with": _asked_at(record)}


def _about(record: "RecordOfVisit") -> dict[str, Any]:
    return {
        "authority": _authority(),
        "school": record.school.name,
        "urn": record.school.urn,
        "reference": record.reference,
    }


def _authority() -> dict[str, str]:
    own = LocalAuthority.objects.filter(own=True).order_by("code").values("name", "colour").first()
    return {"name": "", "colour": "#1d4f5f"} if own is None else {"name": own["name"], "colour": own["colour"]}


def _role_of(by: Actor) -> str:
    if by.appointment_id is None:
        return ""
    return ROLE_LABELS[Role(Appointment.objects.values_list("role", flat=True).get(pk=by.appointment_id))]


def _asked_at(record: "RecordOfVisit") -> list[dict[str, str]]:
    """Who holds today the roles that are asked to respond, in their order."""
    held = Appointment.objects.current(clock.today()).filter(school=record.school_id, role__in=ASKED)
    people = held.select_related("person").order_by("pk")
    return [{"role": role, "name": each.person.name} for role in ASKED for each in people if each.role == role]


# What is drawn --------------------------------------------------------------------------------------------------------


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


def preview_pdf(record: "RecordOfVisit", document: Mapping[str, Any]) -> Pdf:
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
    return "Not yet received." if held else "Nobody held this post when the record was shared."
