"""The termly job that opens the round of a term for every school we serve (domain 9.2)."""

from django.urls import reverse

from categorisation.opening.actions import open_round
from schoolimprove.lib import clock
from schoolimprove.policy.values import one_reading
from schoolimprove.records.jobs import Progress
from schoolimprove.reminders.termly import TermlyJob, termly_jobs
from schools.visits.opening.termly import near

JOB = "category-round"


def register() -> None:
    """Register the job; called once, when the app is ready."""
    termly_jobs.register(TermlyJob(JOB, 20, "Open the category round", near, _open, _plan_url))


def _open(turn: str, tell: Progress) -> str:
    year, _, term = turn.partition("-")
    tell("Opening the category round")
    with one_reading():
        opened = open_round(int(year), term, by=None, on=clock.today())
    added = len(opened.schools)
    return f"{added:,} school{'' if added == 1 else 's'} added; {opened.present:,} already in the round"


def _plan_url(turn: str) -> str:
    return f"{reverse('categorisation:round_open')}?term={turn}"
