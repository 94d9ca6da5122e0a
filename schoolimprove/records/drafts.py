"""Keeping what somebody has typed: autosaved while they write, or posted after their session had ended.

A form carries a signed token saying who opened it, at which path, and on which version of the record. Whoever sends
the form back, that user's draft is all it can become: never the record, and nobody else's.
"""

import json
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core import signing
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse

from schoolimprove.lib import clock

from .models import Draft

TOKEN_FIELD, VERSION_FIELD = "keep_token", "base_version"
TOKEN_AGE = timedelta(hours=24)
SIZE_LIMIT = 200_000
"""Characters of names and values together; far above any form's own limits."""
SPENT = "spent_forms"
_SPENT_REMEMBERED = 30
_SALT = "schoolimprove.records.drafts"
_NOT_KEPT = re.compile(r"password|passphrase|(^|[-_])(otp|secret|token)([-_]|$)|^csrf|^base_version$", re.IGNORECASE)


class TooLong(Exception):
    """More was typed than a draft holds."""


@dataclass(frozen=True)
class KeepToken:
    """Who opened which form, on which version of its record (0: a new one), and when. `nonce` names this opening."""

    user_id: int
    path: str
    base_version: int
    at: datetime
    nonce: str

    def signed(self) -> str:
        parts = [self.user_id, self.path, self.base_version, self.at.isoformat(), self.nonce]
        return signing.dumps(parts, salt=_SALT)


@dataclass(frozen=True)
class Kept:
    """What came of keeping: the form's path and the moment."""

    path: str
    at: datetime


def new_token(user_id: int, path: str, base_version: int) -> KeepToken:
    return KeepToken(user_id, path, base_version, clock.now(), secrets.token_hex(8))


def read_token(signed: str) -> KeepToken | None:
    """The token, if we signed it and it is younger than a day."""
    try:
        user_id, path, base_version, at, nonce = signing.loads(signed, salt=_SALT)
    except signing.BadSignature:
        return None
    token = KeepToken(user_id, path, base_version, datetime.fromisoformat(at), nonce)
    return token if clock.now() - token.at <= TOKEN_AGE else None


def keep_typed_text(token: KeepToken, post: QueryDict) -> Kept:
    """Store the posted text as the draft of the user the token names; `TooLong` when it does not fit."""
    fields = typed_fields(post)
    if len(json.dumps(fields, ensure_ascii=False)) > SIZE_LIMIT:
        raise TooLong
    at = clock.now()
    Draft.objects.update_or_create(
        user_id=token.user_id,
        form=token.path,
        defaults={"base_version": token.base_version, "fields": fields, "saved_at": at},
    )
    return Kept(token.path, at)


def typed_fields(post: QueryDict) -> dict[str, list[str]]:
    """What a person typed: without tokens and anything like a password. Files are not in a QueryDict at all."""
    # PostgreSQL holds no NUL in JSON, and nobody types one.
    return {
        name: [str(value).replace("\0", "") for value in values]
        for name, values in post.lists()
        if not _NOT_KEPT.search(name)
    }


def fill_from_draft(form: forms.BaseForm, draft: Draft) -> None:
    """Let an unbound form show the draft's text as it was typed, valid or not; files have to be chosen again."""
    data = posted_form_of(draft)
    for name, field in form.fields.items():
        key = form.add_prefix(name)
        kept = not isinstance(field, forms.FileField) and not field.disabled
        if kept and not field.widget.value_omitted_from_data(data, {}, key):
            form.initial[name] = field.widget.value_from_datadict(data, {}, key)


def posted_form_of(draft: Draft) -> QueryDict:
    """The draft as it was posted, for forms and formsets that read a POST."""
    data = QueryDict(mutable=True)
    for name, values in draft.fields.items():
        data.setlist(name, values)
    return data


def discard_draft(user_id: int, path: str) -> bool:
    """Forget the draft; whether there was one."""
    return bool(Draft.objects.filter(user_id=user_id, form=path).delete()[0])


def is_spent(request: HttpRequest, token: KeepToken) -> bool:
    """Whether this opening of the form has been saved: an autosave that arrives late must not bring it back."""
    return token.nonce in request.session.get(SPENT, [])


def spend(request: HttpRequest, token: KeepToken) -> None:
    """Remember that this opening of the form has been saved."""
    spent = [*request.session.get(SPENT, []), token.nonce]
    request.session[SPENT] = spent[-_SPENT_REMEMBERED:]


class KeepsDrafts:
    """For form views (`FormView`, `UpdateView` and their like): the form reopens with what was typed and not saved.

    Put it first among the bases; the form is one of `schoolimprove.ui.forms`. The page has `draft` (or none) and
    `draft_is_behind` when the record has been saved by somebody since the draft was begun; the form layout tells.

    A view that answers a POST with a redirect has saved, and its draft is forgotten; if it fails in any other way
    than showing the form again, what was posted is kept.
    """

    request: HttpRequest

    @property
    def _user_id(self) -> int:
        return int(self.request.user.pk or 0)

    def current_version(self) -> int:
        """The version of the record as it stands; 0 for a new one."""
        return int(getattr(getattr(self, "object", None), "version", 0))

    @property
    def draft(self) -> Draft | None:
        """What this user has typed here and not saved; read once a request, and not at all of a posted form."""
        if self.request.method == "POST":
            return None
        if "_draft" not in self.__dict__:
            mine = Draft.objects.filter(user_id=self._user_id, form=self.request.path)
            self.__dict__["_draft"] = mine.first()
        draft: Draft | None = self.__dict__["_draft"]
        return draft

    @property
    def base_version(self) -> int:
        """The version the form was opened on, to be compared when it is saved."""
        if self.request.method == "POST":
            posted = self.request.POST.get(VERSION_FIELD, "")
            return int(posted) if posted.isdecimal() else 0
        return self.draft.base_version if self.draft else self.current_version()

    def get_form_kwargs(self) -> dict[str, Any]:
        token = new_token(self._user_id, self.request.path, self.base_version)
        return {
            **super().get_form_kwargs(),  # type: ignore[misc]
            "autosave_url": reverse("accounts:draft_save"),
            "base_version": self.base_version,
            "keep_token": token.signed(),
        }

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)  # type: ignore[misc]
        if self.draft and not form.is_bound:
            fill_from_draft(form, self.draft)
        # Our own forms draw these as hidden inputs and tell the scripts of them; other templates use the tag.
        form.base_version = self.base_version
        form.keep_token = new_token(self._user_id, self.request.path, self.base_version).signed()
        form.autosave_url = reverse("accounts:draft_save")
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        draft = self.draft
        behind = bool(draft and draft.base_version != self.current_version())
        return {**super().get_context_data(**kwargs), "draft": draft, "draft_is_behind": behind}  # type: ignore[misc]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response: HttpResponse = super().post(request, *args, **kwargs)  # type: ignore[misc]
        except Exception:
            with suppress(DatabaseError, TooLong):
                self._keep()
            raise
        if 300 <= response.status_code < 400:
            self._forget()
        return response

    def _token(self) -> KeepToken | None:
        token = read_token(self.request.POST.get(TOKEN_FIELD, ""))
        return token if token and token.user_id == self._user_id else None

    def _keep(self) -> None:
        if token := self._token():
            keep_typed_text(token, self.request.POST)

    def _forget(self) -> None:
        if token := self._token():
            spend(self.request, token)
        discard_draft(self._user_id, self.request.path)
