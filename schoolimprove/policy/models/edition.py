"""Dated editions: texts and rules that belong together, in force from a day until the next edition begins."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, ClassVar, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from schoolimprove.lib import clock
from schoolimprove.lib.states import Move, StateTable
from schoolimprove.policy.states import EditionStatus
from schoolimprove.records.models import AuditEvent, BaseRecord

WRITTEN, REVISED = "written", "revised"
"""The verbs by which a draft gets its words."""

E = TypeVar("E", bound="Edition")


class EditionQuerySet(models.QuerySet[E]):
    def published(self, on: date) -> Self:
        return self.filter(status=EditionStatus.PUBLISHED, published_from__lte=on)

    def in_force(self, on: date, **strand: Any) -> E | None:
        """Return the edition of one strand that is in force on a day."""
        return self.published(on).filter(**strand).order_by("published_from", "pk").last()


class Edition(BaseRecord):
    """An edition is written as a draft, published from a day, and never edited after that.

    A subclass names its `STRAND`: the fields that editions have in common of which one follows another, such as phase
    and term. `FIELDS` is what an edition says. Where `BY_TWO` is true, no one publishes a draft that they wrote in.
    A record keeps the edition that it was made under. What comes with the code is published by no one.
    """

    STATES: ClassVar[StateTable]
    STRAND: ClassVar[Sequence[str]] = ()
    FIELDS: ClassVar[Sequence[str]]
    CONTENT: ClassVar[Any] = None
    """The dataclass that the field `content` has as JSON, where the edition has such a field."""
    BY_TWO: ClassVar[bool] = False
    SERVICE_WIDE = True
    """An edition belongs to no school: a right to write one counts wherever the appointment is."""

    title = models.CharField(max_length=150)
    source = models.CharField(max_length=150, blank=True)
    status = models.CharField(
        max_length=20,
        choices=[
            (EditionStatus.DRAFT, "Draft"),
            (EditionStatus.PUBLISHED, "Published"),
            (EditionStatus.ABANDONED, "Not published"),
        ],
        default=EditionStatus.DRAFT,
        editable=False,
    )
    published_from = models.DateField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    shipped_as = models.CharField(max_length=60, blank=True, default="", editable=False)
    """The name under which it came with the code; loaded once, and never again over what was made of it."""

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title

    @property
    def strand(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.STRAND}

    @property
    def strand_words(self) -> str:
        """Return the strand as it follows "an edition"; empty where there is only one: " for every phase"."""
        return ""

    @property
    def first_day(self) -> str:
        """Return the day it is in force from, in words."""
        if self.shipped_as and self.published_by_id is None:
            return "Since the service began"
        return clock.uk_date(self.published_from) if self.published_from else "Not published"

    def content_errors(self) -> Iterator[str]:
        """Yield what a draft lacks before it can be published, as sentences."""
        yield from ()

    def alike(self) -> EditionQuerySet[Self]:
        """Return the other published editions of its strand."""
        editions: Any = type(self)._default_manager
        found: EditionQuerySet[Self] = editions.filter(status=EditionStatus.PUBLISHED, **self.strand).exclude(
            pk=self.pk
        )
        return found

    def barred(self, user: Any, move: Move) -> str | None:
        """Bar the writers of a draft from publishing it, where two people are needed."""
        if not self.BY_TWO or move.verb != "publish":
            return None
        events = AuditEvent.objects.about(self._meta.label_lower, self.pk).filter(verb__in=(WRITTEN, REVISED))
        return "Another person must publish what you wrote." if events.filter(by=user).exists() else None


def edition_constraints(name: str, *, strand: Sequence[str], taken: str, by_two: bool = False) -> list[Any]:
    """Return the constraints of a kind of edition; `taken` says that another edition begins on the day."""
    constraints: list[Any] = [
        models.UniqueConstraint(
            fields=[*strand, "published_from"],
            condition=Q(status=EditionStatus.PUBLISHED),
            name=f"{name}_one_from_a_day",
            violation_error_message=taken,
        ),
        models.UniqueConstraint(fields=["shipped_as"], condition=~Q(shipped_as=""), name=f"{name}_shipped_once"),
        models.CheckConstraint(
            condition=~Q(status=EditionStatus.PUBLISHED) | Q(published_from__isnull=False),
            name=f"{name}_published_has_a_day",
        ),
        models.CheckConstraint(
            condition=Q(published_at__isnull=True, published_by__isnull=True)
            | Q(published_at__isnull=False, published_by__isnull=False),
            name=f"{name}_published_at_and_by",
        ),
    ]
    if by_two:
        another = Q(published_by__isnull=True) | ~Q(published_by=F("created_by"))
        constraints.append(models.CheckConstraint(condition=another, name=f"{name}_published_by_another"))
    return constraints
