"""What every page's frame needs: the authority's name and the navigation this person uses."""

from collections.abc import Sequence
from typing import Any, TypedDict

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse

from schoolimprove.ui.registry import navigation
from schools.models import LocalAuthority


class Authority(TypedDict):
    name: str
    colour: str


_DEFAULT = Authority(name="Your authority", colour="#1d4f5f")
_KEPT_SECONDS = 60
"""How long a process may show the old name after an administrator changed it."""


def own_authority() -> Authority:
    """Name and colour of the authority that runs this installation."""
    return cache.get_or_set("own-authority", _read_authority, _KEPT_SECONDS) or _DEFAULT


def _read_authority() -> Authority:
    own = LocalAuthority.objects.filter(own=True).order_by("code").values("name", "colour").first()
    return Authority(name=own["name"], colour=own["colour"]) if own else _DEFAULT


def frame(request: HttpRequest) -> dict[str, Any]:
    """`authority`, `service_name` and `navigation` for the layouts."""
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    items = [(item, reverse(item.url_name)) for item in navigation if signed_in and item.shown(user)]
    here = _nearest(request.path, [url for _item, url in items])
    return {
        "authority": own_authority(),
        "service_name": settings.SERVICE_NAME,
        "navigation": [
            {"label": item.label, "url": url, "current": url == here, "waiting": item.waiting(user)}
            for item, url in items
        ],
    }


def _nearest(path: str, urls: Sequence[str]) -> str:
    """The entry of the navigation that this path lies under, the innermost where entries lie under one another."""
    over = [url for url in urls if path == url or (url != "/" and path.startswith(url))]
    return max(over, key=len, default="")
