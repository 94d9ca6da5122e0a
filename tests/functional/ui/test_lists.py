"""A list: filters in the address, focus on what was found, sorting, paging and files."""

import csv
import io

from playwright.sync_api import Page, expect

from tests.functional.browser import led_on


def test_applying_filters_moves_focus_to_what_was_found_and_nothing_jumps(gallery: str, page: Page) -> None:
    page.goto(gallery + "list/?sort=-pupils")
    page.get_by_text("Phase", exact=True).first.click()
    page.get_by_label("Nursery (16)").check()
    led_on(page.get_by_role("button", name="Apply filters"))
    found = page.get_by_role("heading", name="16 schools")
    expect(found).to_be_focused()
    assert page.evaluate("window.scrollY") == 0
    assert "phase=nursery" in page.url
    assert "sort=-pupils" in page.url


def test_paging_and_sorting_keep_the_filters(gallery: str, page: Page) -> None:
    page.goto(gallery + "list/?phase=primary&phase=special")
    led_on(page.get_by_role("link", name="Next page"))
    assert "phase=primary&phase=special&page=2" in page.url
    led_on(page.get_by_role("link", name="On roll"))
    assert "phase=primary&phase=special&sort=pupils" in page.url
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("On roll▲")
    expect(page.get_by_role("heading", name="32 schools")).to_be_focused()


def test_a_chosen_filter_is_taken_away_by_its_tag_and_all_by_one_link(gallery: str, page: Page) -> None:
    page.goto(gallery + "list/?phase=primary&phase=special&q=a")
    led_on(page.get_by_role("link", name="Remove this filter: Phase, Special"))
    assert page.url.endswith("?phase=primary&q=a#results")
    page.get_by_role("link", name="Clear all filters").click()
    expect(page.get_by_role("heading", name="64 schools")).to_be_focused()


def test_on_a_phone_the_filters_are_folded_away_until_asked_for(gallery: str, phone: Page) -> None:
    phone.goto(gallery + "list/")
    expect(phone.get_by_text("Phase", exact=True).locator("visible=true")).to_have_count(1)
    phone.get_by_role("button", name="Show filters").click()
    expect(phone.get_by_text("Phase", exact=True).locator("visible=true")).to_have_count(2)
    expect(phone.get_by_role("button", name="Apply filters")).to_be_visible()
    phone.get_by_role("button", name="Hide filters").click()
    expect(phone.get_by_role("button", name="Apply filters")).to_have_count(0)


def test_on_a_phone_the_search_needs_no_unfolding(gallery: str, phone: Page) -> None:
    phone.goto(gallery + "list/")
    phone.get_by_label("Name or URN").fill("birchwood")
    phone.get_by_role("button", name="Search").click()
    expect(phone.get_by_role("heading", name="8 schools")).to_be_in_viewport()
    expect(phone.get_by_role("searchbox", name="Name or URN")).to_have_value("birchwood")


def test_on_a_phone_a_row_still_says_what_each_cell_is(gallery: str, phone: Page) -> None:
    phone.goto(gallery + "list/")
    row = phone.get_by_role("row").nth(1)
    expect(row.get_by_role("rowheader")).to_be_visible()
    assert row.get_by_role("cell").count() == 4
    label = row.get_by_role("cell").first.evaluate("cell => getComputedStyle(cell, '::before').content")
    assert "Phase: " in label


def test_the_file_holds_what_the_list_shows_and_is_named_for_it(gallery: str, page: Page) -> None:
    page.goto(gallery + "list/?q=birchwood&page=1")
    with page.expect_download() as started:
        page.get_by_role("link", name="CSV").click()
    download = started.value
    assert download.suggested_filename.startswith("sample-schools-name-or-urn-birchwood-")
    rows = list(csv.reader(io.StringIO(download.path().read_text(encoding="utf-8-sig"))))
    assert rows[0] == ["URN", "Name", "Next visit"]
    assert len(rows) == 1 + 8
