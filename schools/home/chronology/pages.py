"""The chronology of a school: filtered, as at a day, and taken away."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Count, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest

from schoolimprove.accounts.exporting import Taken, export_links, exports, words_of
from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import ROLE_LABELS, Permission, Role
from schoolimprove.lib import clock
from schoolimprove.lib.search import words_to_find
from schoolimprove.records.models import AuditEvent
from schoolimprove.ui import components
from schoolimprove.ui.cells import shown
from schoolimprove.ui.exports import Column, ListFile, in_batches
from schoolimprove.ui.filters import Counts, filter_panel
from schoolimprove.ui.searching import holds_words
from schools.home.chronology.forms import SYSTEM, ChronologyForm
from schools.register.chronology import chronology_sources, end_of, entries, in_words, places_of, source_of
from schools.register.lineage import predecessors
from schools.register.models.appointment import Appointment
from schools.register.models.school import Establishment, Phase, School
from schools.register.pages import SchoolTabView, paged, school_in_scope
from schools.register.schools.history import as_it_stood

EARLIEST = date(1900, 1, 1)
HEADS = (Role.HEADTEACHER, Role.CHAIR, Role.SIP)
"""Whose names stand at the head of the file."""


@dataclass(frozen=True)
class Tally:
    """Of one kind of subject and one person: how many events the reader may know of."""

    kind: str
    by: str
    name: str
    events: int


class Chronicle:
    """A school's events as the address narrows them, for one reader."""

    def __init__(self, request: HttpRequest, school: School, predecessors: Sequence[School]) -> None:
        self.user, self.query = request.user, request.GET
        self.places = places_of(school, predecessors)
        self.everything = entries(self.user, self.places)
        self.tallies = tallied(self.everything)
        people = sorted({(tally.by, tally.name) for tally in self.tallies}, key=lambda each: each[1])
        kinds = [(source.key, source.label) for source in chronology_sources]
        self.form = ChronologyForm(self.query, kinds=kinds, people=people)
        self.form.is_valid()
        self.chosen = self.form.cleaned_data
        self.as_at: date | None = self.chosen.get("as_at")

    def events(self) -> QuerySet[AuditEvent]:
        """Newest first."""
        chosen = self.chosen
        kinds = chosen.get("kind")
        known = entries(self.user, self.places, kinds=kinds) if kinds else self.everything
        found = _by(chosen.get("by") or "", _with_words(chosen.get("q") or "", self._until_as_at(known)))
        if since := chosen.get("since"):
            found = found.filter(at__gte=datetime.combine(max(since, EARLIEST), time(), clock.LONDON))
        if until := chosen.get("until"):
            found = found.filter(at__lt=end_of(min(until, clock.today())))
        return found

    def _until_as_at(self, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        return events.filter(at__lt=end_of(self.as_at)) if self.as_at else events

    def counts(self) -> Counts:
        """Events of each kind and of each person, up to the day the file is read as at."""
        tallies = tallied(self._until_as_at(self.everything)) if self.as_at else self.tallies
        kinds, people = Counter[str](), Counter[str]()
        for tally in tallies:
            kinds[tally.kind] += tally.events
            people[tally.by] += tally.events
        keys = [source.key for source in chronology_sources]
        return {"kind": {key: kinds[key] for key in keys}, "by": {each.by: people[each.by] for each in self.tallies}}


def tallied(events: QuerySet[AuditEvent]) -> list[Tally]:
    rows = events.order_by().values_list("subject_kind", "by", "by__name").annotate(events=Count("pk"))
    return [
        Tally(source_of(kind).key, str(by or SYSTEM), name or "The service", number) for kind, by, name, number in rows
    ]


def _by(who: str, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
    if not who:
        return events
    return events.filter(by__isnull=True) if who == SYSTEM else events.filter(by_id=int(who))


def _with_words(text: str, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
    """Each word in the name, the act, the reason or who did it, or in the values where those are shown."""
    told = [kind for source in chronology_sources if source.tells_changes for kind in source.kinds]
    events = events.annotate(values_told=Cast("changes", TextField())) if text else events
    for word in words_to_find(text):
        said = holds_words(word, ["subject_name", "verb", "reason", "by__name"])
        events = events.filter(said | (holds_words(word, ["values_told"]) & Q(subject_kind__in=told)))
    return events


class SchoolChronology(SchoolTabView):
    template_name = "schools/home/school_chronology.html"
    tab = "chronology"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        chronicle = Chronicle(self.request, self.school, self.predecessors)
        page = paged(self.request, chronicle.events())
        count = page.paginator.count
        panel = filter_panel(chronicle.form, self.request.GET, counts=chronicle.counts(), label="Filter the chronology")
        return super().get_context_data(
            filters=panel,
            form=chronicle.form,
            found=f"{count:,} event{'' if count == 1 else 's'}",
            events=in_words(page.object_list, chronicle.places),
            page_obj=page,
            as_at=chronicle.as_at,
            stood=stood_on(self.school, chronicle.as_at, self.request.user) if chronicle.as_at else [],
            exports=export_links("schools:chronology_export", self.request.user, self.school.urn, on=self.school),
            **kwargs,
        )


def stood_on(school: School, day: date, user: Any) -> list[components.Fact]:
    """What the register said at the end of that day, and who was appointed on it; for those who read its history."""
    if not user_can(user, Permission.VIEW_SCHOOL_HISTORY, on=school):
        return []
    row = as_it_stood(school, end_of(day))
    held = Appointment.objects.current(day).filter(school=school, role__in=HEADS).select_related("person")
    people = {role: ", ".join(sorted(each.person.name for each in held if each.role == role)) for role in HEADS}
    source = f"GIAS, {clock.uk_date(row.source_changed_on)}" if row and row.source_changed_on else ""
    return [
        *_facts_of(row, source),
        *(components.Fact(ROLE_LABELS[role], people[role], empty="No one was appointed") for role in HEADS),
    ]


def _facts_of(row: Any, source: str) -> list[components.Fact]:
    if row is None:
        return [components.Fact("Name", empty="The school was not in the register on that day")]
    return [
        components.Fact("Name", row.name, source=source),
        components.Fact("Phase", Phase(row.phase).label, source=source),
        components.Fact("Open or closed", Establishment(row.establishment).label, source=source),
        components.Fact("District", row.district.name if row.district else "", empty="No district"),
    ]


COLUMNS_TAKEN = [
    Column("at", "When", "Date and time"),
    Column("kind", "Kind", "Kind of event"),
    Column("event", "Event", "What happened"),
    Column("school", "School", "School it happened at: this one, or a predecessor"),
    Column("by", "By", "Who did it"),
    Column("reason", "Reason", "The reason given"),
    Column("changes", "Changes", "Each field that changed, with its value before and after"),
]


CHRONOLOGY = ListFile("chronology", "a chronology", "A school: Chronology", "An event at the school", COLUMNS_TAKEN)


@exports(CHRONOLOGY)
def export_chronology(request: HttpRequest, urn: int) -> Taken:
    """The chronology as it stands in the address."""
    school = school_in_scope(request, urn)
    chronicle = Chronicle(request, school, predecessors(school))
    chosen = words_of(filter_panel(chronicle.form, request.GET))
    return Taken(_rows(chronicle, school), chronicle.events().count(), chosen, school)


def _rows(chronicle: Chronicle, school: School) -> Iterator[Sequence[Any]]:
    for events in in_batches(chronicle.events().iterator(500)):
        for event, told in zip(events, in_words(events, chronicle.places), strict=True):
            kind, where = source_of(event.subject_kind).label, told.where or school.name
            yield [told.when, kind, told.what, where, told.who, told.why, _changes_in_words(told.changes)]


def _changes_in_words(changes: Sequence[tuple[str, Any, Any]]) -> str:
    return "; ".join(
        f"{label}: {shown(before) or 'nothing'} → {shown(after) or 'nothing'}" for label, before, after in changes
    )
