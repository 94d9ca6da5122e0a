"""The pictures of the documents: each is reached as its reader would, by what the pages say, or the test fails.

With MAKE_PICTURES, as `make pictures` sets it, they are put into docs/pictures.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.demo import signins
from tests.functional.browser import ROOT, SCREENSHOTS, led_on, opened
from tests.functional.signing_in import be_signed_in

pytestmark = [pytest.mark.browser, pytest.mark.prove]
COLOURS = 48
HEIGHT = 860
Walk = Callable[[Page], None]


def at_home(page: Page) -> None:
    expect(page.get_by_role("heading", name="Your tasks")).to_be_visible()


def by_navigation(area: str, entry: str, heading: str) -> Walk:
    """Press an area of the navigation or the header, and then one of its entries, unless it opened on that."""

    def walk(page: Page) -> None:
        led_on(page.locator("header nav").get_by_role("link", name=area, exact=True))
        found = page.get_by_role("navigation", name=area).get_by_role("link", name=entry, exact=True)
        if found.get_attribute("aria-current") is None:
            led_on(found)
        expect(page.get_by_role("heading", level=1)).to_contain_text(heading)

    return walk


def to_a_visit(page: Page) -> None:
    by_navigation("Visits", "My term", "My term")(page)
    led_on(page.locator("main table tbody tr a").first)
    expect(page.get_by_role("heading", name="Agenda")).to_be_visible()


def to_the_record_being_written(page: Page) -> None:
    press(page, "Submit the Record of Visit")
    press(page, "Edit the record")
    expect(page.get_by_role("button", name="Save and preview")).to_be_visible()


def to_the_answer(page: Page) -> None:
    led_on(page.locator("main .app-tasks a").filter(has_text="espond").first)
    press(page, "Respond for your school")
    expect(page.get_by_role("button", name="Continue")).to_be_visible()


def to_ones_school(tab: str) -> Walk:
    """From home to the person's first school, and to one of its tabs."""

    def walk(page: Page) -> None:
        led_on(page.locator("main ul.govuk-list--spaced a").first)
        led_on(page.get_by_role("link", name=tab, exact=True))
        expect(page.get_by_role("link", name=tab, exact=True)).to_have_attribute("aria-current", "page")

    return walk


def to_imports(page: Page) -> None:
    by_navigation("Administration", "Imports", "Imports")(page)
    expect(page.locator("main a", has_text="Import files")).to_be_visible()


def press(page: Page, words: str) -> None:
    """The first link or button of the page's own that says this."""
    led_on(page.locator("main a, main button").filter(has_text=words).first)


PICTURES: dict[str, tuple[Role, Walk]] = {
    "home": (Role.SIP, at_home),
    "my-term": (Role.SIP, by_navigation("Visits", "My term", "My term")),
    "visit": (Role.SIP, to_a_visit),
    "writing": (Role.SIP, to_the_record_being_written),
    "to-assure": (Role.DSIM, by_navigation("Visits", "To assure", "Records to assure")),
    "allocation": (Role.DSIM, by_navigation("Schools", "SIP allocation", "Who has which school")),
    "coverage": (Role.HEAD_OF_SERVICE, by_navigation("Reports", "Coverage", "Coverage of core visits")),
    "answer": (Role.HEADTEACHER, to_the_answer),
    "actions": (Role.HEADTEACHER, to_ones_school("Actions")),
    "governors": (Role.CLERK, to_ones_school("Governors")),
    "imports": (Role.ERA, to_imports),
    "people": (Role.SYSTEM_ADMINISTRATOR, by_navigation("Administration", "People", "People")),
}


def test_each_picture_is_reached_as_its_reader_would(browser: Browser, demonstration: LiveServer) -> None:
    folder = ROOT / "docs" / "pictures" if os.environ.get("MAKE_PICTURES") else SCREENSHOTS
    folder.mkdir(parents=True, exist_ok=True)
    astray = {}
    for name, (role, walk) in PICTURES.items():
        with opened(browser) as page:
            be_signed_in(page, demonstration, User.objects.get(email=signins.address(role)))
            page.goto(f"{demonstration.url}/")
            try:
                walk(page)
            except Exception as error:
                astray[name] = f"{page.url}: {error}"
            taken(page, folder / f"{name}.png")
    assert not astray, "\n".join(f"{name}: {why}" for name, why in astray.items())


def taken(page: Page, path: Path) -> None:
    """The top of the page, in few colours."""
    page.set_viewport_size({"width": 1280, "height": HEIGHT})
    page.evaluate("window.scrollTo(0, 0)")
    page.screenshot(path=str(path))
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(COLOURS).save(path, optimize=True)
