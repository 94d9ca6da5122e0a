"""What the chronology of a school says of its inspections: they are public."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse

from schoolimprove.accounts.roles import Permission
from schoolimprove.records.models import AuditEvent
from schools.inspections.models import Inspection
from schools.register.chronology import ChronologySource, Known, Place, chronology_sources


def _events(user: Any, places: Sequence[Place]) -> Q:
    schools = [place.school.pk for place in places if place.allows(user, Permission.VIEW_SCHOOL)]
    return Q(subject_kind=Inspection._meta.label_lower, school_id__in=schools)


def _say(event: AuditEvent, _known: Known) -> str:
    return f"{event.subject_name}: {event.verb}"


def _address(event: AuditEvent, place: Place) -> str:
    return "" if place.heir else reverse("schools:inspection", args=[place.school.urn, event.subject_id])


def register() -> None:
    """Called once, when the app is ready."""
    chronology_sources.register(
        ChronologySource("inspections", 25, "Inspections", [Inspection], _events, _say, _address)
    )
