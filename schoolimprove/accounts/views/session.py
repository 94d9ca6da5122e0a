"""Staying signed in, and signing out."""

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from schoolimprove.accounts import session
from schoolimprove.accounts.context import seconds_left
from schoolimprove.accounts.middleware import open_to_half_sessions
from schoolimprove.accounts.models import user_of
from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import record_event


@open_to_half_sessions
@require_POST
def extend(request: HttpRequest) -> HttpResponse:
    """The person is still there: the idle time starts again. Never past the longest a session lasts."""
    session.note_seen(request.session, at=clock.now(), at_once=True)
    return JsonResponse(seconds_left(request))


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Also for somebody whose session has just ended: they wanted to be signed out, and are."""
    if request.user.is_authenticated:
        user = user_of(request)
        record_event(user, "signed out", by=Actor(user))
    logout(request)
    messages.success(request, "You have signed out.")
    return redirect("accounts:sign_in")


@require_POST
def sign_out_elsewhere(request: HttpRequest) -> HttpResponse:
    """End every other session of this person, and void the links that were sent to them."""
    user = user_of(request)
    with transaction.atomic():
        session.keep_only_this(request, user)
        record_event(user, "signed out everywhere else", by=Actor(user))
    messages.success(request, "We have signed you out everywhere else.")
    return redirect("accounts:account")
