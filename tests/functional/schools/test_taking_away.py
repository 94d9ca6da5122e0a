"""Lists taken away from their pages, and a visit added to one's calendar, in a real browser."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from schoolimprove.accounts.roles import Role
from schools.models import Visit
from tests.factories.county import TUESDAY, County
from tests.factories.schools import appointed
from tests.functional.browser import DESKTOP, PHONE, axe, opened, screenshot, scrolls_sideways
from tests.functional.signing_in import be_signed_in
from tests.integration.schools.test_exports import gathered, run_of_import
from tests.integration.signing_in import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TABS = ("visits", "people", "governors", "days", "history")


@pytest.fixture
def full(transactional_db: None, site_clock_at: Callable[[date], None]) -> County:
    site_clock_at(TUESDAY)
    return gathered(County())


@pytest.fixture(params=[DESKTOP, PHONE])
def page(browser: Browser, request: Any) -> Iterator[Page]:
    with opened(browser, request.param) as opened_page:
        yield opened_page


def look(page: Page, live_server: Any, path: str, name: str) -> None:
    page.goto(f"{live_server.url}{path}")
    expect(page.get_by_role("heading", name="Download").first).to_be_visible()
    assert axe(page) == [], name
    assert not scrolls_sideways(page), name
    assert page.viewport_size is not None
    screenshot(page, f"taken-{name}-{page.viewport_size['width']}")


def test_every_list_offers_its_files(page: Page, live_server: Any, full: County) -> None:
    be_signed_in(page, live_server, full.dsim)
    for tab in TABS:
        look(page, live_server, f"/schools/{full.school.urn}/{tab}/", tab)
    look(page, live_server, "/schools/programme/", "programme")
    look(page, live_server, "/schools/terms/open/?term=2026-spring", "opening")
    look(page, live_server, "/schools/allocation/", "allocation")


def test_imports_offer_their_files(page: Page, live_server: Any, full: County) -> None:
    run = run_of_import()
    analyst = appointed(Role.SYSTEM_ADMINISTRATOR, authority=full.school.authority)
    signed_in(analyst)  # Lets them into the admin.
    be_signed_in(page, live_server, analyst)
    look(page, live_server, "/admin/schools/importrun/", "imports")
    look(page, live_server, run.get_absolute_url(), "import")


def test_a_list_is_downloaded_under_its_name(page: Page, live_server: Any, full: County) -> None:
    be_signed_in(page, live_server, full.headteacher)
    page.goto(f"{live_server.url}/schools/{full.school.urn}/visits/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel of these visits").click()
    assert download.value.suggested_filename == f"school-visits-{full.school.urn}-2026-11-03.xlsx"


def test_a_visit_is_added_to_a_calendar(page: Page, live_server: Any, full: County) -> None:
    be_signed_in(page, live_server, full.headteacher)
    visit = Visit.objects.get(status="proposed")
    page.goto(f"{live_server.url}{visit.get_absolute_url()}")
    assert axe(page) == []
    assert page.viewport_size is not None
    screenshot(page, f"taken-visit-{page.viewport_size['width']}")
    with page.expect_download() as download:
        page.get_by_role("link", name="Add to my calendar").click()
    assert download.value.suggested_filename == f"visit-{full.school.urn}-{visit.planned_on}.ics"
