"""The site with its gallery, for tests."""

from django.urls import include, path

from schoolimprove.urls import urlpatterns as site

urlpatterns = [*site, path("components/", include("schoolimprove.ui.urls"))]
