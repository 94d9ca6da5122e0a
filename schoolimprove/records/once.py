"""The same form sent twice (Back, two clicks without JavaScript, three requests at once) is saved once.

A form carries the token of its opening (`schoolimprove.records.drafts`). Before a form is saved, the opening and what
was typed go into a table with a unique constraint, in the transaction of the save: a second request waits for the first
and then finds it there. The same opening with other text is another form: a user who goes back and changes what they
typed means it.
"""

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest

from .drafts import VERSION_FIELD, own_token, typed_fields
from .models import SentForm


class SentAlready(Exception):
    """This form was saved before; `led_to` is the address that the user was sent on to."""

    def __init__(self, led_to: str) -> None:
        super().__init__(led_to)
        self.led_to = led_to


def sent_before(request: HttpRequest) -> str | None:
    """Return the address that this form led to when it was saved; None where it was not."""
    token = own_token(request)
    if token is None:
        return None
    sent = SentForm.objects.filter(user_id=token.user_id, opening=token.nonce, content=_content(request))
    return sent.values_list("led_to", flat=True).first()


def save_once(request: HttpRequest, save: Callable[[], str]) -> str:
    """Call `save` in a transaction and return the address that it returns; raise `SentAlready` where it was called.

    A form without a token of this user, or with one older than a day, is saved as often as it is sent.
    """
    token = own_token(request)
    with transaction.atomic():
        if token is None:
            return save()
        key = {"user_id": token.user_id, "opening": token.nonce, "content": _content(request)}
        try:
            with transaction.atomic():
                sent = SentForm.objects.create(**key)
        except IntegrityError:
            raise SentAlready(SentForm.objects.get(**key).led_to) from None
        sent.led_to = save()
        sent.save(update_fields=["led_to"])
        return sent.led_to


def _content(request: HttpRequest) -> str:
    """Return the SHA-256 of what was typed and chosen, and on which version of the thing."""
    seen = request.POST.get(VERSION_FIELD, "")
    files = [[name, each.name, _sum_of(each)] for name, some in request.FILES.lists() for each in some]
    text = json.dumps([request.path, seen, typed_fields(request.POST), files], sort_keys=True)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _sum_of(file: Any) -> str:
    summed = sha256()
    for chunk in file.chunks():
        summed.update(chunk)
    file.seek(0)
    return summed.hexdigest()
