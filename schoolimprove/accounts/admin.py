"""Users in the admin, to be read: inviting and deactivating have pages that ask why and tell people."""

from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from post_office.models import Attachment, Email, EmailTemplate, Log

from schoolimprove.records.admin import GuardedAdmin

from .models import User

# Rights come from appointments; a device's page would show its secret, an email's the links sent to others.
for _model in (Group, TOTPDevice, StaticDevice, Email, EmailTemplate, Attachment, Log):
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)


@admin.register(User)
class UserAdmin(GuardedAdmin):
    list_display = ("name", "email", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser")
    search_fields = ("search_key",)
    fields = ("name", "email", "is_active", "is_staff", "is_superuser", "date_joined", "last_login", "page")
    readonly_fields = fields

    @admin.display(description="Actions")
    def page(self, user: User) -> SafeString:
        return format_html('<a href="{}">Open the person’s page</a>', reverse("accounts:person", args=[user.pk]))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False
