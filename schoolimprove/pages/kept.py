"""Text that was typed into a form which is closed now: shown, to be copied or discarded."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from schoolimprove.accounts.models import user_of
from schoolimprove.records.drafts import fill_from_draft, new_token
from schoolimprove.ui import components

HEADING = "Text you did not save"


def show_kept_text(
    request: HttpRequest,
    why: str,
    typed: list[tuple[str, str]],
    *,
    draft: Any,
    back: components.Link,
    caption: str,
    breadcrumbs: list[components.Crumb],
    status: int = 200,
) -> HttpResponse:
    """Show what was `typed` (label, text), `why` the form is closed, and the way `back`."""
    token = new_token(user_of(request).pk, request.path, 0, continuing=draft)
    context = {
        "state": why,
        "typed": typed,
        "draft": draft,
        "keep_token": token.signed(),
        "back": back,
        "page_title": HEADING,
        "caption": caption,
        "breadcrumbs": breadcrumbs,
    }
    return render(request, "layouts/kept_text.html", context, status=status)


def typed_in(form: Any) -> list[tuple[str, str]]:
    """Return the texts that were posted and are not empty, as (label, text)."""
    texts = [(str(bound.label), form.cleaned_data.get(bound.name)) for bound in form.visible_fields()]
    return [(label, text) for label, text in texts if isinstance(text, str) and text]


def kept_in(form: Any, draft: Any) -> list[tuple[str, str]]:
    """Return the texts that were kept and are not empty, as (label, text)."""
    fill_from_draft(form, draft)
    texts = [
        (str(field.label), _in_words(field.field, form.initial.get(field.name))) for field in form.visible_fields()
    ]
    return [(label, text) for label, text in texts if text]


def _in_words(field: Any, value: Any) -> str:
    """Return the kept value of a field in words: a choice's label, a date's parts as they were typed."""
    if isinstance(value, list):
        return " ".join(filter(None, value))
    return str(dict(getattr(field, "choices", ())).get(value, value)) if isinstance(value, str) else ""
