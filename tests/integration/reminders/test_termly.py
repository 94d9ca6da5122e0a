"""The turn of the term: asked for when its day has come, done once, and seen on its page."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from schoolimprove.records import jobs
from schoolimprove.records.models import Job
from schoolimprove.records.models.job import JobState
from schoolimprove.reminders.tasks import turn_term
from schoolimprove.reminders.termly import JOB, ask_for_due, standings
from schools.models import Visit
from schools.visits import term_slots
from schools.visits.opening import actions as opening_actions
from tests.factories.calendar import hold_terms
from tests.factories.county import County
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
"""How far a job is goes over a connection of its own."""
SPRING = "core-visits 2026-spring"


@pytest.fixture
def spring(county: County) -> date:
    """The first day of spring term, of which nothing is opened."""
    hold_terms(2026)
    days = term_slots.term_days(2026, "spring")
    return days.first


def run_all() -> list[bool]:
    return [jobs.run(job.pk) for job in Job.objects.filter(kind=JOB)]


def test_a_term_is_opened_seven_days_before_it_begins(spring: date, clock_at: Any) -> None:
    clock_at(spring - timedelta(days=8))
    turn_term()
    assert not Job.objects.filter(key=SPRING).exists()
    clock_at(spring - timedelta(days=7))
    turn_term()
    assert run_all()[-1] is True
    job = Job.objects.get(key=SPRING)
    assert (job.state, job.step) == (JobState.DONE, "1 core visit created; 0 already created")
    assert Visit.objects.of_term(2026, "spring").count() == 1


def test_it_is_done_once_however_often_it_is_asked_for(spring: date, clock_at: Any) -> None:
    clock_at(spring)
    ask_for_due(spring)
    ask_for_due(spring)
    run_all()
    assert ask_for_due(spring) == 0
    assert Job.objects.filter(key=SPRING).count() == 1
    assert Visit.objects.of_term(2026, "spring").count() == 1


def test_done_again_after_a_worker_was_killed_in_the_middle_nothing_is_made_twice(spring: date, clock_at: Any) -> None:
    clock_at(spring)
    ask_for_due(spring)
    opening_actions.open_term(2026, "spring", by=None, on=spring)
    run_all()
    assert Job.objects.get(key=SPRING).step == "0 core visits created; 1 already created"
    assert Visit.objects.of_term(2026, "spring").count() == 1


def test_what_was_given_up_is_tried_again_from_its_page_and_not_by_itself(
    county: County, spring: date, clock_at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock_at(spring)

    def broken(*_args: Any, **_named: Any) -> None:
        raise RuntimeError("away")

    with monkeypatch.context() as patch:
        patch.setattr("schools.visits.opening.termly.open_term", broken)
        ask_for_due(spring)
        for _ in range(5):
            run_all()
    assert Job.objects.get(key=SPRING).state == JobState.FAILED
    assert [each.job.key for each in standings(spring) if each.job and each.has_failed] == [SPRING]
    ask_for_due(spring)
    assert Job.objects.filter(key=SPRING).count() == 1
    client = signed_in(county.head)
    assert "Try again" in client.get(reverse("reminders:termly")).content.decode()
    client.post(reverse("reminders:termly_again", args=["core-visits", "2026-spring"]))
    run_all()
    assert Job.objects.filter(key=SPRING, state=JobState.DONE).count() == 1


def test_the_page_says_what_came_of_it_and_leads_to_what_would_be_made(
    county: County, spring: date, clock_at: Any
) -> None:
    clock_at(spring - timedelta(days=10))
    client = signed_in(county.dsim)
    before = client.get(reverse("reminders:termly")).content.decode()
    assert "Not started" in before
    assert f"{reverse('schools:term_open')}?term=2026-spring" in before
    clock_at(spring)
    ask_for_due(spring)
    run_all()
    client = signed_in(county.dsim)
    assert "1 core visit created; 0 already created" in client.get(reverse("reminders:termly")).content.decode()


def test_where_no_term_is_near_the_page_says_so(county: County, clock_at: Any) -> None:
    assert (
        "No term begins in the next 2 weeks" in signed_in(county.head).get(reverse("reminders:termly")).content.decode()
    )
