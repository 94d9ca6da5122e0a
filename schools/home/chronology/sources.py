"""What the chronology of a school tells of the register: schools, people, contacts, links and days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model

from schoolimprove.lib import clock
from schoolimprove.records.models import AuditEvent
from schools.imports.models import ImportRun
from schools.register.chronology import (
    ChronologySource,
    Known,
    changes_of,
    chronology_sources,
    events_of_history,
)
from schools.register.import_verbs import ADDED_BY_IMPORT, CHANGED_BY_IMPORT, REMOVED, RESTORED
from schools.register.models.appointment import Appointment
from schools.register.models.contact import SchoolContact
from schools.register.models.link import SchoolLink
from schools.register.models.school import School
from schools.register.models.school_days import SchoolClosure, SchoolTerm

REGISTER: list[type[Model]] = [School, Appointment, SchoolLink]
CONTACTS: list[type[Model]] = [SchoolContact]
DAYS: list[type[Model]] = [SchoolTerm, SchoolClosure]
LONGEST_VALUE = 60
"""Characters of a value in a heading."""


@dataclass(frozen=True)
class Told:
    """What the wording needs beside names: the kinds of imports by the number of their run, and links by their key."""

    imports: Mapping[int, str]
    links: Mapping[int, SchoolLink]


def _read(events: Sequence[AuditEvent]) -> Told:
    runs = {event.run_id for event in events if event.run_id}
    links = {event.subject_id for event in events if event.subject_kind == SchoolLink._meta.label_lower}
    return Told(
        dict(ImportRun.objects.filter(pk__in=runs).values_list("pk", "kind")) if runs else {},
        SchoolLink.objects.in_bulk(list(links)) if links else {},
    )


def register() -> None:
    """Called once, when the app is ready."""
    history = events_of_history
    for source in (
        ChronologySource(
            "register", 20, "Register", REGISTER, history(REGISTER), _say_register, tells_changes=True, read=_read
        ),
        ChronologySource(
            "contacts", 30, "Contacts", CONTACTS, history(CONTACTS), _say_contact, tells_changes=True, read=_read
        ),
        ChronologySource(
            "days", 40, "Own terms and days", DAYS, history(DAYS), _say_day, tells_changes=True, read=_read
        ),
    ):
        chronology_sources.register(source)


def _say_register(event: AuditEvent, known: Known) -> str:
    if event.subject_kind == School._meta.label_lower:
        return _say_school(event, known)
    if event.subject_kind == SchoolLink._meta.label_lower:
        return _say_link(event, known)
    return f"{event.subject_name}: {_past(event, known)}"


def _say_school(event: AuditEvent, known: Known) -> str:
    source = _import_of(event, known)
    said = {
        ADDED_BY_IMPORT: f"Added to the register from {source}",
        CHANGED_BY_IMPORT: f"Changed in {source}",
        RESTORED: "Restored by undoing an import",
        REMOVED: "Removed from the register by undoing an import",
    }.get(event.verb, f"School {event.verb}")
    return said + _summary(changes_of(event, known))


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
    return "GIAS" if known.read.imports.get(event.run_id or 0, "gias") == "gias" else "an imported file"


def _say_link(event: AuditEvent, known: Known) -> str:
    """`Successor recorded: Invented Academy`. A link that was taken back again is known by its event alone."""
    link = known.read.links.get(event.subject_id)
    said = {name: pair[1] or pair[0] for name, pair in event.changes.items()}
    kind = said.get("kind") or (link.kind if link else "Link")
    name = said.get("linked_name") or (link.linked_name if link else event.subject_name)
    verbs = {"added": "recorded", ADDED_BY_IMPORT: "recorded", CHANGED_BY_IMPORT: "changed"}
    return f"{kind} {verbs.get(event.verb) or _past(event, known)}: {name}"


def _say_contact(event: AuditEvent, known: Known) -> str:
    return f"Contact {_past(event, known)}: {event.subject_name}"


def _say_day(event: AuditEvent, known: Known) -> str:
    what = "Own term" if event.subject_kind == SchoolTerm._meta.label_lower else "Own closure day"
    return f"{what} {_past(event, known)}: {event.subject_name}"


def _past(event: AuditEvent, known: Known) -> str:
    """What was done, after the name of the thing."""
    by_import = {ADDED_BY_IMPORT: "added", CHANGED_BY_IMPORT: "changed"}
    if event.verb in by_import:
        return f"{by_import[event.verb]} from {_import_of(event, known)}"
    by_undoing = {RESTORED: "restored by undoing an import", REMOVED: "removed by undoing an import"}
    return by_undoing.get(event.verb, event.verb)
