"""The page of one's own calendar, and the calendar itself at its secret address."""

import hashlib
import logging
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from schoolimprove.accounts import mail
from schoolimprove.accounts.models import user_of
from schoolimprove.accounts.rights import appointments_of
from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schoolimprove.reminders.models import CalendarFeed
from schoolimprove.reminders.models.calendar_feed import HOUR, MOST_IN_AN_HOUR
from schoolimprove.ui.calendar_files import CONTENT_TYPE
from schoolimprove.ui.components import Fact

from .addresses import feed_at, feed_of, make_address, stop_address
from .contents import calendar_for

_log = logging.getLogger("schoolimprove.security")
KEPT_SECONDS = 300


@require_safe
def own_calendar(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    feed = feed_of(user)
    context = {
        "page_title": "Your calendar",
        "feed": feed,
        "facts": _facts(feed) if feed else [],
        "holds_something": bool(appointments_of(user)),
        "back_url": reverse("accounts:account"),
        "back_label": "Your account",
    }
    return render(request, "reminders/calendar_feed.html", context)


def _facts(feed: CalendarFeed) -> list[Fact]:
    return [
        Fact("Address created", feed.created_at),
        Fact("Last read by a calendar", feed.last_read_at, empty="Not yet"),
    ]


@sensitive_variables("token", "address")
@require_http_methods(["GET", "HEAD", "POST"])
def make(request: HttpRequest) -> HttpResponse:
    """The address is shown here and never again: only its hash is stored."""
    if request.method != "POST":
        return _confirm(
            request,
            "Create a new address",
            [
                "Calendars that use your old address stop updating.",
                "We show the new address once. You add it to each of your calendars.",
            ],
        )
    address = mail.address_of("calendar_feed:calendar", make_address(user_of(request)))
    context = {
        "page_title": "Your calendar address",
        "address": address,
        "subscribe_url": urlsplit(address)._replace(scheme="webcal").geturl(),
        "back_url": reverse("calendar_feed:own"),
        "back_label": "Your calendar",
    }
    return render(request, "reminders/calendar_address.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    if request.method != "POST":
        consequences = ["Calendars that use this address stop updating, and remove what they got from it."]
        return _confirm(request, "Stop your calendar address", consequences, grave=True)
    if stop_address(user, by=Actor(user)):
        messages.success(request, "You have stopped your calendar address.")
    else:
        messages.info(request, "You had no calendar address to stop.")
    return redirect("calendar_feed:own")


def _confirm(request: HttpRequest, title: str, consequences: list[str], **more: Any) -> HttpResponse:
    context = {
        "page_title": title,
        "consequences": consequences,
        "undo": "You cannot restore an old address. You can create a new one at any time.",
        "confirm_label": title,
        "confirm_url": request.path,
        "cancel_url": reverse("calendar_feed:own"),
        **more,
    }
    return render(request, "layouts/confirm.html", context)


@login_not_required
@require_safe
@sensitive_variables("token")
def calendar(request: HttpRequest, token: str) -> HttpResponseBase:
    """Whoever has the address reads; it is asked for by programs, which are answered without a page or a cookie."""
    feed = feed_at(token)
    if feed is None:
        raise Http404("There is no such calendar.")
    if not CalendarFeed.objects.note_read(feed, at=clock.now()):
        return _too_often()
    data = calendar_for(feed.user, clock.today())
    response = HttpResponse(data, content_type=CONTENT_TYPE)
    response["ETag"] = etag = quote_etag(hashlib.sha256(data).hexdigest())
    response["Cache-Control"] = f"private, max-age={KEPT_SECONDS}"
    response["Content-Disposition"] = 'attachment; filename="calendar.ics"'
    return get_conditional_response(request, etag=etag, response=response) or response


def _too_often() -> HttpResponse:
    _log.warning("A calendar was not sent: read too often within an hour")
    said = f"Too many requests: more than {MOST_IN_AN_HOUR} in an hour. Try again in an hour.\n"
    response = HttpResponse(said, content_type="text/plain; charset=utf-8", status=429)
    response["Retry-After"] = str(int(HOUR.total_seconds()))
    return response
