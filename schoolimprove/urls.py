"""Every address of the site."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, register_converter

from schoolimprove import views
from schoolimprove.guides.topics import TopicConverter
from schoolimprove.health import healthz, readyz
from schools.groups import pages as groups

register_converter(TopicConverter, "help_topic")

handler403 = views.forbidden
urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("", views.home, name="home"),
    path("authority.css", views.authority_stylesheet, name="authority_css"),
    path("accessibility/", views.Accessibility.as_view(), name="accessibility"),
    path("privacy/", views.FooterPage.as_view(template_name="pages/privacy.html"), name="privacy"),
    path("privacy/retention/", views.Retention.as_view(), name="retention"),
    path("cookies/", views.Cookies.as_view(), name="cookies"),
    path("help/", views.Help.as_view(), name="help"),
    path("help/glossary/", views.Glossary.as_view(), name="glossary"),
    path("help/<help_topic:topic>/", views.HelpTopic.as_view(), name="help_topic"),
    path("schools/", include("schools.urls")),
    path("meetings/", include("schools.meetings.urls")),
    path("referrals/", include("schools.referrals.urls")),
    path("categories/", include("categorisation.urls")),
    path("groups/", include((groups.paths(), "groups"))),
    path("reminders/", include("schoolimprove.reminders.urls")),
    path("", include("schoolimprove.accounts.urls")),
    path("", include("schoolimprove.reminders.calendar_feed.urls")),
]
# Invented contents only; nothing an authority's people look for.
if settings.DEBUG or settings.DEMO:
    urlpatterns.append(path("components/", include("schoolimprove.ui.urls")))
