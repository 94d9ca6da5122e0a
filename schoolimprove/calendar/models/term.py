"""The authority's terms."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from schoolimprove.calendar.rules import HALF_TERM_IN_ORDER, HALF_TERM_INSIDE, faults_of_term
from schoolimprove.lib import clock
from schoolimprove.lib.years import academic_year_label
from schoolimprove.records.models import BaseRecord

TERM_NAMES = [(name.value, name.value.capitalize()) for name in clock.TermName]


class TermDates(models.Model):
    """The dates of one term of one academic year; the first and last days are inclusive."""

    academic_year = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1990), MaxValueValidator(2059)],
        help_text="The year it starts, for example 2026 for 2026/27.",
    )
    name = models.CharField("term", max_length=6, choices=TERM_NAMES)
    starts_on = models.DateField("first day")
    half_term_starts_on = models.DateField("first day of half-term")
    half_term_ends_on = models.DateField("last day of half-term")
    ends_on = models.DateField("last day")

    class Meta:
        abstract = True
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__lt=F("half_term_starts_on"), half_term_ends_on__lt=F("ends_on")),
                name="%(class)s_half_term_inside_term",
                violation_error_message=HALF_TERM_INSIDE,
            ),
            models.CheckConstraint(
                condition=Q(half_term_starts_on__lte=F("half_term_ends_on")),
                name="%(class)s_half_term_dates_in_order",
                violation_error_message=HALF_TERM_IN_ORDER,
            ),
            models.CheckConstraint(
                condition=Q(name__in=[name.value for name in clock.TermName]),
                name="%(class)s_name_is_a_term",
                violation_error_message="Select autumn, spring or summer.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_name_display()} term {academic_year_label(self.academic_year)}"

    def as_term(self) -> clock.Term:
        """The value the clock counts with."""
        return clock.Term(
            start=self.starts_on,
            end=self.ends_on,
            half_term_start=self.half_term_starts_on,
            half_term_end=self.half_term_ends_on,
            year=self.academic_year,
            name=clock.TermName(self.name),
        )

    def others(self) -> "Iterable[TermDates]":
        """The terms it must fit between."""
        raise NotImplementedError

    def clean(self) -> None:
        super().clean()
        dates: list[date | None] = [self.starts_on, self.half_term_starts_on, self.half_term_ends_on, self.ends_on]
        if None in dates or self.academic_year is None or not self.name:
            return
        faults = faults_of_term(self.as_term(), [other.as_term() for other in self.others()])
        if faults:
            raise ValidationError(faults)


class Term(TermDates, BaseRecord):
    """A term of the authority's calendar, which holds for every school without a term of its own."""

    history = HistoricalRecords()

    class Meta(TermDates.Meta):
        constraints = [
            *TermDates.Meta.constraints,
            models.UniqueConstraint(
                fields=["academic_year", "name"],
                name="term_one_of_each_name_per_year",
                violation_error_message="There is already an entry for this term of this academic year.",
            ),
        ]

    def others(self) -> Iterable[TermDates]:
        year = self.academic_year
        return Term.objects.filter(academic_year__in=[year - 1, year, year + 1]).exclude(pk=self.pk)
