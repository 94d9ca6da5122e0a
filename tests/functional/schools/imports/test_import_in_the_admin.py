"""An administrator brings a real county in through the browser, while a real worker does the work."""

import csv
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from schoolimprove.accounts.actions.person import sync_staff
from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schools.models import Appointment, School
from tests.factories.schools import LocalAuthorityFactory, appointed
from tests.functional.browser import PATIENCE, PHONE, led_on, opened
from tests.functional.signing_in import be_signed_in
from tests.integration.schools.imports.gias_files import INVENTED, register_held
from tests.processes import running

pytestmark = [pytest.mark.browser, pytest.mark.shared, pytest.mark.django_db(transaction=True)]
WORKER = ["celery", "--quiet", "--app", "schoolimprove", "worker", "--pool", "solo"]


@pytest.fixture
def worker(process_environment: dict[str, str], triggers: None, tmp_path: Path) -> Iterator[None]:
    """A worker in a process of its own."""
    with running(WORKER, log=tmp_path / "worker.log", environment=process_environment):
        yield


def be_in_the_admin(page: Page, live_server: Any, user: User) -> None:
    """As the sign-in page and the second factor leave it."""
    sync_staff(user)
    be_signed_in(page, live_server, user)


def bring(page: Page, live_server: Any, kind: str, path: Path) -> None:
    """Choose a file and wait for the worker's preview."""
    page.goto(f"{live_server.url}/admin/schools/importrun/add/")
    page.get_by_label(kind, exact=True).check()
    page.get_by_label("Files", exact=True).set_input_files(path)
    led_on(page.get_by_role("button", name="Check the files"))
    expect(page.get_by_text("Ready to confirm").first).to_be_visible()


def confirm(page: Page, button: str = "Confirm and apply") -> None:
    led_on(page.get_by_role("button", name=button))
    expect(page.get_by_text("What happened")).to_be_visible()


def ask_to_undo(page: Page) -> None:
    """From the page of the import, to what the worker says of undoing it."""
    led_on(page.get_by_role("button", name="Undo this import"))
    led_on(page.get_by_role("button", name="Check what would be undone"))
    expect(page.get_by_text("Ready to confirm").or_(page.get_by_text("Refused", exact=True)).first).to_be_visible()


def look_again_until(page: Page, wanted: Locator) -> None:
    """Follow the link, as somebody without scripts does, until the worker is through."""
    again = page.get_by_role("link", name="Refresh this page")
    end = time.monotonic() + PATIENCE / 1000
    while not wanted.is_visible() and time.monotonic() < end:
        led_on(again)
    expect(wanted).to_be_visible()


def allocation_of(folder: Path) -> Path:
    """Every open school of the register to one of twelve invented partners, as a file."""
    path = folder / "allocation.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["Role", "Name", "Email", "URN", "From"])
        for number, urn in enumerate(School.objects.open().order_by("urn").values_list("urn", flat=True)):
            partner = f"partner{number % 12}@authority.invalid"
            rows.writerow(["SIP", f"Invented Partner {number % 12}", partner, urn, "01/09/2026"])
    return path


def test_a_county_is_brought_in_found_allocated_and_taken_out_again(
    browser: Browser, live_server: Any, shared_data: Path, worker: None, tmp_path: Path
) -> None:
    administrator = appointed(Role.SYSTEM_ADMINISTRATOR, authority=LocalAuthorityFactory(code="936", name="Surrey"))
    with opened(browser) as page:
        be_in_the_admin(page, live_server, administrator)
        page.goto(f"{live_server.url}/admin/schools/importrun/")
        led_on(page.get_by_role("button", name="Import files"))
        led_on(page.get_by_role("button", name="Check the files"))
        expect(page.get_by_text("There is a problem")).to_be_visible()

        bring(page, live_server, "Schools from GIAS", shared_data / "data" / "gias" / "gias_export_2021-05_LA936.csv")
        assert not School.objects.exists()
        confirm(page)
        assert School.objects.count() == 590
        brought_in = page.url

        page.goto(f"{live_server.url}/schools/?q=St+Marys")
        found = page.locator("#results").inner_text()
        page.goto(f"{live_server.url}/schools/?q=Saint+Mary%27s")
        assert page.locator("#results").inner_text() == found != "0 schools"

        bring(page, live_server, "Appointments", allocation_of(tmp_path))
        expect(page.get_by_text("Reigate Valley College closed on 31 May 2021, before the first day.")).to_be_visible()
        confirm(page)
        # Five of the county's 590 schools, still called open, had a last day before.
        assert Appointment.objects.filter(role=Role.SIP).count() == 585
        allocated = page.url
        page.goto(f"{live_server.url}/schools/allocation/")
        expect(page.get_by_role("link", name="Hand over the schools of Invented Partner 11")).to_be_visible()

        page.goto(brought_in)
        ask_to_undo(page)
        expect(page.get_by_text("was added by the import and is used now: 1 appointment.").first).to_be_visible()
        expect(page.get_by_text("To stay as they are")).to_be_visible()
        led_on(page.get_by_role("button", name="Cancel the undo"))
        assert School.objects.count() == 590

        page.goto(allocated)
        ask_to_undo(page)
        confirm(page, "Undo the import")
        page.goto(brought_in)
        ask_to_undo(page)
        confirm(page, "Undo the import")
        assert (School.objects.count(), Appointment.objects.filter(role=Role.SIP).count()) == (0, 0)
        page.goto(f"{live_server.url}/admin/schools/importrun/")


def test_progress_is_watched_while_the_worker_is_at_work(
    browser: Browser, live_server: Any, worker: None, process_environment: dict[str, str]
) -> None:
    analyst = appointed(Role.ERA, authority=LocalAuthorityFactory())
    with opened(browser) as page:
        be_in_the_admin(page, live_server, analyst)
        with register_held(process_environment):
            page.goto(f"{live_server.url}/admin/schools/importrun/add/")
            page.get_by_label("Files", exact=True).set_input_files(INVENTED)
            led_on(page.get_by_role("button", name="Check the files"))
            expect(page.get_by_role("heading", name="Being checked")).to_be_visible()
            # The page says so by itself, while the work waits in the middle of its transaction.
            expect(page.get_by_role("status")).to_have_text("Reading invented.csv")
            page.set_viewport_size({"width": PHONE, "height": 900})
        expect(page.get_by_text("Ready to confirm").first).to_be_visible()


def test_without_script_a_link_shows_how_far_it_is(browser: Browser, live_server: Any, worker: None) -> None:
    analyst = appointed(Role.ERA, authority=LocalAuthorityFactory())
    with opened(browser, script=False) as page:
        be_in_the_admin(page, live_server, analyst)
        page.goto(f"{live_server.url}/admin/schools/importrun/add/")
        page.get_by_label("Files", exact=True).set_input_files(INVENTED)
        confirmed = page.get_by_role("button", name="Confirm and apply")
        applied = page.get_by_text("What happened")
        led_on(page.get_by_role("button", name="Check the files"))
        look_again_until(page, confirmed)
        led_on(confirmed)
        look_again_until(page, applied)
        assert School.objects.count() == 8
