"""A Record of Visit: written, submitted, returned or approved, read and answered."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django.views.generic import FormView, TemplateView

from schoolimprove.accounts.models import user_of
from schoolimprove.accounts.rights import acting, user_can
from schoolimprove.accounts.roles import Permission, Role, rights_over, roles_with
from schoolimprove.lib import clock
from schoolimprove.records.drafts import KeepsDrafts, fill_from_draft, new_token
from schoolimprove.records.models import Draft
from schoolimprove.records.transition import Blocked, Conflict
from schoolimprove.reminders.deadlines import open_deadlines_of
from schoolimprove.ui import components
from schoolimprove.ui.fields import unix_lines
from schools.actions import start_record
from schools.deadlines import LABELS
from schools.forms.record import NewRecordForm, ResponseForm, ReturnForm, TextsForm
from schools.lineage import heirs
from schools.models import RecordOfVisit, School
from schools.models.record import TEXTS
from schools.scope import covering
from schools.states import RecordStatus
from schools.views.school import school_in_scope


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
        components.Crumb(here),
    ]


def heir_to_read_by(record: RecordOfVisit, user: Any) -> School | None:
    """The school by whose page this reader comes here, where the page of the record's own school is not theirs."""
    if user_can(user, Permission.VIEW_SCHOOL, on=record.school):
        return None
    mine = (school for school in heirs(record.school.urn) if user_can(user, Permission.VIEW_SHARED_RECORD, on=school))
    return next(mine, None)


class RecordWrite(KeepsDrafts, FormView[NewRecordForm]):
    """A new record of a visit to a school."""

    template_name = "schools/record_write.html"
    form_class = NewRecordForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.school = school_in_scope(request, kwargs["urn"])
        acting(user_of(request), Permission.WRITE_RECORD, on=self.school)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: NewRecordForm) -> HttpResponse:
        data = form.cleaned_data
        try:
            record = start_record(
                self.school,
                by=user_of(self.request),
                on=clock.today(),
                kind=data["kind"],
                held_on=data["held_on"],
                days=data["days"],
                texts=form.texts(),
            )
        except Blocked as error:
            return refused(self, form, error)
        messages.success(self.request, f"Saved as {record.reference}. Only you and your managers can see it.")
        return redirect(record)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        crumbs = [
            components.Crumb("Schools", reverse("schools:list")),
            components.Crumb(self.school.name, self.school.get_absolute_url()),
            components.Crumb("Write a Record of Visit"),
        ]
        return super().get_context_data(
            page_title="Write a Record of Visit", caption=self.school.name, breadcrumbs=crumbs, **kwargs
        )


def refused(view: Any, form: Any, error: Blocked) -> HttpResponse:
    """The form again, with the reasons why the verb was refused."""
    form.add_error(None, error)
    response: HttpResponse = view.form_invalid(form)
    return response


class RecordFormView(KeepsDrafts, FormView[Any]):
    """A form about a record in the reader's scope; `may` says who may use it, `wanted` in which state."""

    heading: str
    wanted: RecordStatus
    record: RecordOfVisit

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.record = record_in_scope(request, kwargs["urn"], kwargs["reference"])
        if not self.may(request.user):
            raise PermissionDenied
        if request.method == "GET" and self.record.status != self.wanted:
            return self.moved_on()
        return super().dispatch(request, *args, **kwargs)

    def moved_on(self, posted: Any = None) -> HttpResponse:
        """The form is closed: back to the record, unless text of this reader's is in it, posted or kept."""
        state = f"This record is now: {self.record.get_status_display().lower()}."
        if posted is None and self.draft is None:
            messages.warning(self.request, state)
            return redirect(self.record)
        context = {
            "state": state,
            "typed": typed_in(posted) if posted is not None else kept_in(self.get_form_class()(), self.draft),
            "draft": self.draft,
            "keep_token": new_token(user_of(self.request).pk, self.request.path, 0, continuing=self.draft).signed(),
            "record": self.record,
            "page_title": "Text you did not save",
            "caption": str(self.record),
            "breadcrumbs": breadcrumbs(self.record, "Text you did not save"),
        }
        return render(self.request, "schools/record_moved_on.html", context, status=200 if posted is None else 409)

    def may(self, user: Any) -> bool:
        raise NotImplementedError

    def current_version(self) -> int:
        return self.record.version

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {
            "page_title": self.heading,
            "caption": f"{self.record.reference}, {self.record.school.name}",
            "breadcrumbs": breadcrumbs(self.record, self.heading),
            "record": self.record,
            **context,
        }


def typed_in(form: Any) -> list[tuple[str, str]]:
    """(label, text) of what was posted and is not empty."""
    texts = [(str(field.label), form.cleaned_data.get(name)) for name, field in form.fields.items()]
    return [(label, text) for label, text in texts if isinstance(text, str) and text]


def kept_in(form: Any, draft: Any) -> list[tuple[str, str]]:
    """(label, text) of what was kept and is not empty."""
    fill_from_draft(form, draft)
    texts = [(str(field.label), form.initial.get(name)) for name, field in form.fields.items()]
    return [(label, text) for label, text in texts if isinstance(text, str) and text]


class RecordEdit(RecordFormView):
    """The author's text, while it is a draft. Whoever saves second sees both texts, theirs still in the form."""

    template_name = "schools/record_write.html"
    form_class = NewRecordForm
    heading = "Edit the Record of Visit"
    wanted = RecordStatus.DRAFT
    conflict: RecordOfVisit | None = None

    def may(self, user: Any) -> bool:
        return self.record.is_written_by(user)

    def get_initial(self) -> dict[str, Any]:
        return {**self.record.texts, **visit_of(self.record)}

    def form_valid(self, form: NewRecordForm) -> HttpResponse:
        texts, visit = form.texts(), form.visit()
        unchanged = texts == self.record.texts and visit == visit_of(self.record)
        if unchanged and self.base_version == self.record.version:
            messages.info(self.request, "Nothing was changed.")
            return redirect(self.record)
        try:
            self.record.revise(by=user_of(self.request), seen_version=self.base_version, visit=visit, **texts)
        except Blocked as error:
            return refused(self, form, error)
        except Conflict as lost:
            return self.show_both(form, lost)
        messages.success(self.request, "Saved.")
        return redirect(self.record)

    def show_both(self, form: NewRecordForm, lost: Conflict) -> HttpResponse:
        """The other's text beside the author's own; only the author's own where the record can be written no more."""
        self.conflict = lost.current  # type: ignore[assignment]
        if self.conflict is not None and self.conflict.status != self.wanted:
            self.record = self.conflict
            return self.moved_on(form)
        form.base_version = lost.current.version
        return self.render_to_response(self.get_context_data(form=form), status=409)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if self.conflict is None:
            return context
        return context | {
            "conflict": self.conflict,
            "conflict_text": f"{self.conflict.updated_by} saved this record while you were writing. "
            "Nothing of yours is lost: it is in the form. Saving again replaces what is saved now.",
            "theirs": differing(self.conflict, context["form"]),
        }


def visit_of(record: RecordOfVisit) -> dict[str, Any]:
    return {"kind": record.visit.kind, "held_on": record.visit.held_on, "days": record.visit.days}


def differing(current: RecordOfVisit, form: TextsForm) -> list[tuple[str, str]]:
    """(label, text as saved by the other) for each text that is not the one in the form."""
    mine = form.texts()
    return [
        (str(form.fields[name].label), getattr(current, name)) for name in TEXTS if getattr(current, name) != mine[name]
    ]


class RecordReturn(RecordFormView):
    template_name = "layouts/form.html"
    form_class = ReturnForm
    heading = "Return the record to its author"
    wanted = RecordStatus.SUBMITTED

    def may(self, user: Any) -> bool:
        return self.record.is_approved_by(user)

    def form_valid(self, form: ReturnForm) -> HttpResponse:
        reason, seen = form.cleaned_data["reason"], self.base_version
        try:
            self.record.return_to_author(
                by=user_of(self.request),
                on=clock.today(),
                reason=reason,
                seen_version=seen,
            )
        except Conflict as lost:
            return overtaken(self, form, lost)
        messages.success(self.request, f"Returned to {self.record.author}, with your comments.")
        return redirect(self.record)


class RecordRespond(RecordFormView):
    template_name = "layouts/form.html"
    form_class = ResponseForm
    heading = "Respond to the Record of Visit"
    wanted = RecordStatus.SHARED

    def may(self, user: Any) -> bool:
        return bool(self.record.respondents(user))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not unanswered_roles(self.record, request.user):
            messages.info(request, "Your school has already answered this version.")
            return redirect(self.record)
        return super().get(request, *args, **kwargs)

    def form_valid(self, form: ResponseForm) -> HttpResponse:
        data = form.cleaned_data
        # An answer belongs to the version that was read: a page opened before a correction answers nothing.
        read = self.base_version == self.record.version
        try:
            self.record.respond(
                by=user_of(self.request),
                on=clock.today(),
                version=(self.record.shared_version or 0) if read else 0,
                accurate=data["accurate"] == "yes",
                on_accuracy=data["on_accuracy"],
                on_content=data["on_content"],
            )
        except Blocked as error:
            return refused(self, form, error)
        except Conflict as lost:
            return overtaken(self, form, lost)
        messages.success(self.request, "Your response is recorded. The author and their managers can read it.")
        return redirect(self.record)


def overtaken(view: Any, form: Any, lost: Conflict) -> HttpResponse:
    """Somebody else acted first: their act is named, and what was typed is still in the form."""
    current: Any = lost.current
    who = current.updated_by or "Somebody else"
    state = current.get_status_display().lower()
    form.base_version = current.version
    return refused(view, form, Blocked([f"{who} changed this record while you were writing. It is now: {state}."]))


class RecordDetail(TemplateView):
    """The record as this reader may see it, with what they may do next."""

    template_name = "schools/record_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        record = record_in_scope(self.request, kwargs["urn"], kwargs["reference"])
        heir = heir_to_read_by(record, self.request.user)
        # What was still due from a school that closed is asked of nobody who came after.
        owed = {"deadlines": [], "waits_for_term_dates": False} if heir else {}
        return super().get_context_data(
            **kwargs,
            **(record_context(record, self.request.user) | owed),
            page_title=f"Record of Visit {record.reference}",
            caption=record.school.name,
            breadcrumbs=breadcrumbs(record, record.reference, heir=heir),
            heir=heir,
        )


def record_context(record: RecordOfVisit, user: Any) -> dict[str, Any]:
    version = record.versions.filter(number=record.shared_version).first() if record.shared_version else None
    responses = list(version.responses.select_related("by")) if version else []
    is_draft, is_submitted = record.status == RecordStatus.DRAFT, record.status == RecordStatus.SUBMITTED
    return {
        "record": record,
        "summary": record_facts(record),
        "sections": sections(record, version.texts if version else record.texts),
        "responses": responses,
        "deadlines": [(LABELS[deadline.rule], deadline.working) for deadline in open_deadlines_of(record)],
        "may_edit": is_draft and record.is_written_by(user),
        "blockers": blockers_to_submitting(record, user) if is_draft else [],
        "waits_for": approvers_of(record) if is_submitted else [],
        "is_submitted": is_submitted,
        "may_decide": is_submitted and record.is_approved_by(user),
        "may_respond": bool(version) and bool(unanswered_roles(record, user)),
        "waits_for_term_dates": bool(version) and not responses and not open_deadlines_of(record),
    }


def unanswered_roles(record: RecordOfVisit, user: Any) -> list[str]:
    """The roles in which this user is still to answer the newest version."""
    held = record.respondents(user)
    answered = record.roles_answered() if held else set()
    return [each.role for each in held if each.role not in answered]


def blockers_to_submitting(record: RecordOfVisit, user: Any) -> list[str]:
    """The record's own reasons, and text its author typed and has not saved, which would not go with it."""
    reasons = record.blockers_to("submit", on=clock.today())
    unsaved = record.author_id == user.pk and has_unsaved_text(record, user)
    return [*reasons, "Save or discard the text you typed and did not save."] if unsaved else reasons


def has_unsaved_text(record: RecordOfVisit, user: Any) -> bool:
    """Whether a kept draft says anything the record does not; an autosave that overtook the save says the same."""
    edit = reverse("schools:record_edit", args=[record.school.urn, record.reference])
    kept = Draft.objects.filter(user=user, form=edit)
    return any(
        unix_lines(str(value)).strip() != getattr(record, name)
        for draft in kept
        for name in TEXTS
        for value in draft.fields.get(name, [])
    )


def approvers_of(record: RecordOfVisit) -> list[str]:
    """The names of those who can approve it today; nobody where no manager is appointed over the school."""
    managers = covering(record.school, roles=roles_with(rights_over(record.author_role).approve))
    names = managers.exclude(person__user=record.author_id).values_list("person__name", flat=True)
    return sorted(set(names))


def record_facts(record: RecordOfVisit) -> list[components.Fact]:
    visit = record.visit
    return [
        components.Fact("Status", components.Status(record.status, record.get_status_display())),
        components.Fact("Visit", f"{visit.get_kind_display()}, {clock.uk_date(visit.held_on)}"),
        components.Fact("Days used", f"{visit.days.normalize():f}"),
        components.Fact("Written by", f"{record.author}, {record.author_role_label}"),
        *([components.Fact("Approved by", f"{record.approved_by}")] if record.approved_by else []),
        *([components.Fact("Shared", record.approved_at)] if record.approved_at else []),
    ]


READ_AS = {
    "met": "Who was met",
    "evidence": "Evidence seen",
    "findings": "Findings",
    "judgements": "Judgements",
    "strengths": "Strengths to share",
}


def sections(record: RecordOfVisit, texts: dict[str, str]) -> list[tuple[str, str]]:
    """(heading, text) in the order of the form, headed for whoever reads it: the form speaks to the author."""
    return [(READ_AS[name], texts.get(name, "")) for name in TEXTS]


@require_POST
def submit_record(request: HttpRequest, urn: int, reference: str) -> HttpResponse:
    record = record_in_scope(request, urn, reference)
    if record.is_written_by(user_of(request)) and (reasons := blockers_to_submitting(record, request.user)):
        messages.error(request, " ".join(reasons))
        return redirect(record)
    return _act(request, record, "Submitted. Your line manager is asked to approve it.", record.submit)


class RecordApprove(TemplateView):
    """What approving will do, and the button that does it."""

    template_name = "schools/record_approve.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.record = record_in_scope(request, kwargs["urn"], kwargs["reference"])
        if not self.record.is_approved_by(user_of(request)):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Only for the version that was read: the page of the record hands it on in the link."""
        if self.record.status != RecordStatus.SUBMITTED or seen_in(request.GET) != self.record.version:
            messages.warning(request, "Read the record as it is now, then approve or return it.")
            return redirect(self.record)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        record = self.record
        return super().get_context_data(
            page_title="Approve and share the record",
            caption=f"{record.reference}, {record.school.name}",
            breadcrumbs=breadcrumbs(record, "Approve"),
            consequences=consequences_of_approving(record),
            undo="It cannot be taken back: a correction is issued as a new version, with its reason.",
            grave=True,
            confirm_label="Approve and share",
            confirm_url=self.request.path,
            hidden={"seen_version": record.version},
            cancel_url=record.get_absolute_url(),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return _act(request, self.record, "Approved and shared with the school.", self.record.approve)


def consequences_of_approving(record: RecordOfVisit) -> list[str]:
    """Who will read it, by name; and what is asked of a school without a head or a chair."""
    labels = {Role.HEADTEACHER: "headteacher", Role.CHAIR: "chair of governors"}
    held = record.school.appointments.current(clock.today()).filter(role__in=labels).select_related("person")
    people = {role: [each.person.name for each in held if each.role == role] for role in labels}
    lines = []
    for role, label in labels.items():
        named = " and ".join(people[role])
        lines.append(
            f"{named}, {label}, can read it and is asked to respond." if named else f"No {label} is appointed here."
        )
    return [f"The record is frozen as version 1 and shared with {record.school.name}.", *lines]


def seen_in(parameters: QueryDict) -> int:
    """The version somebody saw; 0, which nobody has seen, for anything but a number of plausible length."""
    seen = parameters.get("seen_version", "")
    return int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else 0


def _act(request: HttpRequest, record: RecordOfVisit, done: str, verb: Any) -> HttpResponse:
    """One verb, then back to the record with what came of it."""
    try:
        verb(by=request.user, on=clock.today(), seen_version=seen_in(request.POST))
    except Blocked as error:
        messages.error(request, " ".join(error.messages))
    except Conflict as lost:
        current: Any = lost.current
        who = current.updated_by or "Somebody else"
        messages.error(
            request,
            f"Nothing was done: {who} changed this record after you opened it. "
            f"It is now: {current.get_status_display().lower()}. Read it again.",
        )
    else:
        messages.success(request, done)
    return redirect(record)
