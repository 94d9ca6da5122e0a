"""Background work of schools, triggered by Celery."""

from celery import shared_task

from schoolimprove.accounts.actions.person import sync_staff
from schoolimprove.lib import clock
from schools.people import staff_to_review
from schools.recounting import recount
from schools.responses import settle_responses


@shared_task
def follow_appointments() -> int:
    """Let entry to the admin, and what schools are waited for, follow appointments that began or ended with the day.

    How many people's entry changed. Running it twice changes nothing more.
    """
    settle_responses(clock.today())
    return sum(sync_staff(user) for user in staff_to_review(clock.today()))


@shared_task
def follow_calendar() -> int:
    """Let deadlines follow what was changed in the calendar by hand; how many moved or were opened."""
    return recount()
