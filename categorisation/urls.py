"""Addresses of categories."""

from categorisation.decisions import pages as decisions
from categorisation.mismatches import pages as mismatches
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
    *mismatches.paths(),
    *SchemePages.paths("schemes/"),
]
