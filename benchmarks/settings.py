"""The suite's settings, which are production's, on a database of its own beside the one named by DATABASE_URL."""

import os

# Unlike the suite's, a commit waits for the disk, as production's does.
os.environ.setdefault("PGOPTIONS", "")

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES, LOGGING

DATABASES["default"]["NAME"] += "_bench"
# Kept open, as production's is.
DATABASES["default"]["CONN_MAX_AGE"] = 3600
ROOT_URLCONF = "benchmarks.urls"
# The line a request leaves in the log is made, and written nowhere.
for handler in LOGGING["handlers"].values():
    handler.update({"class": "logging.StreamHandler", "stream": open("/dev/null", "w")})  # noqa: SIM115
