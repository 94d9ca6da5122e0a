"""What the chronology of a school tells of Records of Visit, of what they lead to, and of governors’ meetings."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model, Q
from django.urls import reverse

from schoolimprove.accounts.roles import Permission
from schoolimprove.records.models import AuditEvent
from schools.records.models.action import RecordAction
from schools.records.models.correction import Correction
from schools.records.models.meeting import GovernorsMeeting
from schools.records.models.record import RecordOfVisit
from schools.records.models.strength import Strength
from schools.records.states import ACTION, CORRECTION, RECORD_OF_VISIT, STRENGTH, ActionStatus
from schools.register.chronology import (
    ChronologySource,
    Known,
    Place,
    chronology_sources,
    events_readers_know,
    past_of,
    tab_address,
)

WITHOUT_MOVE = {
    "responded": "responded to by the school",
    "frozen": "saved as a PDF",
    "attached": "has a new attachment",
    "took a file away": "has an attachment removed",
}
"""What is done to a record without moving it, after its name."""
OWN_WORDS = {"entered": "added", "named": "added"}
"""What is done to a meeting and to a strength, where the page calls it otherwise."""
SHOWN_TO_READERS = ("approve", "responded", "present", "undo presentation", "close", "close unpresented", "correct")
"""What those who read a record only because it is shared may know of how it came about."""

RECORDS: list[type[Model]] = [RecordOfVisit, Correction]
FOLLOWING: list[type[Model]] = [RecordAction, Strength]
GOVERNORS: list[type[Model]] = [GovernorsMeeting]


def _shared_events(user: Any, places: Sequence[Place]) -> Q:
    """Of a correction only the author and their managers know, until it is issued as a version of the record."""
    followed = Q(pk__in=[])
    for place in places:
        records = RecordOfVisit.objects.followed_at(place.school, user, *place.by_right_of[1:])
        corrections = Correction.objects.filter(record__in=records.order_by().values("pk"))
        followed |= Q(subject_id__in=corrections.order_by().values("pk"))
    of_corrections = Q(subject_kind=Correction._meta.label_lower) & followed
    return _record_events(user, places) | of_corrections


def _record_events(user: Any, places: Sequence[Place]) -> Q:
    about = Q(pk__in=[])
    for place in places:
        about |= _record_events_at(user, place)
    return Q(subject_kind=RecordOfVisit._meta.label_lower) & about


def _record_events_at(user: Any, place: Place) -> Q:
    records, heirs = RecordOfVisit.objects, place.by_right_of[1:]
    followed = records.followed_at(place.school, user, *heirs)
    seen = records.visible_at(place.school, user, *heirs)
    own = Q(subject_id__in=followed.order_by().values("pk"))
    if not place.allows(user, Permission.VIEW_SHARED_RECORD):
        return own
    return own | Q(subject_id__in=seen.order_by().values("pk"), verb__in=SHOWN_TO_READERS)


def _say_record(event: AuditEvent, _known: Known) -> str:
    if event.subject_kind == Correction._meta.label_lower:
        return f"{event.subject_name} {past_of(CORRECTION, event)}"
    past = {move.verb: move.past for move in RECORD_OF_VISIT.moves} | WITHOUT_MOVE
    return f"Record of Visit {event.subject_name.split(',')[0]} {past.get(event.verb, event.verb)}"


def _record_address(event: AuditEvent, place: Place) -> str:
    if event.subject_kind == Correction._meta.label_lower:
        reference = event.subject_name.removeprefix("Correction of ").split(",")[0]
        return reverse("schools:record_correction", args=[place.school.urn, reference])
    return reverse("schools:record", args=[place.school.urn, event.subject_name.split(",")[0]])


def _say_following(event: AuditEvent, _known: Known) -> str:
    is_action = event.subject_kind == RecordAction._meta.label_lower
    what, table = ("Action", ACTION) if is_action else ("Strength", STRENGTH)
    past = past_of(table, event)
    return f"{what} “{event.subject_name}”: {OWN_WORDS.get(past, past)}"


def _following_address(event: AuditEvent, place: Place) -> str:
    """The school's actions, those that are done as well; a strength stands in its record, which the event names not."""
    if event.subject_kind != RecordAction._meta.label_lower or not (page := tab_address("actions", place)):
        return ""
    return f"{page}?{urlencode([('status', each.value) for each in ActionStatus])}"


def _say_meeting(event: AuditEvent, _known: Known) -> str:
    return f"{event.subject_name}: {OWN_WORDS.get(event.verb, event.verb)}"


def _meeting_address(_event: AuditEvent, place: Place) -> str:
    return tab_address("governors", place)


def register() -> None:
    """Called once, when the app is ready."""
    following, governors = events_readers_know(FOLLOWING), events_readers_know(GOVERNORS)
    for source in (
        ChronologySource("visits", 10, "Visits", RECORDS, _shared_events, _say_record, _record_address),
        ChronologySource(
            "actions", 12, "Actions and strengths", FOLLOWING, following, _say_following, _following_address
        ),
        ChronologySource("governors", 14, "Governors’ meetings", GOVERNORS, governors, _say_meeting, _meeting_address),
    ):
        chronology_sources.register(source)
