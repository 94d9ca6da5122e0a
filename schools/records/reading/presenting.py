"""What governors do with a record, how it is closed, and the versions it had."""

from datetime import date
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView

from schoolimprove.accounts.models import User, user_of
from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.pages.buttons import act, seen_in
from schoolimprove.pages.conflicts import refused, show_conflict
from schoolimprove.pages.verbs import ReasonForm
from schoolimprove.records.checking import ChecksAnswers
from schoolimprove.records.transition import Blocked, Conflict
from schools.records import actions as record_actions
from schools.records import guards
from schools.records.agreed_actions import actions as agreed_actions
from schools.records.models.strength import Strength
from schools.records.pages import (
    RecordFormView,
    RecordVerbPage,
    document_context,
    last_move_in_words,
    record_in_scope,
)
from schools.records.reading.after_sharing import address, on_record, read_versions, versions_of
from schools.records.reading.forms import CloseUnpresentedForm, PresentForm
from schools.records.reading.pages import heir_to_read_by
from schools.records.states import SHARED_STATES, RecordStatus


class RecordPresent(RecordVerbPage):
    """The date of the meeting at which the governors saw it."""

    form_class, heading = PresentForm, "Mark as presented to the governors"

    @property
    def lede(self) -> str:  # type: ignore[override]
        return f"Version {self.subject.shared_version}, shared on {clock.uk_date(self.subject.shared_on)}."

    def may(self, user: Any) -> bool:
        return user_can(user, Permission.PRESENT_RECORD, on=self.subject)

    def closed(self) -> str:
        record = self.subject
        if record.status != RecordStatus.SHARED:
            return last_move_in_words(record, self.request.user)
        return " ".join(guards.blockers(record, "present", on=clock.today()))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A record that was never shared has no form; in any other state the verb says why it cannot be presented."""
        if self.subject.shared_version is None:
            messages.warning(request, self.closed())
            return redirect(self.subject)
        return super().post(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        record = self.subject
        meetings = record.school.governors_meetings.standing()
        held = meetings.filter(held_on__gte=record.shared_on, held_on__lte=clock.today())
        days = list(held.order_by("held_on").values_list("held_on", flat=True))
        return {**super().get_form_kwargs(), "held": days, "shared_on": record.shared_on}

    def fields(self, form: PresentForm) -> dict[str, Any]:
        return {"held_on": form.cleaned_data["day"]}

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> date:
        held_on: date = fields["held_on"]
        record_actions.present(self.subject, by=by, on=on, held_on=held_on, seen_version=seen_version)
        return held_on

    def done_message(self, result: date) -> str:
        return f"You marked the record as presented to the governors on {clock.uk_date(result)}."


class RecordUndoPresentation(RecordVerbPage):
    """The school says that the governors did not see it after all, and why."""

    form_class, heading = ReasonForm, "Undo “presented to the governors”"
    done = "You marked the record as not presented to the governors."

    @property
    def lede(self) -> str:  # type: ignore[override]
        day = self.subject.presented_on
        marked = f"This record is marked as presented on {clock.uk_date(day)}. " if day else ""
        return f"{marked}Everyone who can read the record can read your reason."

    def may(self, user: Any) -> bool:
        return user_can(user, Permission.PRESENT_RECORD, on=self.subject)

    def closed(self) -> str:
        return " ".join(guards.blockers(self.subject, "undo presentation", on=clock.today()))

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> None:
        record_actions.undo_presentation(self.subject, by=by, on=on, seen_version=seen_version, **fields)


class RecordClose(TemplateView):
    """What closing will do, and the button that does it."""

    template_name = "layouts/confirm.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.record = record_in_scope(request, kwargs["urn"], kwargs["reference"])
        user = user_of(request)
        if not (self.record.is_written_by(user) or self.record.is_approved_by(user)):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        record = self.record
        if record.status not in (RecordStatus.SHARED, RecordStatus.PRESENTED):
            messages.warning(request, last_move_in_words(record, request.user))
            return redirect(record)
        if reasons := guards.blockers(record, "close", on=clock.today()):
            messages.warning(request, " ".join(["You cannot close this record yet.", *reasons]))
            return redirect(record)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **kwargs,
            **on_record(self.record, "Close the record"),
            consequences=[
                "The school can no longer respond.",
                "We record “None received” for anyone who did not respond in time.",
                "Everyone who can read the record now can still read it. Its actions continue.",
            ],
            undo="Only a correction, issued as a new version, opens the record again.",
            confirm_label="Close the record",
            confirm_url=self.request.path,
            hidden={"seen_version": self.record.version},
            cancel_url=self.record.get_absolute_url(),
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        seen = seen_in(request.POST)
        return act(
            request,
            self.record,
            "You closed the record.",
            partial(record_actions.close, self.record),
            on=clock.today(),
            seen_version=seen,
        )


class RecordCloseUnpresented(ChecksAnswers, RecordFormView):
    """Close a record that the governors did not see, with the reason, which the user checks first."""

    template_name = "layouts/form.html"
    form_class = CloseUnpresentedForm
    heading = "Close the record without presentation"
    check_heading = "Check your reason before you close the record"
    send_label = "Close without presentation"
    final = (
        "The school can no longer respond after this. Only a correction opens the record again. The school can read "
        "your reason."
    )

    def may(self, user: Any) -> bool:
        return self.record.is_approved_by(user)

    def is_open(self) -> bool:
        return self.record.status == RecordStatus.SHARED and not self.blockers()

    def blockers(self) -> list[str]:
        return guards.blockers(self.record, "close unpresented", on=clock.today())

    def state_now(self) -> str:
        if self.record.status != RecordStatus.SHARED:
            return super().state_now()
        return " ".join(["You cannot close this record without presentation yet.", *self.blockers()])

    def stopped(self, form: CloseUnpresentedForm) -> HttpResponse | None:
        return None if self.is_open() else self.moved_on(form)

    def send(self, form: CloseUnpresentedForm) -> HttpResponse:
        try:
            record_actions.close_unpresented(
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
        messages.success(self.request, "You closed the record without presentation.")
        return redirect(self.record)


class VersionDetail(TemplateView):
    """A former version as it was shared, for whoever reads the record."""

    template_name = "schools/records/record_version.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.record = record_in_scope(request, kwargs["urn"], kwargs["reference"])
        if self.record.status not in SHARED_STATES:
            raise PermissionDenied
        self.version = get_object_or_404(self.record.versions, number=kwargs["version"])
        if self.version.number == self.record.shared_version:
            return redirect(self.record)
        return super().get(request)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        number = self.version.number
        history = {each.version.number: each for each in read_versions(versions_of(self.record))}
        return super().get_context_data(
            **kwargs,
            **on_record(self.record, f"Version {number}"),
            **document_context(self.version.texts),
            version=self.version,
            read=history[number],
            next=history[number + 1],
            heir=heir_to_read_by(self.record, self.request.user),
        )


def _decide(request: HttpRequest, urn: int, reference: str, strength: int, verb: str, done: str) -> HttpResponse:
    record = record_in_scope(request, urn, reference)
    row = get_object_or_404(Strength.objects.select_related("school"), record=record, pk=strength)
    if not user_can(request.user, Permission.CONSENT_TO_SHARE, on=record):
        raise PermissionDenied
    back = f"{address('record', record)}#strengths"
    return act(
        request,
        back,
        done,
        partial(partial(agreed_actions.decide, row), verb),
        on=clock.today(),
        seen_version=seen_in(request.POST),
    )


@require_POST
def consent_to_strength(request: HttpRequest, urn: int, reference: str, strength: int) -> HttpResponse:
    done = "You agreed that we may share this strength with other schools. You can change this at any time."
    return _decide(request, urn, reference, strength, "consent", done)


@require_POST
def decline_strength(request: HttpRequest, urn: int, reference: str, strength: int) -> HttpResponse:
    done = "We will not share this strength with other schools. You can change this at any time."
    return _decide(request, urn, reference, strength, "decline", done)
