"""Writing a Record of Visit: begun, written over weeks, previewed, submitted, recalled, given up."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.decorators.http import require_POST
from django.views.generic import FormView, TemplateView

from schoolimprove.accounts.models import user_of
from schoolimprove.accounts.rights import acting
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.pages.buttons import act, seen_in
from schoolimprove.pages.conflicts import refused, show_conflict
from schoolimprove.records.drafts import KeepsDrafts, fill_from_draft, posted_form_of, typed_fields
from schoolimprove.records.models import Draft
from schoolimprove.records.transition import Blocked, Conflict
from schoolimprove.ui import components
from schools.records import actions as record_actions
from schools.records import versions
from schools.records.actions import start_record
from schools.records.diff import action_in_words
from schools.records.document import read
from schools.records.models.record import TEXTS, RecordOfVisit
from schools.records.pages import (
    RecordFormView,
    breadcrumbs,
    document_context,
    record_in_scope,
    warn_of_unprintable,
)
from schools.records.returned import last_return
from schools.records.states import RecordStatus
from schools.records.writing.figures import figures_of, last_record_of
from schools.records.writing.forms import LineChange, NewRecordForm, ReasonForm, RecordForm
from schools.records.writing.parts import parts_for
from schools.records.writing.submitting import blockers_to_submitting, saved_values, visit_of
from schools.register.pages import school_in_scope
from schools.visits.forms import WRITTEN_KINDS
from schools.visits.models.visit import Visit


class RecordWrite(KeepsDrafts, FormView[NewRecordForm]):
    """The record of a visit is begun: of the one that was planned, where the address names it, or of another."""

    template_name = "schools/records/record_begin.html"
    form_class = NewRecordForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.school = school_in_scope(request, kwargs["urn"])
        acting(user_of(request), Permission.WRITE_RECORD, on=self.school)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def planned(self) -> Visit | None:
        """The visit the address names, in the reader's scope and still to be held."""
        if "visit" not in self.kwargs:
            return None
        visits = Visit.objects.visible_to(self.request.user).not_held().select_related("edition", "school")
        return get_object_or_404(visits, pk=self.kwargs["visit"], school=self.school)

    def get_form_kwargs(self) -> dict[str, Any]:
        back = self.planned.get_absolute_url() if self.planned else self.school.get_absolute_url()
        return {**super().get_form_kwargs(), "keeps_kind": self.planned is not None, "cancel_url": back}

    def get_initial(self) -> dict[str, Any]:
        planned, today = self.planned, clock.today()
        if planned is None:
            return {}
        day = planned.planned_on if planned.planned_on and planned.planned_on <= today else None
        return {"days": planned.days, **({"held_on": day} if day else {})}

    def form_valid(self, form: NewRecordForm) -> HttpResponse:
        planned, facts = self.planned, form.visit()
        texts = dict.fromkeys(TEXTS, "") | {"met": form.cleaned_data["met"]}
        try:
            record = start_record(
                self.school,
                by=user_of(self.request),
                on=clock.today(),
                kind=facts.get("kind") or (planned.kind if planned else ""),
                held_on=facts["held_on"],
                days=facts["days"],
                texts=texts,
                visit=planned,
            )
        except Blocked as error:
            return refused(self, form, error)
        except Conflict:
            return refused(
                self, form, Blocked(["Someone else changed this visit or began its record after you opened this page."])
            )
        messages.success(self.request, f"You began record {record.reference}. Only you and your managers can see it.")
        return redirect("schools:record_edit", self.school.urn, record.reference)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        crumbs = [
            components.Crumb("Schools", reverse("schools:list")),
            components.Crumb(self.school.name, self.school.get_absolute_url()),
            components.Crumb("Write a Record of Visit"),
        ]
        return super().get_context_data(
            page_title="Write a Record of Visit",
            caption=self.school.name,
            breadcrumbs=crumbs,
            planned=self.planned,
            **kwargs,
        )


class RecordWriting(RecordFormView):
    """The form in which a draft or a correction is written: lines are added and removed, and more is beside it."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        change = LineChange.read(request.POST.get("then", ""))
        return self.with_lines(change) if change and self.is_open() else super().post(request, *args, **kwargs)

    def with_lines(self, change: LineChange) -> HttpResponse:
        """Show the form as it was typed, with a line more or less; nothing is checked and nothing is saved."""
        typed = Draft(fields=typed_fields(self.request.POST))
        made_with = {name: value for name, value in self.get_form_kwargs().items() if name not in ("data", "files")}
        form = self.get_form_class()(**made_with | {"typed": posted_form_of(typed), "change": change})
        fill_from_draft(form, typed)
        return self.render_to_response(self.get_context_data(form=form, change=change))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        user, record, today = self.request.user, self.record, clock.today()
        return {
            "progress": progress_of(context["form"]),
            "last": last_record_of(user, record, on=today),
            "figures": figures_of(user, record.school, today),
            **context,
        }


class RecordEdit(RecordWriting):
    """The author's text, while it is a draft. Whoever saves second sees both texts, theirs still in the form."""

    template_name = "schools/records/record_write.html"
    form_class = RecordForm
    heading = "Write the Record of Visit"
    wanted = RecordStatus.DRAFT
    conflict: RecordOfVisit | None = None

    def may(self, user: Any) -> bool:
        return self.record.is_written_by(user)

    @cached_property
    def _parts(self) -> Any:
        return parts_for(self.record)

    def made_of(self) -> dict[str, Any]:
        return {
            "parts": self._parts,
            "typed": posted_form_of(self.draft) if self.draft else None,
            "keeps_kind": self.record.visit.kind not in dict(WRITTEN_KINDS),
        }

    def get_initial(self) -> dict[str, Any]:
        return saved_values(self.record)

    def form_valid(self, form: RecordForm) -> HttpResponse:
        content, visit = form.content(), form.visit()
        texts: dict[str, Any] = form.texts()
        if self._is_unchanged(form) and self.base_version == self.record.version:
            messages.info(self.request, "You did not change anything.")
            return self._onward()
        try:
            record_actions.revise(
                self.record,
                by=user_of(self.request),
                seen_version=self.base_version,
                visit=visit,
                content=content,
                new_item=form.added_item(),
                dropped_items=form.dropped_items(),
                **texts,
            )
        except Blocked as error:
            return refused(self, form, error)
        except Conflict as lost:
            return self.show_both(form, lost)
        messages.success(self.request, f"Saved at {clock.now().astimezone(clock.LONDON):%H:%M}.")
        if self.request.POST.get("then") != "preview":
            warn_of_unprintable(self.request, form.cleaned_data)
        return self._onward()

    def _is_unchanged(self, form: RecordForm) -> bool:
        agenda = form.added_item() is None and not form.dropped_items()
        facts = {name: value for name, value in visit_of(self.record).items() if name in form.fields}
        same_words = form.texts() == self.record.texts and form.visit() == facts
        return agenda and same_words and form.content() == form.untouched()

    def _onward(self) -> HttpResponse:
        """Where the button that was pressed leads."""
        then = self.request.POST.get("then", "")
        if then == "preview":
            return redirect("schools:record_preview", self.record.school.urn, self.record.reference)
        return redirect(self.request.path if then == "stay" else self.record.get_absolute_url())

    def show_both(self, form: RecordForm, lost: Conflict) -> HttpResponse:
        """The other's text beside the author's own; only the author's own where the record can be written no more."""
        self.conflict = lost.current  # type: ignore[assignment]
        if self.conflict is not None and self.conflict.status != self.wanted:
            self.record = self.conflict
            return self.moved_on(form)
        form.base_version = lost.current.version
        return self.render_to_response(self.get_context_data(form=form), status=409)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        returned = last_return(self.record) if self.record.returned_because else None
        comments = returned.comments if returned else {}
        context |= {
            "comments": comments,
            "items": rows_of_agenda(context["form"], comments),
        }
        if self.conflict is None:
            return context
        return context | {
            "conflict": self.conflict,
            "conflict_text": f"{self.conflict.updated_by} saved this record while you were writing. "
            "Your text is still in the form. If you save it, it replaces theirs.",
            "theirs": differing(self.conflict, context["form"]),
        }


def rows_of_agenda(form: RecordForm, comments: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The boxes of the agenda, each with what was said of it."""
    return [{**row, "comment": comments.get(f"item_{row['line'].key}")} for row in form.item_rows]


@dataclass(frozen=True)
class PartOfRecord:
    """A part with a link to it; `fields` is what the names of its boxes match, for the page too as one types."""

    anchor: str
    heading: str
    fields: str
    is_written: bool


def progress_of(form: RecordForm) -> list[PartOfRecord]:
    """Return the parts of the record in order, and whether anything is written in each as the form shows it."""
    items = [(f"id_item_{line.key}", line.heading, f"^item_{line.key}$") for line in form.parts.agenda]
    parts = [
        ("id_met", "Who you met", "^met$"),
        ("id_evidence", "Evidence you saw", "^evidence$"),
        *items,
        ("id_findings", "Anything else you found" if items else "What you found", "^findings$"),
        ("self-evaluation", "Self-evaluation", "^grade_[0-9]+_(school|sip)$"),
        ("id_judgements", "Judgements", "^judgements$"),
        ("strengths", "Strengths to share", "^strength_[a-z0-9]+$"),
        ("actions", "Actions agreed", "^action_[a-z0-9]+$"),
    ]
    written = [name for name in form.fields if str(form[name].value() or "").strip()]
    return [PartOfRecord(*part, any(re.match(part[2], name) for name in written)) for part in parts]


def differing(current: RecordOfVisit, form: RecordForm) -> list[tuple[str, str]]:
    """(label, what the other saved) for each field that is not as in the form."""
    theirs = saved_values(current)
    found = []
    for name, bound in form.fields.items():
        value, mine = theirs.get(name), form.cleaned_data.get(name)
        if name in theirs or mine:
            said, own = _in_words(bound, value), _in_words(bound, mine)
            if said != own and not name.startswith(("drop_", "new_item")):
                found.append((str(bound.label), said))
    saved = read(versions.document(current))
    missing = [line for line in saved.strengths if line.key not in form.strength_keys]
    found += [(_NOT_YOURS.format("strength"), line.text) for line in missing]
    actions = [line for line in saved.actions if line.key not in form.action_keys]
    return found + [(_NOT_YOURS.format("action"), action_in_words(line)) for line in actions]


_NOT_YOURS = "Saved {} that is not in your text"


def _in_words(bound: Any, value: Any) -> str:
    if value in (None, ""):
        return ""
    choices = {str(key): str(label) for key, label in getattr(bound, "choices", ())}
    if choices:
        return choices.get(str(value), str(value))
    if hasattr(value, "normalize"):
        return f"{value.normalize():f}"
    return clock.uk_date(value) if hasattr(value, "isoformat") else str(value)


class RecordPreview(TemplateView):
    """The record as the school will read it, for those who may read the draft."""

    template_name = "schools/records/record_preview.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        record = record_in_scope(self.request, kwargs["urn"], kwargs["reference"])
        if record.shared_version or not is_followed_by(record, self.request.user):
            raise PermissionDenied
        warn_of_unprintable(self.request, versions.document(record))
        is_author = record.is_written_by(user_of(self.request)) and record.status == RecordStatus.DRAFT
        return super().get_context_data(
            **kwargs,
            **document_context(versions.document(record)),
            record=record,
            is_author=is_author,
            blockers=blockers_to_submitting(record, self.request.user) if is_author else [],
            page_title="Preview of the Record of Visit",
            caption=f"{record.reference}, {record.school.name}",
            breadcrumbs=breadcrumbs(record, "Preview"),
        )


def is_followed_by(record: RecordOfVisit, user: Any) -> bool:
    return RecordOfVisit.objects.written_or_managed_by(user).filter(pk=record.pk).exists()


@require_POST
def submit_record(request: HttpRequest, urn: int, reference: str) -> HttpResponse:
    record = record_in_scope(request, urn, reference)
    if record.is_written_by(user_of(request)) and (reasons := blockers_to_submitting(record, request.user)):
        messages.error(request, " ".join(reasons))
        return redirect(record)
    return act(
        request,
        record,
        "You submitted the record. Your line manager needs to approve it.",
        partial(record_actions.submit, record),
        on=clock.today(),
        seen_version=seen_in(request.POST),
    )


@require_POST
def recall_record(request: HttpRequest, urn: int, reference: str) -> HttpResponse:
    record = record_in_scope(request, urn, reference)
    return act(
        request,
        record,
        "You recalled the record. You can edit it again.",
        partial(record_actions.recall, record),
        on=clock.today(),
        seen_version=seen_in(request.POST),
    )


class RecordAbandon(RecordFormView):
    """Giving up a draft, with its reason; it is kept, and counts no more."""

    template_name = "schools/records/record_abandon.html"
    form_class = ReasonForm
    heading = "Abandon this record"
    wanted = RecordStatus.DRAFT

    def may(self, user: Any) -> bool:
        return self.record.is_written_by(user) or self.record.is_approved_by(user)

    def get_form_kwargs(self) -> dict[str, Any]:
        cancel = self.record.get_absolute_url()
        return {**super().get_form_kwargs(), "submit_label": "Abandon the record", "cancel_url": cancel}

    def form_valid(self, form: ReasonForm) -> HttpResponse:
        try:
            record_actions.abandon(
                self.record,
                by=user_of(self.request),
                on=clock.today(),
                reason=form.cleaned_data["reason"],
                seen_version=self.base_version,
            )
        except Blocked as error:
            return refused(self, form, error)
        except Conflict as lost:
            return show_conflict(self, form, lost)
        messages.success(
            self.request, "You abandoned the record. The visit no longer counts and its days can be used again."
        )
        return redirect(self.record)
