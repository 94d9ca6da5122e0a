"""Addresses of the category scheme and of what is decided under it."""

from categorisation.schemes.pages import SchemePages

app_name = "categorisation"
urlpatterns = [
    *SchemePages.paths("schemes/"),
]
