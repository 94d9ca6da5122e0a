"""What is looked for on a page besides axe: errors that are led to, focus that is seen, nothing that needs a script."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.functional.browser import DESKTOP, PHONE, axe, screenshot, scrolls_sideways
from tests.functional.sending import Form, Sent, all_forms

KEPT = ("content-type", "content-security-policy", "content-language")
FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"

THINGS = f"""() => [...document.querySelectorAll({FOCUSABLE!r})]
    .filter(each => each.checkVisibility({{visibilityProperty: true}}) && !each.disabled)"""

# Focus that a script gives shows as that of a key once a key was pressed.
FOCUS = f"""() => {{
    const drawn = (each, part) => {{
        const style = getComputedStyle(each, part)
        const outlined = style.outlineStyle !== 'none' && !style.outlineColor.endsWith(', 0)')
        const bordered = style.borderStyle !== 'none'
        return [style.boxShadow, style.backgroundColor, outlined && style.outline, bordered && style.border].join()
    }}
    const around = each => [each, each.labels?.[0], each.closest('.govuk-skip-link')].filter(Boolean)
    const look = each => around(each).flatMap(one => ['', '::before', '::after'].map(part => drawn(one, part))).join()
    const told = each => each.outerHTML.slice(0, 120)
    const faults = []
    for (const each of ({THINGS})()) {{
        if (each.tabIndex < 0) {{ faults.push('the Tab key passes by: ' + told(each)); continue }}
        document.activeElement.blur()
        const before = look(each)
        each.focus()
        if (document.activeElement !== each) faults.push('takes no focus: ' + told(each))
        else if (look(each) === before) faults.push('its focus is not seen: ' + told(each))
    }}
    return faults
}}"""

# What a person can do on the page, each as words.
OFFERED = f"""() => ({THINGS})().filter(each => each.type !== "button").map(each => {{
    const words = each.textContent.trim().replace(/\\s+/g, ' ').slice(0, 80)
    if (each.matches('a')) return 'link ' + each.getAttribute('href') + ' ' + words
    if (each.matches('input, select, textarea')) return each.type + ' ' + each.name + ' ' + (each.name && each.value)
    return each.tagName.toLowerCase() + ' ' + words
}})"""

WITHOUT_SCRIPT = """() => {
    const shown = each => each.checkVisibility({visibilityProperty: true})
    const told = each => each.outerHTML.slice(0, 120)
    const sends = form => [...form.elements].some(each => each.type === 'submit' && shown(each))
    return [
        ...[...document.forms].filter(form => shown(form) && !sends(form)).map(form => 'cannot be sent: ' + told(form)),
        ...[...document.querySelectorAll('button[type=button], a[href="#"], a:not([href])')]
            .filter(shown).map(each => 'does nothing: ' + told(each)),
    ]
}"""

ERRORS = """() => {
    const faults = []
    const summary = document.querySelector('.govuk-error-summary')
    if (!document.title.startsWith('Error: ')) faults.push('the title does not say so: ' + document.title)
    if (!document.activeElement.closest('.govuk-error-summary')) faults.push('the summary has no focus')
    const links = [...summary.querySelectorAll('li a')]
    if (!summary.querySelector('li')) faults.push('the summary is empty')
    for (const each of summary.querySelectorAll('li')) {
        if (!each.querySelector('a')) faults.push('leads nowhere: ' + each.textContent.trim())
    }
    let last = null
    for (const link of links) {
        const target = document.getElementById(link.hash.slice(1))
        if (!target) { faults.push('leads nowhere: ' + link.outerHTML); continue }
        link.click()
        if (!target.contains(document.activeElement)) faults.push('does not lead to its field: ' + link.outerHTML)
        if (last && last.compareDocumentPosition(target) & Node.DOCUMENT_POSITION_PRECEDING)
            faults.push('is out of order: ' + link.outerHTML)
        last = target
    }
    const described = [...document.querySelectorAll('[aria-describedby]')]
        .flatMap(each => each.getAttribute('aria-describedby').split(/\\s+/))
    for (const each of document.querySelectorAll('.govuk-error-message')) {
        if (!described.includes(each.id)) faults.push('belongs to no field: ' + each.outerHTML.slice(0, 160))
        else if (!links.some(link => each.textContent.includes(link.textContent.trim())))
            faults.push('is not in the summary: ' + each.textContent.trim())
    }
    return faults
}"""


NOTHING = """() => {
    const results = document.querySelector('.app-list__results, .app-results') ?? document.querySelector('main')
    const told = [...results.querySelectorAll('.app-empty-state, p')]
        .filter(each => !each.matches('.app-chosen__clear') && each.querySelector('a'))
    return told.length ? [] : ['does not say what to do next: ' + results.innerText.slice(0, 200)]
}"""


@dataclass(frozen=True)
class Windows:
    """Two windows that show pages: one with scripts, one without."""

    page: Page
    plain: Page

    def faults_of(self, site: LiveServer, sent: Sent) -> list[str]:
        """Return the faults of a page as it loads, with everything unfolded."""
        show(self.page, site, sent)
        unfold(self.page)
        screenshot(self.page, sent.address.strip("/").translate(str.maketrans("/?&=#", "-----")) or "home")
        faults = [*faults_of_axe(self.page), *faults_of_focus(self.page)]
        heading, with_script = heading_of(self.page), offered(self.page)
        show(self.plain, site, sent)
        unfold(self.plain)
        without = faults_without_script(self.plain, heading, with_script)
        return [*faults, *(f"without scripts: {fault}" for fault in without)]

    def faults_of_errors(self, site: LiveServer, sent: Sent) -> list[str]:
        show(self.page, site, sent)
        return [*faults_of_errors(self.page), *faults_of_axe(self.page)]

    def faults_of_nothing(self, site: LiveServer, sent: Sent) -> list[str]:
        show(self.page, site, sent)
        return [*faults_of_nothing(self.page), *faults_of_axe(self.page)]

    def scrolls_sideways(self, *widths: int) -> bool:
        """Return whether the last page shown is wider than a window of one of these widths."""
        found = False
        for width in widths:
            resize(self.page, width)
            found = found or scrolls_sideways(self.page)
        resize(self.page, DESKTOP)
        return found

    def forms(self, site: LiveServer, sent: Sent) -> list[Form]:
        """Return every form of a page."""
        show(self.plain, site, sent)
        return all_forms(self.plain)


def resize(page: Page, width: int) -> None:
    """Set the width, and wait until the page has been drawn at it: its scripts hear of the width only then."""
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate("() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")


def faults_of_axe(page: Page) -> list[str]:
    """Return the faults that axe finds on a desktop and on a telephone."""
    wide = axe(page)
    resize(page, PHONE)
    narrow = [f"on a telephone: {fault}" for fault in axe(page) if fault not in wide]
    resize(page, DESKTOP)
    return [*wide, *narrow]


def show(page: Page, site: LiveServer, sent: Sent) -> None:
    """What was sent, as if its address had just answered so."""
    address = f"{site.url}{sent.address}"
    headers = {name: value for name, value in sent.headers.items() if name.lower() in KEPT}
    page.route(
        address.partition("#")[0],
        lambda route: route.fulfill(status=sent.status, headers=headers, body=sent.body),
        times=1,
    )
    page.goto(address)


def unfold(page: Page) -> None:
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")


def faults_of_nothing(page: Page) -> list[str]:
    """Of a list that found nothing."""
    return list(page.evaluate(NOTHING))


def faults_of_focus(page: Page) -> list[str]:
    """What the Tab key does not reach, and what does not show that it has focus."""
    page.keyboard.press("Tab")
    return list(page.evaluate(FOCUS))


def faults_of_errors(page: Page) -> list[str]:
    """Of a page that came back with errors, freshly opened."""
    return list(page.evaluate(ERRORS))


def offered(page: Page) -> set[str]:
    return set(page.evaluate(OFFERED))


def faults_without_script(page: Page, heading: str, with_script: set[str]) -> list[str]:
    """Of the page opened without scripts, against its heading and what it offers with them."""
    faults: list[Any] = page.evaluate(WITHOUT_SCRIPT)
    told = heading_of(page)
    faults += [f"the heading is {told}"] * (told != heading)
    return [*faults, *(f"needs a script: {each}" for each in sorted(with_script - offered(page)))]


def heading_of(page: Page) -> str:
    return str(page.evaluate("document.querySelector('h1')?.innerText ?? ''"))
