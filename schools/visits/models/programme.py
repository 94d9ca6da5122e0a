"""Editions of the visit programme: what the core visits of a phase cover in a term (domain 3.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from schoolimprove.calendar.models.term import TERM_NAMES
from schoolimprove.records.models import BaseRecord
from schools.register.models.school import Phase
from schools.visits.states import PROGRAMME_EDITION, EditionStatus

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


class ProgrammeEditionQuerySet(models.QuerySet["ProgrammeEdition"]):
    def published(self, on: date) -> Self:
        return self.filter(status=EditionStatus.PUBLISHED, published_from__lte=on)


class ProgrammeEdition(BaseRecord):
    """The programme of one phase (or of every phase: empty) in one term, in force from `published_from`.

    It ends where the next of the same phase and term begins; one of a phase goes before one of every phase. `topics`
    is a list of `Topic` as JSON, whose last is `CLOSING_KEY`. What ships with the code is published by nobody.
    """

    STATES = PROGRAMME_EDITION

    phase = models.CharField(max_length=30, choices=Phase, blank=True, default="")
    term = models.CharField(max_length=10, choices=TERM_NAMES)
    title = models.CharField(max_length=150)
    topics = models.JSONField(default=list)
    source = models.CharField(max_length=150, blank=True)
    status = models.CharField(
        max_length=20, choices=PROGRAMME_EDITION.choices(), default=EditionStatus.DRAFT, editable=False
    )
    published_from = models.DateField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    shipped_as = models.CharField(max_length=60, blank=True, default="", editable=False)
    """The name under which it came with the code; loaded once, and never again over what was made of it."""

    objects = ProgrammeEditionQuerySet.as_manager()

    class Meta:
        ordering = ["phase", "term", "published_from", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["phase", "term", "published_from"],
                condition=Q(status=EditionStatus.PUBLISHED),
                name="programmeedition_one_from_a_day",
                violation_error_message="An edition for this phase and term already begins on that day.",
            ),
            models.UniqueConstraint(
                fields=["shipped_as"], condition=~Q(shipped_as=""), name="programmeedition_shipped_once"
            ),
            models.CheckConstraint(
                condition=~Q(status=EditionStatus.PUBLISHED) | Q(published_from__isnull=False),
                name="programmeedition_published_has_a_day",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True, published_by__isnull=True)
                | Q(published_at__isnull=False, published_by__isnull=False),
                name="programmeedition_published_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def agenda(self) -> list[Topic]:
        return [Topic.from_json(each) for each in self.topics]


def editions_in_force(term: str, on: date) -> dict[str, ProgrammeEdition]:
    """Phase → its edition of the term on that day; under "" the one of every phase. One query."""
    rows = ProgrammeEdition.objects.published(on).filter(term=term).order_by("published_from", "pk")
    return {edition.phase: edition for edition in rows}


def edition_for(phase: str, term: str, on: date) -> ProgrammeEdition | None:
    """The edition of one phase and term on that day; none where nothing is published."""
    found: Mapping[str, Any] = editions_in_force(term, on)
    return found.get(phase) or found.get("")
