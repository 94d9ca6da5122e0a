"""What every page is told about the session behind it."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from schoolimprove.lib import clock

from . import session


def session_clock(request: HttpRequest) -> dict[str, Any]:
    """`session_clock`: seconds from now to the warning and to the end, and where to ask for more time."""
    kept = getattr(request, "session", None)
    if kept is None or not session.is_signed_in(kept):
        return {}
    return {"session_clock": {**seconds_left(request), "extend_url": reverse("accounts:extend")}}


def seconds_left(request: HttpRequest) -> dict[str, int]:
    """Seconds until the session ends, and until its person is warned of it."""
    at = clock.now()
    left = session.ends_at(request.session, at=at) - at
    warned = max(left - session.limits().warning, left * 0)
    return {"idle_seconds": int(left.total_seconds()), "warn_seconds": int(warned.total_seconds())}
