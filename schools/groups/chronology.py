"""What the chronology of a school tells of its groups and of interests in it; the school reads neither."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model, Q
from django.urls import reverse

from schoolimprove.accounts.roles import Permission
from schoolimprove.records.models import AuditEvent
from schools.groups.models import Group, Membership
from schools.groups.states import GROUP
from schools.register.chronology import ChronologySource, Known, Place, chronology_sources, past_of
from schools.register.models.interest import Interest

SUBJECTS: list[type[Model]] = [Group, Membership, Interest]


def register() -> None:
    """Called once, when the app is ready."""
    source = ChronologySource("groups", 50, "Groups and interests", SUBJECTS, _events, _say, _address)
    chronology_sources.register(source)


def _events(user: Any, places: Sequence[Place]) -> Q:
    schools = [place.school.pk for place in places if place.allows(user, Permission.VIEW_GROUPS)]
    return Q(subject_kind__in=[model._meta.label_lower for model in SUBJECTS], school_id__in=schools)


def _say(event: AuditEvent, known: Known) -> str:
    what = {"schools.group": "Group", "schools.membership": "Member of a group"}.get(event.subject_kind, "Interest")
    return f"{what} {past_of(GROUP, event)}: {event.subject_name}"


def _address(event: AuditEvent, place: Place) -> str:
    return reverse("groups:group", args=[event.subject_id]) if event.subject_kind == "schools.group" else ""
