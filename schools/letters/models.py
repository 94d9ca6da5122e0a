"""Letters to schools: their templates, the letters, how each reached its recipients, and their PDFs."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.text import get_text_list

from schoolimprove.accounts.roles import ROLE_LABELS, Permission, Role
from schoolimprove.documents.models import Blob
from schoolimprove.lib import clock
from schoolimprove.policy.models.edition import Edition, EditionQuerySet, edition_constraints
from schoolimprove.policy.nested import PolicyError, load
from schoolimprove.records.models import BaseRecord
from schools.letters.kinds import LetterKind, letter_kinds
from schools.letters.rules import LetterText, Value, one_line, wrong_fields
from schools.letters.states import LETTER, LETTER_TEMPLATE, NOT_ISSUED, LetterStatus
from schools.register.models.school import School
from schools.register.scope import in_scope

LONGEST_SUBJECT = 150
LONGEST_BODY = 20_000
"""Characters."""


class LetterTemplate(Edition):
    """The words of one kind of letter, in force from `published_from`; `content` is a `LetterText` as JSON."""

    STATES = LETTER_TEMPLATE
    STRAND = ("kind",)
    FIELDS = ("kind", "title", "content")
    CONTENT = LetterText
    BY_TWO = True

    kind = models.CharField(max_length=40)
    content = models.JSONField()

    objects = EditionQuerySet["LetterTemplate"].as_manager()

    class Meta:
        ordering = ["kind", "published_from", "pk"]
        constraints = edition_constraints(
            "lettertemplate",
            strand=["kind"],
            taken="A template of this letter already begins on that day.",
            by_two=True,
        )

    @property
    def text(self) -> LetterText:
        text: LetterText = load(LetterText, self.content)
        return text

    @property
    def strand_words(self) -> str:
        return f" of the {letter_kinds[self.kind].label.lower()}"

    def content_errors(self) -> Iterator[str]:
        try:
            text: LetterText = load(LetterText, self.content)
        except PolicyError as error:
            yield str(error)
            return
        for label, words, most in (("subject", text.subject, LONGEST_SUBJECT), ("body", text.body, LONGEST_BODY)):
            if not words.strip():
                yield f"Enter the {label} of the letter."
            elif len(words) > most:
                yield f"Shorten the {label} of the letter to {most:,} characters."
        yield from wrong_fields(f"{text.subject}\n{text.body}", letter_kinds[self.kind].known)


class LetterQuerySet(models.QuerySet["Letter"]):
    def visible_to(self, user: Any) -> Self:
        """Return the letters of schools in the user's scope: all for officers, what was issued for the school."""
        drafts = in_scope(user, Permission.VIEW_DRAFT_LETTER, school="school")
        issued = in_scope(user, Permission.VIEW_LETTER, school="school")
        return self.filter(drafts | Q(issued_on__isnull=False) & issued)

    def waiting(self) -> Self:
        """Return what is not issued yet."""
        return self.filter(status__in=NOT_ISSUED)


class Letter(BaseRecord):
    """A letter about something (`subject_kind`, `subject_id`) to a school, with the words of a template.

    `body` has fields in it, whose values are `fields`; so the values stay text while the words around them are edited.
    `cover` is what is printed besides. A trigger refuses changes of all this once the letter is issued.
    """

    STATES = LETTER

    school = models.ForeignKey(School, models.PROTECT, related_name="letters")
    kind = models.CharField(max_length=40)
    template = models.ForeignKey(LetterTemplate, models.PROTECT, related_name="letters")
    reference = models.CharField(max_length=20, unique=True, editable=False)
    subject_kind = models.CharField(max_length=100)
    subject_id = models.BigIntegerField()
    heading = models.CharField("subject", max_length=LONGEST_SUBJECT)
    body = models.TextField(max_length=LONGEST_BODY)
    fields = models.JSONField(default=dict)
    cover = models.JSONField(default=dict, blank=True, editable=False)
    status = models.CharField(max_length=20, choices=LETTER.choices(), default=LetterStatus.DRAFT.value, editable=False)
    issued_on = models.DateField("issued", null=True, editable=False)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+")

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_kind", "subject_id"],
                condition=~Q(status=LetterStatus.WITHDRAWN.value),
                name="letter_one_of_a_kind_about_a_thing",
                violation_error_message="There is a letter of this kind about this already.",
            ),
            models.CheckConstraint(
                condition=Q(issued_on__isnull=True, issued_by__isnull=True)
                | Q(issued_on__isnull=False, issued_by__isnull=False),
                name="letter_issued_on_and_by",
            ),
            models.CheckConstraint(
                condition=Q(status=LetterStatus.ISSUED.value, issued_on__isnull=False)
                | Q(status__in=sorted(each.value for each in NOT_ISSUED), issued_on__isnull=True)
                | Q(status=LetterStatus.WITHDRAWN.value),
                name="letter_has_a_day_once_issued",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference}, {self.school}"

    def get_absolute_url(self) -> str:
        return reverse("schools:letter", args=[self.pk])

    @property
    def letter_kind(self) -> LetterKind:
        return letter_kinds[self.kind]

    def values_for(self, recipients: "Sequence[LetterDelivery]") -> Mapping[str, Value]:
        """Return the values of all fields of a letter that goes to these."""
        names = [each.name or each.get_role_display() for each in recipients]
        return {**self.fields, "recipient": get_text_list(names, "and")}

    def heading_for(self, recipients: "Sequence[LetterDelivery]") -> str:
        return one_line(self.heading, self.values_for(recipients))

    def blockers_to_issuing(self) -> list[str]:
        """Return why the letter cannot be issued, as sentences."""
        if self.letter_kind.needs_approval and self.status == LetterStatus.DRAFT:
            return ["Approve this letter before you issue it."]
        return []


class Method(models.TextChoices):
    EMAIL = "email", "Email"
    POST = "post", "Post"
    BY_HAND = "by_hand", "By hand"


class LetterDelivery(BaseRecord):
    """How a letter goes to the headteacher or the chair; without a `name`, no one was in post on the day of issue.

    `address` is an email address, or the school's address. A trigger refuses another recipient and deleting.
    """

    letter = models.ForeignKey(Letter, models.PROTECT, related_name="deliveries")
    role = models.CharField(
        max_length=40, choices=[(role.value, ROLE_LABELS[role]) for role in (Role.HEADTEACHER, Role.CHAIR)]
    )
    name = models.CharField(max_length=150, blank=True)
    method = models.CharField(max_length=10, choices=Method)
    address = models.CharField(max_length=1_000, blank=True)
    sent_on = models.DateField("sent", null=True, blank=True)
    served_on = models.DateField("served", null=True, blank=True)
    proof = models.TextField(max_length=5_000, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "letter deliveries"
        constraints = [
            models.CheckConstraint(
                condition=Q(served_on__isnull=True) | Q(sent_on__isnull=False, served_on__gte=F("sent_on")),
                name="letterdelivery_served_once_sent",
                violation_error_message="A letter is served on the day it was sent or later.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.letter.reference}, {self.recipient}"

    @property
    def recipient(self) -> str:
        """Return who it is for: a name and role, or the role in which no one is."""
        role = self.get_role_display()
        return f"{self.name}, {role.lower()}" if self.name else f"{role} (no one in post)"

    @property
    def school(self) -> School:
        return self.letter.school

    @property
    def school_id(self) -> int:
        return self.letter.school_id

    def get_absolute_url(self) -> str:
        return self.letter.get_absolute_url()


class LetterDocument(models.Model):
    """An issued letter as PDF, made by the worker from what was frozen. A trigger refuses changes."""

    letter = models.OneToOneField(Letter, models.PROTECT, related_name="document")
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="+")
    pages = models.PositiveSmallIntegerField()
    frozen_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.letter.reference}, PDF"
