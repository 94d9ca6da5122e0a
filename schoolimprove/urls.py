"""Every address of the site."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from schoolimprove import views
from schoolimprove.health import healthz, readyz

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("", views.home, name="home"),
    path("authority.css", views.authority_stylesheet, name="authority_css"),
    path("accessibility/", views.FooterPage.as_view(template_name="pages/accessibility.html"), name="accessibility"),
    path("privacy/", views.FooterPage.as_view(template_name="pages/privacy.html"), name="privacy"),
    path("cookies/", views.FooterPage.as_view(template_name="pages/cookies.html"), name="cookies"),
    path("help/", views.FooterPage.as_view(template_name="pages/help.html"), name="help"),
    path("schools/", include("schools.urls")),
    path("", include("schoolimprove.accounts.urls")),
]
# Invented contents only; nothing an authority's people look for.
if settings.DEBUG or settings.DEMO:
    urlpatterns.append(path("components/", include("schoolimprove.ui.urls")))
