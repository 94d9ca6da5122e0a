"""A form that does one verb: found in scope, allowed, still open, checked, done once, reported."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.generic import FormView

from schoolimprove.accounts.models import User, user_of
from schoolimprove.accounts.recipients import collected
from schoolimprove.lib import clock
from schoolimprove.pages.buttons import with_recipients
from schoolimprove.pages.conflicts import refused, show_conflict
from schoolimprove.pages.kept import kept_in, show_kept_text
from schoolimprove.records.checking import ChecksAnswers
from schoolimprove.records.transition import Blocked, Conflict
from schoolimprove.ui import components
from schoolimprove.ui.forms import Form, TextArea


class ReasonForm(Form):
    """The reason for an act; a page sets what its field is called."""

    reason = TextArea(label="Reason", named="the reason", rows=3, max_length=5_000)


class VerbPage(ChecksAnswers, FormView[Any]):
    """A form that does one verb to one thing, or makes a new one.

    A subclass says in `find` what the verb is done to (`subject`, left out where something new is made), in `may` who
    may do it, in `closed` why it can no longer be done, and does it in `act`. What was typed is kept when the session
    ends, when the verb is refused, and when another user was first (409). The same form sent twice is saved once. With
    `final` the user checks their answers before the verb is done.
    """

    template_name = "layouts/form.html"
    final = ""

    heading: str = ""
    lede: str = ""
    caption: str = ""
    done: str = "Saved."
    """What the user reads afterwards; `{subject}` and `{result}` (what `act` returned) are filled in."""
    subject: Any = None

    def find(self) -> None:
        """Set `subject`; raise `Http404` outside the user's scope."""
        raise NotImplementedError

    def may(self, user: Any) -> bool:
        raise NotImplementedError

    def closed(self) -> str:
        """Return why the verb can no longer be done, as a sentence; empty while it can."""
        return ""

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> Any:
        """Do the verb with the fields of the form."""
        raise NotImplementedError

    def back_url(self) -> str:
        """Return where the user came from, and goes on to."""
        return str(self.subject.get_absolute_url())

    def next_url(self) -> str:
        """Return where the user goes on to once the verb is done."""
        return self.back_url()

    def crumbs(self) -> list[components.Crumb]:
        return []

    def fields(self, form: Any) -> dict[str, Any]:
        """Return what `act` takes of a valid form."""
        return dict(form.cleaned_data)

    def state_of(self, current: Any) -> str:
        """Describe how a thing without a status stands, after "It is now"."""
        return ""

    def says_now(self, current: Any) -> Sequence[str]:
        """Say in sentences what another user did first, where more is to be said than the state."""
        return ()

    def done_message(self, result: Any) -> str:
        return self.done.format(subject=self.subject, result=result)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.find()
        if not self.may(request.user):
            raise PermissionDenied
        if request.method == "GET" and (why := self.closed()):
            return self.show_closed(why)
        return super().dispatch(request, *args, **kwargs)

    def show_closed(self, why: str) -> HttpResponse:
        """Send the user back with the reason, or show what they typed here and did not save."""
        if self.draft is None:
            messages.warning(self.request, why)
            return redirect(self.back_url())
        return show_kept_text(
            self.request,
            why,
            kept_in(self.get_form(), self.draft),
            draft=self.draft,
            back=components.Link("Go back", self.back_url()),
            caption=self.caption,
            breadcrumbs=self.crumbs(),
        )

    def current_version(self) -> int:
        return self.subject.version if self.subject is not None else 0

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = {**super().get_form_kwargs(), "cancel_url": self.back_url()}
        if self.final and self.get_form_class().submit_label == Form.submit_label:
            # What comes next is the check page: nothing is saved yet.
            kwargs["submit_label"] = "Continue"
        return kwargs

    def form_valid(self, form: Any) -> HttpResponse:
        """Let the user check their answers before something final, unless there are none."""
        return super().form_valid(form) if self.final and form.visible_fields() else self.send(form)

    def stopped(self, form: Any) -> HttpResponse | None:
        if self.is_overtaken():
            return self.overtaken(form, Conflict(self.subject))
        why = self.closed()
        return refused(self, form, Blocked([why])) if why else None

    def is_overtaken(self) -> bool:
        """Return whether the thing is no longer as the user saw it."""
        return self.subject is not None and self.base_version != self.subject.version

    def overtaken(self, form: Any, lost: Conflict) -> HttpResponse:
        """Show the form again with what was typed, and say what someone else did first (409)."""
        current = lost.current
        return show_conflict(self, form, lost, state=self.state_of(current), says=self.says_now(current))

    def send(self, form: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                return redirect(self._save(form))
        except Blocked as error:
            return refused(self, form, error)
        except Conflict as lost:
            return self.overtaken(form, lost)

    def _save(self, form: Any) -> str:
        if self.is_overtaken():
            raise Conflict(self.subject)
        if why := self.closed():
            raise Blocked([why])
        by, on, seen = user_of(self.request), clock.today(), self.base_version
        with collected() as told:
            result = self.act(by=by, on=on, seen_version=seen, **self.fields(form))
        messages.success(self.request, with_recipients(self.done_message(result), told))
        return self.next_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = {
            "page_title": self.heading,
            "caption": self.caption,
            "lede": self.lede,
            "breadcrumbs": self.crumbs(),
        }
        return {**page, **super().get_context_data(**kwargs)}
