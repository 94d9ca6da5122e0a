"""Every email of the service: text and simple HTML from template files, queued in the caller's transaction."""

import re
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from post_office import mail
from post_office.models import STATUS, Email

from .recipients import How, note_recipient


def send(template: str, *, to: str, **context: Any) -> Email:
    """Queue `<template>.subject.txt`, `.txt` and `.html` for one address.

    The outbox renders whatever it is given as a template once more. It is therefore given nothing but variables, so
    that braces somebody typed arrive as braces.
    """
    context = {"service_name": settings.SERVICE_NAME, "site_url": settings.SITE_URL, **context}
    parts = {
        "subject": " ".join(render_to_string(f"{template}.subject.txt", context).split()),
        "text": render_to_string(f"{template}.txt", context),
        "html": render_to_string(f"{template}.html", context),
    }
    note_recipient(str(context.get("name") or to), How.AT_ONCE)
    return mail.send(
        recipients=[to],
        sender=settings.DEFAULT_FROM_EMAIL,
        subject="{{ subject|safe }}",
        message="{{ text|safe }}",
        html_message="{{ html|safe }}",
        context=parts,
    )


def address_of(view_name: str, *args: Any) -> str:
    """The full address of a page, from the site's own name and never from a request's Host header."""
    return in_full(reverse(view_name, args=args))


def in_full(path: str) -> str:
    return urljoin(f"{settings.SITE_URL}/", path)


LINK_TAKEN_OUT = "/…/"
"""What stands in a kept email where its secret stood."""
_SECRET = re.compile(r"(?<=/)[0-9a-f]{32}(?=/)")


def forget_sent_links() -> int:
    """Take the secrets out of emails that have gone, so that neither outbox nor backup opens an account; how many."""
    gone = Email.objects.filter(status=STATUS.sent, message__contains=f"{settings.SITE_URL}/sign-in/")
    held = [email for email in gone.only("message", "html_message") if _SECRET.search(email.message)]
    for email in held:
        email.message = _SECRET.sub("…", email.message)
        email.html_message = _SECRET.sub("…", email.html_message)
    Email.objects.bulk_update(held, ["message", "html_message"], batch_size=200)
    return len(held)
