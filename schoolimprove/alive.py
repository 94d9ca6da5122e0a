"""Health checks that cost no Django: `python -m schoolimprove.alive web` and `… beat`. Exit status 0 is alive.

The worker's is `celery --app schoolimprove inspect ping`.
"""

import os
import sys
import time
import urllib.request
from pathlib import Path

# Beat ticks at least every thirty seconds.
BEAT_SILENCE_SECONDS = 90
BEAT_SIGN = Path(__file__).resolve().parent.parent / "var" / "beat-alive"


def web_is_alive(port: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def beat_is_alive(sign: Path, now: float) -> bool:
    """Whether beat left its sign of life lately; `now` in seconds since the epoch."""
    return sign.is_file() and now - sign.stat().st_mtime < BEAT_SILENCE_SECONDS


def main(what: str) -> int:
    if what == "web":
        return 0 if web_is_alive(os.environ.get("PORT", "8000")) else 1
    if what == "beat":
        return 0 if beat_is_alive(BEAT_SIGN, time.time()) else 1
    raise SystemExit(__doc__)


if __name__ == "__main__":
    sys.exit(main(" ".join(sys.argv[1:])))
