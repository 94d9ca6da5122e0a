"""Taking a list away: who may, what the log keeps of it, and the way there from the page.

An export is a view that says which rows of which list they are; the rest is the same for all and is done here.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import wraps
from typing import Any, Protocol

from django.db.models import Model
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from schoolimprove.accounts.models import User, user_of
from schoolimprove.accounts.rights import acting, user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import record_event
from schoolimprove.ui.components import Export
from schoolimprove.ui.exports import KINDS, Column, ListFile, Rows, export_response, told, writer_of
from schoolimprove.ui.filters import FilterPanel, chosen_words

_log = logging.getLogger("schoolimprove.security")
MOST_IN_AN_HOUR = 200
"""Files that one person takes away; nobody's work needs as many, and a thief's script does."""


@dataclass(frozen=True)
class Taken:
    """What a request takes away: `rows`, read as they are sent, how many they are, and the filter in words.

    `school` is the one that a list is of; `about` is what else the log tells of, in place of whoever took it. `actor`
    is given where another right than that to export counts. `columns` are those that this reader takes, where they do
    not take all.
    """

    rows: Rows
    count: int
    chosen: Mapping[str, str] = field(default_factory=dict)
    school: Any = None
    about: Model | None = None
    actor: Actor | None = None
    columns: Sequence[Column] | None = None

    @property
    def number(self) -> str:
        """What the name of the file ends with."""
        if self.school is not None:
            return f"-{self.school.urn}"
        return f"-{self.about.pk}" if self.about is not None else ""


class ExportView(Protocol):
    """A view that a route with a kind of file leads to."""

    list_file: ListFile

    def __call__(self, request: HttpRequest, *args: Any, kind: str, **kwargs: Any) -> HttpResponseBase: ...


def exports(list_file: ListFile) -> Callable[[Callable[..., Taken]], ExportView]:
    """Make a view that sends what the function takes, and leaves an audit event of what was taken, by which filter.

    A person who takes more than `MOST_IN_AN_HOUR` gets a page that says so (429), and nothing more for a while. A link
    on another website gets a page to confirm (403): it would count as this person's file, and stand in the audit.
    """

    def of(take: Callable[..., Taken]) -> ExportView:
        @asked_for_here
        @wraps(take)
        def view(request: HttpRequest, *args: Any, kind: str, **kwargs: Any) -> HttpResponseBase:
            writer_of(kind)
            taken = take(request, *args, **kwargs)
            actor = taken.actor or acting(user_of(request), Permission.EXPORT, on=taken.school)
            if _takes_too_many(user_of(request)):
                return _told_to_wait(request)
            chosen = told(taken.chosen)
            _keep(list_file, taken, kind, chosen, actor)
            columns = list_file.columns if taken.columns is None else taken.columns
            return export_response(columns, taken.rows, kind, f"{list_file.name}{taken.number}", chosen)

        view.list_file = list_file  # type: ignore[attr-defined]
        return view  # type: ignore[return-value]

    return of


def asked_for_here(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Have a view that sends a file, and leaves an audit event of it, do nothing where another website asks.

    The page that is shown instead has a link to the file, which then is asked for here.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not from_another_site(request):
            return view(request, *args, **kwargs)
        _log.warning("A file was not sent: another website asked for it")
        context = {"page_title": "Do you want this file?", "url": request.get_full_path()}
        return render(request, "accounts/export_from_elsewhere.html", context, status=403)

    return guarded


def from_another_site(request: HttpRequest) -> bool:
    """Whether a page of another website led here, as far as the browser says."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site not in ("same-origin", "none")
    referrer = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(referrer, {request.get_host()}, require_https=request.is_secure())
    return bool(referrer) and not ours


def _takes_too_many(user: User) -> bool:
    lately = AuditEvent.objects.filter(by=user, verb__startswith="exported ", at__gt=clock.now() - timedelta(hours=1))
    return lately.count() >= MOST_IN_AN_HOUR


def _told_to_wait(request: HttpRequest) -> HttpResponseBase:
    _log.warning("A file was not sent: too many within an hour")
    context = {"page_title": "Too many files", "most": MOST_IN_AN_HOUR}
    return render(request, "accounts/too_many_exports.html", context, status=429)


def _keep(list_file: ListFile, taken: Taken, kind: str, chosen: Mapping[str, str], actor: Actor) -> None:
    """What was taken, as what, by which filter, and how many rows."""
    changes: dict[str, list[Any]] = {
        "file": [None, KINDS[kind]],
        "filter": [None, dict(chosen)],
        "rows": [None, taken.count],
    }
    about: Any = taken.about or actor.user
    school_id = taken.school.pk if taken.school is not None else None
    record_event(about, f"exported {list_file.called}", by=actor, changes=changes, school_id=school_id)


def words_of(panel: FilterPanel) -> dict[str, str]:
    """The chosen filters, by label."""
    return dict(chosen_words(panel))


def export_links(route: str, user: Any, *args: Any, on: Any = None) -> list[Export]:
    """The way to each kind of file, for whoever may take the list away; `args` are what the route needs beside."""
    return links_to(route, *args) if user_can(user, Permission.EXPORT, on=on) else []


def links_to(route: str, *args: Any) -> list[Export]:
    return [Export(label, reverse(route, args=[*args, kind])) for kind, label in KINDS.items()]
