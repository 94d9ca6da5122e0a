"""Verbs of the visit programme: write, revise, publish and give up an edition; and what is in force when."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.text import slugify

from schoolimprove.accounts.models import User
from schoolimprove.accounts.moves import make_move
from schoolimprove.accounts.rights import acting, user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib.clock import TermName
from schoolimprove.policy import editions
from schoolimprove.policy.states import EditionStatus
from schools.register.models.school import Phase
from schools.visits.models.programme import CLOSING_KEY, ProgrammeEdition, Topic
from schools.visits.programme.shipped import CLOSING, SHIPPED

MOST_TOPICS = 8
"""Items beside the closing one."""
LONGEST_SLUG = 40


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


def write_programme(*, by: User, phase: str, term: str, title: str, topics: Sequence[Topic]) -> ProgrammeEdition:
    """Return a new draft."""
    actor = acting(by, Permission.PUBLISH_PROGRAMME)
    stored = [topic.as_json() for topic in topics]
    return editions.write_edition(ProgrammeEdition, by=actor, phase=phase, term=term, title=title, topics=stored)


def revise_programme(
    edition: ProgrammeEdition, *, by: User, seen_version: int, topics: Sequence[Topic], **fields: str
) -> None:
    """Save a draft; raise `Conflict` when someone else saved it first or it is no longer a draft."""
    actor = acting(by, Permission.PUBLISH_PROGRAMME)
    stored: dict[str, Any] = {**fields, "topics": [topic.as_json() for topic in topics]}
    editions.revise_edition(edition, by=actor, seen_version=seen_version, **stored)


def publish_programme(
    edition: ProgrammeEdition, *, by: User, on: date, published_from: date, seen_version: int
) -> None:
    """Put a draft in force from that day, never to be edited again."""
    actor = acting(by, Permission.PUBLISH_PROGRAMME)
    editions.publish_edition(edition, by=actor, on=on, published_from=published_from, seen_version=seen_version)


def abandon_programme(edition: ProgrammeEdition, *, by: User, on: date, reason: str, seen_version: int) -> None:
    """Discard a draft; it is kept."""
    make_move(edition, "abandon", by=by, reason=reason, seen_version=seen_version)


@dataclass(frozen=True)
class Strand:
    """The published editions of one phase and term: the one in force on the day, those to come, those before."""

    phase: str
    term: str
    now: ProgrammeEdition | None
    coming: Sequence[ProgrammeEdition]
    former: Sequence[ProgrammeEdition]


def strands(programmes: Iterable[ProgrammeEdition], *, on: date) -> list[Strand]:
    """By term, and in each every phase before the single ones."""
    groups: dict[tuple[str, str], list[ProgrammeEdition]] = defaultdict(list)
    for edition in programmes:
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
    """Load the editions that come with the code and were not loaded yet; return how many."""
    return editions.ship_editions(ProgrammeEdition, SHIPPED)
