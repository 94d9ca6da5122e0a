"""What is said against sharing a record today, and how the newest dates are worked out."""

from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from schoolimprove.lib import clock
from schoolimprove.reminders.models import Deadline
from schools.visits.deadlines import CORE_SOON
from schools.visits.opening.actions import open_term
from tests.factories.calendar import hold_terms
from tests.factories.county import County
from tests.functional.signing_in import be_signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DOUBT = (
    "Friday 18 December 2026 is the last school day of the autumn term. If you approve it on Monday 4 January 2027, "
    "the school would have until 18 January 2027 to respond. But you must decide by 24 December 2026."
)


def test_a_doubt_stands_above_what_will_happen(page: Page, live_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schools.records.assurance.pages.doubt_about_sharing", lambda *_of, **_more: DOUBT)
    county = County()
    record = county.submitted(county.sip, on=clock.today())
    be_signed_in(page, live_server, county.dsim)
    page.goto(f"{live_server.url}{record.get_absolute_url()}approve/?seen_version={record.version}")
    expect(page.get_by_text(DOUBT)).to_be_visible()
    page.get_by_role("button", name="Approve and share").click()
    expect(page.get_by_text("You approved the record and shared it with the school.")).to_be_visible()


def test_the_date_before_the_last_weeks_opens_to_its_working(page: Page, live_server: Any) -> None:
    hold_terms(2025, 2026)
    county = County()
    open_term(2026, "autumn", by=county.dsim, on=date(2026, 9, 1))
    Deadline.objects.exclude(rule=CORE_SOON).delete()
    be_signed_in(page, live_server, county.dsim)
    page.goto(f"{live_server.url}/schools/coverage/list/?term=2026-autumn")
    page.get_by_text("20 November 2026").first.click()
    expect(page.get_by_text("The first school day of those weeks is Monday 23 November 2026.")).to_be_visible()
