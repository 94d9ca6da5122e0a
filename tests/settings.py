"""The settings of the suite: production's, but for what would need the world outside or cost time.

The environment is set before the real settings read it, so that no `.env` of a checkout reaches a test.
"""

import os

os.environ.update(
    DEMO="0",
    DEBUG="0",
    HTTPS="0",
    BEHIND_PROXY="0",
    SECRET_KEY="a-key-for-the-tests-which-protects-nothing-at-all-0123456789",
    SITE_URL="http://testserver",
    DEFAULT_FROM_EMAIL="School improvement <school.improvement@example.invalid>",
    EMAIL_URL="dummy://",
    SERVICE_NAME="School improvement",
    LOG_LEVEL="INFO",
    ALLOWED_HOSTS="",
)
# Nobody needs these rows after a power cut, so no commit waits for the disk; processes that tests start do the same.
os.environ.setdefault("PGOPTIONS", "-c synchronous_commit=off")
os.environ.setdefault("DATABASE_URL", "postgres://postgres@127.0.0.1:5432/schoolimprove")
os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:6379/9")

from schoolimprove.settings import *  # noqa: F403
from schoolimprove.settings import BASE_DIR, DATABASES, POST_OFFICE, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Served from the sources: no manifest to collect first.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT = BASE_DIR / "var" / "no-static-files"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
# A trigger goes nowhere; a test that needs a worker starts one on a Redis number of its own.
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
POST_OFFICE["CELERY_ENABLED"] = False
# The threads of a live server let go of the database with each request, so that it can be dropped at the end.
DATABASES["default"]["CONN_MAX_AGE"] = 0
