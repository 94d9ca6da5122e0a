"""Addresses of categories."""

from categorisation.decisions import pages as decisions
from categorisation.moderation import pages as moderation
from categorisation.opening import pages as opening
from categorisation.recommendations import pages as recommendations
from categorisation.schemes.pages import SchemePages

app_name = "categorisation"
urlpatterns = [
    *decisions.paths(),
    *recommendations.paths(),
    *opening.paths(),
    *moderation.paths(),
    *SchemePages.paths("schemes/"),
]
