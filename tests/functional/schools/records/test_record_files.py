"""Files of a record, looked at: none, errors, many of them, and the frozen PDFs; wide and narrow."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from schools.records import actions as record_actions
from schools.records.pdf import answered, freeze
from tests.factories.county import County
from tests.functional.browser import led_on
from tests.functional.signing_in import be_signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def county(transactional_db: None) -> County:
    return County()


def files(folder: Path, count: int) -> list[Path]:
    paths = [
        folder / f"{'a rather long name of a file about books and displays ' * (number % 2)}{number}.pdf"
        for number in range(count)
    ]
    for number, path in enumerate(paths):
        path.write_bytes(b"%PDF-1.4\n" + b"x" * 1024 * 300 * number)
    return paths


def test_the_author_attaches_files_and_takes_one_away(
    page: Page, live_server: Any, county: County, tmp_path: Path
) -> None:
    record = county.record()
    be_signed_in(page, live_server, county.sip)
    page.goto(live_server.url + record.get_absolute_url())
    expect(page.get_by_text("No files attached.")).to_be_visible()
    led_on(page.get_by_role("link", name="Attach files"))
    led_on(page.get_by_role("button", name="Attach"))
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    (tmp_path / "page.html").write_text("<script>alert(1)</script>")
    page.locator("input[type=file]").set_input_files([tmp_path / "page.html"])
    led_on(page.get_by_role("button", name="Attach"))
    expect(page.locator(".govuk-error-summary")).to_contain_text("page.html: The file must be a PDF")
    page.locator("input[type=file]").set_input_files(files(tmp_path, 8))
    led_on(page.get_by_role("button", name="Attach"))
    expect(page.get_by_text("You attached 0.pdf")).to_be_visible()
    expect(page.get_by_text("Not scanned for viruses").first).to_be_visible()
    led_on(page.get_by_role("button", name="Remove 0.pdf"))
    expect(page.get_by_text("You removed 0.pdf.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="2.pdf").click()
    assert Path(download.value.path()).read_bytes() == (tmp_path / "2.pdf").read_bytes()


def test_the_school_takes_away_what_was_frozen(page: Page, live_server: Any, county: County) -> None:
    record = county.record()
    record_actions.submit(record, by=county.sip, on=record.held_on, seen_version=record.version)
    record_actions.approve(record, by=county.dsim, on=record.held_on, seen_version=record.version)
    be_signed_in(page, live_server, county.headteacher)
    page.goto(live_server.url + record.get_absolute_url())
    expect(page.get_by_text("We are preparing the PDF.")).to_be_visible()
    version = record.versions.get()
    freeze(version, "shared")
    response = record_actions.respond(
        record,
        by=county.headteacher,
        on=record.held_on,
        version=1,
        accurate=True,
        on_accuracy="",
        on_content="Thank you.",
    )
    document = freeze(version, answered(response))
    page.reload()
    expect(page.get_by_text(f"SHA-256 {document.blob_id}")).to_be_hidden()
    page.get_by_text("Check that a PDF is unchanged").click()
    expect(page.get_by_text(f"SHA-256 {document.blob_id}")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="with the response of the headteacher").click()
    assert hashlib.sha256(Path(download.value.path()).read_bytes()).hexdigest() == document.blob_id
    assert download.value.suggested_filename == f"{record.reference}-version-1.pdf"
