"""Email that did not arrive, for system administrators: to whom, about what, why, and sending it again.

What an email says is not shown: it was written to somebody else.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST
from django.views.generic import ListView
from post_office.models import Email

from schoolimprove.accounts.exporting import Taken, exports, links_to
from schoolimprove.accounts.people import managing
from schoolimprove.lib import clock
from schoolimprove.records.transition import Blocked
from schoolimprove.reminders.failed import BOUNCED, failed, put_away, try_again
from schoolimprove.ui import components
from schoolimprove.ui.exports import Column, ListFile

HEADING = "Email that did not arrive"


class FailedMail(ListView[Email]):
    template_name = "reminders/failed_mail.html"
    paginate_by = 50

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        managing(request)
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Email]:
        return failed()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        count = context["paginator"].count
        return context | {
            "page_title": HEADING,
            "breadcrumbs": [components.Crumb("People", reverse("accounts:people")), components.Crumb(HEADING)],
            "found": f"{count:,} email{'' if count == 1 else 's'}",
            "emails": context["page_obj"].object_list,
            "exports": links_to("reminders:failed_mail_export"),
            "nothing": components.Empty(
                "No failed emails",
                "If a mail server refuses an email, we try 4 more times, 15 minutes apart. Then we list it here.",
            ),
        }


@require_POST
def send_again(request: HttpRequest, email: int) -> HttpResponse:
    actor, found = managing(request), get_object_or_404(Email, pk=email)
    try:
        if try_again(found, by=actor):
            messages.success(request, "We will send the email again within a minute.")
        else:
            messages.warning(request, "This email is already being sent, or has arrived.")
    except Blocked as blocked:
        messages.warning(request, " ".join(blocked.messages))
    return redirect("reminders:failed_mail")


@require_POST
def seen(request: HttpRequest, email: int) -> HttpResponse:
    actor = managing(request)
    put_away(get_object_or_404(failed(), pk=email), by=actor)
    messages.success(request, "You have dismissed the email.")
    return redirect("reminders:failed_mail")


COLUMNS = [
    Column("to", "To", "Address we sent it to"),
    Column("subject", "Subject", "Subject of the email"),
    Column("failed_at", "Last tried", "When we last tried to send it, or when it came back"),
    Column("kind", "What happened", "Whether the mail server refused it, or it came back"),
    Column("why", "Why", "Reason the mail server gave"),
]
FAILED = ListFile("failed-email", "email that did not arrive", HEADING, "An email that did not arrive", COLUMNS)


def what_happened(email: Email) -> str:
    return "Came back" if email.recipient_delivery_status in BOUNCED else "Refused"


@exports(FAILED)
def failed_mail_export(request: HttpRequest) -> Taken:
    actor = managing(request)
    return Taken(_rows(failed()), failed().count(), actor=actor)


def _rows(found: Any) -> Iterator[Sequence[Any]]:
    for email in found.iterator(500):
        tried = email.last_updated.astimezone(clock.LONDON)
        yield [str(email), email.subject, tried, what_happened(email), email.why or ""]
