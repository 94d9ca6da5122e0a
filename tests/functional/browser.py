"""A real Chromium, driven: one browser a test session, a fresh context (cookies, storage) a page."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent.parent
SCREENSHOTS = ROOT / "var" / "screenshots"
DESKTOP = 1280
PHONE = 375
SMALLEST = 320  # A 1280-pixel window at 400% zoom.
PATIENCE = 60_000
"""Milliseconds that a page, an answer or a worker may take on a busy machine; no test asserts that it is quicker."""
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium_path() -> str:
    """Where Chromium is: named in CHROMIUM, else on the path. Its absence is an error, never a skip."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        raise RuntimeError("No Chromium found: install Debian's `chromium`, or name one in CHROMIUM.")
    return found


@contextmanager
def launched() -> Iterator[Browser]:
    """The one browser of a test session."""
    # Playwright's loop runs in this thread, which Django would otherwise take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), headless=True, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, width: int = DESKTOP, *, script: bool = True) -> Iterator[Page]:
    """A page in a context of its own; refuses, at its end, broken scripts and breaches of the security policy."""
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": 900},
        locale="en-GB",
        timezone_id="Europe/London",
        java_script_enabled=script,
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    faults = listen(page)
    yield page
    context.close()
    assert not faults, f"The browser complained: {faults}"


def listen(page: Page) -> list[str]:
    """A list that fills with uncaught exceptions and content-security-policy breaches of `page`."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda message: faults.append(message.text) if "Content Security Policy" in message.text else None,
    )
    return faults


def led_on(control: Locator) -> None:
    """Press what leads to another page, and be on that page, whole.

    Until it is there the old page still answers, then neither does, and then the half that has arrived: so a question
    that does not wait is put after this, as is one that the page before would answer in the same way.
    """
    with control.page.expect_navigation():
        control.click()


def fill_day(within: Page | Locator, day: date) -> None:
    """Fill in the three boxes of a date, or of the last one if there are several."""
    for part, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        within.get_by_label(part, exact=True).last.fill(str(value))


@cache
def _axe_source() -> str:
    path = ROOT / "node_modules" / "axe-core" / "axe.min.js"
    if not path.exists():
        raise RuntimeError("axe-core is not installed: run `npm ci`.")
    return path.read_text()


def axe(page: Page) -> list[str]:
    """Every violation of every rule on the whole page, as `rule: help – where`; an empty list is a pass."""
    page.wait_for_load_state()
    if not page.evaluate("typeof window.axe !== 'undefined'"):
        page.evaluate(_axe_source())
    found: dict[str, Any] = page.evaluate(
        "tags => window.axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})",
        AXE_TAGS,
    )
    return [
        f"{rule['id']}: {rule['help']} – {node['target']} {node['html'][:160]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def rules_of_axe(page: Page) -> tuple[str, int]:
    """The version of axe that looked at this page, and how many rules our tags come to."""
    version, rules = page.evaluate("tags => [window.axe.version, window.axe.getRules(tags).length]", AXE_TAGS)
    return str(version), int(rules)


def scrolls_sideways(page: Page) -> bool:
    """Whether the whole page, rather than a region of it, is wider than the window."""
    page.wait_for_load_state()
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


START_AT_THE_TOP = """() => {
    window.stops = new Set()
    const start = document.createElement('span')
    start.tabIndex = -1
    document.body.prepend(start)
    start.focus()
    start.remove()
}"""
NEXT_STOP = """() => {
    const at = document.activeElement
    if (!at || at === document.body || window.stops.has(at)) return null
    window.stops.add(at)
    return at.tagName.toLowerCase() + ' ' + (at.id || at.name || at.textContent.trim().slice(0, 60))
}"""


def look_at(page: Page, name: str) -> None:
    """A page in one of its states: its picture, named with the width of the window, and that nothing is wrong."""
    assert page.viewport_size is not None
    screenshot(page, f"{name}-{page.viewport_size['width']}")
    assert axe(page) == [], name
    assert not scrolls_sideways(page), name


def tab_stops(page: Page, limit: int = 400) -> list[str]:
    """What the Tab key reaches from the top of the page, in order, as tag and id, name or text."""
    seen: list[str] = []
    page.evaluate(START_AT_THE_TOP)
    while len(seen) < limit:
        page.keyboard.press("Tab")
        stop = page.evaluate(NEXT_STOP)
        if stop is None:
            break
        seen.append(stop)
    return seen


def screenshot(page: Page, name: str) -> None:
    """Save the whole page as PNG in var/screenshots, if SCREENSHOTS is set."""
    if not os.environ.get("SCREENSHOTS"):
        return
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.wait_for_load_state()
    page.screenshot(path=str(SCREENSHOTS / f"{name}.png"), full_page=True)
