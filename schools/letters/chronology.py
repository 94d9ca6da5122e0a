"""What the chronology of a school tells of letters."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse

from schoolimprove.accounts.roles import Permission
from schoolimprove.records.models import AuditEvent
from schools.letters.models import Letter, LetterDelivery
from schools.letters.pdf import FROZEN
from schools.letters.states import LETTER
from schools.register.chronology import ChronologySource, Known, Place, chronology_sources, past_of, tab_address

_PUBLIC = [move.verb for move in LETTER.moves if move.public]


def _events(user: Any, places: Sequence[Place]) -> Q:
    """Everything for officers; for the school, when letters were issued and withdrawn."""
    known = Q(pk__in=[])
    for place in places:
        here = Q(subject_kind=Letter._meta.label_lower, school_id=place.school.pk) & ~Q(verb=FROZEN)
        if place.allows(user, Permission.VIEW_DRAFT_LETTER):
            known |= here | Q(subject_kind=LetterDelivery._meta.label_lower, school_id=place.school.pk)
        elif place.allows(user, Permission.VIEW_LETTER):
            known |= here & Q(verb__in=_PUBLIC)
    return known


def _say(event: AuditEvent, _known: Known) -> str:
    reference, _, other = event.subject_name.partition(", ")
    if event.subject_kind == LetterDelivery._meta.label_lower:
        return f"Letter {reference} served: {other}"
    return f"Letter {reference} {past_of(LETTER, event)}"


def _address(event: AuditEvent, place: Place) -> str:
    if place.heir or event.subject_kind == LetterDelivery._meta.label_lower:
        return tab_address("letters_of_school", place)
    return reverse("schools:letter", args=[event.subject_id])


def register() -> None:
    """Called once, when the app is ready."""
    chronology_sources.register(
        ChronologySource("letters", 18, "Letters", [Letter, LetterDelivery], _events, _say, _address)
    )
