"""The gallery at /components/: what pages are made of, in full, empty and error states. Never part of production."""

from collections import Counter
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from schoolimprove.lib import clock

from . import exports, gallery
from .components import Crumb, Empty, Export, Link
from .filters import chosen_words, filter_panel

PAGE_SIZE = 10
EXPORT_COLUMNS = [
    exports.Column("urn", "URN", "Unique reference number of the school"),
    exports.Column("name", "Name", "Name of the school"),
    exports.Column("next_visit", "Next visit", "Day of the next arranged visit"),
]


def _crumbs(label: str) -> list[Crumb]:
    return [Crumb("Components", reverse("ui:gallery")), Crumb(label)]


@login_not_required
def index(request: HttpRequest) -> HttpResponse:
    """Every component on one page."""
    context = {"gallery": gallery, "form": None, "page_title": "Components", "errors_form": gallery.form_in("errors")}
    page = Paginator(gallery.schools(), PAGE_SIZE).get_page(3)
    table = gallery.school_table(list(page.object_list)[:3])
    panel = filter_panel(gallery.GalleryFilter(request.GET), request.GET)
    return render(request, "gallery/index.html", {**context, "page_obj": page, "sample_table": table, "panel": panel})


def _found(request: HttpRequest) -> list[dict[str, Any]]:
    """The sample schools as the address filters and sorts them."""
    words, phases = request.GET.get("q", "").lower(), request.GET.getlist("phase")
    category, ordering = request.GET.get("category", ""), request.GET.get("sort", "name")
    found = [
        school
        for school in gallery.schools()
        if words in school["name"].lower()
        and (not phases or school["phase"] in phases)
        and category in ("", school["category"])
    ]
    key = ordering.removeprefix("-")
    key = key if key in ("name", "category", "pupils") else "name"
    return sorted(found, key=lambda school: school[key], reverse=ordering.startswith("-"))


@login_not_required
def list_page(request: HttpRequest) -> HttpResponse:
    found = _found(request)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    counts = {"phase": Counter(school["phase"] for school in gallery.schools())}
    context = {
        "page_title": "Schools",
        "breadcrumbs": _crumbs("A list"),
        "filters": filter_panel(gallery.GalleryFilter(request.GET), request.GET, counts=counts, label="Filter schools"),
        "found": f"{len(found)} school{'' if len(found) == 1 else 's'}",
        "page_obj": page,
        "table": gallery.school_table(list(page.object_list), request.GET.get("sort", "name")),
        "exports": [Export(kind.upper(), reverse("ui:export", args=[kind])) for kind in ("csv", "xlsx", "json")],
    }
    return render(request, "layouts/list.html", context)


@login_not_required
def export(request: HttpRequest, kind: str) -> HttpResponseBase:
    panel = filter_panel(gallery.GalleryFilter(request.GET), request.GET)
    rows = ([school["urn"], school["name"], school["next_visit"]] for school in _found(request))
    return exports.export_response(EXPORT_COLUMNS, rows, kind, "sample schools", dict(chosen_words(panel)))


@login_not_required
def detail_page(request: HttpRequest) -> HttpResponse:
    empty = request.GET.get("state") == "empty"
    context = {
        "caption": "URN 900003",
        "page_title": gallery.LONG_NAME,
        "breadcrumbs": _crumbs("A school"),
        "banner": None if empty else {"text": "One record is overdue.", "link_url": "#record", "link_text": "Open it"},
        "summary": gallery.FACTS,
        "tabs": gallery.TABS,
        "events": [] if empty else gallery.EVENTS,
    }
    return render(request, "gallery/detail.html", context)


def _kept() -> dict[str, Any]:
    """What makes a form survive: where its draft goes, the version it was opened on, and the note of who opened it."""
    return {"autosave_url": reverse("ui:autosave"), "base_version": 3, "keep_token": "gallery"}


@login_not_required
def form_page(request: HttpRequest) -> HttpResponse:
    """`?state=` blank, full or errors; `?keep=1` autosaves; posting it shows what came of it."""
    extra = _kept() if "keep" in request.GET else {}
    if request.method == "POST":
        form = gallery.GalleryForm(request.POST, request.FILES, cancel_url="../", **extra)
    else:
        form = gallery.form_in(request.GET.get("state", "blank"), **extra)
    if request.method == "POST" and form.is_valid():
        return render(request, "layouts/done.html", {**_done(), "breadcrumbs": _crumbs("Sent")})
    context = {
        "caption": "Dovecote Primary School",
        "page_title": "Write the record of a visit",
        "lede": "The headteacher reads this after it has been approved.",
        "back_url": reverse("ui:gallery"),
        "form": form,
    }
    return render(request, "layouts/form.html", context)


@login_not_required
def confirm_page(request: HttpRequest) -> HttpResponse:
    context = {
        "caption": "Dovecote Primary School",
        "page_title": "Are you sure you want to withdraw this record?",
        "back_url": reverse("ui:gallery"),
        "consequences": ["The headteacher can no longer read it.", "It stays in the chronology with your reason."],
        "undo": "Only a District School Improvement Manager can bring it back.",
        "grave": True,
        "confirm_label": "Withdraw the record",
        "confirm_url": reverse("ui:done"),
        "cancel_url": reverse("ui:gallery"),
    }
    return render(request, "layouts/confirm.html", context)


def _done() -> dict[str, Any]:
    return {
        "page_title": "Record shared",
        "reference": "RV-2026-00123",
        "next": ["The headteacher has until 29 May 2026 to answer.", "You will be told when the answer comes."],
        "told": ["Priya Natarajan, headteacher", "Tom Whitfield, chair of governors"],
        "onward": Link("Return to the school", reverse("ui:detail")),
    }


@login_not_required
def done_page(request: HttpRequest) -> HttpResponse:
    return render(request, "layouts/done.html", _done())


@login_not_required
def empty_page(request: HttpRequest) -> HttpResponse:
    """A list with nothing in it yet."""
    nothing = Empty(
        "No visits have been arranged",
        "Visits appear here when a date has been agreed with a school.",
        Link("Arrange a visit", reverse("ui:form")),
    )
    context = {"page_title": "Visits", "found": "0 visits", "nothing": nothing, "breadcrumbs": _crumbs("An empty list")}
    return render(request, "layouts/list.html", context)


@login_not_required
def session_page(request: HttpRequest) -> HttpResponse:
    """A form whose session is said to end after `?idle=` seconds, with a warning after `?warn=`."""
    seconds = {name: int(request.GET.get(name, default)) for name, default in (("idle", "1800"), ("warn", "1500"))}
    context = {
        "page_title": "A session that ends",
        "form": gallery.form_in("blank", **_kept()),
        "session_clock": {
            "idle_seconds": seconds["idle"],
            "warn_seconds": seconds["warn"],
            "extend_url": reverse("ui:extend"),
        },
    }
    return render(request, "layouts/form.html", context)


@login_not_required
@require_POST
def autosave(request: HttpRequest) -> JsonResponse:
    """Says that a draft was kept; the gallery keeps none."""
    return JsonResponse({"saved_at": f"{clock.now().astimezone(clock.LONDON):%H:%M}"})


@login_not_required
@require_POST
def extend(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"idle_seconds": 1800, "warn_seconds": 1500})
