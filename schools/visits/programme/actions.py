"""Verbs of the visit programme: write, revise, publish and give up an edition; and what is in force when."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.text import slugify

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import acting, user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.lib.clock import TermName
from schoolimprove.records.actor import SYSTEM
from schoolimprove.records.transition import Blocked, Conflict, record_event, save_changes, transition
from schools.register.models.school import Phase
from schools.visits.models.programme import CLOSING_KEY, ProgrammeEdition, Topic
from schools.visits.programme.shipped import CLOSING, SHIPPED, Shipped
from schools.visits.states import EditionStatus

EVERY_PHASE = "Every phase"
MOST_TOPICS = 8
"""Items beside the closing one."""
LONGEST_SLUG = 40
FIELDS = ("phase", "term", "title", "topics")
"""What an edition says."""


def phase_name(phase: str) -> str:
    return Phase(phase).label if phase else EVERY_PHASE


def editions_for(user: Any) -> QuerySet[ProgrammeEdition]:
    """What somebody may read: what is published, and all of them for whoever publishes."""
    if user_can(user, Permission.PUBLISH_PROGRAMME):
        return ProgrammeEdition.objects.all()
    if user_can(user, Permission.VIEW_SCHOOL):
        return ProgrammeEdition.objects.filter(status=EditionStatus.PUBLISHED)
    return ProgrammeEdition.objects.none()


@dataclass(frozen=True)
class Wanted:
    """An item as somebody typed it; `key` is the one it had where it is not new."""

    heading: str
    guidance: str = ""
    key: str = ""


def agenda_of(items: Iterable[Wanted], *, closing: str, known: Collection[str] = ()) -> list[Topic]:
    """The items with their keys, those of `known` kept and the others made once; the closing one is the last."""
    topics: list[Topic] = []
    taken = {CLOSING_KEY, *known}
    for item in items:
        kept = item.key in known and item.key not in {CLOSING_KEY, *(topic.key for topic in topics)}
        key = item.key if kept else _new_key(item.heading, taken)
        taken.add(key)
        topics.append(Topic(key, item.heading, item.guidance))
    return [*topics, Topic(CLOSING_KEY, CLOSING.heading, closing)]


def _new_key(heading: str, taken: Collection[str]) -> str:
    slug = slugify(heading)[:LONGEST_SLUG].strip("-") or "item"
    number = 1
    while f"{slug}-{number}" in taken:
        number += 1
    return f"{slug}-{number}"


def write_edition(*, by: User, phase: str, term: str, title: str, topics: Sequence[Topic]) -> ProgrammeEdition:
    """A new draft."""
    actor = acting(by, Permission.PUBLISH_PROGRAMME)
    said = {"phase": phase, "term": term, "title": title, "topics": [topic.as_json() for topic in topics]}
    with transaction.atomic():
        edition = ProgrammeEdition.objects.create(created_by=by, updated_by=by, **said)
        record_event(edition, "written", by=actor, changes={name: [None, said[name]] for name in FIELDS})
    return edition


def revise_edition(
    edition: ProgrammeEdition, *, by: User, seen_version: int, topics: Sequence[Topic], **said: str
) -> None:
    """Save a draft. `Conflict` when somebody saved first, or it is a draft no longer."""
    actor = acting(by, Permission.PUBLISH_PROGRAMME)
    with transaction.atomic():
        current = ProgrammeEdition.objects.select_for_update().get(pk=edition.pk)
        if current.status != EditionStatus.DRAFT:
            raise Conflict(current)
        stored: dict[str, Any] = {**said, "topics": [topic.as_json() for topic in topics]}
        save_changes(edition, "revised", by=actor, seen_version=seen_version, **stored)


def blockers_to_publishing(edition: ProgrammeEdition, *, published_from: date, on: date) -> list[str]:
    """Why a draft cannot be in force from that day, as sentences."""
    reasons = []
    if not [topic for topic in edition.agenda if topic.key != CLOSING_KEY]:
        reasons.append("Add at least one agenda item first.")
    if published_from < on:
        reasons.append("The first day must be today or later.")
    same = _published_alike(edition).filter(published_from=published_from)
    if same.exists():
        reasons.append(
            f"An edition for {phase_name(edition.phase).lower()} in the {edition.term} term begins on "
            f"{clock.uk_date(published_from)} already. Enter another day."
        )
    return reasons


def publish_edition(edition: ProgrammeEdition, *, by: User, on: date, published_from: date, seen_version: int) -> None:
    """In force from that day, and never edited again."""
    actor = acting(by, Permission.PUBLISH_PROGRAMME)
    if reasons := blockers_to_publishing(edition, published_from=published_from, on=on):
        raise Blocked(reasons)
    stamp: dict[str, Any] = {"published_from": published_from, "published_at": clock.now(), "published_by": by}
    try:
        with transaction.atomic():
            transition(edition, "publish", by=actor, seen_version=seen_version, **stamp)
    except IntegrityError as error:
        # Somebody published another edition from that day between the question and the answer.
        edition.refresh_from_db()
        reasons = blockers_to_publishing(edition, published_from=published_from, on=on)
        if not reasons:
            raise
        raise Blocked(reasons) from error


def abandon_edition(edition: ProgrammeEdition, *, by: User, on: date, reason: str, seen_version: int) -> None:
    """Give up a draft; it is kept."""
    actor = acting(by, Permission.PUBLISH_PROGRAMME)
    transition(edition, "abandon", by=actor, reason=reason, seen_version=seen_version)


def _published_alike(edition: ProgrammeEdition) -> QuerySet[ProgrammeEdition]:
    """Those of the same phase and term, the latest first."""
    alike = ProgrammeEdition.objects.filter(status=EditionStatus.PUBLISHED, phase=edition.phase, term=edition.term)
    return alike.exclude(pk=edition.pk).order_by("-published_from")


def published_alike(edition: ProgrammeEdition) -> list[ProgrammeEdition]:
    return list(_published_alike(edition))


@dataclass(frozen=True)
class Strand:
    """The published editions of one phase and term: the one in force on the day, those to come, those before."""

    phase: str
    term: str
    now: ProgrammeEdition | None
    coming: Sequence[ProgrammeEdition]
    former: Sequence[ProgrammeEdition]


def strands(editions: Iterable[ProgrammeEdition], *, on: date) -> list[Strand]:
    """By term, and in each every phase before the single ones."""
    groups: dict[tuple[str, str], list[ProgrammeEdition]] = defaultdict(list)
    for edition in editions:
        if edition.status == EditionStatus.PUBLISHED:
            groups[edition.term, edition.phase].append(edition)
    terms, phases = list(TermName), ["", *Phase]
    ordered = sorted(groups, key=lambda key: (terms.index(TermName(key[0])), phases.index(key[1])))
    return [_strand(key, groups[key], on) for key in ordered]


def _strand(key: tuple[str, str], editions: Sequence[ProgrammeEdition], on: date) -> Strand:
    dated = sorted(((each.published_from or date.max, each.pk, each) for each in editions), key=lambda each: each[:2])
    begun = [edition for day, _pk, edition in dated if day <= on]
    coming = [edition for day, _pk, edition in dated if day > on]
    return Strand(key[1], key[0], begun[-1] if begun else None, coming, begun[:-1][::-1])


def sync_programmes() -> int:
    """Load the editions that come with the code and were not loaded yet, never over what was made of them."""
    with transaction.atomic():
        held = set(ProgrammeEdition.objects.exclude(shipped_as="").values_list("shipped_as", flat=True))
        missing = [each for each in SHIPPED if each.name not in held]
        for each in missing:
            _ship(each)
    return len(missing)


def _ship(each: Shipped) -> None:
    edition = ProgrammeEdition.objects.create(
        phase=each.phase,
        term=each.term,
        title=each.title,
        source=each.source,
        topics=[topic.as_json() for topic in each.topics],
        shipped_as=each.name,
    )
    record_event(edition, "shipped", by=SYSTEM, reason=f"Shipped: {each.source}")
    if each.published_from:
        transition(
            edition,
            "publish",
            by=SYSTEM,
            seen_version=edition.version,
            published_from=each.published_from,
        )
