"""Help, as a clerk uses it."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from schoolimprove.accounts.roles import Role
from tests.factories.schools import SchoolFactory, appointed
from tests.functional.browser import led_on
from tests.functional.signing_in import be_signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_clerk_finds_their_page_first_and_comes_back(page: Page, live_server: Any) -> None:
    be_signed_in(page, live_server, appointed(Role.CLERK, school=SchoolFactory.create()))
    page.goto(f"{live_server.url}/help/")
    led_on(page.get_by_role("link", name="For clerks to the governors").first)
    expect(page.get_by_role("heading", level=1)).to_have_text("For clerks to the governors")
    led_on(page.get_by_role("link", name="Help", exact=True).first)
    expect(page.get_by_role("heading", name="For your work")).to_be_visible()
