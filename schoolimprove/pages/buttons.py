"""A button that does one verb and takes the user back with the result as a message."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.safestring import SafeString

from schoolimprove.accounts.recipients import Recipients, collected
from schoolimprove.pages.conflicts import what_happened
from schoolimprove.records.transition import Blocked, Conflict


def seen_in(parameters: QueryDict) -> int:
    """Return the version the user saw; 0, which no version has, for anything but a number of plausible length."""
    seen = parameters.get("seen_version", "")
    return int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else 0


def with_recipients(done: str, told: Recipients) -> str:
    """Return what was done, and who was told of it; links in it stay links."""
    sentence = told.sentence()
    if not sentence:
        return done
    return format_html("{} {}", done, sentence) if isinstance(done, SafeString) else f"{done} {sentence}"


def act(request: HttpRequest, back: Any, done: str, verb: Any, **values: Any) -> HttpResponse:
    """Do the verb as the signed-in user, with `values` such as the version they saw."""
    return pressed(request, back, done, partial(verb, by=request.user, **values))


def pressed(
    request: HttpRequest,
    back: Any,
    done: str,
    verb: Callable[[], Any],
    *,
    describe: Callable[[Conflict], str] = what_happened,
) -> HttpResponse:
    """Do the verb and take the user back; `describe` says what another user did first."""
    try:
        with collected() as told:
            verb()
    except Blocked as error:
        messages.error(request, " ".join(error.messages))
    except Conflict as lost:
        messages.error(request, f"Nothing was done. {describe(lost)} Check it before you continue.")
    else:
        messages.success(request, with_recipients(done, told))
    return redirect(back)
