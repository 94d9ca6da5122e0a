"""Decisions about schools, each an append-only row that counts from one day and was made on another (design, Change).

What counted on a day, and what was known of it on another, is asked of `DecisionQuerySet`.
"""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Any, Self

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery

from schoolimprove.lib import clock
from schools.register.models.school import School

EVER = date.max
"""As at this day the last decision of a school counts, though its first day may be to come."""


class DecisionQuerySet(models.QuerySet[Any]):
    def counting(self, *, known_on: date | None = None) -> Self:
        """Return the decisions that no other replaced, as we know it now or knew it at the end of a day.

        A withdrawal replaces a decision by nothing. A replacement that was itself withdrawn does not count.
        """
        others = self._all()
        if known_on is not None:
            others = others.filter(known_by(known_on))
        withdrawn = others.filter(supersedes=OuterRef("pk"), is_void=True)
        replaced = others.filter(~Exists(withdrawn), supersedes=OuterRef("pk"))
        return self.filter(~Exists(replaced), is_void=False)

    def as_at(self, day: date, schools: Collection[int] | None = None) -> Self:
        """Return the decision that counts on a day for each school, or each of these, as we know it now."""
        return self._last(self._all().counting(), day, schools)

    def as_known(self, day: date, known_on: date, schools: Collection[int] | None = None) -> Self:
        """Return the decision that counted on `day` for each school, as far as it was known at the end of another."""
        known = self._all().counting(known_on=known_on).filter(known_by(known_on))
        return self._last(known, day, schools)

    def last_on(self, day: date, **school: Any) -> Self:
        """Return the decisions of a school from that day back, the one that counts first."""
        return self.filter(effective_on__lte=day, **school).order_by("-effective_on", "-decided_at", "-pk")

    def _all(self) -> Self:
        return type(self)(self.model, using=self.db)

    def _last(self, decisions: Any, day: date, schools: Collection[int] | None) -> Self:
        """Of each school the latest first day counts, then what was decided last.

        One step into the index `(school, -effective_on, -decided_at, -id)` for each school: a window function would
        number every decision of ten years to keep one in thirty. Without `distinct`, PostgreSQL merges the subquery
        with the query around it and takes each step three times.
        """
        last = decisions.last_on(day, school=OuterRef("pk")).values("pk")[:1]
        asked = School._base_manager.all() if schools is None else School._base_manager.filter(pk__in=schools)
        return self.filter(pk__in=asked.order_by().values_list(Subquery(last)).distinct())


def known_by(day: date) -> Q:
    """Return a filter of the decisions that were known at the end of a day.

    The past is imported as if it had been known all along. An import that corrects it is known since its run.
    """
    end = end_of(day)
    # Imports are above decisions, which keep only the number of their run.
    runs = apps.get_model("schools", "ImportRun")._default_manager.filter(applied_at__lt=end)
    is_correction = Q(imported_run__isnull=False, supersedes__isnull=False)
    was_run = Q(Exists(runs.filter(pk=OuterRef("imported_run")).order_by()))
    return Q(decided_at__lt=end) & (~is_correction | was_run)


def end_of(day: date) -> datetime:
    """Return the moment at which a day is over."""
    return start_of(day + timedelta(days=1))


def start_of(day: date) -> datetime:
    """Return the moment at which a day begins, which is when we say that something of the past was decided."""
    return datetime.combine(day, time.min, clock.LONDON)


class Decision(models.Model):
    """The base of decisions. Append-only: another row that `supersedes` one replaces it, or withdraws it (`is_void`).

    `by` is empty where the service imported it, in the run of that number. `meeting_item_id` is the item of a meeting
    at which it was made. Withdrawals are rows, so that what was known on an earlier day can still be read.
    """

    school = models.ForeignKey(School, models.PROTECT, related_name="%(class)ss")
    effective_on = models.DateField("counts from")
    decided_at = models.DateTimeField("decided", default=clock.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+")
    appointment_id = models.BigIntegerField(null=True, editable=False)
    reason = models.TextField(max_length=5_000, blank=True)
    meeting_item_id = models.BigIntegerField(null=True, editable=False)
    imported_run = models.BigIntegerField(null=True, editable=False)
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, editable=False, related_name="superseded_by")
    is_void = models.BooleanField("withdraws another", default=False, editable=False)

    class Meta:
        abstract = True
        ordering = ["-effective_on", "-decided_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(by__isnull=False) | Q(imported_run__isnull=False), name="%(class)s_decided_by_someone"
            ),
            models.CheckConstraint(
                condition=Q(is_void=False) | Q(supersedes__isnull=False), name="%(class)s_void_of_another"
            ),
            models.UniqueConstraint(
                fields=["supersedes"],
                condition=Q(is_void=True),
                name="%(class)s_withdrawn_once",
                violation_error_message="This decision was withdrawn already.",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "-effective_on", "-decided_at", "-id"], name="%(class)s_as_at"),
        ]
