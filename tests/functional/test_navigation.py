"""The header and the navigation in a browser: on one line at 1280 pixels, nothing sideways on a phone."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from schoolimprove.accounts.actions.person import sync_staff
from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.ui import registry
from schoolimprove.ui.registry import Area, NavigationItem
from tests.factories.calendar import hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.schools import appointed
from tests.functional.browser import DESKTOP, PHONE, SMALLEST, led_on, look_at, opened
from tests.functional.signing_in import be_signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TOPS = "links => links.map(link => Math.round(link.getBoundingClientRect().top))"
ADMIN_PAGES = ("", "schools/school/")


@pytest.fixture
def county(transactional_db: None, site_clock_at: Callable[[date], None]) -> County:
    site_clock_at(TUESDAY)
    hold_terms(2026)
    return County()


@pytest.fixture
def every_area(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the areas that no app has filled yet an entry."""
    entries = dict(registry.navigation._entries)
    monkeypatch.setattr(registry.navigation, "_entries", entries)
    for area in (Area.CATEGORIES, Area.CONCERNS, Area.INCLUSION, Area.MONEY):
        registry.navigation.register(NavigationItem(area.name, area, 10, area.value, "privacy", lambda _user: True))


def administrator(county: County) -> User:
    user = appointed(Role.SYSTEM_ADMINISTRATOR, authority=county.school.authority)
    sync_staff(user)
    return user


def with_unread(user: User) -> User:
    User.objects.filter(pk=user.pk).update(unread_reminders=12)
    return user


def open_as(page: Page, live_server: Any, user: User, path: str = "/") -> None:
    be_signed_in(page, live_server, user)
    page.goto(f"{live_server.url}{path}")


def test_all_areas_are_on_one_line(page: Page, live_server: Any, county: County, every_area: None) -> None:
    open_as(page, live_server, with_unread(county.dsim))
    links = page.get_by_role("navigation", name="Menu").get_by_role("link")
    expect(links).to_have_text([area.value for area in Area if not area.in_header])
    assert len(set(links.evaluate_all(TOPS))) == 1
    look_at(page, "navigation-every-area")


@pytest.mark.parametrize("who", ["sip", "dsim", "head", "headteacher", "administrator"])
def test_the_header_fits_every_window(browser: Browser, live_server: Any, county: County, who: str) -> None:
    user = with_unread(administrator(county) if who == "administrator" else getattr(county, who))
    for width in (DESKTOP, PHONE, SMALLEST):
        with opened(browser, width) as page:
            for name, path in (("home", "/"), ("schools", "/schools/"), ("programme", "/schools/programme/")):
                open_as(page, live_server, user, path)
                look_at(page, f"navigation-{who}-{name}")


def test_an_area_leads_to_what_waits_and_its_entries_to_each_other(
    page: Page, live_server: Any, county: County
) -> None:
    open_as(page, live_server, county.dsim)
    led_on(page.get_by_role("navigation", name="Menu").get_by_role("link", name="Visits"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Records to assure")
    entries = page.get_by_role("navigation", name="Visits")
    expect(entries.locator("[aria-current=page]")).to_have_text("To assure")
    led_on(entries.get_by_role("link", name="My term"))
    expect(page.get_by_role("heading", level=1)).to_have_text("My term")
    look_at(page, "navigation-my-term")


def test_a_school_is_found_from_the_header_without_scripts(
    page_without_script: Page, live_server: Any, county: County
) -> None:
    page = page_without_script
    open_as(page, live_server, county.dsim, "/schools/deadlines/")
    field = page.get_by_role("searchbox", name="Find a school by name or URN")
    field.fill(str(county.school.urn))
    with page.expect_navigation():
        field.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(county.school.name)


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_the_admin_has_the_frame_of_the_site(browser: Browser, live_server: Any, county: County, width: int) -> None:
    with opened(browser, width) as page:
        be_signed_in(page, live_server, administrator(county))
        for path in ADMIN_PAGES:
            page.goto(f"{live_server.url}/admin/{path}")
            entries = page.get_by_role("navigation", name="Administration")
            expect(entries.get_by_role("link")).to_have_text(["People", "Imports", "Settings", "Inspection frameworks"])
            look_at(page, f"navigation-admin-{path.strip('/').replace('/', '-') or 'index'}")
