"""The main journeys by the Tab key, Enter and Space alone, each by whoever makes it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from schoolimprove.accounts.models import User
from schools.models import RecordOfVisit, Visit
from schools.records.states import RecordStatus
from schools.visits.deadlines import core_visit_owed
from schools.visits.models.visit import VisitKind
from schools.visits.states import VisitStatus
from tests.factories.accounts import PASSWORD
from tests.factories.calendar import hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.schools import VisitFactory
from tests.functional.browser import opened, tab_stops
from tests.functional.keyboard import Keyboard
from tests.functional.signing_in import be_signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def county(transactional_db: None, site_clock_at: Callable[[date], None]) -> County:
    site_clock_at(TUESDAY)
    hold_terms(2025, 2026)
    return County()


@contextmanager
def at_home(browser: Browser, live_server: Any, user: User) -> Iterator[tuple[Page, Keyboard]]:
    with opened(browser) as page:
        be_signed_in(page, live_server, user)
        page.goto(f"{live_server.url}/")
        yield page, Keyboard(page)


def test_somebody_signs_in_filters_a_list_and_takes_a_filter_away(
    browser: Browser, live_server: Any, county: County
) -> None:
    with opened(browser) as page:
        keys = Keyboard(page)
        page.goto(f"{live_server.url}/sign-in/")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
        expect(page.get_by_role("link", name="Skip to main content")).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        keys.write("Email address", county.dsim.email)
        keys.write("Password", PASSWORD)
        keys.enter("Sign in")
        expect(page.get_by_role("heading", level=1)).to_contain_text(county.dsim.name)
        keys.enter("Schools")
        keys.space("Show filters")
        keys.write("Name, URN", "Invented")
        keys.space("Phase")
        keys.space("Primary")
        keys.enter("Apply filters")
        expect(page.locator("#results")).to_be_focused()
        expect(page.locator("#results")).to_have_text("1 school")
        keys.enter("Remove this filter: Phase")
        expect(page.locator("#results")).to_be_focused()
        expect(page.locator(".app-chosen__tag")).to_have_count(1)
        keys.enter("Clear all filters")
        expect(page.locator(".app-chosen__tag")).to_have_count(0)


def test_a_date_is_proposed_and_agreed(browser: Browser, live_server: Any, county: County) -> None:
    visit = VisitFactory.create(
        school=county.school,
        author=county.sip,
        status=VisitStatus.DUE,
        kind=VisitKind.CORE,
        held_on=None,
        academic_year=2026,
        term="autumn",
    )
    core_visit_owed(visit)
    with at_home(browser, live_server, county.sip) as (page, keys):
        keys.enter("Propose a date for the core visit")
        for part, value in (("Day", "24"), ("Month", "11"), ("Year", "2026")):
            keys.write(part, value)
        keys.enter("Propose this date")
        expect(page.get_by_text("Date proposed").first).to_be_visible()
    with at_home(browser, live_server, county.headteacher) as (page, keys):
        keys.enter("Agree the date of the visit")
        keys.enter("Agree this date", "Space")
        expect(page.get_by_text("Agreed").first).to_be_visible()
    assert Visit.objects.get(pk=visit.pk).status == VisitStatus.AGREED


def test_a_record_goes_from_its_author_to_the_schools_answer(
    browser: Browser, live_server: Any, county: County
) -> None:
    record = county.start(county.sip)
    with at_home(browser, live_server, county.sip) as (page, keys):
        keys.enter("Submit the Record of Visit")
        keys.enter("Edit the record")
        assert len(tab_stops(page)) > 20, "The Tab key is trapped"
        keys.write("Evidence you saw", "Written with the keyboard alone.")
        keys.enter("Save and finish for now")
        keys.enter("Submit for approval")
        expect(page.get_by_text("Awaiting approval").first).to_be_visible()
    with at_home(browser, live_server, county.dsim) as (page, keys):
        keys.enter("Approve or return the Record of Visit")
        keys.enter("Approve and share")
        keys.enter("Approve and share", "Space")
        expect(page.get_by_text("You approved the record and shared it with the school")).to_be_visible()
    with at_home(browser, live_server, county.headteacher) as (page, keys):
        keys.enter("Respond to the Record of Visit")
        expect(page.get_by_text("Written with the keyboard alone.")).to_be_visible()
        keys.enter("Respond for your school")
        keys.enter("Continue")
        expect(page.locator(".govuk-error-summary")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_label("Yes", exact=True)).to_be_focused()
        page.keyboard.press("Shift+Tab")
        keys.choose("Yes", "No, something is not accurate")
        keys.write("What is not accurate", "It was the deputy.")
        keys.enter("Continue", "Space")
        expect(page.get_by_text("It was the deputy.")).to_be_visible()
        keys.enter("Send your response", "Space")
        expect(page.get_by_text("You sent your response.")).to_be_visible()
    assert RecordOfVisit.objects.get(pk=record.pk).status == RecordStatus.SHARED
