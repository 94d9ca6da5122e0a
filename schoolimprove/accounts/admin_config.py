"""Loaded before any model is, and therefore apart from the admin site itself."""

from django.contrib.admin.apps import AdminConfig


class SiteAdminConfig(AdminConfig):
    """In INSTALLED_APPS in place of `django.contrib.admin`."""

    default_site = "schoolimprove.accounts.admin_site.SiteAdmin"
