"""What all pages of one Record of Visit have in common: the record in scope, and a form over it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from schoolimprove.records.transition import Blocked, Conflict


def refused(view: Any, form: Any, error: Blocked) -> HttpResponse:
    """The form again, with the reasons why the verb was refused."""
    form.add_error(None, error)
    response: HttpResponse = view.form_invalid(form)
    return response


def seen_in(parameters: QueryDict) -> int:
    """The version somebody saw; 0, which nobody has seen, for anything but a number of plausible length."""
    seen = parameters.get("seen_version", "")
    return int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else 0


def what_happened(lost: Conflict, state: str = "") -> str:
    """Who was first, and how it stands now, as a sentence or two; `state` describes a thing without a status."""
    current: Any = lost.current
    who = current.updated_by or "Somebody else"
    return f"{who} changed this after you opened it. It is now: {state or current.get_status_display().lower()}."


def show_conflict(view: Any, form: Any, lost: Conflict, *, state: str = "", version: int | None = None) -> HttpResponse:
    """Show the form again with what was typed (409), and say who was first and what the state is now.

    The next attempt is on `version`, by default the current one. Pass `state` for something that has no status.
    """
    form.base_version = lost.current.version if version is None else version
    kept = "What you typed is still in the form. Check it before you continue."
    form.add_error(None, f"Nothing was saved. {what_happened(lost, state)} {kept}")
    response: HttpResponse = view.render_to_response(view.get_context_data(form=form), status=409)
    return response


def act(request: HttpRequest, back: Any, done: str, verb: Any, **said: Any) -> HttpResponse:
    """The verb by whoever pressed, on what `said` says was seen."""
    return pressed(request, back, done, partial(verb, by=request.user, **said))


def pressed(
    request: HttpRequest,
    back: Any,
    done: str,
    verb: Callable[[], Any],
    *,
    told: Callable[[Conflict], str] = what_happened,
) -> HttpResponse:
    """`told` says what somebody else did first."""
    try:
        verb()
    except Blocked as error:
        messages.error(request, " ".join(error.messages))
    except Conflict as lost:
        messages.error(request, f"Nothing was done: {told(lost)} Read it again.")
    else:
        messages.success(request, done)
    return redirect(back)
