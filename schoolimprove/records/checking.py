"""Check answers: the user sees what they typed once more before they send something that they cannot take back."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import linebreaks_filter
from django.utils.html import format_html

from schoolimprove.ui.cells import shown
from schoolimprove.ui.components import Fact
from schoolimprove.ui.errors import target_of

from .drafts import CHECKED_FIELD, TOKEN_FIELD, VERSION_FIELD, KeepsDrafts, TooLong, keep_typed_text, typed_fields

CHANGE_FIELD = "change"
"""The parameter of the form's address when the user comes back from the check page to change an answer."""
TOO_LONG = "What you typed is too long. Shorten it."


class ChecksAnswers(KeepsDrafts):
    """A form view whose act cannot be taken back: it shows a valid form on a check page, and acts from there.

    Both steps post to the same address. The first keeps what was typed as a draft, from which *Change* and *Go back*
    fill the form again, even after the session has ended. The check page carries what was posted in hidden inputs, but
    no files or passwords. The form is validated again when they come back: the session stores nothing.

    A subclass acts in `send`, returns from `stopped` the response that explains why it can no longer act, and says in
    `final` that the act is final and who will read the answers.
    """

    check_template_name = "layouts/check.html"
    check_heading = "Check your answers before you send them"
    send_label = "Send your answers"
    final = "You cannot change your answers after you send them."

    request: HttpRequest

    def send(self, form: Any) -> HttpResponse:
        """Act on a valid form whose answers were checked."""
        raise NotImplementedError

    def stopped(self, form: Any) -> HttpResponse | None:
        """Return the response in place of the check page when `send` could not succeed; change nothing."""
        return None

    def form_valid(self, form: Any) -> HttpResponse:
        if CHECKED_FIELD in self.request.POST:
            return self.send(form)
        return self.stopped(form) or self.check_page(form)

    def answers(self, form: Any) -> list[Fact]:
        """Return the answers of the check page: each visible field as we understood it, with a link to change it."""
        return [self.answer(bound, value_in_words(bound, form.cleaned_data)) for bound in form.visible_fields()]

    def answer(self, bound: BoundField, value: Any) -> Fact:
        url = f"{self.request.path}?{CHANGE_FIELD}=1#{target_of(bound)}"
        return Fact(str(bound.label), value, change_url=url, empty="Not entered")

    def check_context(self, form: Any) -> Mapping[str, Any]:
        """Return what else the check page needs."""
        return {}

    def check_page(self, form: Any) -> HttpResponse:
        """Show a valid form once more before it is sent."""
        token = self._page_token()
        try:
            keep_typed_text(token, self.request.POST)
        except TooLong:
            form.add_error(None, TOO_LONG)
            return self.form_invalid(form)  # type: ignore[attr-defined,no-any-return]
        carried = [(name, value) for name, values in typed_fields(self.request.POST).items() for value in values]
        ours = [(TOKEN_FIELD, token.signed()), (VERSION_FIELD, self.base_version), (CHECKED_FIELD, "yes")]
        context = self.get_context_data(form=form) | {
            "page_title": self.check_heading,
            "lede": "",
            "answers": self.answers(form),
            "final": self.final,
            "send_label": self.send_label,
            "hidden": [*carried, *ours],
            "form_url": f"{self.request.path}?{CHANGE_FIELD}=1",
            **self.check_context(form),
        }
        return render(self.request, self.check_template_name, context)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Leave out the notice of kept text for a user who comes back to change an answer: they have just typed it."""
        context = super().get_context_data(**kwargs)
        if CHANGE_FIELD in self.request.GET and not (context["draft_is_behind"] or context["other_drafts"]):
            context["draft"] = None
        return context


def value_in_words(bound: BoundField, cleaned: Mapping[str, Any]) -> Any:
    """Return a field's cleaned value as people read it: a choice's label, text with its paragraphs, a date in words."""
    value = cleaned.get(bound.name)
    labels = {str(key): label for key, label in getattr(bound.field, "choices", ())}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(str(labels.get(str(each), each)) for each in value)
    if labels:
        return labels.get(str(value), shown(value))
    if isinstance(value, str) and value:
        return format_html('<div class="app-prose">{}</div>', linebreaks_filter(value))
    return shown(value)
