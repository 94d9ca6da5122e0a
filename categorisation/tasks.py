"""Background work of categories, triggered by Celery."""

from celery import shared_task

from categorisation.recommendations.overnight import record_silence
from schoolimprove.lib import clock


@shared_task
def follow_recommendations() -> int:
    """Record the silence of schools whose time to agree or disagree is over; return how many answers are missing."""
    return record_silence(clock.today())
