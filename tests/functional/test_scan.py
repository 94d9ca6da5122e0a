"""The running site scanned from inside, as a School Improvement Partner and as a headteacher."""

import html
import threading
from collections.abc import Callable, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from schoolimprove.accounts import session
from schoolimprove.accounts.models import User
from schoolimprove.lib import clock
from schools.models import RecordOfVisit, School, Visit
from schools.records.states import RecordStatus
from tests.factories.county import TUESDAY, County
from tests.functional.scanning import WAPITI, scan
from tests.integration.schools.test_exports import gathered

pytestmark = [pytest.mark.prove, pytest.mark.django_db(transaction=True)]

ACCEPTED = {
    # The site of the tests speaks HTTP; tests/repository/test_settings.py sees the flag under HTTPS.
    "Secure Flag cookie",
}


@pytest.fixture
def full(transactional_db: None, site_clock_at: Callable[[date], None]) -> County:
    if not WAPITI.exists():
        pytest.fail("The scanner is not installed: run `make scanner`.")
    site_clock_at(TUESDAY)
    return gathered(County())


def cookies_of(user: User) -> str:
    """A whole session, second factor and all."""
    client = Client()
    client.force_login(user)
    kept = client.session
    kept[session.BEGAN] = kept[session.SEEN] = kept[session.VERIFIED] = clock.now().isoformat()
    kept.save()
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}"


def pages_of_both(school: School) -> list[str]:
    visit, record = Visit.objects.get(status="proposed"), RecordOfVisit.objects.get(status=RecordStatus.SHARED)
    tabs = [reverse(f"schools:{tab}", args=[school.urn]) for tab in ("visits", "people", "actions", "chronology")]
    lists = [reverse("schools:list") + "?q=a&sort=name&phase=primary", reverse("accounts:account")]
    return [reverse("home"), *lists, *tabs, visit.get_absolute_url(), record.get_absolute_url()]


def pages_of_a_partner(school: School) -> list[str]:
    planning = [reverse(f"schools:{name}", args=[school.urn]) for name in ("visit_plan", "contact_note_add")]
    return [*planning, reverse("schools:record_write", args=[school.urn]), reverse("schools:contact_notes") + "?q=a"]


def pages_of_a_head(school: School) -> list[str]:
    record, visit = RecordOfVisit.objects.get(status=RecordStatus.SHARED), Visit.objects.get(status="proposed")
    answers = [reverse("schools:record_respond", args=[school.urn, record.reference])]
    return [*answers, reverse("schools:visit_another_date", args=[school.urn, visit.pk])]


@pytest.mark.parametrize("who", ["sip", "headteacher"])
def test_a_scan_of_the_site_finds_nothing(who: str, full: County, live_server: Any, tmp_path: Path) -> None:
    own = {"sip": pages_of_a_partner, "headteacher": pages_of_a_head}[who]
    starts = [f"{live_server.url}{path}" for path in [*pages_of_both(full.school), *own(full.school)]]
    # Whoever is signed out sees nothing more.
    excluded = [f"{live_server.url}{reverse(f'accounts:{name}')}" for name in ("sign_out", "sign_out_elsewhere")]
    found = scan(f"{live_server.url}/", starts, tmp_path, cookies=cookies_of(getattr(full, who)), excluded=excluded)
    assert [each for each in found.findings if each.category not in ACCEPTED] == []
    assert {start.split("?")[0] for start in starts} <= {page.split("?")[0] for page in found.pages}
    assert f"{live_server.url}{reverse('accounts:password_change')}" in found.pages, "whoever is signed in is led there"


class Careless(BaseHTTPRequestHandler):
    """A page that repeats what it is told, as markup or as text."""

    def do_GET(self) -> None:
        said = parse_qs(urlsplit(self.path).query).get("q", [""])[0]
        page = f'<form action="/"><input name="q"></form><p>{said}</p><a href="/?q=a">{html.escape(said)}</a>'
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(f"<!doctype html><html><head><title>x</title></head><body>{page}</body></html>".encode())

    def log_message(self, *_args: Any) -> None:
        """Nothing in the output of the suite."""


@pytest.fixture
def careless_site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Careless)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_scanner_finds_what_is_there_to_be_found(careless_site: str, tmp_path: Path) -> None:
    """Else its silence about ours would say nothing."""
    found = {
        each.category for each in scan(careless_site, [f"{careless_site}?q=a"], tmp_path, attacking=["xss"]).findings
    }
    assert {"Reflected Cross Site Scripting", "Content Security Policy Configuration"} <= found
