"""The turn of the term: what is done by itself, how far it is, and what would be made."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from schoolimprove.accounts.models import user_of
from schoolimprove.accounts.rights import acting
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.records.models.job import JobState
from schoolimprove.reminders.termly import Standing, standings, try_again
from schoolimprove.ui import components

HEADING = "Core visits created automatically"
_CODES = {JobState.WAITING: "awaiting", JobState.RUNNING: "underway", JobState.DONE: "done", JobState.FAILED: "failed"}


def page(request: HttpRequest) -> HttpResponse:
    acting(user_of(request), Permission.OPEN_TERM)
    found = standings(clock.today())
    context = {
        "page_title": HEADING,
        "lede": "The service creates the core visits of each term. You can also create them yourself, earlier.",
        "table": components.Table("Automatic jobs", _COLUMNS, [_row(each) for each in found], caption_hidden=True),
        "failed": [each for each in found if each.has_failed],
        "nothing": components.Empty(
            "No term begins in the next 2 weeks",
            "This page shows a term from 2 weeks before it begins in the authority’s calendar.",
        ),
    }
    return render(request, "reminders/termly.html", context)


_NOT_YET = components.Status("not_started", "Not started")
_COLUMNS = [components.Column(label) for label in ("Job", "Term", "When", "Status", "Result")]


def _row(each: Standing) -> Sequence[Any]:
    job = each.job
    state = components.Status(_CODES[JobState(job.state)], job.get_state_display()) if job else _NOT_YET
    ended = (
        f"Done on {clock.uk_date(job.ended_at.astimezone(clock.LONDON).date())}"
        if job and job.ended_at and each.is_done
        else ""
    )
    plan = components.Link(each.termly.label, each.termly.plan_url(each.turn.key), "See which visits")
    return [plan, each.turn.label, ended or f"From {clock.uk_date(each.turn.from_day)}", state, _said(each)]


def _said(each: Standing) -> str:
    if each.job is None:
        return ""
    return each.job.error if each.has_failed else each.job.step


@require_POST
def again(request: HttpRequest, job: str, turn: str) -> HttpResponse:
    acting(user_of(request), Permission.OPEN_TERM)
    if try_again(job, turn, clock.today()):
        messages.success(request, "We are trying again now.")
    else:
        messages.warning(request, "This job is done or already running.")
    return redirect("reminders:termly")
