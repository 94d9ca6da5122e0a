"""A correction of a shared record: proposed by its author, issued or returned by the line manager."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from schoolimprove.accounts.models import user_of
from schoolimprove.accounts.recipients import collected
from schoolimprove.lib import clock
from schoolimprove.pages.buttons import act, seen_in, with_recipients
from schoolimprove.pages.conflicts import refused, show_conflict
from schoolimprove.records.drafts import posted_form_of
from schoolimprove.records.transition import Blocked, Conflict
from schoolimprove.ui import components
from schoolimprove.ui.cells import shown
from schools.records.assurance.warnings import doubt_about_sharing
from schools.records.corrections import actions as correction_actions
from schools.records.corrections.actions import propose_correction, proposed_changes
from schools.records.corrections.forms import CorrectionForm, ReturnCorrectionForm, WithdrawCorrectionForm
from schools.records.models.correction import Correction, open_correction
from schools.records.models.record import RecordOfVisit, follows_corrections
from schools.records.pages import RecordFormView, last_move_of, record_in_scope, warn_of_unprintable
from schools.records.reading.after_sharing import Answer, address, answers_to, on_record
from schools.records.states import SHARED_STATES, CorrectionStatus
from schools.records.writing.pages import RecordWriting, rows_of_agenda
from schools.records.writing.parts import parts_for
from schools.records.writing.submitting import content_values, saved_values, visit_of
from schools.visits.forms import WRITTEN_KINDS

WAITS = "Your correction of this record is waiting for your line manager."


def initial_of(record: RecordOfVisit, correction: Correction | None) -> dict[str, Any]:
    """What the form begins with: the record as the school reads it, or the correction that came back."""
    if correction is None:
        return saved_values(record)
    written = {**visit_of(record), **correction.visit, **correction.texts}
    return {**written, **content_values(record, correction.written), "reason": correction.reason}


class RecordCorrect(RecordWriting):
    """The whole record again, with what is wrong put right and the reason."""

    template_name = "schools/records/correction_write.html"
    form_class = CorrectionForm
    heading = "Correct the Record of Visit"

    @cached_property
    def correction(self) -> Correction | None:
        return open_correction(self.record)

    def may(self, user: Any) -> bool:
        return self.record.is_written_by(user)

    def is_open(self) -> bool:
        proposed = self.correction is not None and self.correction.status == CorrectionStatus.PROPOSED
        return self.record.status in SHARED_STATES and not proposed

    def state_now(self) -> str:
        return WAITS if self.record.status in SHARED_STATES else super().state_now()

    def current_version(self) -> int:
        """That of the correction that came back, or the number of the version that is corrected."""
        return self.correction.version if self.correction else self.record.shared_version or 0

    def made_of(self) -> dict[str, Any]:
        written = self.correction.written if self.correction else self.record.written
        return {
            "parts": parts_for(self.record, written, may_add_items=False),
            "typed": posted_form_of(self.draft) if self.draft else None,
            "keeps_kind": self.record.visit.kind not in dict(WRITTEN_KINDS),
        }

    def get_initial(self) -> dict[str, Any]:
        return initial_of(self.record, self.correction)

    def form_valid(self, form: CorrectionForm) -> HttpResponse:
        try:
            with collected() as told:
                self.propose(form.cleaned_data["reason"], form.written(self.record.visit.kind))
        except Blocked as error:
            return refused(self, form, error)
        except Conflict as lost:
            return show_conflict(self, form, lost, version=self.version_to_go_on_from(lost))
        done = "You proposed the correction. Your line manager will issue it or return it to you."
        messages.success(self.request, with_recipients(done, told))
        warn_of_unprintable(self.request, form.cleaned_data)
        return redirect(address("record_correction", self.record))

    def propose(self, reason: str, written: dict[str, Any]) -> None:
        by, correction = user_of(self.request), self.correction
        if correction is None:
            propose_correction(self.record, by=by, reason=reason, seen=self.base_version, **written)
        else:
            correction_actions.propose_again(
                correction, by=by, on=clock.today(), reason=reason, seen_version=self.base_version, **written
            )

    def version_to_go_on_from(self, lost: Conflict) -> int:
        current: Any = lost.current
        return current.version if isinstance(current, Correction) else current.shared_version or 0

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        beside = {
            "items": rows_of_agenda(context["form"], {}),
            "whole": True,
        }
        return {**context, **beside, "correction": self.correction, "answers": answers_of_school(self.record)}


def answers_of_school(record: RecordOfVisit) -> list[Answer]:
    """Return what the school answered to the version it reads: what it says is not accurate, and its comments."""
    return [each for each in answers_to(record.newest_version()) if each.response]


def correction_in_scope(request: HttpRequest, urn: int, reference: str) -> tuple[RecordOfVisit, Correction | None]:
    """The record and its newest correction; refused to all who may not follow how it comes about."""
    record = record_in_scope(request, urn, reference)
    if not follows_corrections(record, request.user):
        raise PermissionDenied
    found = Correction.objects.filter(record=record).select_related("created_by", "decided_by", "updated_by")
    correction = found.order_by("-pk").first()
    if correction is not None:
        correction.record = record
    return record, correction


class CorrectionDetail(TemplateView):
    """What is proposed, against the version that the school reads, and what may be done with it."""

    template_name = "schools/records/correction_detail.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.record, correction = correction_in_scope(request, kwargs["urn"], kwargs["reference"])
        if correction is None:
            messages.info(request, "No one has proposed a correction of this record.")
            return redirect(self.record)
        self.correction = correction
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        correction, user = self.correction, user_of(self.request)
        proposed = correction.status == CorrectionStatus.PROPOSED
        returned = correction.status == CorrectionStatus.RETURNED
        writes = self.record.is_written_by(user)
        since = correction_actions.changes_since_return(correction) if proposed else None
        earlier = Correction.objects.filter(record=self.record).exclude(pk=correction.pk).select_related("created_by")
        return super().get_context_data(
            **kwargs,
            **on_record(self.record, "Correction"),
            correction=correction,
            summary=_facts(correction),
            changes=proposed_changes(correction),
            answers=answers_of_school(self.record) if proposed or returned else [],
            returned=since[0] if since else None,
            changes_since=since[1] if since else (),
            may_decide=proposed and self.record.is_approved_by(user),
            may_withdraw=(proposed or returned) and (writes or self.record.is_approved_by(user)),
            may_propose_again=returned and writes,
            blockers=correction_actions.blockers_to_issue(correction) if proposed else [],
            earlier=_earlier(list(earlier)),
        )


def _facts(correction: Correction) -> list[components.Fact]:
    decided = correction.decided_at and f"{correction.decided_by}, {shown(correction.decided_at)}"
    return [
        components.Fact("Status", components.Status(correction.status, correction.get_status_display())),
        components.Fact("Corrects", f"Version {correction.corrects}"),
        components.Fact("Proposed by", f"{correction.created_by}, {shown(correction.created_at)}"),
        *([components.Fact("Issued by", decided)] if decided else []),
    ]


def _earlier(corrections: list[Correction]) -> components.Table | None:
    if not corrections:
        return None
    columns = [components.Column(label) for label in ("Proposed", "By", "Corrects", "Why", "State")]
    rows = [
        [
            each.created_at.astimezone(clock.LONDON).date(),
            each.created_by,
            f"Version {each.corrects}",
            each.reason,
            components.Status(each.status, each.get_status_display()),
        ]
        for each in corrections
    ]
    return components.Table("Earlier corrections", columns, rows)


MOVED = {
    "return": "{} returned this correction.",
    "propose again": "{} proposed this correction again.",
    "issue": "{} issued this correction as a new version.",
    "withdraw": "{} withdrew this correction.",
}


def correction_in_words(correction: Correction | None, user: Any) -> str:
    """Return who moved the newest correction last and how, as a sentence."""
    if correction is None:
        return "No one has proposed a correction of this record."
    said = last_move_of(correction, MOVED, user)
    return said or f"This correction has the status “{correction.get_status_display()}”."


class CorrectionFormView(RecordFormView):
    """A form about the correction that waits; open in the states named."""

    template_name = "layouts/form.html"
    states: frozenset[CorrectionStatus]
    done: str

    @cached_property
    def correction(self) -> Correction | None:
        found = open_correction(self.record)
        if found is not None:
            found.record = self.record
        return found

    def is_open(self) -> bool:
        return self.correction is not None and self.correction.status in self.states

    def state_now(self) -> str:
        newest = self.correction or Correction.objects.filter(record=self.record).order_by("-pk").first()
        return correction_in_words(newest, self.request.user)

    def current_version(self) -> int:
        return self.correction.version if self.correction else 0

    def verb(self, correction: Correction) -> Any:
        raise NotImplementedError

    def form_valid(self, form: Any) -> HttpResponse:
        correction, reason = self.correction, form.cleaned_data["reason"]
        if correction is None:
            return self.moved_on(form)
        try:
            with collected() as told:
                self.verb(correction)(
                    by=user_of(self.request), on=clock.today(), reason=reason, seen_version=self.base_version
                )
        except Conflict as lost:
            return show_conflict(self, form, lost)
        messages.success(self.request, with_recipients(self.done, told))
        return redirect(self.record)


class CorrectionReturn(CorrectionFormView):
    form_class = ReturnCorrectionForm
    heading = "Return the correction to its author"
    states = frozenset({CorrectionStatus.PROPOSED})
    done = "You returned the correction to its author with your comments. The school cannot see it."

    def may(self, user: Any) -> bool:
        return self.record.is_approved_by(user)

    def verb(self, correction: Correction) -> Any:
        return partial(correction_actions.return_to_author, correction)


class CorrectionWithdraw(CorrectionFormView):
    form_class = WithdrawCorrectionForm
    heading = "Withdraw the correction"
    states = frozenset({CorrectionStatus.PROPOSED, CorrectionStatus.RETURNED})
    done = "You withdrew the correction. The record has not changed."

    def may(self, user: Any) -> bool:
        return self.record.is_written_by(user) or self.record.is_approved_by(user)

    def verb(self, correction: Correction) -> Any:
        return partial(correction_actions.withdraw, correction)


class CorrectionIssue(TemplateView):
    """What issuing will do, and the button that does it."""

    template_name = "layouts/confirm.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.record, correction = correction_in_scope(request, kwargs["urn"], kwargs["reference"])
        if not self.record.is_approved_by(user_of(request)):
            raise PermissionDenied
        if correction is None or (correction.status != CorrectionStatus.PROPOSED and request.method == "GET"):
            messages.warning(request, correction_in_words(correction, request.user))
            return redirect(self.record)
        self.correction = correction
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Only for what was read: the page of the correction hands its version on in the link."""
        if seen_in(request.GET) != self.correction.version:
            messages.warning(request, "Check the correction again before you issue or return it.")
            return redirect(address("record_correction", self.record))
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        record, correction = self.record, self.correction
        number = correction.corrects + 1
        again = [f"The school needs to present version {number} to the governors, as for any core visit."]
        return super().get_context_data(
            **kwargs,
            **on_record(record, "Issue the correction"),
            consequences=[
                f"We freeze version {number} and share it, with the reason, with {record.school.name}.",
                f"Readers can still see version {correction.corrects}, its responses and what changed.",
                "We email the headteacher and the chair. Each can respond once more.",
                *(again if correction.visit.get("kind", record.visit.kind) == "core" else []),
            ],
            doubt=doubt_about_sharing(record, held_on=correction.visit["held_on"], on=clock.today(), act="issue"),
            undo="You cannot undo this. Another correction would be another version.",
            grave=True,
            confirm_label=f"Issue version {number}",
            confirm_url=self.request.path,
            hidden={"seen_version": correction.version},
            cancel_url=address("record_correction", record),
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        done = f"You issued version {self.correction.corrects + 1}. The school can read it."
        seen = seen_in(request.POST)
        return act(
            request,
            self.record,
            done,
            partial(correction_actions.issue, self.correction),
            on=clock.today(),
            seen_version=seen,
        )
