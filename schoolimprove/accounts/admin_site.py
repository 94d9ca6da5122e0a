"""The Django admin behind the site's own door."""

from typing import Any

from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from .rights import appointments_of
from .roles import ADMIN_SITE_ROLES


class SiteAdmin(admin.AdminSite):
    """The settings pages. Users sign in on the page for signing in, not here."""

    site_header = site_title = index_title = "Settings"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """`is_staff` follows appointments; an appointment that ended last night counts no more this morning."""
        return super().has_permission(request) and enters_admin(request.user)

    @login_not_required
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        target = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied("admin")
        return redirect(reverse("accounts:sign_in", query={REDIRECT_FIELD_NAME: target}))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]
        return redirect("accounts:account")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]
        return redirect("accounts:password_change")


def enters_admin(user: Any) -> bool:
    """Whether an appointment held today opens the admin; a superuser enters it on installation day."""
    return user.is_superuser or any(held.role in ADMIN_SITE_ROLES for held in appointments_of(user))
