"""Housekeeping that belongs to no app."""

import logging

from celery import shared_task
from django.core.management import call_command

from schoolimprove.lib import clock
from schoolimprove.records.models import Draft, SentForm

_log = logging.getLogger(__name__)


@shared_task
def forget_ended_sessions() -> None:
    call_command("clearsessions")


@shared_task
def forget_stale_drafts() -> None:
    """Forget drafts untouched for thirty days, and forms that were sent and can be sent no more."""
    count, _ = Draft.objects.stale(at=clock.now()).delete()
    SentForm.objects.stale(at=clock.now()).delete()
    _log.info("%s stale drafts forgotten", count)
