"""A person's own account."""

from typing import Any

import segno
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django.views.generic import FormView

from schoolimprove.accounts import session
from schoolimprove.accounts.actions.address import ask_for_address, pending_address, withdraw_address
from schoolimprove.accounts.actions.password import change_password
from schoolimprove.accounts.actions.person import rename
from schoolimprove.accounts.actions.second_factor import (
    enrol,
    has_second_factor,
    new_recovery_codes,
    pending_device,
    recovery_codes_left,
    remove_second_factor,
)
from schoolimprove.accounts.forms.door import CodeForm
from schoolimprove.accounts.forms.own import AddressForm, ChangePasswordForm, NameForm, PasswordOnlyForm
from schoolimprove.accounts.kept_text import kept_texts_of
from schoolimprove.accounts.middleware import open_to_half_sessions
from schoolimprove.accounts.models import User, user_of
from schoolimprove.accounts.registry import account_links
from schoolimprove.accounts.rights import appointments_of, in_words, must_have_second_factor
from schoolimprove.records.actor import Actor
from schoolimprove.records.drafts import KeepsDrafts, SendsOnce
from schoolimprove.records.transition import Blocked
from schoolimprove.ui.components import Fact

from .door import note_signed_in, onward, why_refused

Request = HttpRequest


def account(request: Request) -> HttpResponse:
    user = user_of(request)
    return render(
        request,
        "accounts/account.html",
        {
            "page_title": "Your account",
            "facts": [*_identity(user), *_security(user)],
            "pending": pending_address(user),
            "kept_count": kept_texts_of(user).count(),
            "links": list(account_links),
            "appointments": in_words(appointments_of(user)),
        },
    )


def _identity(user: User) -> list[Fact]:
    return [
        Fact("Name", user.name, change_url=reverse("accounts:name_change")),
        Fact("Email address", user.email, change_url=reverse("accounts:address_change")),
        Fact("Password", "Set", change_url=reverse("accounts:password_change")),
    ]


def _security(user: User) -> list[Fact]:
    if not has_second_factor(user):
        url = reverse("accounts:second_factor_change")
        return [Fact("Authenticator app", "Not set up", change_url=url, change_label="Set up")]
    left = recovery_codes_left(user)
    return [
        Fact("Authenticator app", "Set up", change_url=reverse("accounts:second_factor_change")),
        Fact("Recovery codes", f"{left} left", change_url=reverse("accounts:recovery_codes"), change_label="Replace"),
    ]


class OwnForm(FormView[Any]):
    """A form about oneself, back to the account when done."""

    template_name = "layouts/form.html"
    success_url = reverse_lazy("accounts:account")
    page_title = ""
    lede = ""
    done = ""

    @property
    def user(self) -> User:
        return user_of(self.request)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "cancel_url": reverse("accounts:account")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back = {"back_url": reverse("accounts:account"), "back_label": "Your account"}
        return {**super().get_context_data(**kwargs), **back, "page_title": self.page_title, "lede": self.lede}

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, self.done)
        return super().form_valid(form)


@method_decorator(sensitive_post_parameters(), name="dispatch")
class OwnFormWithPassword(SendsOnce, OwnForm):
    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request}


class NameChange(KeepsDrafts, OwnForm):
    form_class = NameForm
    page_title = "Change your name"
    done = "You have changed your name."

    def get_initial(self) -> dict[str, Any]:
        return {"name": self.user.name}

    def form_valid(self, form: NameForm) -> HttpResponse:
        rename(self.user, form.cleaned_data["name"], by=Actor(self.user))
        return super().form_valid(form)


class PasswordChange(OwnFormWithPassword):
    form_class = ChangePasswordForm
    page_title = "Change your password"
    lede = (
        "We will sign you out everywhere else. Links we have emailed to you will stop working, and so will your "
        "calendar address."
    )
    done = "You have changed your password. We have signed you out everywhere else."

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.user}

    def form_valid(self, form: ChangePasswordForm) -> HttpResponse:
        with transaction.atomic():
            change_password(self.user, form.cleaned_data["password"])
            update_session_auth_hash(self.request, self.user)
        return super().form_valid(form)


class AddressChange(OwnFormWithPassword):
    form_class = AddressForm
    page_title = "Change your email address"
    lede = (
        "We will send a link to your new address. To confirm the change, open the link and sign in with your current "
        "address."
    )
    done = (
        "We are sending a link to your new address. Open it within 2 days. If we have already sent several emails "
        "there, we will not send another for up to an hour."
    )

    def form_valid(self, form: AddressForm) -> HttpResponse:
        try:
            ask_for_address(self.user, form.cleaned_data["email"])
        except Blocked as blocked:
            form.add_error(None, blocked)
            return self.form_invalid(form)
        return super().form_valid(form)


@require_POST
def address_withdraw(request: Request) -> HttpResponse:
    withdraw_address(user_of(request))
    messages.success(request, "We will keep your current email address.")
    return redirect("accounts:account")


class SecondFactor(FormView[CodeForm]):
    """Set up an authenticator app: scan, type its first code, keep the recovery codes.

    Half a session, which has just shown the password, may come here only while no app is set up: a password alone must
    not replace one. A whole one shows the password again first, whether an app is set up or not.
    """

    template_name = "accounts/second_factor.html"
    form_class = CodeForm

    @method_decorator([open_to_half_sessions, sensitive_post_parameters()])
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if session.is_half(request):
            if has_second_factor(user_of(request)):
                return redirect("accounts:verify")
        elif not session.is_confirmed(request.session):
            return redirect("accounts:second_factor_change")
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        device = pending_device(user_of(self.request))
        secret = device.config_url.split("secret=")[1].split("&")[0]
        return {
            **super().get_context_data(**kwargs),
            "page_title": "Set up an authenticator app",
            "picture": segno.make(device.config_url, error="m").svg_data_uri(scale=5, border=4),
            "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
            "required": must_have_second_factor(self.request.user),
        }

    def form_valid(self, form: CodeForm) -> HttpResponse:
        verdict, codes = enrol(user_of(self.request), form.cleaned_data["code"])
        if not verdict.right:
            form.add_error("code", why_refused(verdict))
            return self.form_invalid(form)
        was_half = session.is_half(self.request)
        self.request.session.pop(session.CONFIRMED, None)
        session.note_verified(self.request)
        if was_half:
            note_signed_in(self.request)
        else:
            # Whoever else is in with the password alone, or by the app that is lost, is so no more.
            session.keep_only_this(self.request, user_of(self.request))
        return show_codes(self.request, codes)


def show_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """Shown here and never again: only their hashes are stored."""
    context = {"page_title": "Save your recovery codes", "codes": codes, "onward_url": onward(request)}
    return render(request, "accounts/recovery_codes.html", context)


class SecondFactorChange(OwnFormWithPassword):
    """Set the app up or replace it, or give it up where nothing requires it; the password first."""

    template_name = "accounts/second_factor_change.html"
    form_class = PasswordOnlyForm
    success_url = reverse_lazy("accounts:second_factor")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        there = has_second_factor(self.user)
        title = "Replace your authenticator app" if there else "Set up an authenticator app"
        removable = there and not must_have_second_factor(self.user)
        return {**super().get_context_data(**kwargs), "page_title": title, "there": there, "removable": removable}

    def form_valid(self, form: PasswordOnlyForm) -> HttpResponse:
        session.note_confirmed(self.request.session)
        return redirect(self.success_url)


class SecondFactorRemove(OwnFormWithPassword):
    form_class = PasswordOnlyForm
    page_title = "Remove your authenticator app"
    lede = "You will sign in with your password only. Your recovery codes will stop working."
    done = "You have removed your authenticator app."

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if must_have_second_factor(request.user):
            messages.error(
                request, "Your role needs an authenticator app. You can replace it, but you cannot remove it."
            )
            return redirect("accounts:second_factor_change")
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: PasswordOnlyForm) -> HttpResponse:
        remove_second_factor(self.user)
        self.request.session[session.ASKED] = False
        return super().form_valid(form)


class RecoveryCodes(OwnFormWithPassword):
    """New codes; the old ones stop working."""

    form_class = PasswordOnlyForm
    page_title = "Replace your recovery codes"
    lede = "We will give you 10 new codes. Your old codes will stop working."

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not has_second_factor(user_of(request)):
            return redirect("accounts:second_factor")
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: PasswordOnlyForm) -> HttpResponse:
        return show_codes(self.request, new_recovery_codes(self.user))
