"""That a term was opened."""

from django.db import models

from schoolimprove.calendar.models.term import TERM_NAMES
from schoolimprove.records.models import BaseRecord


class TermOpening(BaseRecord):
    """A term whose core visits were opened; its row is the lock under which they are."""

    academic_year = models.PositiveSmallIntegerField()
    term = models.CharField(max_length=10, choices=TERM_NAMES)

    class Meta:
        ordering = ["-academic_year", "term"]
        constraints = [models.UniqueConstraint(fields=["academic_year", "term"], name="termopening_one_a_term")]

    def __str__(self) -> str:
        return f"{self.get_term_display()} term {self.academic_year}"
