"""Check answers: what was typed is read back once more before it is sent, where it cannot be taken back afterwards."""

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
"""In the address of the form when somebody comes back from the check page to change an answer."""
TOO_LONG = "What you typed is too long for us to show it to you again. Shorten it."


class ChecksAnswers(KeepsDrafts):
    """For form views whose act cannot be taken back: a valid form is read back, and sent from the page that does so.

    Both steps post to the same address. The first keeps what was typed as a draft, from which *Change* and *Go back*
    fill the form again, also after the end of the session. Its page carries what was posted in hidden inputs, and the
    form is validated again when they come back: the session holds nothing. Neither files nor passwords are
    carried.

    A view says in `send` what is done, in `stopped` why it could not be done by now, and in `final` that it is final
    and who will read it.
    """

    check_template_name = "layouts/check.html"
    check_heading = "Check your answers before you send them"
    send_label = "Send your answers"
    final = "You cannot change your answers after you send them."

    request: HttpRequest

    def send(self, form: Any) -> HttpResponse:
        """Do it; reached only with a valid form that was read back."""
        raise NotImplementedError

    def stopped(self, form: Any) -> HttpResponse | None:
        """The response in place of the check page where sending could not succeed; changes nothing."""
        return None

    def form_valid(self, form: Any) -> HttpResponse:
        if CHECKED_FIELD in self.request.POST:
            return self.send(form)
        return self.stopped(form) or self._read_back(form)

    def answers(self, form: Any) -> list[Fact]:
        """What is read back: each field that can be seen, as it was understood, with a link to change it."""
        return [self.answer(bound, value_in_words(bound, form.cleaned_data)) for bound in form.visible_fields()]

    def answer(self, bound: BoundField, value: Any) -> Fact:
        url = f"{self.request.path}?{CHANGE_FIELD}=1#{target_of(bound)}"
        return Fact(str(bound.label), value, change_url=url, empty="Nothing entered")

    def check_context(self, form: Any) -> Mapping[str, Any]:
        """What the check page needs besides."""
        return {}

    def _read_back(self, form: Any) -> HttpResponse:
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
        """Who comes back to change an answer knows where the text in the form is from."""
        context = super().get_context_data(**kwargs)
        if CHANGE_FIELD in self.request.GET and not (context["draft_is_behind"] or context["other_drafts"]):
            context["draft"] = None
        return context


def value_in_words(bound: BoundField, cleaned: Mapping[str, Any]) -> Any:
    """A field's cleaned value as people read it: the label of a choice, text with its paragraphs, a date in words."""
    value = cleaned.get(bound.name)
    labels = {str(key): label for key, label in getattr(bound.field, "choices", ())}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(str(labels.get(str(each), each)) for each in value)
    if labels:
        return labels.get(str(value), shown(value))
    if isinstance(value, str) and value:
        return format_html('<div class="app-prose">{}</div>', linebreaks_filter(value))
    return shown(value)
