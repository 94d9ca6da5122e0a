"""An authority on its first day, as its DSIM sees it: one school and nothing done. Each list says so."""

from collections.abc import Callable
from datetime import date

import pytest
from django.urls import get_resolver, reverse
from pytest_django.live_server_helper import LiveServer

from tests.factories.county import TUESDAY, County
from tests.functional.browser import PHONE, SMALLEST
from tests.functional.looking import Windows
from tests.functional.sending import Sent, asked
from tests.functional.signing_in import signed_in
from tests.integration.demo import walk

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

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


def test_every_list_says_so_in_a_sentence(
    windows: Windows, site: LiveServer, db: None, site_clock_at: Callable[[date], None]
) -> None:
    site_clock_at(TUESDAY)
    county, found = County(), {}
    client = signed_in(county.dsim)
    for name, address in addresses(county).items():
        sent = asked(client, address)
        if sent.status == 200 and b"app-empty" in sent.body:
            found[name] = faults_of(windows, site, sent)
    assert {name: faults for name, faults in found.items() if faults} == {}
    assert found.keys() >= {"home", "schools:my_term", "schools:assurance", "schools:coverage", "schools:chronology"}
    assert found.keys() >= {f"schools:{tab}" for tab in ("school", "visits", "people", "actions", "governors")}
    assert found.keys() >= {f"schools:{each}" for each in ("term_open", "coverage_weeks", "coverage_load")}


def faults_of(windows: Windows, site: LiveServer, sent: Sent) -> list[str]:
    faults = [*windows.faults_of(site, sent), *windows.page.evaluate(BARE)]
    return [*faults, *["scrolls sideways"] * windows.scrolls_sideways(PHONE, SMALLEST)]


def addresses(county: County) -> dict[str, str]:
    """By route: those of the authority, and of its one school."""
    routes = {name: parts for name, parts in walk.routes(get_resolver().url_patterns) if parts in ([], ["urn"])}
    ours = [name for name in routes if not name.startswith("admin:")]
    return {name: reverse(name, args=[county.school.urn] * len(routes[name])) for name in ours}
