"""What happens to a request that nobody signed in stands behind: what was typed is kept, and the person is told."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from schoolimprove.records.drafts import Kept, TooLong, keep_typed_text, read_token

from .models import User
from .session import Ended, limits

KEPT = "We kept what you typed. Sign in again to see it."
TOO_LONG = "What you typed is too long for us to keep. Go back in your browser and copy it now."
AGAIN = "You signed in again in another tab or window. We kept what you typed. Check it and save it again."


def keep(request: HttpRequest) -> Kept | None:
    """Store what a form carried as the draft of whoever opened it; nothing when it carried no valid token."""
    if request.method != "POST":
        return None
    token = read_token(request.POST.get("keep_token", ""))
    if token is None or not User.objects.filter(pk=token.user_id, is_active=True).exists():
        return None
    return keep_typed_text(token, request.POST)


def send_to_sign_in(request: HttpRequest, url: str = "") -> HttpResponse:
    """Keep what was typed, and show the way to sign in and back."""
    notice, back = _kept(request)
    where = resolve_url(url or settings.LOGIN_URL)
    if wants_json(request):
        return JsonResponse({"signed_out": True, "message": notice, "sign_in": where}, status=401)
    if notice:
        messages.warning(request, notice)
    return redirect_to_login(back, where)


def _kept(request: HttpRequest) -> tuple[str, str]:
    """What to tell the person, and where to go after signing in."""
    back = _way_back(request)
    notice = _why(request)
    try:
        kept = keep(request)
    except TooLong:
        return f"{notice} {TOO_LONG}".strip(), back
    if kept:
        return f"{notice or 'We signed you out.'} {KEPT}", kept.path
    return notice, back


def _why(request: HttpRequest) -> str:
    match getattr(request, "session_ended", None):
        case Ended.IDLE:
            return f"We signed you out after {_spoken(limits().idle.total_seconds())} without activity."
        case Ended.LIMIT:
            return f"We signed you out because you were signed in for {_spoken(limits().longest.total_seconds())}."
        case _:
            return ""


def _spoken(seconds: float) -> str:
    """`30 minutes`, `12 hours`, `6 seconds`."""
    for size, unit in ((3600, "hour"), (60, "minute")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size:.0f} {unit}{'s' if seconds > size else ''}"
    return f"{seconds:.0f} seconds"


def _way_back(request: HttpRequest) -> str:
    """The page itself; for something posted, the page it was posted from."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    referrer = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(referrer, {request.get_host()}, require_https=request.is_secure())
    return urlsplit(referrer).path if ours and referrer else resolve_url(settings.LOGIN_REDIRECT_URL)


def wants_json(request: HttpRequest) -> bool:
    """Whether a script asks, to whom a page of HTML says nothing."""
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return True
    return request.headers.get("Accept", "").startswith("application/json")
