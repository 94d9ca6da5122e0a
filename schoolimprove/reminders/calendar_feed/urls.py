"""Addresses of one's own calendar."""

from django.urls import path

from . import views

app_name = "calendar_feed"
urlpatterns = [
    path("account/calendar/", views.own_calendar, name="own"),
    path("account/calendar/make/", views.make, name="make"),
    path("account/calendar/stop/", views.stop, name="stop"),
    path("calendar/<secret:token>.ics", views.calendar, name="calendar"),
]
