"""Addresses of the gallery; included in development, in the demonstration and in tests only."""

from django.urls import path

from . import views

app_name = "ui"
urlpatterns = [
    path("", views.index, name="gallery"),
    path("list/", views.list_page, name="list"),
    path("list/empty/", views.empty_page, name="empty"),
    path("list/<slug:kind>", views.export, name="export"),
    path("detail/", views.detail_page, name="detail"),
    path("form/", views.form_page, name="form"),
    path("confirm/", views.confirm_page, name="confirm"),
    path("done/", views.done_page, name="done"),
    path("session/", views.session_page, name="session"),
    path("session/extend", views.extend, name="extend"),
    path("autosave", views.autosave, name="autosave"),
]
