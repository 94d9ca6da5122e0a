"""What schools does by itself once a term: it opens it, as the button does, for every school that is served."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.urls import reverse

from schoolimprove.lib import clock
from schoolimprove.policy.values import one_reading, policy_value
from schoolimprove.records.jobs import Progress
from schoolimprove.reminders.termly import TermlyJob, Turn, termly_jobs
from schools.policy import TERM_OPENS
from schools.visits.opening.actions import BEFORE_A_TERM, open_term
from schools.visits.term_slots import terms_held

OPENING = "core-visits"


def register() -> None:
    """Called once, when the app is ready."""
    termly_jobs.register(TermlyJob(OPENING, 10, "Create core visits", near, _open, _plan_url))


def near(on: date) -> Sequence[Turn]:
    """The term that goes on, and the next from a fortnight before it; each opens so many days before it begins."""
    before = timedelta(days=policy_value(TERM_OPENS, on=on).days_before)
    held = terms_held(on.year - 1, on.year)
    return [
        Turn(each.key, each.label, each.first - before)
        for each in held
        if each.first - BEFORE_A_TERM <= on <= each.last
    ]


def _open(turn: str, tell: Progress) -> str:
    year, _, term = turn.partition("-")
    tell("Creating core visits")
    with one_reading():
        done = open_term(int(year), term, by=None, on=clock.today())
    visits = f"{len(done.opened):,} core visit{'' if len(done.opened) == 1 else 's'} created"
    nobodys = f", {len(done.without_partner):,} without a partner" if done.without_partner else ""
    return f"{visits}{nobodys}; {len(done.there):,} already created"


def _plan_url(turn: str) -> str:
    return f"{reverse('schools:term_open')}?term={turn}#results"
