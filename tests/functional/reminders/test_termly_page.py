"""The turn of the term, looked at: done, waiting, given up, and with no term near; wide and narrow."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from schoolimprove.records import jobs
from schoolimprove.records.models import Job
from schoolimprove.reminders.termly import ask_for_due
from schools.visits import term_slots
from tests.factories.calendar import hold_terms
from tests.factories.county import County
from tests.functional.signing_in import be_signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_how_the_term_was_opened_is_seen_and_what_failed_is_tried_again(
    page: Page, live_server: Any, transactional_db: None, site_clock_at: Callable[[date], None]
) -> None:
    hold_terms(2026)
    first = term_slots.term_days(2026, "spring").first
    site_clock_at(first - timedelta(days=7))
    county = County()
    be_signed_in(page, live_server, county.head)
    page.goto(f"{live_server.url}/reminders/term/")
    visits = page.get_by_role("row", name="Create core visits")
    expect(visits.get_by_text("Not started")).to_be_visible()
    ask_for_due(first - timedelta(days=7))
    of_visits = Job.objects.filter(key__startswith="core-visits")
    of_visits.update(state="failed", error="It failed 4 times; the log has the details.")
    page.reload()
    expect(page.get_by_text("It failed 4 times; the log has the details.")).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("We are trying again now.")).to_be_visible()
    assert jobs.run(of_visits.latest("pk").pk)
    page.reload()
    expect(page.get_by_text("1 core visit created; 0 already created")).to_be_visible()
    site_clock_at(date(2027, 8, 5))
    be_signed_in(page, live_server, county.head)
    page.goto(f"{live_server.url}/reminders/term/")
    expect(page.get_by_role("heading", name="No term begins in the next 2 weeks")).to_be_visible()
