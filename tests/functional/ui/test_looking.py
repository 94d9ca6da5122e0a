"""What is looked for on every page is found where it is broken, on pages of the gallery."""

from playwright.sync_api import Page

from tests.functional.looking import (
    faults_of_errors,
    faults_of_focus,
    faults_of_nothing,
    faults_without_script,
    heading_of,
    offered,
)

SPOIL_THE_ERRORS = """() => {
    document.title = 'A form'
    document.activeElement.blur()
    const [first, second] = document.querySelectorAll('.govuk-error-summary li a')
    first.href = '#nowhere'
    second.replaceWith('Not a link')
    document.querySelector('.govuk-error-message').id = 'unknown'
}"""
SPOIL_THE_FOCUS = """() => {
    const [first, second] = document.querySelectorAll('main a[href]')
    for (const each of ['outline', 'box-shadow', 'background']) first.style.setProperty(each, 'none', 'important')
    second.tabIndex = -1
}"""


def test_errors_that_nobody_is_led_to_are_found(gallery: str, page: Page) -> None:
    page.goto(f"{gallery}form/?state=errors")
    assert faults_of_errors(page) == []
    page.reload()
    page.evaluate(SPOIL_THE_ERRORS)
    found = " ".join(faults_of_errors(page))
    for fault in ("title does not say so", "has no focus", "leads nowhere: <a", "leads nowhere: Not", "to no field"):
        assert fault in found


def test_focus_that_is_not_seen_is_found(gallery: str, page: Page) -> None:
    page.goto(f"{gallery}list/")
    assert faults_of_focus(page) == []
    page.evaluate(SPOIL_THE_FOCUS)
    hidden, passed_by = faults_of_focus(page)
    assert "focus is not seen" in hidden
    assert "passes by" in passed_by


def test_what_needs_a_script_is_found(gallery: str, page: Page, page_without_script: Page) -> None:
    page.goto(f"{gallery}form/")
    page_without_script.goto(f"{gallery}form/")
    told, with_script = heading_of(page), offered(page)
    assert faults_without_script(page_without_script, told, with_script) == []
    page_without_script.evaluate("document.querySelector('main button[type=submit]').type = 'button'")
    page_without_script.evaluate("document.querySelector('h1').textContent = 'Another'")
    found = " ".join(faults_without_script(page_without_script, told, with_script))
    for fault in ("cannot be sent", "does nothing", "the heading is Another", "needs a script: button"):
        assert fault in found


def test_a_list_that_says_nothing_is_found(gallery: str, page: Page) -> None:
    page.goto(f"{gallery}list/?q=nothing")
    assert faults_of_nothing(page) == []
    page.evaluate("document.querySelector('.app-list__results p:not(.app-chosen__clear) a').remove()")
    assert "what to do next" in faults_of_nothing(page)[0]
