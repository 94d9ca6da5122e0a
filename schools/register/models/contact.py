"""Whom to ring or write to at a school, and who says so since when."""

from typing import Self

from django.db import models
from django.db.models import Q

from schoolimprove.records.models import BaseRecord
from schools.register.models.school import School


class ContactFor(models.TextChoices):
    OFFICE = "office", "School office"
    HEADS_OFFICE = "heads_office", "Headteacher’s office"
    BUSINESS = "business", "Business manager"
    SAFEGUARDING = "safeguarding", "Designated safeguarding lead"
    INCLUSION = "inclusion", "Special educational needs co-ordinator"
    GOVERNORS = "governors", "Governors’ correspondence"
    OTHER = "other", "Other"


class SchoolContactQuerySet(models.QuerySet["SchoolContact"]):
    def standing(self) -> Self:
        """Those that still hold."""
        return self.filter(ended_because="")


class SchoolContact(BaseRecord):
    """A contact beside those who hold an appointment. `source` says who told us, `as_of` when it was true."""

    school = models.ForeignKey(School, models.PROTECT, related_name="contacts")
    purpose = models.CharField("for", max_length=20, choices=ContactFor, default=ContactFor.OFFICE)
    name = models.CharField(max_length=150, blank=True)
    email = models.EmailField("email address", blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    source = models.CharField(
        max_length=150, help_text="Who told you: for example, a letter, the school’s website or a call."
    )
    as_of = models.DateField("as of")
    ended_because = models.CharField(max_length=200, blank=True, default="", editable=False)

    objects = SchoolContactQuerySet.as_manager()

    class Meta:
        ordering = ["purpose", "name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(email="") | ~Q(telephone=""),
                name="schoolcontact_can_be_reached",
                violation_error_message="Enter an email address or a telephone number.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}{f', {self.name}' if self.name else ''}"
