"""What the chronology of a school tells of visits, and of calls, letters and meetings."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse

from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.records.models import AuditEvent
from schools.register.chronology import (
    ChronologySource,
    Known,
    Place,
    chronology_sources,
    events_of_history,
    tab_address,
)
from schools.visits.models.agenda_item import ADDED_IN_WRITING, TAKEN_AWAY_IN_WRITING, AgendaItem
from schools.visits.models.contact_note import ContactNote
from schools.visits.models.entitlement import Entitlement
from schools.visits.models.visit import WITHOUT_RECORD, Visit
from schools.visits.states import VISIT

TOLD_WITH_THE_RECORD = ("hold", "void", "corrected")
"""What becomes of a visit with its record is the record's to tell, to those who may know of that."""
OWN_WORDS = {"taken away": "removed", "taken back": "withdrawn", "opened": "created", "owed again": "due again"}
"""What is done without moving a visit, where the page calls it otherwise."""


def _visit_events(user: Any, places: Sequence[Place]) -> Q:
    """What was arranged, for whoever reads shared records; all of performance management, for those it concerns."""
    known = Q(pk__in=[])
    visit = Q(subject_kind=Visit._meta.label_lower)
    for place in places:
        seen = Visit.objects.visible_at(place.school, user, *place.by_right_of[1:]).order_by()
        arranged = visit & ~Q(verb__in=TOLD_WITH_THE_RECORD) & Q(subject_id__in=seen.values("pk"))
        kept = visit & Q(subject_id__in=seen.filter(kind__in=WITHOUT_RECORD).values("pk"))
        known |= arranged | kept
        if place.allows(user, Permission.VIEW_SHARED_RECORD):
            items = Q(subject_kind=AgendaItem._meta.label_lower, school_id=place.school.pk)
            known |= items & ~Q(verb__in=(ADDED_IN_WRITING, TAKEN_AWAY_IN_WRITING))
    return known


def _say_visit(event: AuditEvent, _known: Known) -> str:
    if event.subject_kind == AgendaItem._meta.label_lower:
        return f"Agenda item {_past(event)}: {event.subject_name}"
    past = {move.verb: move.past for move in VISIT.moves}
    return f"{event.subject_name.split(' to ')[0]}: {past.get(event.verb) or _past(event)}{_dated(event)}"


def _past(event: AuditEvent) -> str:
    return OWN_WORDS.get(event.verb, event.verb)


def _dated(event: AuditEvent) -> str:
    """The date the act is about, where it sets one."""
    days = (event.changes.get(name, [None, None])[1] for name in ("suggested_on", "planned_on", "held_on"))
    day = next(filter(None, days), None)
    return f", {clock.uk_date(date.fromisoformat(day))}" if day else ""


def _visit_address(event: AuditEvent, place: Place) -> str:
    if event.subject_kind != Visit._meta.label_lower:
        return tab_address("visits", place)
    return reverse("schools:visit", args=[place.school.urn, event.subject_id])


def _note_events(user: Any, places: Sequence[Place]) -> Q:
    """For the authority's people at work with the school; the school does not read them."""
    schools = [place.school.pk for place in places if place.allows(user, Permission.VIEW_CONTACT_NOTE)]
    return Q(subject_kind=ContactNote._meta.label_lower, school_id__in=schools)


def _say_note(event: AuditEvent, _known: Known) -> str:
    return f"{event.subject_name} {_past(event)}"


def _say_entitlement(event: AuditEvent, _known: Known) -> str:
    return f"Days of visits set: {event.subject_name}"


def register() -> None:
    """Called once, when the app is ready."""
    planning, entitlement, notes = [Visit, AgendaItem], [Entitlement], [ContactNote]
    for source in (
        ChronologySource("planning", 15, "Planning of visits", planning, _visit_events, _say_visit, _visit_address),
        ChronologySource(
            "entitlement",
            35,
            "Days of visits",
            entitlement,
            events_of_history(entitlement),
            _say_entitlement,
            tells_changes=True,
        ),
        ChronologySource("notes", 35, "Calls, letters and meetings", notes, _note_events, _say_note),
    ):
        chronology_sources.register(source)
