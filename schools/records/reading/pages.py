"""The page of a Record of Visit, and the school’s response to it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.generic import TemplateView

from schoolimprove.accounts.models import user_of
from schoolimprove.accounts.recipients import collected
from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import ROLE_LABELS, Permission, rights_over, roles_with
from schoolimprove.lib import clock
from schoolimprove.pages.buttons import with_recipients
from schoolimprove.pages.conflicts import refused
from schoolimprove.records.checking import ChecksAnswers
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked, Conflict
from schoolimprove.reminders.deadlines import open_deadlines_of
from schoolimprove.ui import components
from schools.records import actions as record_actions
from schools.records import versions
from schools.records.attachments import actions as attachments_actions
from schools.records.deadlines import LABELS, OF_RECORDS, RESPOND
from schools.records.models.comment import AssuranceComment
from schools.records.models.record import ANSWERED_IN, RecordOfVisit
from schools.records.models.response import Response
from schools.records.pages import RecordFormView, breadcrumbs, document_context, record_in_scope, warn_of_unprintable
from schools.records.reading.after_sharing import (
    VersionRead,
    after_sharing_context,
    has_date_to_respond_by,
    roles_that_read,
    versions_of,
)
from schools.records.reading.forms import ResponseForm
from schools.records.returned import LastReturn, changes_since, last_return
from schools.records.states import RecordStatus
from schools.records.writing.pages import is_followed_by
from schools.records.writing.submitting import blockers_to_submitting
from schools.register.lineage import heirs
from schools.register.models.school import School
from schools.register.people.cover import covered_person
from schools.register.scope import covering


def heir_to_read_by(record: RecordOfVisit, user: Any) -> School | None:
    """The school by whose page this reader comes here, where the page of the record's own school is not theirs."""
    if user_can(user, Permission.VIEW_SCHOOL, on=record.school):
        return None
    mine = (school for school in heirs(record.school.urn) if user_can(user, Permission.VIEW_SHARED_RECORD, on=school))
    return next(mine, None)


_RECORDED = "You sent your response. The author and their managers can read it."
_MAY_CORRECT = "If they correct the record, we will email you and you can respond to the new version."
_SENT_ALREADY = "You have already sent this response. You do not need to send it again."


class RecordRespond(ChecksAnswers, RecordFormView):
    """The school's answer to the version it reads: the user types it, checks it and then sends it for good."""

    template_name = "layouts/form.html"
    check_template_name = "schools/records/record_respond_check.html"
    form_class = ResponseForm
    heading = "Respond to the Record of Visit"
    lede = "You can respond to this version once. Everyone who can read the record can read your response."
    check_heading = "Check your response before you send it"
    send_label = "Send your response"
    final = (
        "You cannot change your response after you send it. Everyone who can read this record can read it, including "
        "the author and their managers. It is also in the record’s PDF."
    )

    def made_of(self) -> dict[str, Any]:
        return {"cancel_url": self.record.get_absolute_url()}

    def may(self, user: Any) -> bool:
        return bool(self.record.respondents(user))

    def is_open(self) -> bool:
        return self.record.status in ANSWERED_IN

    def state_now(self) -> str:
        return "Your school has already responded to this version." if self.is_open() else super().state_now()

    def current_version(self) -> int:
        """An answer belongs to the version that was read: a page opened before a correction answers nothing."""
        return self.record.shared_version or 0

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not unanswered_roles(self.record, request.user):
            return self.moved_on()
        return super().get(request, *args, **kwargs)

    def get_form(self, form_class: Any = None) -> Any:
        """Set the role of a form that is being opened: the first still to answer, whichever the kept text was for."""
        form = super().get_form(form_class)
        if not form.is_bound:
            form.initial["role"] = next(iter(unanswered_roles(self.record, self.request.user)), "")
        return form

    def answers(self, form: ResponseForm) -> list[components.Fact]:
        """Add the role for a user who answers in two."""
        said = super().answers(form)
        role = form.cleaned_data["role"]
        if role in ROLE_LABELS and len(self.record.respondents(user_of(self.request))) > 1:
            return [components.Fact("You respond as", ROLE_LABELS[role]), *said]
        return said

    def check_context(self, form: ResponseForm) -> Mapping[str, Any]:
        warn_of_unprintable(self.request, form.cleaned_data)
        return {"readers": roles_that_read()}

    def stopped(self, form: ResponseForm) -> HttpResponse | None:
        if not self.is_open() or self.base_version != self.current_version():
            return self.corrected(form)
        waiting = unanswered_roles(self.record, self.request.user)
        return None if waiting and form.cleaned_data["role"] in ("", *waiting) else self.answered(form)

    def send(self, form: ResponseForm) -> HttpResponse:
        data = form.cleaned_data
        try:
            with collected() as told:
                record_actions.respond(
                    self.record,
                    by=user_of(self.request),
                    on=clock.today(),
                    version=self.base_version,
                    accurate=data["accurate"] == "yes",
                    on_accuracy=data["on_accuracy"],
                    on_content=data["on_content"],
                    role=data["role"],
                )
        except Blocked as error:
            return self.stopped(form) or refused(self, form, error)
        except Conflict:
            return self.corrected(form)
        done = f"{_RECORDED} {_MAY_CORRECT if data['accurate'] == 'no' else ''}".strip()
        messages.success(self.request, with_recipients(done, told))
        return redirect(self.record)

    def corrected(self, form: ResponseForm) -> HttpResponse:
        """Show the text again in a form for the current version, or say that the record takes no more answers."""
        self.record.refresh_from_db()
        if not self.is_open():
            return self.moved_on(form)
        form.base_version = self.current_version()
        newer = f"Version {form.base_version} was shared while you were writing. Read it, then send your response."
        response = refused(self, form, Blocked([newer]))
        response.status_code = 409
        return response

    def answered(self, form: ResponseForm) -> HttpResponse:
        """Say that an answer sent twice is recorded once; show the user text that differs from what was recorded."""
        data = form.cleaned_data
        said = {"accurate": data["accurate"] == "yes", **{name: data[name] for name in ("on_accuracy", "on_content")}}
        role = {"role": data["role"]} if data["role"] else {}
        mine = Response.objects.filter(version__record=self.record, version__number=self.base_version, **role, **said)
        if not mine.filter(by=user_of(self.request)).exists():
            return self.moved_on(form)
        messages.info(self.request, _SENT_ALREADY)
        return redirect(self.record)


class RecordDetail(TemplateView):
    """The record as this reader may see it, with what they may do next."""

    template_name = "schools/records/record_detail.html"

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
    shared = versions_of(record)
    version = shared[0] if shared else None
    is_draft, is_submitted = record.status == RecordStatus.DRAFT, record.status == RecordStatus.SUBMITTED
    is_answered_now = record.status in ANSWERED_IN
    unanswered = unanswered_roles(record, user) if is_answered_now else []
    after = after_sharing_context(record, user, shared)
    followed = not shared and is_followed_by(record, user)
    returned = last_return(record) if followed else None
    return {
        "record": record,
        "summary": record_facts(record, user),
        **document_context(
            version.texts if version else versions.document(record), returned.comments if returned else None
        ),
        "version": version,
        "files": attachments_actions.shown(record, user, version, list(version.responses.all()) if version else []),
        **after,
        "deadlines": due(record, after.get("history", ())),
        "may_edit": is_draft and record.is_written_by(user),
        "may_recall": is_submitted and record.is_written_by(user),
        "may_abandon": is_draft and (record.is_written_by(user) or record.is_approved_by(user)),
        "returned": returned,
        "changes_since": changes_since(record, returned) if returned else None,
        "comments": earlier_comments(record, returned) if followed else [],
        "blockers": blockers_to_submitting(record, user) if is_draft else [],
        "waits_for": approvers_of(record) if is_submitted else [],
        "is_submitted": is_submitted,
        "may_decide": is_submitted and record.is_approved_by(user),
        "may_respond": bool(unanswered),
        "has_responded": is_answered_now and not unanswered and bool(record.respondents(user)),
        "waits_for_term_dates": is_answered_now and not has_date_to_respond_by(record),
    }


def due(record: RecordOfVisit, history: Sequence[VersionRead]) -> list[tuple[str, Any, bool]]:
    """Return (label, working, whether it is overdue) of each open date, and whose answer is still missing."""
    answers = history[0].answers if history else ()
    awaited = [answer.role for answer in answers if answer.is_awaited]
    left = f" ({' and '.join(awaited)})" if awaited and len(awaited) < len(answers) else ""
    return [
        (
            f"{LABELS[deadline.rule]}{left if deadline.rule == RESPOND else ''}",
            deadline.working,
            deadline.day < clock.today(),
        )
        for deadline in open_deadlines_of(record, *OF_RECORDS)
    ]


def unanswered_roles(record: RecordOfVisit, user: Any) -> list[str]:
    """The roles in which this user is still to answer the newest version."""
    held = record.respondents(user)
    answered = record.roles_answered() if held else set()
    return [each.role for each in held if each.role not in answered]


def approvers_of(record: RecordOfVisit) -> list[str]:
    """The names of those who can approve it today; nobody where no manager is appointed over the school."""
    managers = covering(record.school, roles=roles_with(rights_over(record.author_role).approve))
    names = managers.exclude(person__user=record.author_id).values_list("person__name", flat=True)
    return sorted(set(names))


def record_facts(record: RecordOfVisit, user: Any) -> list[components.Fact]:
    visit = record.visit
    held = f"{visit.get_kind_display()}, {clock.uk_date(record.held_on)}"
    # The author whose appointment is over reads the record, and nothing else of the school.
    reads_visit = user_can(user, Permission.VIEW_SHARED_RECORD, on=record.school)
    return [
        components.Fact("Status", components.Status(record.status, record.get_status_display())),
        components.Fact("Visit", components.Link(held, visit.get_absolute_url()) if reads_visit else held),
        components.Fact("Days used", f"{visit.days.normalize():f}"),
        components.Fact("Written by", f"{record.author}, {record.author_role_label}"),
        *([components.Fact("Approved by", approved_by(record))] if record.approved_by else []),
        *([components.Fact("Shared", record.approved_at)] if record.approved_at else []),
        *([components.Fact("Presented to the governors", record.presented_on)] if record.presented_on else []),
        *([components.Fact("Closed", record.closed_at)] if record.closed_at else []),
    ]


def approved_by(record: RecordOfVisit) -> str:
    """Who approved it, and for whom they covered."""
    approved = AuditEvent.objects.about(record._meta.label_lower, record.pk).filter(verb="approve").first()
    covered = covered_person(approved.appointment_id) if approved else ""
    return f"{record.approved_by}" + (f", in cover for {covered}" if covered else "")


def earlier_comments(record: RecordOfVisit, returned: LastReturn | None) -> list[AssuranceComment]:
    """The comments of returns before the last one, newest first; those of the last stand beside the text."""
    newest = [each.pk for each in returned.comments.values()] if returned else []
    return list(record.assurance_comments.exclude(pk__in=newest).select_related("by"))
