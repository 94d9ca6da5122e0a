"""A contact: a call, letter or meeting worth remembering, in two lines (domain 3.2)."""

from typing import Any, Self

from django.conf import settings
from django.db import models

from schoolimprove.accounts.roles import Permission
from schoolimprove.records.models import BaseRecord
from schools.register.models.school import School
from schools.register.scope import in_scope

LONGEST_NOTE = 300
"""Characters: two lines."""


class ContactKind(models.TextChoices):
    CALL = "call", "Phone call"
    LETTER = "letter", "Letter"
    EMAIL = "email", "Email"
    MEETING = "meeting", "Meeting"


class ContactNoteQuerySet(models.QuerySet["ContactNote"]):
    def visible_to(self, user: Any) -> Self:
        """The authority's people at work with the school; the school does not read them."""
        return self.filter(in_scope(user, Permission.VIEW_CONTACT_NOTE, school="school"))

    def standing(self) -> Self:
        return self.filter(taken_back_because="")


class ContactNote(BaseRecord):
    """`author` had it on `happened_on`. It is never altered: taken back with a reason, and written anew."""

    school = models.ForeignKey(School, models.PROTECT, related_name="contact_notes")
    kind = models.CharField(max_length=20, choices=ContactKind, default=ContactKind.CALL)
    happened_on = models.DateField("date")
    with_whom = models.CharField("with whom", max_length=150)
    note = models.CharField("note", max_length=LONGEST_NOTE)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="contact_notes")
    taken_back_because = models.CharField(max_length=200, blank=True, default="", editable=False)

    objects = ContactNoteQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_on", "-pk"]
        indexes = [models.Index(fields=["school", "-happened_on"], name="contactnote_school_day")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.happened_on:%-d %B %Y}"
