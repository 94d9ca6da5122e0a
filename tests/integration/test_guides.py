"""Help, glossary, privacy, retention, cookies and accessibility: open to anybody, and true."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils.html import strip_tags
from pytest_django import DjangoAssertNumQueries, Settings

from schoolimprove.accounts.roles import Role
from schoolimprove.documentation import roles
from schoolimprove.guides import accessibility, retention
from schoolimprove.guides.cookies import cookies
from schoolimprove.guides.topics import TOPICS
from schoolimprove.records.models.draft import KEPT_FOR
from tests.factories.accounts import PASSWORD
from tests.factories.schools import SchoolFactory, appointed
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.django_db
PAGES = ["/help/", "/help/glossary/", "/privacy/", "/privacy/retention/", "/cookies/", "/accessibility/"]


def text_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return " ".join(strip_tags(response.content.decode()).split())


@pytest.mark.parametrize("path", [*PAGES, *(f"/help/{topic.slug}/" for topic in TOPICS)])
def test_anybody_may_read(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200


def test_help_on_nothing_is_no_page(client: Client) -> None:
    assert client.get("/help/weather/").status_code == 404


def test_help_leads_to_every_topic_and_to_the_glossary(client: Client) -> None:
    page = client.get("/help/").content.decode()
    assert [topic.slug for topic in TOPICS if f'href="/help/{topic.slug}/"' not in page] == []
    assert 'href="/help/glossary/"' in page
    assert "For your work" not in page


def test_help_puts_what_is_about_ones_own_work_first() -> None:
    clerk = appointed(Role.CLERK, school=SchoolFactory.create())
    page = text_of(signed_in(clerk), "/help/")
    assert page.index("For your work") < page.index("For clerks to the governors") < page.index("All topics")
    assert page.count("For clerks to the governors") == 2
    assert page.count("For data analysts") == 1


def test_a_page_of_help_asks_the_database_for_nothing_but_the_frame(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/help/partners/")
    with django_assert_num_queries(0):
        client.get("/help/partners/")


@pytest.mark.parametrize("path", ["/help/", "/accessibility/"])
def test_whom_to_ask_is_a_setting(client: Client, settings: Settings, path: str) -> None:
    assert "Ask the school improvement service of" in text_of(client, path)
    settings.CONTACT = "improve@example.org, 01632 960001 <b>"
    assert "Ask improve@example.org, 01632 960001 &lt;b&gt;." in text_of(client, path)


def test_privacy_names_the_lawful_basis_and_whom_to_ask(client: Client, settings: Settings) -> None:
    settings.DATA_PROTECTION_CONTACT = "dpo@example.org"
    page = text_of(client, "/privacy/")
    assert "a task carried out in the public interest: UK GDPR, article 6(1)(e)" in page
    assert "data protection officer: dpo@example.org" in page
    assert "Information Commissioner" in page


def test_what_goes_by_itself_goes_when_the_settings_say(settings: Settings) -> None:
    told = dict(retention.gone())
    assert timedelta(days=30) == KEPT_FOR
    assert told["Text you typed and did not save"].startswith("30 days ")
    assert (
        told["Your signed-in session"]
        == "Ends after 30 minutes without use, or 12 hours at most; we delete it that night"
    )
    assert told["A link to accept an invitation"] == "Works for 7 days"
    settings.SESSION_IDLE_SECONDS = 45 * 60
    assert dict(retention.gone())["Your signed-in session"].startswith("Ends after 45 minutes")


def test_how_long_records_are_kept_is_for_the_authority_to_say(client: Client, settings: Settings) -> None:
    assert "The authority has not given a link to its retention schedule." in text_of(client, "/privacy/retention/")
    settings.RETENTION_SCHEDULE_URL = "https://example.org/schedule"
    page = client.get("/privacy/retention/").content.decode()
    assert '<a class="govuk-link" href="https://example.org/schedule">retention schedule</a>' in page


def test_the_cookies_named_are_those_the_browser_is_given() -> None:
    """Signing in, a form, and a message: everything that sets one."""
    client = signed_in(appointed(Role.DSIM, district=SchoolFactory.create().district))
    client.get("/account/name/")
    client.post("/account/name/", {"name": "Wren Another"})
    given = {name for name, morsel in client.cookies.items()}
    assert given <= {cookie.name for cookie in cookies()}
    assert {"sessionid", "csrftoken", "knownbrowser"} == {cookie.name for cookie in cookies()}
    assert {"csrftoken"} <= given | set(client.get("/account/name/").cookies)


def test_the_page_counts_the_cookies_that_signing_in_gives(client: Client) -> None:
    user = appointed(Role.CLERK, school=SchoolFactory.create())
    client.get("/sign-in/")
    client.post("/sign-in/", {"email": user.email, "password": PASSWORD})
    page = client.get("/cookies/").content.decode()
    assert set(client.cookies) == {"sessionid", "csrftoken", "knownbrowser"}
    assert {name for name in client.cookies if name in page} == set(client.cookies)
    assert f"This service uses {len(client.cookies)} cookies." in page


def test_the_accessibility_statement_says_what_was_measured(client: Client) -> None:
    measured, page = accessibility.measured(), text_of(client, "/accessibility/")
    assert f"{measured.rules} of axe {measured.axe}" in page
    assert f"{len(measured.pages)} opened, each as a user who works with it" in page
    assert f"{len(measured.in_error)} pages, sent empty or with errors" in page
    assert f"{len(measured.nothing_found)} lists, filtered so that nothing matches" in page
    assert f"Each page at {measured.narrow} and {measured.smallest} pixels" in page
    assert "does not claim to comply in full" in page


def test_the_accessibility_statement_names_what_was_found(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    found = replace(
        accessibility.measured(), tested_on=date(2026, 5, 1), findings=["home: a fault <b>"], sideways=["schools:list"]
    )
    monkeypatch.setattr(accessibility, "measured", lambda: found)
    page = text_of(client, "/accessibility/")
    assert "home: a fault &lt;b&gt;" in page
    assert "schools:list scrolls sideways on a phone or at 400%" in page
    assert "1 May 2026" in page
    assert "found no failures" not in page


def test_documents_that_say_otherwise_than_the_code_are_named(
    monkeypatch: pytest.MonkeyPatch, clock_at: Callable[[date], object]
) -> None:
    call_command("write_documents", check=True)
    monkeypatch.setattr(roles, "written", lambda: "nothing")
    with pytest.raises(CommandError, match=r"docs/administrators/roles\.md\. Run manage\.py write_documents"):
        call_command("write_documents", check=True)
