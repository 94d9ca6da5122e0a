"""The demonstration's settings, but for where it collects static files: several begin at once out of one checkout."""

from schoolimprove.settings import *  # noqa: F403
from schoolimprove.settings import DEMO_FOLDER

STATIC_ROOT = DEMO_FOLDER / "static"
