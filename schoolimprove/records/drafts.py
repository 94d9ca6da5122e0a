"""Keeping what somebody has typed: autosaved while they write, or posted after their session had ended.

A form carries a signed token saying who opened it, at which path, and on which version of the record. Whoever sends
the form back, that user's draft is all it can become: never the record, and nobody else's.

One person may have one form open twice, on two computers or in two tabs. Each *opening* has a draft of its own, so
what is typed in one can never replace or delete what is typed in the other. A form that is opened while a draft is
kept is filled from the newest and continues it: its first own draft, its saving and its discarding take that one away,
unless the other opening has added to it since. While somebody types, one opening keeps at a time: the other is told
that there is newer text (`NewerKept`). A form that is posted, and could not be saved, is always kept: both are the
person's, and neither is theirs to lose. The form then reopens with the newest, and "Text you did not save" on the
account's page has all of them.
"""

import json
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import wraps
from hashlib import sha256
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.forms.fields import InvalidJSONInput
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import salted_hmac

from schoolimprove.lib import clock

from .models import Draft
from .once import Sent, SentAlready, save_once

TOKEN_FIELD, VERSION_FIELD = "keep_token", "base_version"
OPENING_FIELD = "opening_token"
"""The hidden input of a form whose text is not kept, such as one with a password: it has an opening all the same."""
CHECKED_FIELD = "answers_checked"
"""The hidden input of the check page (`schoolimprove.records.checking`): the user has checked their answers."""
TOKEN_AGE = timedelta(hours=24)
SIZE_LIMIT = 1_000_000
"""Characters of names and values together; far above any form's own limits."""
LONGEST_MOMENT = 15
"""Digits of a moment in milliseconds; more is no page's clock."""
LONGEST_VERSION = 9
"""Digits of a version; more is nobody's, and thousands would be costly to read."""
KEPT = "We kept what you typed. It is on your account page, under “Text you did not save”."
SENT_ALREADY = "You have already sent this form, so we did not save it again."
SPENT = "spent_forms"
_SPENT_REMEMBERED = 30
_SALT = "schoolimprove.records.drafts"
TYPED_FIELD = "typed_at"
_NOT_KEPT = re.compile(
    r"password|passphrase|(^|[-_])(otp|secret|token)([-_]|$)|^csrf|^base_version$|^typed_at$|^answers_checked$",
    re.IGNORECASE,
)


class TooLong(Exception):
    """More was typed than a draft holds."""


class NewerKept(Exception):
    """Text that was typed later, in another opening of the form, is kept: `draft`."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(f"Newer text is kept for {draft}.")
        self.draft = draft


@dataclass(frozen=True)
class KeepToken:
    """Who opened which form, on which version of its record (0: a new one), and when.

    `nonce` names this opening; `continues` is the edition of the draft it was filled from, if it was.
    """

    user_id: int
    path: str
    base_version: int
    at: datetime
    nonce: str
    continues: str = ""

    def signed(self) -> str:
        parts = [self.user_id, self.path, self.base_version, self.at.isoformat(), self.nonce, self.continues]
        return signing.dumps(parts, salt=_SALT)

    def has(self, draft: Draft) -> bool:
        """Whether this opening wrote the draft, or shows all of it."""
        return self.nonce == draft.opening or self.continues == draft.edition


@dataclass(frozen=True)
class Kept:
    """What came of keeping: the form's path and the moment."""

    path: str
    at: datetime


def new_token(user_id: int, path: str, base_version: int, *, continuing: Draft | None = None) -> KeepToken:
    """For a form that is opened now; `continuing` is the draft its page shows."""
    continues = continuing.edition if continuing else ""
    return KeepToken(user_id, path, base_version, clock.now(), secrets.token_hex(8), continues)


def read_token(signed: str) -> KeepToken | None:
    """The token, if we signed it and it is younger than a day."""
    try:
        user_id, path, base_version, at, *rest = signing.loads(signed, salt=_SALT)
    except signing.BadSignature:
        return None
    token = KeepToken(user_id, path, base_version, datetime.fromisoformat(at), *rest)
    return token if clock.now() - token.at <= TOKEN_AGE else None


def own_token(request: HttpRequest, *, field: str = TOKEN_FIELD) -> KeepToken | None:
    """The valid token that the form carries, if it was opened by whoever sends it."""
    token = read_token(request.POST.get(field, ""))
    return token if token and token.user_id == request.user.pk else None


def keep_typed_text(token: KeepToken, post: QueryDict) -> Kept:
    """Store the posted text as the draft of this opening; `TooLong` when it does not fit."""
    fields = typed_fields(post)
    if len(json.dumps(fields, ensure_ascii=False)) > SIZE_LIMIT:
        raise TooLong
    typed_at = _typed_at(post)
    values = {"base_version": token.base_version, "fields": fields, "saved_at": clock.now(), "typed_at": typed_at}
    with transaction.atomic():
        draft, made = Draft.objects.select_for_update().get_or_create(
            user_id=token.user_id, form=token.path, opening=token.nonce, defaults=values
        )
        if not made and not _is_overtaken(typed_at, by=draft):
            Draft.objects.filter(pk=draft.pk).update(**values)
            draft.refresh_from_db()
        _continued(token).delete()
    return Kept(token.path, draft.saved_at)


def _typed_at(post: QueryDict) -> int:
    """When the page read the text off the form; 0 where a page without script did not say."""
    said = post.get(TYPED_FIELD, "")
    return int(said) if said.isascii() and said.isdigit() and len(said) <= LONGEST_MOMENT else 0


def _is_overtaken(typed_at: int, *, by: Draft) -> bool:
    """An autosave that was still under way when the form itself was sent must not bring the older text back."""
    return bool(typed_at) and typed_at < by.typed_at


def keep_while_typing(token: KeepToken, post: QueryDict) -> Kept:
    """As `keep_typed_text`; `NewerKept` when another opening has kept something since this one was opened."""
    with transaction.atomic():
        drafts = list(_drafts(token).select_for_update())
        others = [draft for draft in drafts if draft.saved_at >= token.at and not token.has(draft)]
        if others and not any(draft.opening == token.nonce for draft in drafts):
            raise NewerKept(others[0])
        return keep_typed_text(token, post)


def _drafts(token: KeepToken) -> QuerySet[Draft]:
    return Draft.objects.filter(user_id=token.user_id, form=token.path)


def _continued(token: KeepToken) -> QuerySet[Draft]:
    """The draft this opening was filled from, as long as nothing was added to it elsewhere."""
    return Draft.objects.at_edition(token.continues).filter(user_id=token.user_id, form=token.path)


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
            value = field.widget.value_from_datadict(data, {}, key)
            # The field would take a plain string for a value, and show it with quotes around it.
            form.initial[name] = InvalidJSONInput(value) if isinstance(field, forms.JSONField) else value


def posted_form_of(draft: Draft) -> QueryDict:
    """The draft as it was posted, for forms and formsets that read a POST."""
    data = QueryDict(mutable=True)
    for name, values in draft.fields.items():
        data.setlist(name, values)
    return data


def discard_draft(token: KeepToken) -> bool:
    """Forget what this opening typed and what it was filled from; whether there was any."""
    with transaction.atomic():
        own, _ = _drafts(token).filter(opening=token.nonce).delete()
        continued, _ = _continued(token).delete()
    return bool(own or continued)


def posted_version(posted: str) -> int:
    """A version as a form carries it; 0, which no saved record has, for anything else."""
    return int(posted) if posted.isdecimal() and len(posted) <= LONGEST_VERSION else 0


def is_spent(request: HttpRequest, token: KeepToken) -> bool:
    """Whether this opening of the form has been saved: an autosave that arrives late must not bring it back."""
    return token.nonce in request.session.get(SPENT, [])


def spend(request: HttpRequest, token: KeepToken) -> None:
    """Remember that this opening of the form has been saved."""
    spent = [*request.session.get(SPENT, []), token.nonce]
    request.session[SPENT] = spent[-_SPENT_REMEMBERED:]


class KeepsDrafts:
    """For form views (`FormView`, `UpdateView` and their like): the form reopens with what was typed and not saved.

    Put it first among the bases; the form is one of `schoolimprove.ui.forms`. The page has `draft` (or none),
    `other_drafts` of the same form, and `draft_is_behind` when the record has been saved by somebody since the draft
    was begun; the form layout tells.

    A redirect from the form means that it was saved: its draft is forgotten, and the same form sent again is not saved
    again (`schoolimprove.records.once`); its sender is taken to where the first one led. If the POST ends in any other
    way than showing the form again, such as when the right to be here has lapsed or the view redirects before it reads
    the form, what was posted is kept. When the form no longer opens, a message tells its writer where to find the kept
    text.
    """

    request: HttpRequest

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., HttpResponse]:
        """Around everything, since views ask for rights in a `dispatch` of their own, before ours would run."""
        return keep_unsaved(sent_once(super().as_view(**initkwargs)))  # type: ignore[misc]

    @property
    def _user_id(self) -> int:
        return int(self.request.user.pk or 0)

    def current_version(self) -> int:
        """The version of the record as it stands; 0 for a new one."""
        return int(getattr(getattr(self, "object", None), "version", 0))

    @property
    def _drafts(self) -> list[Draft]:
        """What this user has typed here and not saved, newest first; read once a request, and not of a posted form."""
        if self.request.method == "POST":
            return []
        if "_found" not in self.__dict__:
            mine = Draft.objects.filter(user_id=self._user_id, form=self.request.path)
            self.__dict__["_found"] = list(mine)
        found: list[Draft] = self.__dict__["_found"]
        return found

    @property
    def draft(self) -> Draft | None:
        """The draft the form is filled from."""
        return next(iter(self._drafts), None)

    @property
    def base_version(self) -> int:
        """The version the form was opened on, to be compared when it is saved."""
        if self.request.method == "POST":
            return posted_version(self.request.POST.get(VERSION_FIELD, ""))
        return self.draft.base_version if self.draft else self.current_version()

    def _page_token(self) -> KeepToken:
        """A form that is shown again because of its errors is still the same opening."""
        if token := own_token(self.request):
            return replace(token, base_version=self.base_version)
        return new_token(self._user_id, self.request.path, self.base_version, continuing=self.draft)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {
            **super().get_form_kwargs(),  # type: ignore[misc]
            "autosave_url": reverse("accounts:draft_save"),
            "base_version": self.base_version,
            "keep_token": self._page_token().signed(),
        }

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)  # type: ignore[misc]
        if self.draft and not form.is_bound:
            fill_from_draft(form, self.draft)
        # Our own forms draw these as hidden inputs and tell the scripts about them.
        form.base_version = self.base_version
        form.keep_token = self._page_token().signed()
        form.autosave_url = reverse("accounts:draft_save")
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        draft = self.draft
        behind = bool(draft and draft.base_version != self.current_version())
        shown = {"draft": draft, "draft_is_behind": behind, "other_drafts": self._drafts[1:]}
        return {**super().get_context_data(**kwargs), **shown}  # type: ignore[misc]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post(request, *args, **kwargs)  # type: ignore[misc]
        return forget_saved(request, response)


class SendsOnce:
    """For form views whose text is not kept: the same form sent twice is saved once, as in a `KeepsDrafts` view.

    Put it first among the bases; the form is one of `schoolimprove.ui.forms`.
    """

    request: HttpRequest

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., HttpResponse]:
        return sent_once(super().as_view(**initkwargs))  # type: ignore[misc]

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)  # type: ignore[misc]
        opened = own_token(self.request, field=OPENING_FIELD)
        form.opening_token = (opened or new_token(int(self.request.user.pk or 0), self.request.path, 0)).signed()
        return form

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post(request, *args, **kwargs)  # type: ignore[misc]
        response.saved = _is_redirect(response)  # type: ignore[attr-defined]
        return response


def keep_unsaved(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Wrap a view so that it keeps what is posted, unless it saves it or shows it again."""

    @wraps(view)
    def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except Exception:
            _keep_and_tell(request)
            raise
        if _is_redirect(response) and not getattr(response, "saved", False):
            _keep_and_tell(request)
        return response

    return kept


def sent_once(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Wrap a view so that the same form sent twice is saved once.

    A form without a token of this user, or with one older than a day, is saved as often as it is sent.
    """

    @wraps(view)
    def saved(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        token = own_token(request) or own_token(request, field=OPENING_FIELD) if request.method == "POST" else None
        if token is None:
            return view(request, *args, **kwargs)
        try:
            sent = Sent(token.user_id, token.nonce, _content(request))
            return save_once(sent, lambda: view(request, *args, **kwargs))
        except SentAlready as before:
            messages.info(request, SENT_ALREADY)
            return forget_saved(request, redirect(before.led_to or request.get_full_path()))

    return saved


def _content(request: HttpRequest) -> str:
    """Return a hash of what was typed and chosen, and on which version of the thing.

    It is keyed, because a password may be in it.
    """
    seen = request.POST.get(VERSION_FIELD, "")
    files = [[name, each.name, _sum_of(each)] for name, some in request.FILES.lists() for each in some]
    text = json.dumps([request.path, seen, typed_fields(request.POST), files], sort_keys=True)
    return salted_hmac(_SALT, text.encode("utf-8", "surrogatepass"), algorithm="sha256").hexdigest()


def _sum_of(file: Any) -> str:
    summed = sha256()
    for chunk in file.chunks():
        summed.update(chunk)
    file.seek(0)
    return summed.hexdigest()


def forget_saved(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Delete the draft of a form if the response is a redirect or marked as saved, and return the response.

    An autosave that arrives late does not bring the draft back.
    """
    if _is_redirect(response) or getattr(response, "saved", False):
        response.saved = True  # type: ignore[attr-defined]
        if token := own_token(request):
            spend(request, token)
            discard_draft(token)
    return response


def _is_redirect(response: HttpResponse) -> bool:
    return 300 <= response.status_code < 400


def _keep_and_tell(request: HttpRequest) -> None:
    """Keep what was posted, and tell the user where to find it; on a GET, tell them where to find the form's draft.

    A failure here must not hide the error of the view.
    """
    with suppress(DatabaseError, TooLong):
        if request.method == "POST":
            token = own_token(request)
            kept = bool(token and keep_typed_text(token, request.POST))
        else:
            kept = Draft.objects.filter(user_id=request.user.pk or 0, form=request.path).exists()
        if kept:
            messages.warning(request, KEPT)
