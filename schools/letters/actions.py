"""Verbs of letters: draft, revise, issue, and record how they were served (domain 4, 5.2, 6)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, models, transaction

from schoolimprove.accounts.models import User
from schoolimprove.accounts.moves import require_move
from schoolimprove.accounts.rights import acting
from schoolimprove.accounts.roles import Permission
from schoolimprove.records.actor import Actor
from schoolimprove.records.models.reference import next_references
from schoolimprove.records.transition import Blocked, Conflict, record_events, save_changes, transition
from schools.letters.emails import email_recipients
from schools.letters.kinds import letter_issued, letter_kinds
from schools.letters.models import Letter, LetterDelivery, LetterTemplate, Method
from schools.letters.pdf import ask_to_freeze, cover_of, signature_of
from schools.letters.recipients import recipients_of
from schools.letters.rules import Values, wrong_fields
from schools.letters.states import LETTER, LetterStatus
from schools.register.models.school import School


@dataclass(frozen=True)
class ToDraft:
    """A letter that is wanted: to a school, about a thing, with the values of its kind's fields."""

    school: School
    subject: models.Model
    fields: Values


def draft_letters(kind: str, items: Sequence[ToDraft], *, by: Actor, on: date) -> list[Letter]:
    """Return a draft for each item, in constant queries, with the words of the template in force on that day.

    The app whose kind it is has checked the right of the actor. `Blocked` where no template is in force, or a letter of
    this kind about one of the things is there already; `ValueError` where a field has no value.
    """
    of_kind = letter_kinds[kind]
    for item in items:
        if item.fields.keys() != of_kind.fields.keys():
            raise ValueError(f"A letter of kind {kind} needs these fields: {', '.join(of_kind.fields)}.")
    template = LetterTemplate.objects.in_force(on, kind=kind)
    if template is None:
        raise Blocked([f"No template of the {of_kind.label.lower()} is in force. Ask your system administrator."])
    text = template.text
    letters = [
        Letter(
            school=item.school,
            kind=kind,
            template=template,
            subject_kind=item.subject._meta.label_lower,
            subject_id=item.subject.pk,
            heading=text.subject,
            body=text.body,
            fields={**item.fields, "school": item.school.name},
            created_by=by.user,
            updated_by=by.user,
        )
        for item in items
    ]
    try:
        with transaction.atomic():
            for letter, reference in zip(letters, next_references("LT", on=on, count=len(letters)), strict=True):
                letter.reference = reference
            Letter.objects.bulk_create(letters)
            record_events(letters, "drafted", by=by)
    except IntegrityError as error:
        about = {(each.subject_kind, each.subject_id) for each in letters}
        others = Letter.objects.filter(kind=kind, subject_id__in={subject_id for _, subject_id in about})
        others = others.exclude(status=LetterStatus.WITHDRAWN).select_related("school").order_by("pk")
        found = [each for each in others if (each.subject_kind, each.subject_id) in about]
        if not found:
            raise
        raise Blocked([f"{each.school} already has letter {each.reference} about this." for each in found]) from error
    return letters


def revise_letter(letter: Letter, *, by: User, seen_version: int, heading: str, body: str) -> None:
    """Save the words of a draft; raise `Conflict` when someone else saved it first or it is no longer a draft."""
    actor = acting(by, Permission.WRITE_LETTER, on=letter)
    if reasons := wrong_fields(f"{heading}\n{body}", letter.letter_kind.known):
        raise Blocked(reasons)
    with transaction.atomic():
        current = Letter.objects.select_for_update(of=("self",)).get(pk=letter.pk)
        if current.status != LetterStatus.DRAFT:
            raise Conflict(current)
        save_changes(letter, "revised", by=actor, seen_version=seen_version, heading=heading, body=body)


def issue_letters(letters: Iterable[Letter], *, by: User, on: date) -> list[LetterDelivery]:
    """Issue all of these letters as they were seen, or none, and return what is sent to whom.

    Their words are frozen at once and the PDFs are made by the worker. Recipients who can sign in get an email. The app
    whose kind it is does what follows (`letter_issued`) in the same transaction. In the order of their keys, so that
    two people who issue the same letters wait for each other.
    """
    letters = sorted(letters, key=lambda each: each.pk)
    if reasons := [f"{each}: {why}" for each in letters for why in each.blockers_to_issuing()]:
        raise Blocked(reasons)
    signatures: dict[Actor, dict[str, Any]] = {}
    of_kind: dict[tuple[str, Actor], list[Letter]] = defaultdict(list)
    with transaction.atomic():
        for letter in letters:
            actor = require_move(by, letter, LETTER.move("issue"))
            if actor not in signatures:
                signatures[actor] = signature_of(actor)
            school, cover = letter.school, cover_of(letter, signatures[actor])
            stamp: dict[str, Any] = {"cover": cover, "issued_on": on, "issued_by": by}
            transition(letter, "issue", by=actor, seen_version=letter.version, **stamp)
            letter.school = school  # The transition has read the letter again, and would have its school read too.
            of_kind[letter.kind, actor].append(letter)
        sent = [each for found in recipients_of(letters, on=on).values() for each in found]
        for each in sent:
            each.created_by = each.updated_by = by
        LetterDelivery.objects.bulk_create(sent)
        email_recipients(sent)
        for letter in letters:
            ask_to_freeze(letter)
        for (kind, actor), issued in of_kind.items():
            for follower in letter_issued:
                if follower.key == kind:
                    follower.follow(issued, actor, on)
    return sent


def record_service(
    delivery: LetterDelivery,
    *,
    by: User,
    on: date,
    seen_version: int,
    method: Method | str,
    sent_on: date,
    served_on: date,
    proof: str,
) -> None:
    """Record once how and when a letter reached a recipient."""
    actor = acting(by, Permission.WRITE_LETTER, on=delivery)
    reasons = []
    if delivery.served_on is not None:
        reasons.append("How this letter was served is already recorded.")
    if delivery.letter.issued_on and sent_on < delivery.letter.issued_on:
        reasons.append("The letter cannot be sent before it was issued.")
    if served_on < sent_on:
        reasons.append("The letter cannot be served before it was sent.")
    if served_on > on:
        reasons.append("The date it was served must be today or in the past.")
    if reasons:
        raise Blocked(reasons)
    fields: dict[str, Any] = {"method": method, "sent_on": sent_on, "served_on": served_on, "proof": proof}
    save_changes(delivery, "served", by=actor, seen_version=seen_version, **fields)
