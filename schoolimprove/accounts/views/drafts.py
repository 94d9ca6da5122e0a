"""What somebody has typed: saved while they write, discarded when they say so, kept when a form comes back too late."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import date as format_date
from django.views.decorators.http import require_POST

from schoolimprove.accounts.context import seconds_left
from schoolimprove.accounts.expiry import AGAIN, KEPT, TOO_LONG, keep, wants_json
from schoolimprove.lib.clock import LONDON
from schoolimprove.records.drafts import (
    TOKEN_FIELD,
    KeepToken,
    TooLong,
    discard_draft,
    is_spent,
    keep_typed_text,
    read_token,
)


def _my_token(request: HttpRequest) -> KeepToken | None:
    token = read_token(request.POST.get(TOKEN_FIELD, ""))
    return token if token and token.user_id == request.user.pk else None


@require_POST
def draft_save(request: HttpRequest) -> HttpResponse:
    """Autosave: `{"saved_at": "14:32"}` and the seconds left, or why not as `{"message": …}` with 403, 409 or 413."""
    token = _my_token(request)
    if token is None:
        return JsonResponse({"message": "This form was opened by somebody else, or too long ago."}, status=403)
    if is_spent(request, token):
        return JsonResponse({"message": "This form has already been saved."}, status=409)
    try:
        kept = keep_typed_text(token, request.POST)
    except TooLong:
        return JsonResponse({"message": "This is too long to be saved while you write. Save it yourself."}, status=413)
    return JsonResponse({"saved_at": format_date(kept.at.astimezone(LONDON), "H:i"), **seconds_left(request)})


@require_POST
def draft_discard(request: HttpRequest) -> HttpResponse:
    """Forget what was typed and open the form as it would be without."""
    token = _my_token(request)
    if token is None:
        messages.error(request, "That text was not yours to discard, or the page was too old. Nothing was discarded.")
        return redirect("home")
    discard_draft(token.user_id, token.path)
    messages.success(request, "The kept text has been discarded.")
    return redirect(token.path)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form from before the person signed in again, in this tab or another, is refused; its text is kept."""
    try:
        kept = keep(request)
    except TooLong:
        return _refused(request, TOO_LONG)
    if kept is None:
        return _refused(request, "Go back, reload the page and try again. Nothing has been changed.")
    if wants_json(request) or not request.user.is_authenticated:
        return _refused(request, AGAIN if request.user.is_authenticated else KEPT)
    messages.warning(request, AGAIN)
    return redirect(kept.path)


def _refused(request: HttpRequest, advice: str) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"message": advice}, status=403)
    context = {"page_title": "This page was too old", "advice": advice}
    return render(request, "accounts/form_refused.html", context, status=403)
