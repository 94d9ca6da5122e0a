"""Lock-out after wrong passwords: by the pair of address and client, so that nobody can lock another person out.

One client that tries many addresses is kept out of all of them: stolen lists are tried one password an address.
"""

from datetime import datetime, timedelta
from typing import Any

from axes.helpers import get_client_ip_address
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from schoolimprove.lib import clock

from .models import normalise_email

MOST_FAILURES_OF_A_CLIENT = 50
"""Within the time a lock-out lasts. A whole school may sit behind one network address."""


def username_of(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The address being tried, in one form: writing it in capitals gives no further attempts."""
    tried = credentials or request.POST
    return normalise_email(str(tried.get("email") or tried.get("username") or ""))


def client_of(request: HttpRequest) -> str:
    """The client's network address, as the lock-out counts it."""
    return get_client_ip_address(request) or ""


def locked_until(request: HttpRequest, email: str) -> datetime | None:
    """When this client may try this address again."""
    attempts = AccessAttempt.objects.filter(username=normalise_email(email), ip_address=client_of(request))
    last = attempts.order_by("-attempt_time").values_list("attempt_time", flat=True).first()
    return last + cool_off() if last else None


def tries_many(request: HttpRequest) -> bool:
    """Whether this client has given so many wrong passwords, for whichever addresses, that none is looked at."""
    lately = AccessAttempt.objects.filter(ip_address=client_of(request), attempt_time__gt=clock.now() - cool_off())
    failures = lately.aggregate(failures=Sum("failures_since_start"))["failures"] or 0
    return bool(failures >= MOST_FAILURES_OF_A_CLIENT)


def cool_off() -> timedelta:
    period: timedelta = settings.AXES_COOLOFF_TIME
    return period


def locked_out(
    request: HttpRequest, _response: HttpResponse | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """The page shown instead of whatever the view answered; the same for addresses that nobody has."""
    until = locked_until(request, username_of(request, credentials))
    minutes = int(cool_off().total_seconds() // 60)
    context = {"page_title": "Too many wrong passwords", "until": until, "minutes": minutes}
    return render(request, "accounts/locked_out.html", context, status=429)


def forget_failures(email: str, client: str) -> None:
    """Let this client try again: the person has proved by a link that the address is theirs."""
    AccessAttempt.objects.filter(username=normalise_email(email), ip_address=client or None).delete()
