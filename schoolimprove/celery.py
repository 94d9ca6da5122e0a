"""Background work. A row is the truth of a job; Celery only triggers."""

import logging
import os
from typing import Any

import celery
from celery.beat import PersistentScheduler
from celery.result import AsyncResult
from celery.signals import setup_logging
from kombu.exceptions import OperationalError

from schoolimprove.lib import context

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "schoolimprove.settings")

_log = logging.getLogger(__name__)


class Task(celery.Task):  # type: ignore[type-arg]  # not generic when it runs
    """A task that carries the request's id, and whose trigger may be lost without losing the work."""

    def apply_async(self, *args: Any, **options: Any) -> AsyncResult[Any]:
        """A broker out of reach is logged, not raised: what was to be done is a row, and a sweep finds it."""
        options["headers"] = {"request_id": context.request_id.get(), **(options.get("headers") or {})}
        try:
            return super().apply_async(*args, **options)
        except OperationalError:
            _log.exception("No trigger for %s: the broker is out of reach", self.name)
            return self.AsyncResult("")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        carried = getattr(self.request, "request_id", None) or context.request_id.get()
        token = context.request_id.set(carried or str(self.request.id or ""))
        try:
            return super().__call__(*args, **kwargs)
        finally:
            context.request_id.reset(token)


class BeatScheduler(PersistentScheduler):
    """Leaves a sign of life at every tick, which beat's health check reads."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        from django.conf import settings

        settings.BEAT_ALIVE.touch()
        return float(super().tick(*args, **kwargs))


@setup_logging.connect
def _keep_our_logging(**_options: Any) -> None:
    """Celery arranges logs of its own unless somebody answers this; Django's settings already have."""


app = celery.Celery("schoolimprove", task_cls=Task)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
