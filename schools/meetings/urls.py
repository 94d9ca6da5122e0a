"""Addresses of meetings."""

from schools.meetings import pages

app_name = "meetings"
urlpatterns = pages.paths()
