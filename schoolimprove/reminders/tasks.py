"""Background work of reminders, triggered by Celery."""

from celery import shared_task

from schoolimprove.lib import clock

from .deadlines import follow_tasks
from .reconciling import reconcile
from .sweep import sweep
from .termly import ask_for_due
from .turn import turn


@shared_task
def sweep_deadlines() -> int:
    """The daily sweep; how many reminders it wrote."""
    return sweep(clock.today()).created


@shared_task
def turn_reminders() -> int:
    """A sweep that was missed, and the emails that are due; how many were handed to the outbox."""
    return turn(clock.now()).delivered


@shared_task
def turn_term() -> int:
    """Ask for what is done once a term and has its day; how many jobs."""
    return ask_for_due(clock.today())


@shared_task
def follow_day() -> int:
    """Update the tasks that depend on the day: a term that is near, a file that is old; return how many changed."""
    return follow_tasks(clock.today(), night=True)


@shared_task
def reconcile_deadlines() -> int:
    """Whether the open deadlines are those there should be; how many are not."""
    return reconcile(clock.today()).drifted
