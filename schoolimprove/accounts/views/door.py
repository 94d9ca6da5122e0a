"""The door: address and password, then the second factor where one is owed."""

import logging
from typing import Any

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME, authenticate
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView

from schoolimprove.accounts import session
from schoolimprove.accounts.actions.second_factor import (
    Verdict,
    has_second_factor,
    recovery_codes_left,
    verify,
    verify_recovery,
)
from schoolimprove.accounts.forms.door import CodeForm, RecoveryCodeForm, SignInForm
from schoolimprove.accounts.lockout import (
    may_try_from_anywhere,
    network_locked_out,
    network_locked_until,
    remember_browser,
)
from schoolimprove.accounts.middleware import open_to_half_sessions
from schoolimprove.accounts.models import User, normalise_email, user_of
from schoolimprove.records.actor import SYSTEM, Actor
from schoolimprove.records.transition import record_event

_log = logging.getLogger("schoolimprove.security")
WRONG = "The email address or password is not correct. Check both and try again."


def safe_next(request: HttpRequest) -> str:
    """Where to go afterwards, when the address names a page of ours; empty otherwise."""
    wanted = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME, "")
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else ""


def onward(request: HttpRequest) -> str:
    return safe_next(request) or resolve_url(settings.LOGIN_REDIRECT_URL)


def with_next(request: HttpRequest, view_name: str) -> str:
    """The address of another page of the door, carrying where to go afterwards."""
    wanted = safe_next(request)
    return reverse(view_name, query={REDIRECT_FIELD_NAME: wanted} if wanted else None)


def next_step(request: HttpRequest) -> str:
    """The page for somebody who has just shown a password, or reopens the door half-way through."""
    if not session.is_half(request):
        return onward(request)
    enrolled = has_second_factor(user_of(request)) or settings.DEMO
    return with_next(request, "accounts:verify" if enrolled else "accounts:second_factor")


def note_signed_in(request: HttpRequest) -> None:
    record_event(user_of(request), "signed in", by=Actor(user_of(request)))


@method_decorator([login_not_required, sensitive_post_parameters()], name="dispatch")
class SignIn(FormView[SignInForm]):
    """The same words for every failure: they tell nobody which addresses have accounts."""

    template_name = "accounts/sign_in.html"
    form_class = SignInForm
    extra_context = {"page_title": "Sign in"}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return redirect(next_step(request))
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: SignInForm) -> HttpResponse:
        email = normalise_email(form.cleaned_data["email"])
        until = network_locked_until(self.request)
        if until and not may_try_from_anywhere(self.request, email):
            _log.warning("Sign-in not looked at: this client has given too many wrong passwords")
            return network_locked_out(self.request, until)
        user = authenticate(self.request, email=email, password=form.cleaned_data["password"])
        if user is None:
            self._note_failure(email)
            form.add_error(None, WRONG)
            return self.form_invalid(form)
        session.begin(self.request, user)
        if not session.is_half(self.request):
            note_signed_in(self.request)
        response = redirect(next_step(self.request))
        remember_browser(self.request, response, user)
        return response

    def _note_failure(self, email: str) -> None:
        """In the audit of the account, if there is one; what else was typed may be a password and is not kept.

        The log has a line of each, without the address, so that a wave of them is seen.
        """
        _log.warning("Sign-in refused")
        tried = User.objects.filter(email=email).first()
        counted = getattr(self.request, "axes_failures_since_start", None) is not None
        if tried is None or not counted:
            return
        record_event(tried, "failed to sign in", by=SYSTEM)
        if getattr(self.request, "axes_locked_out", False):
            record_event(tried, "locked out", by=SYSTEM)


class CodeView(FormView[Any]):
    """A page where half a session becomes whole by a code."""

    template_name = "accounts/code.html"

    @method_decorator([open_to_half_sessions, sensitive_post_parameters()])
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not session.is_half(request):
            return redirect(onward(request))
        if not settings.DEMO and not has_second_factor(user_of(request)):
            return redirect(with_next(request, "accounts:second_factor"))
        return super().dispatch(request, *args, **kwargs)

    def judge(self, user: User, code: str) -> Verdict:
        raise NotImplementedError

    def form_valid(self, form: Any) -> HttpResponse:
        verdict = self.judge(user_of(self.request), form.cleaned_data["code"])
        if not verdict.right:
            if not verdict.wait_seconds:
                record_event(user_of(self.request), "gave a wrong security code", by=SYSTEM)
            form.add_error("code", why_refused(verdict))
            return self.form_invalid(form)
        session.note_verified(self.request)
        note_signed_in(self.request)
        return redirect(onward(self.request))


class Verify(CodeView):
    form_class = CodeForm

    def judge(self, user: User, code: str) -> Verdict:
        return verify(user, code)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "page_title": "Enter your security code",
            "demo_code": settings.DEMO_SECOND_FACTOR if settings.DEMO else "",
            "recovery_url": with_next(self.request, "accounts:recovery"),
        }


class Recovery(CodeView):
    form_class = RecoveryCodeForm

    def judge(self, user: User, code: str) -> Verdict:
        return verify_recovery(user, code)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "page_title": "Use a recovery code",
            "left": recovery_codes_left(user_of(self.request)),
            "verify_url": with_next(self.request, "accounts:verify"),
        }


def why_refused(verdict: Verdict) -> str:
    """What to tell somebody whose code was not taken."""
    if not verdict.wait_seconds:
        return "The code is not correct. Check it and try again."
    seconds = verdict.wait_seconds
    wait = f"{seconds} second{'s' if seconds > 1 else ''}" if seconds < 120 else f"{round(seconds / 60)} minutes"
    return f"Too many wrong codes. Wait {wait}, then try again with a new code."
