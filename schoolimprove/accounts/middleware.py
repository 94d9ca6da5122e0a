"""The door, at each request: is the session still alive, is anybody signed in, and is a second factor owed."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from schoolimprove.lib import clock

from . import session
from .expiry import send_to_sign_in

Handler = Callable[[HttpRequest], HttpResponseBase]


class SessionLimitsMiddleware:
    """Ends a session that is idle or too old, before anybody reads the user from it. Goes after SessionMiddleware.

    What a page sends of its own accord says `X-Unattended`, and is no sign that anybody is there.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if session.is_signed_in(request.session):
            at = clock.now()
            if ended := session.why_over(request.session, at=at):
                request.session.flush()
                request.session_ended = ended  # type: ignore[attr-defined]
            elif "X-Unattended" not in request.headers:
                session.note_seen(request.session, at=at)
        return self.get_response(request)


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Every page but those marked otherwise; what an expired session's form carried is kept as a draft."""

    def handle_no_permission(  # type: ignore[override]  # Scripts are answered in JSON.
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponse:
        return send_to_sign_in(request, self.get_login_url(view_func))


class SecondFactorMiddleware:
    """Half a session reaches nothing but the pages that make it whole, and sign-out."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        if getattr(view, "open_to_half_sessions", False) or not getattr(view, "login_required", True):
            return None
        return send_to_sign_in(request, reverse("accounts:verify")) if session.is_half(request) else None


def open_to_half_sessions(view: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a view that somebody may reach who has shown the password but not the second factor."""
    view.open_to_half_sessions = True  # type: ignore[attr-defined]
    return view
