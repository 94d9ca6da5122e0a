"""What the chronology of a school tells of its category."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse

from categorisation.decisions.models import CategoryDecision
from schoolimprove.accounts.roles import Permission
from schoolimprove.records.models import AuditEvent
from schools.register.chronology import ChronologySource, Known, Place, chronology_sources

PAST = {"decided": "decided", "imported": "imported", "withdrawn": "withdrawn: its import was undone"}


def _events(user: Any, places: Sequence[Place]) -> Q:
    """Everything for officers; the school reads of it in its letter."""
    here = [each.school.pk for each in places if each.allows(user, Permission.VIEW_STANDING)]
    return Q(subject_kind=CategoryDecision._meta.label_lower, school_id__in=here)


def _say(event: AuditEvent, _known: Known) -> str:
    words = event.subject_name.rpartition(": ")[2]
    return f"{words[:1].upper()}{words[1:]} {PAST.get(event.verb, event.verb)}"


def _address(_event: AuditEvent, place: Place) -> str:
    return reverse("categorisation:category_of_school", args=[(place.heir or place.school).urn])


def register() -> None:
    """Called once, when the app is ready."""
    source = ChronologySource("categories", 19, "Categories", [CategoryDecision], _events, _say, _address)
    chronology_sources.register(source)
