"""Housekeeping of the door."""

from celery import shared_task

from schoolimprove.lib import clock
from schoolimprove.records.models import Job
from schoolimprove.records.models.job import JobState

from . import mail
from .actions.password import JOB
from .models import EmailLimit
from .models.email_limit import KEPT_FOR


@shared_task
def forget_sent_links() -> None:
    """Remove sent links from the outbox: a link is kept in the mailbox it was sent to, and nowhere else."""
    mail.forget_sent_links()


@shared_task
def forget_email_limits() -> None:
    """Forget which addresses were typed, and the jobs that served them, a day later."""
    at = clock.now()
    EmailLimit.objects.stale(at=at).delete()
    Job.objects.filter(kind=JOB, state=JobState.DONE, asked_at__lte=at - KEPT_FOR).delete()
