"""What somebody typed and did not save, as they read it again: under the labels of the form it was typed in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.forms.utils import pretty_name
from django.urls import Resolver404, resolve

from schoolimprove.records.drafts import new_token
from schoolimprove.records.models import Draft

from .models import User

_PART = re.compile(r"_\d+$")
"""What a field of several inputs, such as a date, adds to its name for each."""


@dataclass(frozen=True)
class KeptText:
    """One draft to be read: what the form is called, what was typed as (label, text), and a token to discard it."""

    draft: Draft
    title: str
    typed: list[tuple[str, str]]
    keep_token: str

    @classmethod
    def of(cls, draft: Draft) -> "KeptText":
        view = _view_of(draft.form)
        token = new_token(draft.user_id, draft.form, draft.base_version, continuing=draft)
        return cls(draft, _title(view) or draft.form, list(_typed(draft, view)), token.signed())


def kept_texts_of(user: User) -> QuerySet[Draft]:
    """Newest first."""
    return Draft.objects.filter(user=user)


def _view_of(path: str) -> Any:
    """The class that answers at the path, or the part of the admin; None when there is no such page any more."""
    try:
        found = resolve(path).func
    except Resolver404:
        return None
    return getattr(found, "view_class", None) or getattr(found, "model_admin", None)


def _title(view: Any) -> str:
    """What the page is called, where its class says so without being asked for an object."""
    named = next(
        (
            name
            for each in ("heading", "page_title", "kept_title")
            if isinstance(name := getattr(view, each, ""), str) and name
        ),
        "",
    )
    if opts := getattr(view, "opts", None):
        named = str(opts.verbose_name).capitalize()
    return str(named or (getattr(view, "extra_context", None) or {}).get("page_title", ""))


def _typed(draft: Draft, view: Any) -> Iterator[tuple[str, str]]:
    """Yield (label, text) of each field with text, a date's parts together, after the view's `kept_in_words`."""
    fields = getattr(getattr(view, "form_class", None), "base_fields", {})
    texts: dict[str, list[str]] = {}
    in_words = getattr(view, "kept_in_words", dict)
    for name, values in in_words(draft.fields).items():
        whole = _PART.sub("", name) if name not in fields else name
        texts.setdefault(whole, []).extend(value for value in values if value.strip())
    for name, parts in texts.items():
        if parts:
            field = fields.get(name)
            yield str(field.label if field and field.label else pretty_name(name)), " ".join(parts)
