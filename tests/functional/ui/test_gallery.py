"""Every component in full, empty and in error: axe, keyboard, narrow windows and the security policy.

Breaches of the security policy and broken scripts fail each test when its page closes.
"""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.functional.browser import DESKTOP, PHONE, SMALLEST, axe, opened, scrolls_sideways, tab_stops

PAGES = {
    "components": "",
    "list": "list/",
    "list filtered": "list/?phase=primary&q=a&sort=-pupils",
    "list with nothing found": "list/?q=nothing",
    "list with nothing in it": "list/empty/",
    "school": "detail/",
    "school without a history": "detail/?state=empty",
    "form": "form/?keep=1",
    "form filled in": "form/?state=full",
    "form with errors": "form/?state=errors",
    "before something is done": "confirm/",
    "after something was done": "done/",
    "not found": "nowhere/",
}

# A group of radios is one stop: the arrow keys move inside it.
RADIOS_BEYOND_THE_FIRST = """() => {
    const radios = [...document.querySelectorAll('input[type=radio]')].filter((radio) => radio.checkVisibility())
    return radios.length - new Set(radios.map((radio) => radio.name)).size
}"""


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_no_rule_of_axe_is_broken_on_any_page(gallery: str, browser: Browser, width: int) -> None:
    with opened(browser, width) as page:
        assert {name: found for name in PAGES if (found := judged(page, gallery + PAGES[name]))} == {}


def judged(page: Page, address: str) -> list[str]:
    """What axe finds with everything folded open."""
    page.goto(address)
    page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
    return axe(page)


def test_axe_finds_what_is_broken(gallery: str, page: Page) -> None:
    page.goto(gallery)
    page.evaluate("document.querySelector('h1').remove(); document.querySelector('#id_title').removeAttribute('id')")
    found = " ".join(axe(page))
    assert "label" in found
    assert "page-has-heading-one" in found


@pytest.mark.parametrize("width", [PHONE, SMALLEST])
def test_no_page_scrolls_sideways(gallery: str, browser: Browser, width: int) -> None:
    with opened(browser, width) as page:
        for name, address in PAGES.items():
            page.goto(gallery + address)
            assert not scrolls_sideways(page), name


@pytest.mark.parametrize("name", ["components", "list filtered", "form", "school"])
def test_the_keyboard_reaches_everything(gallery: str, page: Page, name: str) -> None:
    page.goto(gallery + PAGES[name])
    reachable = page.locator(
        "a[href]:visible, button:visible:not([disabled]), input:visible:not([type=hidden]), select:visible, "
        "textarea:visible, summary:visible, [tabindex='0']:visible"
    ).count()
    stops = reachable - page.evaluate(RADIOS_BEYOND_THE_FIRST)
    assert len(tab_stops(page)) == stops


def test_the_skip_link_comes_first_and_leads_to_the_main_part(gallery: str, page: Page) -> None:
    page.goto(gallery + "list/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_the_page_has_its_landmarks_and_its_title(gallery: str, page: Page) -> None:
    page.goto(gallery + "detail/")
    assert page.title().startswith("St Bartholomew and All Saints")
    assert page.title().count(" – ") == 2
    for landmark in ("banner", "main", "contentinfo"):
        expect(page.get_by_role(landmark)).to_have_count(1)
    expect(page.get_by_role("navigation", name="Breadcrumb")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    page.goto(gallery + "form/?state=errors")
    assert page.title().startswith("Error: Write the record of a visit")


def test_the_error_summary_takes_the_focus_and_its_links_lead_to_the_inputs(gallery: str, page: Page) -> None:
    page.goto(gallery + "form/?state=errors")
    summary = page.locator(".govuk-error-summary")
    expect(summary).to_be_focused()
    for link in summary.get_by_role("link").all():
        target = str(link.get_attribute("href")).removeprefix("#")
        link.click()
        expect(page.locator(f"[id='{target}']")).to_be_focused()


def test_sending_an_invalid_form_shows_it_again_with_what_was_typed(gallery: str, page: Page) -> None:
    page.goto(gallery + "form/")
    page.get_by_label("Title of the record").fill("<b>Autumn</b>")
    page.get_by_label("Day", exact=True).fill("31")
    page.get_by_label("Month", exact=True).fill("February")
    page.get_by_label("Year", exact=True).fill("2026")
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_role("link", name="The date of the visit must be a real date")).to_be_visible()
    expect(page.get_by_label("Title of the record")).to_have_value("<b>Autumn</b>")


def test_the_counter_counts_new_lines_as_the_server_does(gallery: str, page: Page) -> None:
    page.goto(gallery + "form/")
    page.get_by_label("Summary").fill("sixteen letters.\n" * 290)
    expect(page.get_by_text("You have 70 characters remaining").first).to_be_visible()
    page.get_by_label("Summary").fill("x" * 5_001)
    assert len(page.get_by_label("Summary").input_value()) == 5_001
    expect(page.get_by_text("You have 1 character too many").first).to_be_visible()


def test_the_whole_gallery_works_without_script(gallery: str, page_without_script: Page) -> None:
    page = page_without_script
    page.goto(gallery + "list/")
    page.get_by_label("Name or URN").fill("birchwood")
    page.get_by_role("button", name="Apply filters").click()
    expect(page.get_by_role("heading", name="8 schools")).to_be_visible()
    page.goto(gallery + "form/?state=full")
    page.get_by_label("Password", exact=True).fill("x")
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_role("heading", name="Record shared")).to_be_visible()


def test_the_pages_own_policy_allows_no_inline_script_or_style(gallery: str, page: Page) -> None:
    response = page.goto(gallery)
    assert response is not None
    policy = response.headers["content-security-policy"]
    assert "script-src 'self';" in policy + ";"
    assert "style-src 'self';" in policy + ";"
    assert "unsafe" not in policy


def test_the_authoritys_colour_is_on_the_page(gallery: str, page: Page) -> None:
    page.goto(gallery)
    header = page.locator(".govuk-generic-header").evaluate("element => getComputedStyle(element).backgroundColor")
    assert header == "rgb(29, 79, 95)"
