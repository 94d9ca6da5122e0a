"""A school's own terms and closure days, laid over the authority's."""

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from schoolimprove.calendar.models import ClosureDates, TermDates, Withdrawable


class SchoolTerm(TermDates, Withdrawable):
    """A term this school keeps on other dates; it stands instead of the authority's of that year and name."""

    school = models.ForeignKey("schools.School", models.PROTECT, related_name="own_terms")

    history = HistoricalRecords()

    class Meta(TermDates.Meta):
        constraints = [
            *TermDates.Meta.constraints,
            models.UniqueConstraint(
                fields=["school", "academic_year", "name"],
                condition=Q(withdrawn_because=""),
                name="schoolterm_one_of_each_name_per_year",
                violation_error_message="This school already has its own dates for this term.",
            ),
        ]

    def others(self) -> "models.QuerySet[TermDates]":
        year = self.academic_year
        own = SchoolTerm.objects.standing().filter(school=self.school, academic_year__in=[year - 1, year, year + 1])
        return own.exclude(pk=self.pk)


class SchoolClosure(ClosureDates):
    """A day on which this school alone is closed."""

    school = models.ForeignKey("schools.School", models.PROTECT, related_name="own_closures")

    history = HistoricalRecords()

    class Meta(ClosureDates.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["school", "day"],
                condition=Q(withdrawn_because=""),
                name="schoolclosure_one_per_day",
                violation_error_message="This day is already a closure day of this school.",
            ),
        ]
