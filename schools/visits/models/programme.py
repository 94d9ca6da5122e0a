"""Editions of the visit programme: what the core visits of a phase cover in a term (domain 3.2)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models

from schoolimprove.calendar.models.term import TERM_NAMES
from schoolimprove.policy.models.edition import Edition, EditionQuerySet, edition_constraints
from schools.register.models.school import Phase
from schools.visits.states import PROGRAMME_EDITION

EVERY_PHASE = "Every phase"
CLOSING_KEY = "celebrations"
"""The topic every programme ends with [004 5]."""


@dataclass(frozen=True)
class Topic:
    """One item of the agenda. `key` is what findings are kept under; it never changes within an edition."""

    key: str
    heading: str
    guidance: str = ""

    @classmethod
    def from_json(cls, stored: Mapping[str, str]) -> "Topic":
        return cls(stored["key"], stored["heading"], stored.get("guidance", ""))

    def as_json(self) -> dict[str, str]:
        return {"key": self.key, "heading": self.heading, "guidance": self.guidance}


class ProgrammeEdition(Edition):
    """The programme of one phase (or of every phase: empty) in one term, in force from `published_from`.

    One of a phase goes before one of every phase. `topics` is a list of `Topic` as JSON, whose last is `CLOSING_KEY`.
    """

    STATES = PROGRAMME_EDITION
    STRAND = ("phase", "term")
    FIELDS = ("phase", "term", "title", "topics")

    phase = models.CharField(max_length=30, choices=Phase, blank=True, default="")
    term = models.CharField(max_length=10, choices=TERM_NAMES)
    topics = models.JSONField(default=list)

    objects = EditionQuerySet["ProgrammeEdition"].as_manager()

    class Meta:
        ordering = ["phase", "term", "published_from", "pk"]
        constraints = edition_constraints(
            "programmeedition",
            strand=["phase", "term"],
            taken="An edition for this phase and term already begins on that day.",
        )

    @property
    def agenda(self) -> list[Topic]:
        return [Topic.from_json(each) for each in self.topics]

    @property
    def strand_words(self) -> str:
        return f" for {phase_name(self.phase).lower()} in the {self.term} term"

    def content_errors(self) -> Iterator[str]:
        if all(topic.key == CLOSING_KEY for topic in self.agenda):
            yield "Add at least one agenda item first."


def phase_name(phase: str) -> str:
    return Phase(phase).label if phase else EVERY_PHASE


def editions_in_force(term: str, on: date) -> dict[str, ProgrammeEdition]:
    """Phase → its edition of the term on that day; under "" the one of every phase. One query."""
    rows = ProgrammeEdition.objects.published(on).filter(term=term).order_by("published_from", "pk")
    return {edition.phase: edition for edition in rows}


def edition_for(phase: str, term: str, on: date) -> ProgrammeEdition | None:
    """The edition of one phase and term on that day; none where nothing is published."""
    found: Mapping[str, Any] = editions_in_force(term, on)
    return found.get(phase) or found.get("")
