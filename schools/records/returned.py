"""The last return of a record that is not shared yet: what the line manager said, and what has changed since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q

from schoolimprove.records.models import AuditEvent
from schools.records import versions
from schools.records.content import Content
from schools.records.diff import Change, differences
from schools.records.models.comment import AssuranceComment
from schools.records.models.record import TEXTS, RecordOfVisit


@dataclass(frozen=True)
class LastReturn:
    """`event` says who returned it, when, and with which comment on the whole; `comments` are by part."""

    event: AuditEvent
    comments: Mapping[str, AssuranceComment]


def newest_return(subject: Model) -> AuditEvent | None:
    """Return the newest return of a record or a correction, or None if nobody returned it."""
    events = AuditEvent.objects.about(subject._meta.label_lower, subject.pk).filter(verb="return")
    return events.select_related("by").order_by("-pk").first()


def last_return(record: RecordOfVisit) -> LastReturn | None:
    """Return the newest return of the record with its comments. Two queries at most."""
    event = newest_return(record)
    if event is None:
        return None
    made = list(record.assurance_comments.filter(at__gte=event.at).select_related("by"))
    newest = max((each.record_version for each in made), default=0)
    return LastReturn(event, {each.part: each for each in made if each.record_version == newest})


def changes_since(record: RecordOfVisit, returned: LastReturn) -> Sequence[Change]:
    """Return what differs from the text that was returned, as for a correction."""
    return differences(document_as_returned(record, returned.event), versions.document(record))


def document_as_returned(record: RecordOfVisit, event: AuditEvent) -> dict[str, Any]:
    """Return the record as it was read when it was returned: as it is now, with every later change undone."""
    then = {**record.texts, "content": record.content, **values_at(event, record, *TEXTS, "content")}
    content = Content.from_json(then["content"])
    items = list(record.visit.agenda_items.all())
    later = {item.as_line().key for item in items if item.created_at > event.at}
    removed = [item.as_line() for item in items if item.taken_away]
    agenda = [line for line in record.visit.agenda() if line.key not in later]
    there = Q(taken_away_at__isnull=True) | Q(taken_away_at__gt=event.at)
    return versions.document(
        record,
        texts={name: then[name] for name in TEXTS},
        content=content,
        visit=values_at(event, record.visit, "kind", "held_on", "days"),
        agenda=[*agenda, *(line for line in removed if line.key in content.findings)],
        files=list(record.attachments.filter(there, added_at__lte=event.at).select_related("blob")),
    )


def values_at(event: AuditEvent, subject: Model, *names: str) -> dict[str, Any]:
    """Return the values these fields had at the event, of those that have changed since."""
    later = AuditEvent.objects.about(subject._meta.label_lower, subject.pk).filter(pk__gt=event.pk)
    values: dict[str, Any] = {}
    for change in later.order_by("-pk"):
        values |= {name: before for name, (before, _) in change.changes.items() if name in names}
    return values
