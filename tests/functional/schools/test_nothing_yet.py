"""An authority on its first day, as its DSIM sees it: one school and nothing done. Each list says so."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from playwright.sync_api import Browser, Page

from tests.factories.county import TUESDAY, County
from tests.functional.browser import SMALLEST, axe, opened, scrolls_sideways
from tests.functional.signing_in import be_signed_in, client_in
from tests.integration.demo import walk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What is drawn though there is nothing in it, and sayings that are no sentence.
BARE = """() => [
    ...[...document.querySelectorAll('main :is(tbody, ul, ol, dl, dd)')]
        .filter(each => !each.textContent.trim() && !each.querySelector('input, svg, img'))
        .map(each => 'nothing in it: ' + each.outerHTML.slice(0, 160)),
    ...[...document.querySelectorAll('p.app-empty, .app-empty-state p')]
        .filter(each => !/[.]$/.test(each.textContent.trim()) && !each.querySelector('a'))
        .map(each => 'no sentence: ' + each.textContent.trim()),
    ...[...document.querySelectorAll('.app-empty-state')].filter(each => !each.querySelector('p'))
        .map(each => 'does not say what to do next: ' + each.textContent.trim()),
]"""


@pytest.fixture
def county(transactional_db: None, site_clock_at: Callable[[date], None]) -> County:
    site_clock_at(TUESDAY)
    return County()


def test_every_list_says_so_in_a_sentence(browser: Browser, live_server: Any, county: County) -> None:
    found: dict[str, list[str]] = {}
    with opened(browser, SMALLEST) as page:
        be_signed_in(page, live_server, county.dsim)
        client = client_in(page)
        for name, address in addresses(county).items():
            if is_empty(client, address):
                page.goto(f"{live_server.url}{address}")
                found[name] = faults_of(page)
    assert {name: faults for name, faults in found.items() if faults} == {}
    assert found.keys() >= {"home", "schools:my_term", "schools:assurance", "schools:coverage", "schools:chronology"}
    assert found.keys() >= {f"schools:{tab}" for tab in ("school", "visits", "people", "actions", "governors")}


def faults_of(page: Page) -> list[str]:
    return [*axe(page), *page.evaluate(BARE), *["scrolls sideways"] * scrolls_sideways(page)]


def addresses(county: County) -> dict[str, str]:
    """By route: those of the authority, and of its one school."""
    routes = {name: parts for name, parts in walk.routes(get_resolver().url_patterns) if parts in ([], ["urn"])}
    ours = [name for name in routes if not name.startswith("admin:")]
    return {name: reverse(name, args=[county.school.urn] * len(routes[name])) for name in ours}


def is_empty(client: Client, address: str) -> bool:
    """Whether this person reads there that something is not there."""
    response = client.get(address)
    return response.status_code == 200 and b"app-empty" in response.getvalue()
