"""Lists taken away from their pages, and a visit added to one's calendar, in a real browser."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page

from schools.models import Visit
from tests.factories.county import TUESDAY, County
from tests.functional.signing_in import be_signed_in
from tests.integration.schools.test_exports import gathered

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TABS = ("visits", "people", "governors", "days", "history")


@pytest.fixture
def full(transactional_db: None, site_clock_at: Callable[[date], None]) -> County:
    site_clock_at(TUESDAY)
    return gathered(County())


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
    with page.expect_download() as download:
        page.get_by_role("link", name="Add to my calendar").click()
    assert download.value.suggested_filename == f"visit-{full.school.urn}-{visit.planned_on}.ics"
