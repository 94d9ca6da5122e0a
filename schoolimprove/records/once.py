"""The same form sent twice (Back, two clicks without JavaScript, three requests at once) is saved once.

A form carries the token of its opening (`schoolimprove.records.drafts`). Before a form is saved, the opening and what
was typed go into a table with a unique constraint, in the transaction of the save: a second request waits for the first
and then finds it there. The same opening with other text is another form: a user who goes back and changes what they
typed means it.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from django.db import IntegrityError, transaction
from django.http import HttpResponse

from .models import SentForm


class SentAlready(Exception):
    """This form was saved before; `led_to` is the address that the user was sent on to, empty where there is none."""

    def __init__(self, led_to: str) -> None:
        super().__init__(led_to)
        self.led_to = led_to


@dataclass(frozen=True)
class Sent:
    """A form as it was sent: by whom, in which opening, and a hash of what was typed."""

    user_id: int
    opening: str
    content: str


def save_once(form: Sent, save: Callable[[], HttpResponse]) -> HttpResponse:
    """Call `save` in a transaction and return its response; raise `SentAlready` where the form was saved before.

    A response that is not marked as `saved` leaves nothing that keeps the form from being sent again.
    """
    key = asdict(form)
    with transaction.atomic():
        try:
            with transaction.atomic():
                sent = SentForm.objects.create(**key)
        except IntegrityError:
            raise SentAlready(SentForm.objects.get(**key).led_to) from None
        response = save()
        if getattr(response, "saved", False):
            sent.led_to = getattr(response, "url", "")
            sent.save(update_fields=["led_to"])
        else:
            sent.delete()
    return response
