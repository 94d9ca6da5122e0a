"""The chronology of a school: what happened, newest first, as far as the reader may know.

A school that followed another has the other's past beside its own: read by rights at either, and marked.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

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
from schools.imports.gias.events import ADDED_BY_IMPORT, CHANGED_BY_IMPORT, REMOVED, RESTORED
from schools.imports.models import ImportRun
from schools.records.models.action import RecordAction
from schools.records.models.correction import Correction
from schools.records.models.meeting import GovernorsMeeting
from schools.records.models.record import RecordOfVisit
from schools.records.models.strength import Strength
from schools.records.states import ACTION, CORRECTION, RECORD_OF_VISIT, STRENGTH, ActionStatus
from schools.register.field_labels import Names, differences_in_words, names_of, stored_of
from schools.register.models.appointment import Appointment
from schools.register.models.contact import SchoolContact
from schools.register.models.link import SchoolLink
from schools.register.models.school import School
from schools.register.models.school_days import SchoolClosure, SchoolTerm
from schools.visits.models.agenda_item import ADDED_IN_WRITING, TAKEN_AWAY_IN_WRITING, AgendaItem
from schools.visits.models.contact_note import ContactNote
from schools.visits.models.entitlement import Entitlement
from schools.visits.models.visit import WITHOUT_RECORD, Visit
from schools.visits.states import VISIT

WITHOUT_MOVE = {
    "responded": "answered by the school",
    "frozen": "frozen as PDF",
    "attached": "has another attachment",
    "took a file away": "has an attachment less",
}
"""What is done to a record without moving it, after its name."""
SHOWN_TO_READERS = ("approve", "responded", "present", "close", "close unpresented", "correct")
"""What those who read a record only because it is shared may know of how it came about."""


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
    """What the wording of many events needs, read for all of them at once."""

    names: Names = field(default_factory=dict)
    imports: dict[int, str] = field(default_factory=dict)
    links: dict[int, SchoolLink] = field(default_factory=dict)


@dataclass(frozen=True)
class ChronologySource:
    """`events(user, places)` filters the audit; `say(event, known)` words one event, `address` leads to it.

    `subjects` are the models it speaks of. With `tells_changes` their fields' values are shown before and after.
    """

    key: str
    order: int
    label: str
    subjects: Sequence[type[Model]]
    events: Callable[[Any, Sequence[Place]], Q]
    say: Callable[[AuditEvent, Known], str]
    address: Callable[[AuditEvent, Place], str] = lambda _event, _place: ""
    tells_changes: bool = False

    @property
    def kinds(self) -> list[str]:
        return [model._meta.label_lower for model in self.subjects]


chronology_sources: Registry[ChronologySource] = Registry()


def register_own() -> None:
    for source in (
        ChronologySource(
            "planning", 15, "Planning of visits", [Visit, AgendaItem], _visit_events, _say_visit, _visit_address
        ),
        ChronologySource("visits", 10, "Visits", RECORDS, _shared_events, _say_record, _record_address),
        ChronologySource(
            "actions",
            12,
            "Actions and strengths",
            FOLLOWING,
            _readers_events(FOLLOWING),
            _say_following,
            _following_address,
        ),
        ChronologySource(
            "governors",
            14,
            "Governors’ meetings",
            GOVERNORS,
            _readers_events(GOVERNORS),
            _say_meeting,
            lambda _event, place: _tab("governors", place),
        ),
        ChronologySource("register", 20, "Register", REGISTER, _events_of(REGISTER), _say_register, tells_changes=True),
        ChronologySource(
            "contacts", 30, "Contacts", [SchoolContact], _events_of([SchoolContact]), _say_contact, tells_changes=True
        ),
        ChronologySource(
            "entitlement",
            35,
            "Days of visits",
            [Entitlement],
            _events_of([Entitlement]),
            _say_entitlement,
            tells_changes=True,
        ),
        ChronologySource("notes", 35, "Calls, letters and meetings", [ContactNote], _note_events, _say_note),
        ChronologySource("days", 40, "Own terms and days", DAYS, _events_of(DAYS), _say_day, tells_changes=True),
    ):
        chronology_sources.register(source)


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
    return [_worded(event, schools[event.school_id or 0], known) for event in shown]


def _worded(event: AuditEvent, place: Place, known: Known) -> Event:
    source = source_of(event.subject_kind)
    who = str(event.by) if event.by else "The system"
    where = place.school.name if place.heir else ""
    address = source.address(event, place)
    changes = _changes(event, known) if source.tells_changes else []
    return Event(source.say(event, known), event.at, who, _why(event), address, changes, where)


def _why(event: AuditEvent) -> str:
    """The reason somebody gave; that of an import only says again that it was one."""
    return "" if event.run_id and event.reason.startswith("Imported from") else event.reason


def _known(events: Sequence[AuditEvent]) -> Known:
    told = [event for event in events if source_of(event.subject_kind).tells_changes]
    stored = [pair for event in told for pair in stored_of(event.changes, _model(event))]
    runs = {event.run_id for event in told if event.run_id}
    links = {event.subject_id for event in told if event.subject_kind == SchoolLink._meta.label_lower}
    return Known(
        names_of(stored),
        dict(ImportRun.objects.filter(pk__in=runs).values_list("pk", "kind")) if runs else {},
        SchoolLink.objects.in_bulk(list(links)) if links else {},
    )


def _model(event: AuditEvent) -> type[Model]:
    return apps.get_model(event.subject_kind)


NOT_TOLD = {"version", "updated_at", "updated_by", "created_at", "created_by", "search_key"}


def _changes(event: AuditEvent, known: Known) -> list[tuple[str, Any, Any]]:
    """Of what is new or gone, only what it is: each field of it would be a change from nothing, or to it."""
    if event.verb in (ADDED_BY_IMPORT, REMOVED, "added", "appointed"):
        return []
    return differences_in_words(event.changes, _model(event), known.names, besides=NOT_TOLD)


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
        return f"{event.subject_name} {_past_of(CORRECTION, event)}"
    past = {move.verb: move.past for move in RECORD_OF_VISIT.moves} | WITHOUT_MOVE
    return f"Record of Visit {event.subject_name.split(',')[0]} {past.get(event.verb, event.verb)}"


def _past_of(table: StateTable, event: AuditEvent) -> str:
    return {move.verb: move.past for move in table.moves}.get(event.verb, event.verb)


def _tab(name: str, place: Place) -> str:
    """A page of the school; that of a predecessor is not every reader's to open."""
    return "" if place.heir else reverse(f"schools:{name}", args=[place.school.urn])


def _record_address(event: AuditEvent, place: Place) -> str:
    if event.subject_kind == Correction._meta.label_lower:
        reference = event.subject_name.removeprefix("Correction of ").split(",")[0]
        return reverse("schools:record_correction", args=[place.school.urn, reference])
    return reverse("schools:record", args=[place.school.urn, event.subject_name.split(",")[0]])


TOLD_WITH_THE_RECORD = ("hold", "void", "corrected")
"""What becomes of a visit with its record is the record's to tell, to those who may know of that."""


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
        return f"Agenda item {event.verb}: {event.subject_name}"
    past = {move.verb: move.past for move in VISIT.moves}
    return f"{event.subject_name.split(' to ')[0]}: {past.get(event.verb, event.verb)}{_dated(event)}"


def _dated(event: AuditEvent) -> str:
    """The date the act is about, where it sets one."""
    days = (event.changes.get(name, [None, None])[1] for name in ("suggested_on", "planned_on", "held_on"))
    day = next(filter(None, days), None)
    return f", {clock.uk_date(date.fromisoformat(day))}" if day else ""


def _visit_address(event: AuditEvent, place: Place) -> str:
    if event.subject_kind != Visit._meta.label_lower:
        return _tab("visits", place)
    return reverse("schools:visit", args=[place.school.urn, event.subject_id])


def _note_events(user: Any, places: Sequence[Place]) -> Q:
    """For the authority's people at work with the school; the school does not read them."""
    schools = [place.school.pk for place in places if place.allows(user, Permission.VIEW_CONTACT_NOTE)]
    return Q(subject_kind=ContactNote._meta.label_lower, school_id__in=schools)


def _say_note(event: AuditEvent, _known: Known) -> str:
    return f"{event.subject_name} {event.verb}"


def _readers_events(models: Sequence[type[Model]]) -> Callable[[Any, Sequence[Place]], Q]:
    """Events about these, at the schools whose shared records the reader reads."""

    def events(user: Any, places: Sequence[Place]) -> Q:
        schools = [place.school.pk for place in places if place.allows(user, Permission.VIEW_SHARED_RECORD)]
        return Q(subject_kind__in=[model._meta.label_lower for model in models], school_id__in=schools)

    return events


def _say_following(event: AuditEvent, _known: Known) -> str:
    is_action = event.subject_kind == RecordAction._meta.label_lower
    what, table = ("Action", ACTION) if is_action else ("Strength", STRENGTH)
    return f"{what} “{event.subject_name}”: {_past_of(table, event)}"


def _following_address(event: AuditEvent, place: Place) -> str:
    """The school's actions, those that are done as well; a strength stands in its record, which the event names not."""
    if event.subject_kind != RecordAction._meta.label_lower or not (page := _tab("actions", place)):
        return ""
    return f"{page}?{urlencode([('status', each.value) for each in ActionStatus])}"


def _say_meeting(event: AuditEvent, _known: Known) -> str:
    return f"{event.subject_name}: {event.verb}"


REGISTER: list[type[Model]] = [School, Appointment, SchoolLink]
DAYS: list[type[Model]] = [SchoolTerm, SchoolClosure]
LONGEST_VALUE = 60
"""Characters of a value in a heading."""


def _events_of(models: Sequence[type[Model]]) -> Callable[[Any, Sequence[Place]], Q]:
    """Events about these, at the schools whose history the reader may see."""

    def events(user: Any, places: Sequence[Place]) -> Q:
        schools = [place.school.pk for place in places if place.allows(user, Permission.VIEW_SCHOOL_HISTORY)]
        return Q(subject_kind__in=[model._meta.label_lower for model in models], school_id__in=schools)

    return events


def _say_register(event: AuditEvent, known: Known) -> str:
    if event.subject_kind == School._meta.label_lower:
        return _say_school(event, known)
    if event.subject_kind == SchoolLink._meta.label_lower:
        return _say_link(event, known)
    return f"{event.subject_name}: {_past(event, known)}"


def _say_school(event: AuditEvent, known: Known) -> str:
    source = _import_of(event, known)
    said = {
        ADDED_BY_IMPORT: f"Entered in the register from {source}",
        CHANGED_BY_IMPORT: f"Changed in {source}",
        RESTORED: "Put back as it was, by undoing an import",
        REMOVED: "Taken out of the register, by undoing an import",
    }.get(event.verb, f"School {event.verb}")
    return said + _summary(_changes(event, known))


def _summary(changes: Sequence[tuple[str, Any, Any]]) -> str:
    """What changed, in the heading: one field with its values, several by their labels."""
    if not changes:
        return ""
    if len(changes) == 1:
        label, before, after = changes[0]
        return f": {label} {_short(before)} → {_short(after)}"
    labels = [label for label, _before, _after in changes]
    more = len(labels) - 3
    return ": " + (f"{', '.join(labels[:3])} and {more} more" if more > 0 else _listed(labels))


def _listed(labels: Sequence[str]) -> str:
    return " and ".join([", ".join(labels[:-1]), labels[-1]])


def _short(value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    text = clock.uk_date(value) if isinstance(value, date) else str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _import_of(event: AuditEvent, known: Known) -> str:
    """Where an import took it from: schools and their links come from GIAS."""
    return "GIAS" if known.imports.get(event.run_id or 0, "gias") == "gias" else "an imported file"


def _say_link(event: AuditEvent, known: Known) -> str:
    """`Successor recorded: Invented Academy`. A link that was taken back again is known by its event alone."""
    link = known.links.get(event.subject_id)
    said = {name: pair[1] or pair[0] for name, pair in event.changes.items()}
    kind = said.get("kind") or (link.kind if link else "Link")
    name = said.get("linked_name") or (link.linked_name if link else event.subject_name)
    verbs = {"added": "recorded", ADDED_BY_IMPORT: "recorded", CHANGED_BY_IMPORT: "changed"}
    return f"{kind} {verbs.get(event.verb) or _past(event, known)}: {name}"


def _say_contact(event: AuditEvent, known: Known) -> str:
    return f"Contact {_past(event, known)}: {event.subject_name}"


def _say_entitlement(event: AuditEvent, _known: Known) -> str:
    return f"Days of visits set: {event.subject_name}"


def _say_day(event: AuditEvent, known: Known) -> str:
    what = "Own term" if event.subject_kind == SchoolTerm._meta.label_lower else "Own closure day"
    return f"{what} {_past(event, known)}: {event.subject_name}"


def _past(event: AuditEvent, known: Known) -> str:
    """What was done, after the name of the thing."""
    by_import = {ADDED_BY_IMPORT: "added", CHANGED_BY_IMPORT: "changed"}
    if event.verb in by_import:
        return f"{by_import[event.verb]} from {_import_of(event, known)}"
    by_undoing = {RESTORED: "put back by undoing an import", REMOVED: "taken out by undoing an import"}
    return by_undoing.get(event.verb, event.verb)
