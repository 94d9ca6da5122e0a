"""Lock-out after wrong passwords: by the pair of address and client, so that nobody can lock another person out.

A client that tries many addresses is kept out of all of them: stolen lists are tried one password an address. A whole
school may be one client, so two things lead past that: a browser in which the person has signed in before, which a
signed cookie proves, and a password that was set by a link from an email within the last hour. Both lead to five
attempts and no further. Failures in a known browser are counted apart, so that a stranger on the same network cannot
use up the attempts of its owner.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from axes.helpers import get_client_ip_address
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from schoolimprove.lib import clock

from .models import Purpose, SecretLink, User, normalise_email

MOST_FAILURES_OF_A_CLIENT = 50
"""Within the time a lock-out lasts."""
KNOWN_FOR = timedelta(days=90)
"""How long a browser is known after the person last signed in there: longer than the summer holiday."""
MOST_PEOPLE_OF_A_BROWSER = 10
LET_IN_AFTER_RESET = timedelta(hours=1)
LONGEST_USERNAME = 255
_SALT = "schoolimprove.accounts.known_browser"


@dataclass(frozen=True)
class KnownBrowser:
    """A browser by a random name, and who has signed in there, as hashes of their addresses."""

    name: str
    people: Sequence[str]


def known_browser(request: HttpRequest) -> KnownBrowser | None:
    """Read the browser's cookie; nothing where there is none that we signed."""
    value = request.get_signed_cookie(settings.KNOWN_BROWSER_COOKIE_NAME, None, salt=_SALT, max_age=KNOWN_FOR)
    name, _, people = (value or "").partition(".")
    return KnownBrowser(name, people.split(".")) if name else None


def remember_browser(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Have the browser prove from now on that this person has signed in there."""
    known, own = known_browser(request), _hash_of(user.email)
    others = [each for each in known.people if each != own] if known else []
    name = known.name if known else secrets.token_hex(8)
    response.set_signed_cookie(
        settings.KNOWN_BROWSER_COOKIE_NAME,
        ".".join([name, own, *others[: MOST_PEOPLE_OF_A_BROWSER - 1]]),
        salt=_SALT,
        max_age=int(KNOWN_FOR.total_seconds()),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _hash_of(email: str) -> str:
    return hashlib.sha256(normalise_email(email).encode()).hexdigest()[:24]


def username_of(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Return the address being tried as the lock-out counts it: in one form, and apart for a browser that is known."""
    tried = credentials or request.POST
    email = normalise_email(str(tried.get("email") or tried.get("username") or ""))
    known = known_browser(request)
    if known and (own := _hash_of(email)) in known.people:
        return f"{own}.{known.name}"
    return email[:LONGEST_USERNAME]


def client_of(request: HttpRequest) -> str:
    """Return the client's network address, as the lock-out counts it."""
    return get_client_ip_address(request) or ""


def locked_until(request: HttpRequest, email: str) -> datetime | None:
    """Return when this client may try this address again, if it may not now."""
    tried = username_of(request, {"email": email})
    return _until(_failures(request).filter(username=tried), settings.AXES_FAILURE_LIMIT)


def network_locked_until(request: HttpRequest) -> datetime | None:
    """Return when sign-ins from this client are looked at again, where it has given too many wrong passwords."""
    return _until(_failures(request), MOST_FAILURES_OF_A_CLIENT)


def _failures(request: HttpRequest) -> QuerySet[Any]:
    since = clock.now() - cool_off()
    found: QuerySet[Any] = AccessAttempt.objects.filter(ip_address=client_of(request), attempt_time__gt=since)
    return found


def _until(failures: QuerySet[Any], most: int) -> datetime | None:
    """Return when so many failures have become old that fewer than `most` are left."""
    counted = 0
    for at, number in failures.order_by("-attempt_time").values_list("attempt_time", "failures_since_start"):
        counted += number
        if counted >= most:
            until: datetime = at + cool_off()
            return until
    return None


def may_try_from_anywhere(request: HttpRequest, email: str) -> bool:
    """Whether this person's password is looked at although their network is locked: see the module."""
    known = known_browser(request)
    if known and _hash_of(email) in known.people:
        return True
    lately = clock.now() - LET_IN_AFTER_RESET
    used = SecretLink.objects.filter(purpose=Purpose.PASSWORD_RESET, used_at__gt=lately)
    return used.filter(user__email=normalise_email(email)).exists()


def cool_off() -> timedelta:
    period: timedelta = settings.AXES_COOLOFF_TIME
    return period


def locked_out(
    request: HttpRequest, _response: HttpResponse | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """Return the page shown instead of the view's own; the same for addresses without an account."""
    tried = credentials or request.POST
    return _page(request, locked_until(request, str(tried.get("email") or tried.get("username") or "")))


def network_locked_out(request: HttpRequest, until: datetime) -> HttpResponse:
    """Return the page for a network whose sign-ins are not looked at."""
    return _page(request, until, network=True)


def _page(request: HttpRequest, until: datetime | None, *, network: bool = False) -> HttpResponse:
    if until is not None:
        # The page names a minute, in which it must be true from the first second.
        until = (until + timedelta(seconds=59)).replace(second=0)
    context = {
        "page_title": "We are not accepting sign-ins from your network" if network else "Too many wrong passwords",
        "network": network,
        "until": until,
        "failures": MOST_FAILURES_OF_A_CLIENT if network else settings.AXES_FAILURE_LIMIT,
        "minutes": int(cool_off().total_seconds() // 60),
        "known_days": KNOWN_FOR.days,
    }
    return render(request, "accounts/locked_out.html", context, status=429)


def forget_failures(email: str) -> None:
    """Let the person try again, wherever they are: they have proved by a link that the address is theirs."""
    email = normalise_email(email)
    AccessAttempt.objects.filter(Q(username=email) | Q(username__startswith=f"{_hash_of(email)}.")).delete()
