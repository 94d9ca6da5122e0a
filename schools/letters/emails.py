"""Email about letters, queued in the transaction that issues them. It says that a letter is there, and no more."""

from collections.abc import Iterable

from schoolimprove.accounts import mail
from schools.letters.models import LetterDelivery, Method


def email_recipients(deliveries: Iterable[LetterDelivery]) -> None:
    for each in deliveries:
        if each.method == Method.EMAIL:
            mail.send(
                "schools/letters/emails/letter_issued",
                to=each.address,
                name=each.name,
                school=each.letter.school.name,
                reference=each.letter.reference,
                link=mail.in_full(each.letter.get_absolute_url()),
            )
