"""The chronology of a school: each noun registers its events and how to word them.

A school that replaced another shows the other’s events too, marked; a reader needs rights at either school.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.db.models import Model, Q, QuerySet
from django.urls import reverse

from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.lib.states import StateTable
from schoolimprove.records.models import AuditEvent
from schoolimprove.ui.components import Event
from schoolimprove.ui.registry import Registry
from schools.register.field_labels import Names, differences_in_words, names_of, stored_of
from schools.register.import_verbs import ADDED_BY_IMPORT, REMOVED
from schools.register.models.school import School


@dataclass(frozen=True)
class Place:
    """A school whose events are asked for, and the school on whose page they are read, whose rights count as well."""

    school: School
    heir: School | None = None

    @property
    def by_right_of(self) -> tuple[School, ...]:
        return (self.school,) if self.heir is None else (self.school, self.heir)

    def allows(self, user: Any, permission: Permission) -> bool:
        return any(user_can(user, permission, on=school) for school in self.by_right_of)


@dataclass(frozen=True)
class Known:
    """What the wording of many events needs, read for all of them at once; `read` is what the source's `read` gave."""

    names: Names = field(default_factory=dict)
    read: Any = None


@dataclass(frozen=True)
class ChronologySource:
    """`events(user, places)` filters the audit; `say(event, known)` words one event, `address` leads to it.

    `subjects` are the models it speaks of. With `tells_changes` their fields' values are shown before and after.
    `read(events)` reads what wording its events needs; sources that share it share what was read.
    """

    key: str
    order: int
    label: str
    subjects: Sequence[type[Model]]
    events: Callable[[Any, Sequence[Place]], Q]
    say: Callable[[AuditEvent, Known], str]
    address: Callable[[AuditEvent, Place], str] = lambda _event, _place: ""
    tells_changes: bool = False
    read: Callable[[Sequence[AuditEvent]], Any] | None = None

    @property
    def kinds(self) -> list[str]:
        return [model._meta.label_lower for model in self.subjects]


chronology_sources: Registry[ChronologySource] = Registry()


def places_of(school: School, predecessors: Iterable[School]) -> list[Place]:
    return [Place(school), *(Place(each, heir=school) for each in predecessors)]


def entries(user: Any, places: Sequence[Place], *, kinds: Sequence[str] = ()) -> QuerySet[AuditEvent]:
    """The audit events of these schools that the user may know of, newest first."""
    known = Q(pk__in=[])
    for source in chronology_sources:
        if not kinds or source.key in kinds:
            known |= source.events(user, places)
    return AuditEvent.objects.at_schools([place.school.pk for place in places]).filter(known).select_related("by")


def end_of(day: date) -> datetime:
    """The moment in which the day is over in England."""
    return datetime.combine(day + timedelta(days=1), time(), clock.LONDON)


def source_of(kind: str) -> ChronologySource:
    """Who speaks of subjects of this kind."""
    return next(source for source in chronology_sources if kind in source.kinds)


def in_words(events: Iterable[AuditEvent], places: Sequence[Place]) -> list[Event]:
    """The events as the page shows them; those of a predecessor say where they were. Constant queries."""
    shown = list(events)
    known = _known(shown)
    schools = {place.school.pk: place for place in places}
    return [_worded(event, schools[event.school_id or 0], known[event.subject_kind]) for event in shown]


def _worded(event: AuditEvent, place: Place, known: Known) -> Event:
    source = source_of(event.subject_kind)
    who = str(event.by) if event.by else "The service"
    where = place.school.name if place.heir else ""
    address = source.address(event, place)
    changes = changes_of(event, known) if source.tells_changes else []
    return Event(source.say(event, known), event.at, who, _why(event), address, changes, where)


def _why(event: AuditEvent) -> str:
    """The reason somebody gave; that of an import only says again that it was one."""
    return "" if event.run_id and event.reason.startswith("Imported from") else event.reason


def _known(events: Sequence[AuditEvent]) -> dict[str, Known]:
    """Return what wording these events needs, by the kind of their subjects."""
    sources = {kind: source_of(kind) for kind in {event.subject_kind for event in events}}
    told = [event for event in events if sources[event.subject_kind].tells_changes]
    names = names_of([pair for event in told for pair in stored_of(event.changes, _model(event))])
    read = {
        reader: reader([event for event in events if sources[event.subject_kind].read is reader])
        for reader in {source.read for source in sources.values() if source.read}
    }
    return {kind: Known(names, read[source.read] if source.read else None) for kind, source in sources.items()}


def _model(event: AuditEvent) -> type[Model]:
    return apps.get_model(event.subject_kind)


NOT_TOLD = {"version", "updated_at", "updated_by", "created_at", "created_by", "search_key"}


def changes_of(event: AuditEvent, known: Known) -> list[tuple[str, Any, Any]]:
    """Of what is new or gone, only what it is: each field of it would be a change from nothing, or to it."""
    if event.verb in (ADDED_BY_IMPORT, REMOVED, "added", "appointed"):
        return []
    return differences_in_words(event.changes, _model(event), known.names, besides=NOT_TOLD)


def past_of(table: StateTable, event: AuditEvent) -> str:
    return {move.verb: move.past for move in table.moves}.get(event.verb, event.verb)


def tab_address(name: str, place: Place) -> str:
    """A page of the school; that of a predecessor is not every reader's to open."""
    return "" if place.heir else reverse(f"schools:{name}", args=[place.school.urn])


def events_readers_know(models: Sequence[type[Model]]) -> Callable[[Any, Sequence[Place]], Q]:
    """Events about these, at the schools whose shared records the reader reads."""

    def events(user: Any, places: Sequence[Place]) -> Q:
        schools = [place.school.pk for place in places if place.allows(user, Permission.VIEW_SHARED_RECORD)]
        return Q(subject_kind__in=[model._meta.label_lower for model in models], school_id__in=schools)

    return events


def events_of_history(models: Sequence[type[Model]]) -> Callable[[Any, Sequence[Place]], Q]:
    """Events about these, at the schools whose history the reader may see."""

    def events(user: Any, places: Sequence[Place]) -> Q:
        schools = [place.school.pk for place in places if place.allows(user, Permission.VIEW_SCHOOL_HISTORY)]
        return Q(subject_kind__in=[model._meta.label_lower for model in models], school_id__in=schools)

    return events
