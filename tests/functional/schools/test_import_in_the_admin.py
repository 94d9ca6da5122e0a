"""An administrator brings a real county in through the browser, while a real worker does the work."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from schoolimprove.accounts import session
from schoolimprove.accounts.actions.person import sync_staff
from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schools.models import School
from tests.factories.schools import LocalAuthorityFactory, appointed
from tests.functional.browser import axe, opened, screenshot, scrolls_sideways
from tests.processes import running

pytestmark = [pytest.mark.browser, pytest.mark.shared, pytest.mark.django_db(transaction=True)]
WORKER = ["celery", "--quiet", "--app", "schoolimprove", "worker", "--pool", "solo"]


@pytest.fixture
def worker(process_environment: dict[str, str], triggers: None, tmp_path: Path) -> Iterator[None]:
    """A worker in a process of its own."""
    with running(WORKER, log=tmp_path / "worker.log", environment=process_environment):
        yield


def signed_in(page: Page, live_server: Any, user: User) -> Page:
    """As the sign-in page and the second factor leave it."""
    sync_staff(user)
    client = Client()
    client.force_login(user)
    kept = client.session
    assert SESSION_KEY in kept
    kept[session.BEGAN] = kept[session.SEEN] = kept[session.VERIFIED] = clock.now().isoformat()
    kept.save()
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    return page


def looked_at(page: Page, name: str) -> None:
    assert axe(page) == []
    assert not scrolls_sideways(page)
    screenshot(page, name)


def test_a_county_is_brought_in_found_and_taken_out_again(
    browser: Browser, live_server: Any, shared_data: Path, worker: None
) -> None:
    analyst = appointed(Role.ERA, authority=LocalAuthorityFactory(code="936", name="Surrey"))
    with opened(browser) as page:
        signed_in(page, live_server, analyst)
        page.goto(f"{live_server.url}/admin/schools/importrun/")
        looked_at(page, "imports-none")
        page.get_by_role("button", name="Bring in files").click()
        looked_at(page, "import-add")
        page.get_by_role("button", name="Check the files").click()
        expect(page.get_by_text("There is a problem")).to_be_visible()
        looked_at(page, "import-add-errors")
        page.get_by_label("Files", exact=True).set_input_files(
            shared_data / "data" / "gias" / "gias_export_2021-05_LA936.csv"
        )
        page.get_by_role("button", name="Check the files").click()
        expect(page.get_by_text("Ready to confirm").first).to_be_visible(timeout=60_000)
        looked_at(page, "import-preview")
        assert not School.objects.exists()
        page.get_by_role("button", name="Confirm and apply").click()
        expect(page.get_by_text("What came of it")).to_be_visible(timeout=60_000)
        looked_at(page, "import-applied")
        assert School.objects.count() == 590
