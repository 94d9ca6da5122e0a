"""Items of a visit’s agenda beside those of its programme."""

from typing import Self

from django.db import models

from schoolimprove.records.models import BaseRecord
from schools.register.models.school import School
from schools.visits.models.visit import AgendaLine, Source, Visit

ADDED_IN_WRITING, TAKEN_AWAY_IN_WRITING = "added in writing", "taken away in writing"
"""What is done to the agenda by the record's author, in the audit: it is told with the record, to its readers."""


class AgendaItemQuerySet(models.QuerySet["AgendaItem"]):
    def standing(self) -> Self:
        return self.filter(taken_away=False)


class AgendaItem(BaseRecord):
    """What the school or the authority adds to the agenda of one visit."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="agenda_items")
    source = models.CharField(
        max_length=20, choices=[(each.value, each.label) for each in (Source.SCHOOL, Source.AUTHORITY)]
    )
    heading = models.CharField("item", max_length=200)
    detail = models.CharField("what you would like to discuss", max_length=1000, blank=True)
    taken_away = models.BooleanField(default=False, editable=False)

    objects = AgendaItemQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.heading

    @property
    def school_id(self) -> int:
        return self.visit.school_id

    @property
    def school(self) -> School:
        return self.visit.school

    def as_line(self) -> AgendaLine:
        return AgendaLine(f"a{self.pk}", self.heading, self.detail, self.source)
