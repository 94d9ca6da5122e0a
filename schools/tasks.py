"""Background work of schools, triggered by Celery."""

from celery import shared_task

from schoolimprove.accounts.actions.person import sync_staff
from schoolimprove.lib import clock
from schools.letters import pdf as letter_pdf
from schools.oversight.recalculate_deadlines import follow_schools, recount
from schools.records import pdf as record_pdf
from schools.records.overnight import close_what_may, record_silence, settle_responses
from schools.register.people.account_hooks import staff_to_review


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


@shared_task
def follow_unseen_schools() -> int:
    """Let the days by which schools are to be seen follow the register and the policy of the day; how many changed."""
    return follow_schools(clock.today())


@shared_task
def freeze_missing() -> int:
    """Ask anew for PDFs of shared records and issued letters that could not be made; how many were asked for."""
    return record_pdf.ask_for_missing() + letter_pdf.ask_for_missing()


@shared_task
def follow_records() -> int:
    """Record the silence of schools whose time to respond is over, and close what may be closed; how many closed."""
    record_silence(clock.today())
    return close_what_may(clock.today())
