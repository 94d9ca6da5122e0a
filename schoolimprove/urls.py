"""Every address of the site."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, path

from schoolimprove.health import healthz, readyz

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
