"""A school's own terms and closure days, laid over the authority's."""

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from schoolimprove.calendar.models import ClosureDates, Term, TermDates, Withdrawable


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

    def others(self) -> list[TermDates]:
        """The school's other own terms, and the authority's where it has none of its own."""
        year = self.academic_year
        years = [year - 1, year, year + 1]
        own = SchoolTerm.objects.standing().filter(school=self.school_id, academic_year__in=years).exclude(pk=self.pk)
        replaced = {(term.academic_year, term.name) for term in [self, *own]}
        shared = Term.objects.filter(academic_year__in=years)
        return [*own, *(term for term in shared if (term.academic_year, term.name) not in replaced)]


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
