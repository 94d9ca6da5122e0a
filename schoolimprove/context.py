"""What every page's frame needs: the authority's name and the navigation of the user."""

from collections.abc import Iterable
from typing import Any, TypedDict

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.ui.components import Tab
from schoolimprove.ui.registry import Area, NavigationItem, navigation
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
    """Return what the layouts need.

    `navigation` has the areas of the service navigation and `header_areas` those of the header. `area_entries` are the
    tabs of the current area, named `area`, where the user has two or more. `finds_schools` offers the search.
    """
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    entries = [(item, reverse(item.url_name)) for item in navigation if signed_in and item.shown(user)]
    here = _nearest(request.path, entries)
    areas = [drawn for area in Area if (drawn := _area(area, entries, user, here))]
    tabs = [_tab(request, item, url, here) for item, url in entries if here and item.area == here.area]
    return {
        "authority": own_authority(),
        "service_name": settings.SERVICE_NAME,
        "navigation": [each for each in areas if not each["in_header"]],
        "header_areas": [each for each in areas if each["in_header"]],
        "area": here.area if here else "",
        "area_entries": tabs if len(tabs) > 1 else [],
        "finds_schools": signed_in and user_can(user, Permission.VIEW_SCHOOL),
    }


def _nearest(path: str, entries: Iterable[tuple[NavigationItem, str]]) -> NavigationItem | None:
    """Return the entry that this path lies under, the innermost where entries lie under one another."""
    over = [(item, url) for item, url in entries if path == url or (url != "/" and path.startswith(url))]
    return max(over, key=lambda entry: len(entry[1]), default=(None, ""))[0]


def _area(
    area: Area, entries: Iterable[tuple[NavigationItem, str]], user: Any, here: NavigationItem | None
) -> dict[str, Any] | None:
    """Return the area as a link to its first entry, or nothing where the user has none."""
    own = [(item, url) for item, url in entries if item.area == area]
    if not own:
        return None
    return {
        "label": area.value,
        "url": own[0][1],
        "current": here is not None and here.area == area,
        "waiting": sum(item.waiting(user) for item, _url in own),
        "in_header": area.in_header,
    }


def _tab(request: HttpRequest, item: NavigationItem, url: str, here: NavigationItem) -> Tab:
    kept = {name: request.GET[name] for name in item.keeps if name in here.keeps and request.GET.get(name)}
    return Tab(
        item.label, f"{url}?{urlencode(kept)}" if kept else url, current=item is here, beneath=request.path != url
    )
