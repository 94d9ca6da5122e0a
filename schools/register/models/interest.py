"""An interest that a person has in a school, which bars their work for the authority there (design, Who may)."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q

from schoolimprove.accounts.roles import Permission
from schoolimprove.records.models import BaseRecord
from schools.register.models.person import Person
from schools.register.models.school import School
from schools.register.scope import in_scope

LONGEST_NOTE = 500


class InterestKind(models.TextChoices):
    GOVERNOR = "governor", "Governor"
    FAMILY = "family", "Family at the school"
    EMPLOYMENT = "employment", "Employment, now or before"
    OTHER = "other", "Other"


class InterestQuerySet(models.QuerySet["Interest"]):
    def current(self, on: date) -> Self:
        """Return those that bar on that day, first and last day included."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), starts_on__lte=on)

    def visible_to(self, user: Any) -> Self:
        """Return a user's own, and those at schools whose groups they see or whose people they look after."""
        own = Q(person__user=user.pk)
        overseen = in_scope(user, Permission.VIEW_GROUPS, school="school")
        return self.filter(own | overseen | in_scope(user, Permission.MANAGE_PEOPLE, school="school"))


class Interest(BaseRecord):
    """A person governs, works in, or has family or another tie at a school. It is ended with a reason, never deleted.

    Schools see neither the note nor the reason.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="interests")
    school = models.ForeignKey(School, models.PROTECT, related_name="interests")
    kind = models.CharField(max_length=20, choices=InterestKind)
    note = models.CharField(max_length=LONGEST_NOTE, blank=True, default="")
    starts_on = models.DateField("from")
    ends_on = models.DateField("to", null=True, blank=True)

    objects = InterestQuerySet.as_manager()

    class Meta:
        ordering = ["person__name", "school__name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
                name="interest_ends_after_it_starts",
                violation_error_message="An interest cannot end before it starts.",
            ),
            models.UniqueConstraint(
                fields=["person", "school", "kind"],
                condition=Q(ends_on__isnull=True),
                name="interest_open_once_a_kind",
                violation_error_message="This interest is already declared.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.get_kind_display().lower()}, {self.school}"
