"""The service's settings for a worker with a beat of its own.

Its sign of life stays with its files: in the checkout's var/ it would be taken for that of the service's beat, whose
health another test process asks about at the same time.
"""

import os
from pathlib import Path

from schoolimprove.settings import *  # noqa: F403

BEAT_ALIVE = Path(os.environ["BLOB_ROOT"]).with_name("beat-alive")
