"""What the chronology of a school tells of referrals: officers alone read it."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse

from schoolimprove.accounts.roles import Permission
from schoolimprove.records.models import AuditEvent
from schools.referrals.models import Referral
from schools.referrals.states import REFERRAL
from schools.register.chronology import ChronologySource, Known, Place, chronology_sources, past_of


def _events(user: Any, places: Sequence[Place]) -> Q:
    schools = [place.school.pk for place in places if place.allows(user, Permission.REFER)]
    return Q(subject_kind=Referral._meta.label_lower, school_id__in=schools)


def _say(event: AuditEvent, _known: Known) -> str:
    return f"Referral to a group {past_of(REFERRAL, event)}"


def _address(event: AuditEvent, _place: Place) -> str:
    return reverse("referrals:referral", args=[event.subject_id])


def register() -> None:
    """Called once, when the app is ready."""
    chronology_sources.register(ChronologySource("referrals", 19, "Referrals", [Referral], _events, _say, _address))
