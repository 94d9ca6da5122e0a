"""Is it alive, and can it serve? For health checks: anonymous, and silent about what is inside."""

import logging
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from schoolimprove.celery import app

_log = logging.getLogger(__name__)


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Touches nothing else, so that a sick database does not restart healthy processes."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether each thing a page needs is there; 503 when one is not. What is wrong with it is in the log."""
    parts = {name: _passes(name, check) for name, check in CHECKS.items()}
    ready = all(parts.values())
    shown = {name: "ok" if passed else "failing" for name, passed in parts.items()}
    return JsonResponse({"ready": ready, **shown}, status=200 if ready else 503)


def _passes(name: str, check: Callable[[], bool]) -> bool:
    try:
        passed = check()
    # Whatever a driver raises, the answer is that this part does not work.
    except Exception:
        _log.exception("%s is failing", name)
        return False
    if not passed:
        _log.error("%s is failing", name)
    return passed


def _database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


_seen_migrated = False


def _migrations_are_applied() -> bool:
    """Remembered once true: this process brings its own migrations with it."""
    global _seen_migrated
    if not _seen_migrated:
        executor = MigrationExecutor(connection)
        _seen_migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _seen_migrated


def _broker_answers() -> bool:
    with app.connection_for_write(connect_timeout=2) as broker:
        broker.ensure_connection(max_retries=1, timeout=2)
    return True


def _blobs_can_be_written() -> bool:
    root = Path(settings.BLOB_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=root) as file:
        return file.write(b"ready") == 5


CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database_answers,
    "migrations": _migrations_are_applied,
    "broker": _broker_answers,
    "files": _blobs_can_be_written,
}
