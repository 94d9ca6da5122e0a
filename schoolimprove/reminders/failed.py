"""Email that did not arrive: what the mail server refused, what came back later, and sending it again.

A message that comes back (RFC 3464) is handed to `note_bounce` by the mail server; it names ours by its Message-ID.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from post_office.models import STATUS, Email, Log, RecipientDeliveryStatus

from schoolimprove.accounts.mail import LINK_TAKEN_OUT
from schoolimprove.accounts.people import manages_people
from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked, record_event
from schoolimprove.ui.registry import Notice

from .models import Mailing

BOUNCED = (RecipientDeliveryStatus.HARD_BOUNCED,)
"""What is only delayed is tried again by the mail server itself."""
PUT_AWAY = "put an email away"
LINK_GONE = "We removed the link from this email, so it cannot be sent again. Send a new invitation or link instead."
NOBODY_THERE = "The person no longer has an account, so it cannot be sent again. Dismiss this email."
OVER = "The work this email is about is done, so it cannot be sent again. Dismiss this email."
_NOT_ARRIVED = Q(status=STATUS.failed) | Q(recipient_delivery_status__in=BOUNCED)
LONGEST = 1000
FAILED, DELAYED = "failed", "delayed"
"""What a report says was done (RFC 3464, 2.3.3); the others are of emails that arrived or were passed on."""
_COMMENT = re.compile(r"\([^()]*\)")


def failed() -> QuerySet[Any]:
    """With `why`, the last thing that was said of it; the newest first."""
    said = Log.objects.filter(email=OuterRef("pk")).order_by("-date", "-pk")
    looked_at = AuditEvent.objects.filter(
        subject_kind=Email._meta.label_lower, subject_id=OuterRef("pk"), verb=PUT_AWAY, at__gte=OuterRef("last_updated")
    )
    found = Email.objects.filter(_NOT_ARRIVED, ~Exists(looked_at.order_by())).annotate(
        why=Subquery(said.values("message")[:1])
    )
    newest_first: QuerySet[Any] = found.order_by("-last_updated", "-pk")
    return newest_first


def notices_about_mail(user: Any, _on: date) -> Sequence[Notice]:
    """Tell those who manage people how many emails did not arrive. A query for those alone."""
    number = failed().count() if manages_people(user) else 0
    if not number:
        return []
    text = "An email did not arrive." if number == 1 else f"{number} emails did not arrive."
    return [Notice(text, "Correct the address and send it again", reverse("reminders:failed_mail"))]


def try_again(email: Email, *, by: Actor) -> bool:
    """Back into the outbox as the same email, with the same Message-ID; whether it was there to be sent again.

    One of reminders goes to the address the person has now. `Blocked`, in a sentence, where sending it is no use.
    """
    if reason := why_not_again(email):
        raise Blocked([reason])
    with transaction.atomic():
        again = {**_fresh(), "to": _address_now(email)}
        queued = bool(Email.objects.filter(_NOT_ARRIVED, pk=email.pk).update(**again))
        if queued:
            record_event(email, "sent an email again", by=by)
    return queued


def why_not_again(email: Email) -> str:
    """Why it is no use sending an email again; "" where it is."""
    if LINK_TAKEN_OUT in email.message:
        return LINK_GONE
    mailing = _mailing_of(email)
    if mailing is None:
        return ""
    if mailing.user is not None and not mailing.user.is_active:
        return NOBODY_THERE
    return "" if mailing.reminders.open().exists() else OVER


def _mailing_of(email: Email) -> Mailing | None:
    return Mailing.objects.filter(email=email).select_related("user").first()


def _address_now(email: Email) -> list[str]:
    mailing = _mailing_of(email)
    return [mailing.user.email] if mailing and mailing.user else list(email.to)


def put_away(email: Email, *, by: Actor) -> None:
    """It has been looked at, and is shown no more unless it fails again."""
    record_event(email, PUT_AWAY, by=by)


def _fresh() -> dict[str, Any]:
    return {
        "status": STATUS.queued,
        "recipient_delivery_status": None,
        "number_of_retries": 0,
        "scheduled_time": None,
        "last_updated": clock.now(),
    }


def note_bounce(raw: bytes) -> Email | None:
    """Read a message that came back and mark ours as bounced; none where it is about no email of ours.

    What failed has failed whatever the code, and a report of a delay that comes later does not change it.
    """
    message: Any = BytesParser(policy=policy.default).parsebytes(raw)
    email = Email.objects.filter(message_id__in=_message_ids(message)).first()
    report = _report_in(message)
    if email is None or report is None:
        return None
    kind = RecipientDeliveryStatus.HARD_BOUNCED if report.action == FAILED else RecipientDeliveryStatus.SOFT_BOUNCED
    marked = Email.objects.filter(pk=email.pk)
    if report.action == DELAYED:
        marked = marked.exclude(recipient_delivery_status__in=BOUNCED)
    with transaction.atomic():
        if marked.update(recipient_delivery_status=kind, last_updated=clock.now()):
            why = f"{report.code} {report.words}"[:LONGEST]
            Log.objects.create(email=email, status=STATUS.failed, exception_type="Bounce", message=why)
    return email


@dataclass(frozen=True)
class Report:
    """What a mail server says of one recipient."""

    action: str
    code: str
    words: str


def _message_ids(message: EmailMessage) -> list[str]:
    """Of the message that came back: in the copy of its headers or of the whole, or in what the answer refers to."""
    found = [str(part["Message-ID"]) for part in message.walk() if part is not message and part["Message-ID"]]
    for part in message.walk():
        if part.get_content_type() == "text/rfc822-headers":
            headers: Any = part.get_payload(decode=True) or b""
            kept = BytesParser(policy=policy.default).parsebytes(headers)
            found += [str(kept["Message-ID"])] if kept["Message-ID"] else []
    referred = f"{message['In-Reply-To'] or ''} {message['References'] or ''}".split()
    return [each.strip() for each in [*found, *referred]]


def _report_in(message: EmailMessage) -> Report | None:
    """Return what is said of the first recipient whose delivery failed, or else of the first whose is delayed."""
    found = []
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status" and part.is_multipart():
            found += [
                Report(
                    _plain(told["Action"]).lower(),
                    _plain(told["Status"]) or "5.0.0",
                    str(told["Diagnostic-Code"] or ""),
                )
                for told in part.iter_parts()
            ]
    return next((each for action in (FAILED, DELAYED) for each in found if each.action == action), None)


def _plain(field: Any) -> str:
    """Return the value of a field without the comments in brackets that RFC 822 allows behind it."""
    return _COMMENT.sub("", str(field or "")).strip()
