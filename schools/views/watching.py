"""Putting a school on one's watch-list and taking it off."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from schoolimprove.accounts.models import user_of
from schools import watching

from .school import school_in_scope


@require_POST
def watch_school(request: HttpRequest, urn: int) -> HttpResponse:
    school = school_in_scope(request, urn)
    watching.watch(school, by=user_of(request))
    messages.success(request, f"You watch {school.name}. It is listed on your home page.")
    return redirect(school)


@require_POST
def stop_watching_school(request: HttpRequest, urn: int) -> HttpResponse:
    school = school_in_scope(request, urn)
    watching.stop_watching(school, by=user_of(request))
    messages.success(request, f"You no longer watch {school.name}.")
    return redirect(school)
