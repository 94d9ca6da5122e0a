"""How a school stands: its category, its stage of concern and its Ofsted grade, written by the apps that decide them.

Who reads it (models, Standing): `READS` and `READS_WHEN_TOLD` are that sentence, and every list, column, filter and
file goes through the querysets below.
"""

from collections.abc import Collection, Mapping
from datetime import date
from functools import reduce
from operator import or_
from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.records.models import BaseRecord
from schools.register.models.school import School
from schools.register.scope import in_scope


class StandingKind(models.TextChoices):
    CATEGORY = "category", "Category"
    STAGE = "stage", "Stage of concern"
    OFSTED = "ofsted", "Ofsted"


READS: Mapping[Permission, Collection[StandingKind]] = {
    Permission.VIEW_STANDING: tuple(StandingKind),
    Permission.VIEW_STAGE: (StandingKind.STAGE,),
    # What Ofsted found is public.
    Permission.VIEW_STANDING_WHEN_TOLD: (StandingKind.OFSTED,),
}
"""What a permission lets a user read as soon as it is decided."""

READS_WHEN_TOLD: Mapping[Permission, Collection[StandingKind]] = {
    Permission.VIEW_STANDING_WHEN_TOLD: (StandingKind.CATEGORY, StandingKind.STAGE),
    Permission.VIEW_STAGE_WHEN_TOLD: (StandingKind.STAGE,),
}
"""What a permission lets a user read from the day the school was told."""


def permissions_to_read(kind: StandingKind) -> list[Permission]:
    """Return the permissions, one of which a user needs to read standings of this kind at all."""
    return [each for reads in (READS, READS_WHEN_TOLD) for each, kinds in reads.items() if kind in kinds]


class StandingQuerySet(models.QuerySet["Standing"]):
    def visible_to(self, user: Any) -> Self:
        """Return the standings that a user may read, former ones included."""
        return self.filter(_readable(READS, user) | _known(user))

    def current(self, user: Any, on: date) -> Self:
        """Return how schools stand on a day, as far as this user knows; of each school and kind the last one counts.

        To a reader who waits until the school is told, a standing goes on until the school is told that it ended:
        otherwise its absence would tell them that something else was decided.
        """
        runs = Q(overruled=False) & (Q(ends_on=None) | Q(ends_on__gte=on))
        goes_on = Q(ends_on=None) | Q(end_told_on=None) | Q(end_told_on__gt=clock.today())
        return self.filter(_readable(READS, user) & runs | _known(user) & (runs | goes_on), starts_on__lte=on)


def _readable(reads: Mapping[Permission, Collection[StandingKind]], user: Any) -> Q:
    kinds = (Q(kind__in=kinds) & in_scope(user, permission, school="school") for permission, kinds in reads.items())
    return reduce(or_, kinds)


def _known(user: Any) -> Q:
    return Q(told_on__lte=clock.today()) & _readable(READS_WHEN_TOLD, user)


class Standing(BaseRecord):
    """A fact about a school from one day to another; open until the next of its kind is set.

    `source_kind` and `source_id` name the row of a higher app that decided it. An `overruled` one never counted:
    another was set later, from its first day or an earlier one. It stays because the school may have been told of it.
    """

    school = models.ForeignKey(School, models.PROTECT, related_name="standings")
    kind = models.CharField(max_length=10, choices=StandingKind)
    code = models.CharField(max_length=30)
    label = models.CharField(max_length=150)
    starts_on = models.DateField("from")
    ends_on = models.DateField("to", null=True, blank=True)
    overruled = models.BooleanField(default=False)
    source_kind = models.CharField(max_length=100, blank=True)
    source_id = models.BigIntegerField(null=True, blank=True)
    told_on = models.DateField("school told on", null=True, blank=True)
    end_told_on = models.DateField("school told of its end on", null=True, blank=True)

    objects = StandingQuerySet.as_manager()

    class Meta:
        ordering = ["school", "kind", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "kind"],
                condition=Q(ends_on=None),
                name="standing_one_open_of_a_kind",
                violation_error_message="The school already has a current standing of this kind.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="standing_ends_after_it_starts",
                violation_error_message="A standing cannot end before it starts.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=StandingKind.values),
                name="standing_of_known_kind",
                violation_error_message="Choose a category, a stage or an Ofsted grade.",
            ),
            models.CheckConstraint(
                condition=Q(overruled=False, end_told_on=None) | Q(ends_on__isnull=False),
                name="standing_overruled_has_ended",
                violation_error_message="A current standing cannot have been replaced.",
            ),
        ]
        indexes = [models.Index(fields=["school", "kind", "-id"], name="standing_school_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.label}, from {self.starts_on:%-d %B %Y}"
