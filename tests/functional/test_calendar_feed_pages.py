"""The page of one's own calendar: before there is an address, as it is made, after it, and before it goes."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.factories.county import TUESDAY, County
from tests.functional.browser import DESKTOP, PHONE, axe, opened, screenshot, scrolls_sideways
from tests.functional.signing_in import be_signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def county(transactional_db: None, site_clock_at: Callable[[date], None]) -> County:
    site_clock_at(TUESDAY)
    return County()


@pytest.fixture(params=[(DESKTOP, True), (PHONE, False)], ids=["desktop", "phone without scripts"])
def page(browser: Browser, request: Any) -> Iterator[Page]:
    width, script = request.param
    with opened(browser, width, script=script) as opened_page:
        yield opened_page


def look(page: Page, name: str) -> None:
    assert page.viewport_size is not None
    screenshot(page, f"calendar-feed-{name}-{page.viewport_size['width']}")
    assert not scrolls_sideways(page), name


def test_an_address_is_made_replaced_and_stopped(page: Page, county: County, live_server: Any) -> None:
    be_signed_in(page, live_server, county.sip)
    page.goto(f"{live_server.url}/account/")
    look(page, "account")
    page.get_by_role("link", name="Your calendar").click()
    look(page, "none")
    page.get_by_role("button", name="Make an address").click()
    address = page.get_by_label("Address of your calendar")
    expect(address).to_have_value(re.compile(r"/calendar/[0-9a-f]{32}\.ics$"))
    first = address.input_value()
    look(page, "made")
    page.get_by_role("link", name="I have given it to my calendar").click()
    expect(page.get_by_text("Not yet")).to_be_visible()
    look(page, "kept")
    page.get_by_role("button", name="Make a new address").click()
    look(page, "replacing")
    page.get_by_role("button", name="Make a new address").click()
    assert address.input_value() != first
    page.get_by_role("link", name="I have given it to my calendar").click()
    page.get_by_role("link", name="Stop it").click()
    look(page, "stopping")
    page.get_by_role("button", name="Stop the address of your calendar").click()
    expect(page.get_by_text("The address of your calendar has been stopped.")).to_be_visible()
    look(page, "stopped")


def test_nothing_hinders_anybody(browser: Browser, county: County, live_server: Any) -> None:
    with opened(browser, DESKTOP) as page:
        be_signed_in(page, live_server, county.sip)
        for path in ("account/", "account/calendar/", "account/calendar/stop/", "account/calendar/make/"):
            page.goto(f"{live_server.url}/{path}")
            assert axe(page) == [], path
        page.get_by_role("button", name="Make a new address").click()
        assert axe(page) == []
        page.goto(f"{live_server.url}/account/calendar/")
        assert axe(page) == []
