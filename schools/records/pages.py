"""What all pages of one Record of Visit have in common: the record in scope, and a form over it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.generic import FormView

from schoolimprove.documents.glyphs import unprintable
from schoolimprove.pages.kept import HEADING, kept_in, show_kept_text, typed_in
from schoolimprove.pages.verbs import VerbPage
from schoolimprove.records.drafts import KeepsDrafts
from schoolimprove.records.models import AuditEvent
from schoolimprove.ui import components
from schools.records.document import read
from schools.records.models.record import RecordOfVisit
from schools.records.states import RecordStatus
from schools.register.lineage import heirs
from schools.register.models.school import School

MOVED = {
    "submit": "{} submitted this record for approval.",
    "recall": "{} recalled this record.",
    "return": "{} returned this record.",
    "approve": "{} approved this record and shared it with the school.",
    "abandon": "{} abandoned this record.",
    "present": "{} marked this record as presented to the governors.",
    "undo presentation": "{} marked this record as not presented to the governors.",
    "close": "{} closed this record.",
    "close unpresented": "{} closed this record without presentation.",
    "correct": "{} issued a new version of this record.",
}


def last_move_in_words(record: RecordOfVisit, user: Any) -> str:
    """Return who moved the record last and how, as a sentence; or its status where it has not moved."""
    return last_move_of(record, MOVED, user) or f"This record has the status “{record.get_status_display()}”."


def last_move_of(subject: Model, moved: Mapping[str, str], user: Any) -> str:
    """Return the sentence `moved` has for the newest move of a record or a correction; "" where it has none."""
    events = AuditEvent.objects.about(subject._meta.label_lower, subject.pk).filter(verb__in=moved)
    newest = events.select_related("by").order_by("-pk").first()
    if newest is None:
        return ""
    return moved[newest.verb].format("You" if newest.by == user else newest.by or "The service")


def record_in_scope(request: HttpRequest, urn: int, reference: str) -> RecordOfVisit:
    """The record, or *not found* for whoever may not know of it.

    Asked by the rights at its school, which are known; only whoever has none there is asked for those at its heirs.
    """
    school = get_object_or_404(School.objects.select_related("authority", "district"), urn=urn)
    records = RecordOfVisit.objects.filter(reference=reference).for_page().select_related("approved_by")
    record = records.visible_at(school, request.user).first()
    if record is None and (following := heirs(urn)):
        record = records.visible_at(school, request.user, *following).first()
    if record is None:
        raise Http404
    return record


def breadcrumbs(record: RecordOfVisit, here: str, *, heir: School | None = None) -> list[components.Crumb]:
    """By way of the record's school, or of the `heir` through which it is read."""
    school = heir or record.school
    return [
        components.Crumb("Schools", reverse("schools:list")),
        components.Crumb(school.name, school.get_absolute_url()),
        components.Crumb("Visits", reverse("schools:visits", args=[school.urn])),
        *([components.Crumb(record.reference, record.get_absolute_url())] if here != record.reference else []),
        components.Crumb(here),
    ]


def warn_of_unprintable(request: HttpRequest, texts: Mapping[str, Any]) -> None:
    """Tell the author which characters of a record, a correction or a response the PDF would show as empty boxes."""
    found = unprintable(json.dumps(texts, ensure_ascii=False, default=str))
    if found:
        messages.warning(request, f"The PDF cannot show these characters: {' '.join(found)}. Use words instead.")


class RecordVerbPage(VerbPage):
    """A form that does one verb to a record in the reader's scope."""

    subject: RecordOfVisit

    def find(self) -> None:
        self.subject = record_in_scope(self.request, self.kwargs["urn"], self.kwargs["reference"])

    @property
    def caption(self) -> str:  # type: ignore[override]
        return f"{self.subject.reference}, {self.subject.school.name}"

    def crumbs(self) -> list[components.Crumb]:
        return breadcrumbs(self.subject, self.heading)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(record=self.subject, **kwargs)


class RecordFormView(KeepsDrafts, FormView[Any]):
    """A form about a record in the reader's scope; `may` says who may use it, `wanted` in which state."""

    heading: str
    lede = ""
    wanted: RecordStatus
    record: RecordOfVisit

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.record = record_in_scope(request, kwargs["urn"], kwargs["reference"])
        if not self.may(request.user):
            raise PermissionDenied
        if request.method == "GET" and not self.is_open():
            return self.moved_on()
        return super().dispatch(request, *args, **kwargs)

    def is_open(self) -> bool:
        """Whether the record is in a state in which the form does something."""
        return self.record.status == self.wanted

    def state_now(self) -> str:
        """Why it is not, as a sentence."""
        return last_move_in_words(self.record, self.request.user)

    def moved_on(self, posted: Any = None) -> HttpResponse:
        """The form is closed: back to the record, unless text of this reader's is in it, posted or kept."""
        state = self.state_now()
        if posted is None and self.draft is None:
            messages.warning(self.request, state)
            return redirect(self.record)
        typed = typed_in(posted) if posted is not None else kept_in(self.bare_form(), self.draft)
        return show_kept_text(
            self.request,
            state,
            typed,
            draft=self.draft,
            back=components.Link("Read the record", self.record.get_absolute_url()),
            caption=str(self.record),
            breadcrumbs=breadcrumbs(self.record, HEADING),
            status=200 if posted is None else 409,
        )

    def made_of(self) -> dict[str, Any]:
        """What the form needs to be made."""
        return {}

    def bare_form(self) -> Any:
        """The form with nothing in it."""
        return self.get_form_class()(**self.made_of())

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), **self.made_of()}

    def may(self, user: Any) -> bool:
        raise NotImplementedError

    def current_version(self) -> int:
        return self.record.version

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {
            "page_title": self.heading,
            "lede": self.lede,
            "caption": f"{self.record.reference}, {self.record.school.name}",
            "breadcrumbs": breadcrumbs(self.record, self.heading),
            "record": self.record,
            **context,
        }


def document_context(document: Mapping[str, Any], comments: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the page of a version or a preview is drawn from, with a line manager's `comments` by part."""
    reading, beside = read(document), comments or {}
    columns = [components.Column(label) for label in ("Aspect", "School’s grade", "Visitor’s grade")]
    rows: list[Sequence[Any]] = [[each.aspect, each.school, each.sip] for each in reading.grades]
    grades = components.Table("Self-evaluation", columns, rows) if rows else None
    items = [(item, beside.get(f"item_{item.key}")) for item in reading.items]
    return {"reading": reading, "items_read": items, "beside": beside, "grades": grades}
