"""What somebody has typed: saved while they write, kept when a form comes back too late, read and discarded."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import date as format_date
from django.urls import reverse
from django.views.decorators.http import require_POST

from schoolimprove.accounts.context import seconds_left
from schoolimprove.accounts.expiry import AGAIN, KEPT, TOO_LONG, keep, wants_json
from schoolimprove.accounts.kept_text import KeptText, kept_texts_of
from schoolimprove.accounts.models import user_of
from schoolimprove.lib import clock
from schoolimprove.lib.clock import LONDON
from schoolimprove.records.drafts import NewerKept, TooLong, discard_draft, is_spent, keep_while_typing, own_token
from schoolimprove.records.models.draft import KEPT_FOR
from schoolimprove.ui.components import Crumb

NOT_YOURS = "We could not discard the text. The page is out of date, or the text is not yours."
CHANGED = "We did not discard the text, because it has changed since you opened the page."


@require_POST
def draft_save(request: HttpRequest) -> HttpResponse:
    """Autosave: `{"saved_at": "14:32"}` and the seconds left, or why not as `{"message": …}` with 403, 409 or 413."""
    token = own_token(request)
    if token is None:
        return JsonResponse({"message": "You opened this form too long ago, or another person opened it."}, status=403)
    if is_spent(request, token):
        return JsonResponse({"message": "You have already saved this form."}, status=409)
    try:
        kept = keep_while_typing(token, request.POST)
    except NewerKept as newer:
        return JsonResponse({"message": _newer(newer.draft.saved_at)}, status=409)
    except TooLong:
        return JsonResponse({"message": "This is too long for us to save automatically. Save it yourself."}, status=413)
    return JsonResponse({"saved_at": format_date(kept.at.astimezone(LONDON), "H:i"), **seconds_left(request)})


def _newer(at: datetime) -> str:
    there = at.astimezone(LONDON)
    day = "" if there.date() == clock.today() else f"on {clock.uk_date(there)} "
    return (
        f"You have newer unsaved text for this form, typed {day}at {there:%H:%M} in another window. "
        "We do not keep what you type in this window until you save it."
    )


def kept_text(request: HttpRequest) -> HttpResponse:
    """All that the reader has typed and not saved, readable even where the form no longer opens for them."""
    context = {
        "page_title": "Text you did not save",
        "breadcrumbs": [Crumb("Your account", reverse("accounts:account")), Crumb("Text you did not save")],
        "kept": [KeptText.of(draft) for draft in kept_texts_of(user_of(request))],
        "days": KEPT_FOR.days,
    }
    return render(request, "accounts/kept_texts.html", context)


@require_POST
def draft_discard(request: HttpRequest) -> HttpResponse:
    """Forget what was typed; then to the form as it would be without, or back to the list it was read in."""
    token = own_token(request)
    if token is None:
        messages.error(request, NOT_YOURS)
        return redirect("home")
    if discard_draft(token):
        messages.success(request, "You have discarded the unsaved text.")
    else:
        messages.warning(request, CHANGED)
    return redirect("accounts:kept_text" if request.POST.get("read_in") == "list" else token.path)


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
    context = {"page_title": "This page is out of date", "advice": advice}
    return render(request, "accounts/form_refused.html", context, status=403)
