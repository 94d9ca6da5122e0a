"""The page of one's own calendar: before there is an address, as it is made, after it, and before it goes."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.factories.county import TUESDAY, County
from tests.functional.browser import DESKTOP, PHONE, led_on
from tests.functional.signing_in import be_signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def county(transactional_db: None, site_clock_at: Callable[[date], None]) -> County:
    site_clock_at(TUESDAY)
    return County()


@pytest.mark.parametrize(
    "page", [(DESKTOP, True), (PHONE, False)], ids=["desktop", "phone without scripts"], indirect=True
)
def test_an_address_is_made_replaced_and_stopped(page: Page, county: County, live_server: Any) -> None:
    be_signed_in(page, live_server, county.sip)
    page.goto(f"{live_server.url}/account/")
    led_on(page.get_by_role("link", name="Your calendar"))
    led_on(page.get_by_role("button", name="Create an address"))
    address = page.get_by_label("Your calendar address")
    expect(address).to_have_value(re.compile(r"/calendar/[0-9a-f]{32}\.ics$"))
    first = address.input_value()
    led_on(page.get_by_role("link", name="I have added it to my calendar"))
    expect(page.get_by_text("Not yet")).to_be_visible()
    led_on(page.get_by_role("button", name="Create a new address"))
    led_on(page.get_by_role("button", name="Create a new address"))
    assert address.input_value() != first
    led_on(page.get_by_role("link", name="I have added it to my calendar"))
    led_on(page.get_by_role("link", name="Stop this address"))
    led_on(page.get_by_role("button", name="Stop your calendar address"))
    expect(page.get_by_text("You have stopped your calendar address.")).to_be_visible()
