"""Behind the links in emails. Opening a link changes nothing, since mail scanners open them too; posting does."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe
from django.views.generic import FormView, TemplateView

from schoolimprove.accounts import session
from schoolimprove.accounts.actions.address import confirm_address
from schoolimprove.accounts.actions.links import LinkSpent, find_link, find_opened_link
from schoolimprove.accounts.actions.password import ask_for_password_link, reset_password
from schoolimprove.accounts.actions.person import accept_invitation
from schoolimprove.accounts.forms.door import ConfirmForm, ForgottenForm, NewPasswordForm
from schoolimprove.accounts.lockout import remember_browser
from schoolimprove.accounts.models import Purpose, SecretLink, user_of
from schoolimprove.accounts.models.email_limit import MOST_IN_AN_HOUR, NOT_AGAIN_WITHIN
from schoolimprove.records.transition import Blocked

from .door import next_step, note_signed_in

WHAT_TO_DO = {
    Purpose.INVITATION: "If you have accepted it, sign in. If not, ask the person who invited you to send it again.",
    Purpose.PASSWORD_RESET: "To get a new link, select “I have forgotten my password” on the sign-in page.",
    Purpose.ADDRESS_CHANGE: "To get a new link, sign in and change your email address again on your account page.",
}


@method_decorator(login_not_required, name="dispatch")
class Forgotten(FormView[ForgottenForm]):
    template_name = "layouts/form.html"
    form_class = ForgottenForm
    extra_context = {
        "page_title": "I have forgotten my password",
        "lede": "We will email you a link to set a new password.",
    }

    def form_valid(self, form: ForgottenForm) -> HttpResponse:
        ask_for_password_link(form.cleaned_data["email"])
        return redirect("accounts:password_forgotten_sent")


@method_decorator(login_not_required, name="dispatch")
class ForgottenSent(TemplateView):
    """The page is the same whether the address has an account or not."""

    template_name = "accounts/forgotten_sent.html"
    extra_context = {
        "page_title": "Check your email",
        "most": MOST_IN_AN_HOUR,
        "minutes": int(NOT_AGAIN_WITHIN.total_seconds() // 60),
    }


class LinkView(FormView[Any]):
    """A form behind a secret link; a page of its own when the link no longer works."""

    template_name = "layouts/form.html"
    purpose: Purpose
    link: SecretLink

    @method_decorator([login_not_required, sensitive_post_parameters()])
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            self.link = find_link(self.purpose, kwargs["token"])
            return super().dispatch(request, *args, **kwargs)
        except LinkSpent:
            return link_spent(request, self.purpose)


def link_spent(request: HttpRequest, purpose: Purpose) -> HttpResponse:
    context = {"page_title": "This link no longer works", "advice": WHAT_TO_DO[purpose]}
    return render(request, "accounts/link_spent.html", context, status=410)


class PasswordByLink(LinkView):
    form_class = NewPasswordForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.link.user}


class Invitation(PasswordByLink):
    """Accepting signs the person in, whoever was signed in on this browser before."""

    purpose = Purpose.INVITATION

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lede = f"You will sign in as {self.link.user.email}."
        return {**super().get_context_data(**kwargs), "page_title": "Create a password", "lede": lede}

    def form_valid(self, form: NewPasswordForm) -> HttpResponse:
        user = accept_invitation(self.kwargs["token"], form.cleaned_data["password"])
        session.begin(self.request, user)
        if not session.is_half(self.request):
            note_signed_in(self.request)
        response = redirect(next_step(self.request))
        remember_browser(self.request, response, user)
        return response


class PasswordReset(PasswordByLink):
    purpose = Purpose.PASSWORD_RESET
    extra_context = {"page_title": "Set a new password"}

    def form_valid(self, form: NewPasswordForm) -> HttpResponse:
        user = reset_password(self.kwargs["token"], form.cleaned_data["password"])
        messages.success(self.request, "You have changed your password. Sign in with your new password.")
        response = redirect("accounts:sign_in")
        remember_browser(self.request, response, user)
        return response


@login_not_required
@require_safe
def address_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Remember in the session that this browser opened the link, and redirect to the page for its owner.

    The token stays here, so that it is not in the address that signing in leads back to.
    """
    try:
        link = find_link(Purpose.ADDRESS_CHANGE, token)
    except LinkSpent:
        return link_spent(request, Purpose.ADDRESS_CHANGE)
    request.session[session.ADDRESS_LINK] = link.pk
    return redirect("accounts:address_accept")


class AddressAccept(FormView[ConfirmForm]):
    """Confirm the new address whose link this browser has opened, signed in as the owner of the account."""

    template_name = "layouts/form.html"
    form_class = ConfirmForm
    link: SecretLink

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            self.link = find_opened_link(Purpose.ADDRESS_CHANGE, request.session.get(session.ADDRESS_LINK))
            if self.link.user_id != user_of(request).pk:
                context = {"page_title": "This link is for another account"}
                return render(request, "accounts/link_of_another.html", context, status=403)
            return super().dispatch(request, *args, **kwargs)
        except LinkSpent:
            return link_spent(request, Purpose.ADDRESS_CHANGE)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lede = f"You will sign in with {self.link.payload['email']}."
        return {**super().get_context_data(**kwargs), "page_title": "Confirm your new email address", "lede": lede}

    def form_valid(self, form: ConfirmForm) -> HttpResponse:
        try:
            confirm_address(self.link, by=user_of(self.request))
        except Blocked as blocked:
            form.add_error(None, blocked)
            return self.form_invalid(form)
        self.request.session.pop(session.ADDRESS_LINK, None)
        messages.success(self.request, "You have changed your email address.")
        return redirect("accounts:account")
