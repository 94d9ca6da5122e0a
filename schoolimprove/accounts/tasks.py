"""Housekeeping of the door."""

from celery import shared_task

from . import mail


@shared_task
def forget_sent_links() -> None:
    """A link lives in the mailbox it was sent to, and nowhere else."""
    mail.forget_sent_links()
