"""Addresses of categories."""

from categorisation.opening import pages as opening
from categorisation.recommendations import pages as recommendations

app_name = "categorisation"
urlpatterns = [*recommendations.paths(), *opening.paths()]
