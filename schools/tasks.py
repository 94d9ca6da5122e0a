"""Background work of schools, triggered by Celery."""

from celery import shared_task

from schoolimprove.accounts.actions.person import sync_staff
from schoolimprove.lib import clock
from schools.people import staff_to_review


@shared_task
def follow_appointments() -> int:
    """Let entry to the admin follow appointments that began or ended with the day; how many changed."""
    return sum(sync_staff(user) for user in staff_to_review(clock.today()))
