"""The chronology of a school: what happened, newest first, as far as the reader may know."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from schoolimprove.accounts.roles import Permission
from schoolimprove.records.models import AuditEvent
from schoolimprove.ui.components import Event
from schoolimprove.ui.registry import Registry
from schools.models import Appointment, RecordOfVisit, School
from schools.states import RECORD_OF_VISIT

SHOWN_TO_READERS = ("approve", "responded")
"""What those who read a record only because it is shared may know of how it came about."""


@dataclass(frozen=True)
class ChronologySource:
    """`events(user, school_ids)` filters the audit; `say(event)` words one event, `address` leads to it."""

    key: str
    order: int
    label: str
    events: Callable[[Any, list[int]], Q]
    say: Callable[[AuditEvent], str]
    address: Callable[[AuditEvent, School], str] = lambda _event, _school: ""


chronology_sources: Registry[ChronologySource] = Registry()


def register_own() -> None:
    chronology_sources.register(ChronologySource("visits", 10, "Visits", _record_events, _say_record, _record_address))
    chronology_sources.register(ChronologySource("register", 20, "Register", _register_events, _say_register))


def entries(user: Any, school_ids: list[int], *, kind: str = "") -> QuerySet[AuditEvent]:
    """The audit events of these schools that the user may know of, newest first."""
    known = Q(pk__in=[])
    for source in chronology_sources:
        if not kind or kind == source.key:
            known |= source.events(user, school_ids)
    return AuditEvent.objects.at_schools(school_ids).filter(known).select_related("by")


def worded(event: AuditEvent, school: School) -> Event:
    """An event of this school as the page shows it."""
    source = _source_of(event)
    who = str(event.by) if event.by else "The system"
    return Event(source.say(event), event.at, who, event.reason, source.address(event, school))


def _source_of(event: AuditEvent) -> ChronologySource:
    key = "visits" if event.subject_kind == RecordOfVisit._meta.label_lower else "register"
    return next(source for source in chronology_sources if source.key == key)


def _record_events(user: Any, school_ids: list[int]) -> Q:
    records = RecordOfVisit.objects.filter(school__in=school_ids)
    about = Q(subject_kind=RecordOfVisit._meta.label_lower)
    own = about & Q(subject_id__in=records.written_or_managed_by(user).values("pk"))
    read = about & Q(subject_id__in=records.visible_to(user).values("pk"), verb__in=SHOWN_TO_READERS)
    return own | read


def _register_events(user: Any, school_ids: list[int]) -> Q:
    schools = School.objects.filter(pk__in=school_ids).visible_to(user, Permission.VIEW_SCHOOL_HISTORY)
    kinds = [School._meta.label_lower, Appointment._meta.label_lower]
    return Q(subject_kind__in=kinds, school_id__in=schools.values("pk"))


def _say_record(event: AuditEvent) -> str:
    past = {move.verb: move.past for move in RECORD_OF_VISIT.moves} | {"responded": "answered by the school"}
    return f"Record of Visit {event.subject_name.split(',')[0]} {past.get(event.verb, event.verb)}"


def _record_address(event: AuditEvent, school: School) -> str:
    return reverse("schools:record", args=[school.urn, event.subject_name.split(",")[0]])


def _say_register(event: AuditEvent) -> str:
    if event.subject_kind == School._meta.label_lower:
        return f"School {event.verb}"
    return f"{event.subject_name}: {event.verb}"
