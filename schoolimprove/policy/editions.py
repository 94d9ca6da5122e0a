"""Verbs of editions: write, revise, publish, discard, and load those that come with the code."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.db import IntegrityError, transaction

from schoolimprove.lib import clock
from schoolimprove.policy.models.edition import REVISED, WRITTEN, Edition
from schoolimprove.policy.states import EditionStatus
from schoolimprove.records.actor import SYSTEM, Actor
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked, Conflict, record_event, save_changes, transition

E = TypeVar("E", bound=Edition)


def write_edition(kind: type[E], *, by: Actor, **fields: Any) -> E:
    """Return a new draft that says `fields`."""
    with transaction.atomic():
        edition: E = kind._default_manager.create(created_by=by.user, updated_by=by.user, **fields)
        record_event(edition, WRITTEN, by=by, changes={name: [None, fields[name]] for name in kind.FIELDS})
    return edition


def revise_edition(edition: Edition, *, by: Actor, seen_version: int, **fields: Any) -> None:
    """Save a draft; raise `Conflict` when someone else saved it first or it is no longer a draft."""
    with transaction.atomic():
        current = type(edition)._default_manager.select_for_update(of=("self",)).get(pk=edition.pk)
        if current.status != EditionStatus.DRAFT:
            raise Conflict(current)
        save_changes(edition, REVISED, by=by, seen_version=seen_version, **fields)


def blockers_to_publishing(edition: Edition, *, published_from: date, on: date) -> list[str]:
    """Return why a draft cannot be in force from that day, as sentences."""
    reasons = list(edition.content_errors())
    if published_from < on:
        reasons.append("The first day must be today or later.")
    if edition.alike().filter(published_from=published_from).exists():
        day = clock.uk_date(published_from)
        reasons.append(f"An edition{edition.strand_words} begins on {day} already. Enter another day.")
    return reasons


def publish_edition(edition: Edition, *, by: Actor, on: date, published_from: date, seen_version: int) -> None:
    """Put a draft in force from that day, never to be edited again."""
    if reasons := blockers_to_publishing(edition, published_from=published_from, on=on):
        raise Blocked(reasons)
    stamp: dict[str, Any] = {"published_from": published_from, "published_at": clock.now(), "published_by": by.user}
    try:
        with transaction.atomic():
            transition(edition, "publish", by=by, seen_version=seen_version, **stamp)
    except IntegrityError as error:
        # Another edition was published from that day between the question and the answer.
        edition.refresh_from_db()
        reasons = blockers_to_publishing(edition, published_from=published_from, on=on)
        if not reasons:
            raise
        raise Blocked(reasons) from error


def as_seen(edition: E, version: int) -> E:
    """Return the edition with its fields as they were at an earlier version; each version left one audit event."""
    seen = {name: getattr(edition, name) for name in edition.FIELDS}
    events = AuditEvent.objects.about(edition._meta.label_lower, edition.pk).order_by("-at", "-pk")
    for event in events[: max(edition.version - version, 0)]:
        seen |= {name: before for name, (before, _after) in event.changes.items() if name in edition.FIELDS}
    return type(edition)(**seen)


def following(kind: type[E]) -> dict[int, E | None]:
    """Return for each published edition the one that begins where it ends. One query."""
    found: dict[int, E | None] = {}
    last: dict[tuple[Any, ...], int] = {}
    rows = kind._default_manager.filter(status=EditionStatus.PUBLISHED).order_by("published_from", "pk")
    for edition in rows:
        strand = tuple(edition.strand.values())
        if strand in last:
            found[last[strand]] = edition
        last[strand], found[edition.pk] = edition.pk, None
    return found


@dataclass(frozen=True)
class Shipped:
    """An edition that comes with the code; without `published_from` it comes as a draft."""

    name: str
    title: str
    source: str
    fields: Mapping[str, Any]
    published_from: date | None = None


def ship_editions(kind: type[Edition], shipped: Iterable[Shipped]) -> int:
    """Load the editions that were not loaded yet, never over what was made of them; return how many."""
    with transaction.atomic():
        rows = kind._default_manager
        present = set(rows.exclude(shipped_as="").values_list("shipped_as", flat=True))
        missing = [each for each in shipped if each.name not in present]
        for each in missing:
            edition = rows.create(title=each.title, source=each.source, shipped_as=each.name, **each.fields)
            record_event(edition, "shipped", by=SYSTEM, reason=f"Shipped: {each.source}")
            if each.published_from:
                first = each.published_from
                transition(edition, "publish", by=SYSTEM, seen_version=edition.version, published_from=first)
    return len(missing)
