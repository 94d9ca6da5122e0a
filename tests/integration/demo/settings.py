"""The demonstration's settings, but for static files: served from the sources, without a manifest to collect first."""

from schoolimprove.settings import *  # noqa: F403
from schoolimprove.settings import BASE_DIR, STORAGES

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATICFILES_DIRS = []
STATIC_ROOT = BASE_DIR / "static"
