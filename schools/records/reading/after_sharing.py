"""What the page of a shared record says of its versions, their answers, and what may be done next."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse

from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import ROLE_LABELS, Permission, Role, roles_with
from schoolimprove.lib import clock
from schoolimprove.reminders.models import Deadline
from schoolimprove.ui import components
from schools.records import guards
from schools.records.deadlines import RESPOND
from schools.records.diff import Change, differences
from schools.records.models.correction import Correction, open_correction
from schools.records.models.record import ANSWERED_IN, RecordOfVisit, follows_corrections
from schools.records.models.response import Response
from schools.records.models.strength import Strength
from schools.records.models.version import RecordVersion
from schools.records.states import SHARED_STATES, CorrectionStatus, RecordStatus, StrengthStatus


@dataclass(frozen=True)
class Answer:
    """What came from one role on one version: a response, none received by a day, or both where it came late."""

    role: str
    response: Response | None = None
    silent_since: date | None = None
    was_silent: bool = False
    is_awaited: bool = False


@dataclass(frozen=True)
class VersionRead:
    """A version with its answers; `changes` are what it changed in the one before."""

    version: RecordVersion
    answers: Sequence[Answer]
    changes: Sequence[Change] = field(default=())
    is_newest: bool = False


def versions_of(record: RecordOfVisit) -> list[RecordVersion]:
    """Newest first, with what was answered to each. Three queries."""
    if record.shared_version is None:
        return []
    responses = Prefetch("responses", Response.objects.select_related("by"))
    return list(record.versions.prefetch_related(responses, "silences").order_by("-number"))


def after_sharing_context(record: RecordOfVisit, user: Any, versions: Sequence[RecordVersion]) -> dict[str, Any]:
    """`versions` as `versions_of` gives them; nothing for a record that is not shared."""
    if record.status not in SHARED_STATES:
        return {}
    awaited = record.roles_asked(clock.today()) if record.status in ANSWERED_IN else set()
    return {
        "history": read_versions(versions, awaited),
        "strengths": strengths_of(record, user),
        "has_actions": record.actions.exists(),
        "readers": roles_that_read(),
        **_correction_of(record, user),
        **_may(record, user),
    }


def roles_that_read() -> list[str]:
    """Return the labels of the roles that can read a school's shared records."""
    return [label for role, label in ROLE_LABELS.items() if role in roles_with(Permission.VIEW_SHARED_RECORD)]


def read_versions(versions: Sequence[RecordVersion], awaited: Collection[str] = ()) -> list[VersionRead]:
    """`awaited` are the roles that are asked to answer the newest."""
    former: list[RecordVersion | None] = [*versions[1:], None]
    return [
        VersionRead(
            version,
            answers_to(version, () if number else awaited),
            differences(before.texts, version.texts) if before else (),
            is_newest=number == 0,
        )
        for number, (version, before) in enumerate(zip(versions, former, strict=True))
    ]


def answers_to(version: RecordVersion, awaited: Collection[str] = ()) -> list[Answer]:
    """The headteacher's, then the chair's; nothing of a role in which nobody answered, was silent or is awaited."""
    given = {each.role: each for each in version.responses.all()}
    silent = {each.role: each for each in version.silences.all()}
    return [
        Answer(
            ROLE_LABELS[role],
            given.get(role),
            silent[role].due_on if role in silent else None,
            was_silent=role in silent,
            is_awaited=role not in given and role not in silent,
        )
        for role in (Role.HEADTEACHER, Role.CHAIR)
        if role in given or role in silent or role in awaited
    ]


@dataclass(frozen=True)
class StrengthShown:
    strength: Strength
    state: components.Status
    may_consent: bool
    may_decline: bool


def strengths_of(record: RecordOfVisit, user: Any) -> list[StrengthShown]:
    """Those the newest version names; the headteacher decides on each, and may change their mind."""
    rows = record.strengths.exclude(status=StrengthStatus.WITHDRAWN).select_related("decided_by")
    decides = user_can(user, Permission.CONSENT_TO_SHARE, on=record)
    return [
        StrengthShown(
            each,
            components.Status(each.status, each.get_status_display()),
            decides and each.status in (StrengthStatus.ASKED, StrengthStatus.DECLINED),
            decides and each.status in (StrengthStatus.ASKED, StrengthStatus.AGREED),
        )
        for each in rows
    ]


def _correction_of(record: RecordOfVisit, user: Any) -> dict[str, Any]:
    """Of a correction that waits nobody at the school learns anything."""
    if not follows_corrections(record, user):
        return {}
    correction = open_correction(record)
    writes = record.is_written_by(user)
    returned = correction is not None and correction.status == CorrectionStatus.RETURNED
    return {
        "correction": correction,
        "correction_returned": returned,
        "may_correct": writes and (correction is None or returned),
        "corrections_url": reverse("schools:record_correction", args=[record.school.urn, record.reference])
        if correction or Correction.objects.filter(record=record).exists()
        else "",
    }


def _may(record: RecordOfVisit, user: Any) -> dict[str, Any]:
    today = clock.today()
    shared, core = record.status == RecordStatus.SHARED, record.visit.kind == "core"
    author, manager = record.is_written_by(user), record.is_approved_by(user)
    open_still = record.status != RecordStatus.CLOSED
    closes = open_still and (author or manager)
    reasons = guards.blockers(record, "close", on=today) if closes else []
    unpresented = shared and core and manager
    return {
        "may_present": shared and core and user_can(user, Permission.PRESENT_RECORD, on=record),
        "may_undo_presentation": record.presented_on is not None
        and user_can(user, Permission.PRESENT_RECORD, on=record)
        and not guards.blockers(record, "undo presentation", on=today),
        "may_close": closes and not reasons,
        "not_closed_because": reasons,
        "may_close_unpresented": unpresented and not guards.blockers(record, "close unpresented", on=today),
    }


def has_date_to_respond_by(record: RecordOfVisit) -> bool:
    """Whether a day to respond was ever set; none is where no term dates are held."""
    dated = Deadline.objects.dated().filter(rule=RESPOND, subject_kind=record._meta.label_lower)
    return dated.filter(subject_id=record.pk).exists()


def address(name: str, record: RecordOfVisit, *more: Any) -> str:
    return reverse(f"schools:{name}", args=[record.school.urn, record.reference, *more])


def on_record(record: RecordOfVisit, heading: str) -> Mapping[str, Any]:
    """Title, caption and way back of a page about a record."""
    return {
        "page_title": heading,
        "caption": f"{record.reference}, {record.school.name}",
        "breadcrumbs": [
            components.Crumb("Schools", reverse("schools:list")),
            components.Crumb(record.school.name, record.school.get_absolute_url()),
            components.Crumb("Visits", reverse("schools:visits", args=[record.school.urn])),
            components.Crumb(record.reference, record.get_absolute_url()),
            components.Crumb(heading),
        ],
        "record": record,
    }
