"""Acting in somebody's place: which of one's appointments are cover, and for whom (domain 3.4, recorded cover)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Q

from schoolimprove.accounts.rights import appointments_of
from schoolimprove.lib import clock
from schoolimprove.ui.registry import Notice
from schools.register.models.appointment import Appointment


def covers_held_by(user: Any) -> Mapping[int, Appointment]:
    """Appointment → the same with whom it covers for, of those a user holds today. One query."""
    held = [each.appointment_id for each in appointments_of(user)]
    return {each.pk: each for each in _covers(held)}


def covered_person(appointment_id: int | None) -> str:
    """For whom an appointment was cover; "" where it was not."""
    found = _covers([appointment_id] if appointment_id else []).first()
    return str(found.cover_for.person) if found and found.cover_for else ""


def in_words(cover: Appointment) -> str:
    """`You cover for Alex Invented (District Strategic Improvement Manager, North) until 4 December 2026.`"""
    person = cover.cover_for.person if cover.cover_for else ""
    return f"You cover for {person} ({cover.get_role_display()}, {cover.scope_name}){_until(cover)}."


def notices_of_cover(user: Any, on: date) -> Sequence[Notice]:
    """For the home page: whom one covers for, and who covers for oneself. One query where nobody does, else three."""
    held = [each.appointment_id for each in appointments_of(user)]
    covers = Q(pk__in=held, cover_for__isnull=False) | Q(cover_for__in=held)
    if not held or not Appointment.objects.filter(covers).exists():
        return []
    covering = Appointment.objects.current(on).filter(cover_for__in=held).with_scope().select_related("person")
    return [
        *(Notice(in_words(cover)) for cover in _covers(held)),
        *(
            Notice(f"{cover.person} covers for you ({cover.get_role_display()}, {cover.scope_name}){_until(cover)}.")
            for cover in covering.order_by("pk")
        ),
    ]


def _until(cover: Appointment) -> str:
    return f" until {clock.uk_date(cover.ends_on)}" if cover.ends_on else ""


def _covers(ids: Iterable[int]) -> Any:
    covers = Appointment.objects.filter(pk__in=list(ids), cover_for__isnull=False)
    return covers.with_scope().select_related("cover_for__person")
