"""Background work of categories, triggered by Celery."""

from celery import shared_task

from categorisation.mismatches.actions import follow_begun
from categorisation.recommendations.overnight import record_silence
from schoolimprove.lib import clock


@shared_task
def follow_recommendations() -> int:
    """Record the silence of schools whose time to agree or disagree is over; return how many answers are missing."""
    return record_silence(clock.today())


@shared_task
def follow_mismatches() -> int:
    """Compare with Ofsted the categories that have begun to count; return at how many schools."""
    return follow_begun(clock.today())
