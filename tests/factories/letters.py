"""Letters: one factory per model, and functions that walk the real verbs."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import factory
from django.db import transaction

from schoolimprove.accounts.models import User
from schoolimprove.accounts.moves import make_move
from schoolimprove.accounts.roles import Role
from schoolimprove.records.actor import SYSTEM
from schools.letters.actions import ToDraft, draft_letters, issue_letters
from schools.letters.states import LetterStatus
from schools.models import Letter, LetterDelivery, LetterDocument, LetterTemplate, School
from tests.factories.documents import BlobFactory
from tests.factories.schools import SchoolFactory

FIELDS: dict[str, str | Sequence[str]] = {
    "category": "3, Satisfactory",
    "level": "medium",
    "why": "Progress in mathematics is too slow.",
    "support": ["An assigned officer", "Help with plans"],
    "effective_on": "1 December 2026",
    "support_from": "1 September 2027",
}


class LetterTemplateFactory(factory.django.DjangoModelFactory[LetterTemplate]):
    class Meta:
        model = LetterTemplate

    kind = "category"
    title = "Invented category letter"
    content = factory.LazyFunction(lambda: {"subject": "Your category", "body": "Dear {recipient}"})


class LetterFactory(factory.django.DjangoModelFactory[Letter]):
    """A draft about its school, written straight into the database."""

    class Meta:
        model = Letter

    school = factory.SubFactory(SchoolFactory)
    kind = "category"
    template = factory.SubFactory(LetterTemplateFactory)
    reference = factory.Sequence(lambda n: f"LT-2025-{n + 1:05d}")
    subject_kind = "schools.school"
    subject_id = factory.SelfAttribute("school.pk")
    heading = "The category of {school}"
    body = "Dear {recipient}"
    fields = factory.LazyAttribute(lambda letter: {**FIELDS, "school": letter.school.name})


class LetterDeliveryFactory(factory.django.DjangoModelFactory[LetterDelivery]):
    class Meta:
        model = LetterDelivery

    letter = factory.SubFactory(LetterFactory)
    role = Role.HEADTEACHER
    name = "Invented Head"
    method = "post"
    address = "Nowhere, ZZ1 1ZZ"


class LetterDocumentFactory(factory.django.DjangoModelFactory[LetterDocument]):
    class Meta:
        model = LetterDocument

    letter = factory.SubFactory(LetterFactory)
    blob = factory.SubFactory(BlobFactory)
    pages = 1


def drafted(school: School, *, on: date, **fields: Any) -> Letter:
    """A category letter about the school itself, from the template that ships."""
    [letter] = draft_letters("category", [ToDraft(school, school, FIELDS | fields)], by=SYSTEM, on=on)
    return letter


def issued(school: School, *, by: User, on: date) -> Letter:
    letter = drafted(school, on=on)
    issue_letters([letter], by=by, on=on)
    return letter


def approve_letters(letters: Iterable[Letter], *, by: User) -> None:
    """Approve all of these drafts as they were seen, or none."""
    with transaction.atomic():
        for letter in sorted(letters, key=lambda each: each.pk):
            make_move(letter, "approve", by=by, seen_version=letter.version)


def withdraw_letter(letter: Letter, *, by: User, reason: str, seen_version: int) -> None:
    """Withdraw an issued letter, which the school goes on reading, or discard one that is not issued."""
    verb = "withdraw" if letter.status == LetterStatus.ISSUED else "discard"
    make_move(letter, verb, by=by, reason=reason, seen_version=seen_version)
