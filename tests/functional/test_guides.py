"""Help, glossary, privacy, retention, cookies and accessibility, looked at at both widths, by nobody and by a clerk."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings

from schoolimprove.accounts.roles import Role
from schoolimprove.guides.topics import TOPICS
from tests.factories.schools import SchoolFactory, appointed

from .browser import DESKTOP, PHONE, axe, led_on, opened, screenshot, scrolls_sideways
from .signing_in import be_signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = ["help", "help/glossary", "privacy", "privacy/retention", "cookies", "accessibility"]


@pytest.fixture(params=[DESKTOP, PHONE])
def window(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    with opened(browser, request.param) as page:
        yield page


def look(page: Page, site: Any, path: str) -> None:
    page.goto(f"{site.url}/{path}/")
    width = page.viewport_size["width"] if page.viewport_size else 0
    screenshot(page, f"guide-{path.replace('/', '-')}-{width}")
    assert axe(page) == [], path
    assert not scrolls_sideways(page), path


def test_what_anybody_may_read_has_no_fault(window: Page, live_server: Any) -> None:
    for path in [*PAGES, *(f"help/{topic.slug}" for topic in TOPICS)]:
        look(window, live_server, path)


def test_it_has_no_fault_where_the_authority_has_said_whom_to_ask(
    window: Page, live_server: Any, settings: Settings
) -> None:
    settings.CONTACT = "schoolimprovement@merrowshire-county-council.example, 01632 960001"
    settings.DATA_PROTECTION_CONTACT = "data.protection@merrowshire-county-council.example"
    settings.RETENTION_SCHEDULE_URL = "https://example.org/retention"
    for path in PAGES:
        look(window, live_server, path)


def test_a_clerk_finds_their_page_first_and_comes_back(window: Page, live_server: Any) -> None:
    be_signed_in(window, live_server, appointed(Role.CLERK, school=SchoolFactory.create()))
    look(window, live_server, "help")
    led_on(window.get_by_role("link", name="For clerks to the governors").first)
    expect(window.get_by_role("heading", level=1)).to_have_text("For clerks to the governors")
    led_on(window.get_by_role("link", name="Help", exact=True).first)
    expect(window.get_by_role("heading", name="For your work")).to_be_visible()
