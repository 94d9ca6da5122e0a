"""Letters in a browser: the Head edits a draft and issues two at once, and the headteacher reads theirs."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from tests.factories.calendar import hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.letters import LetterTemplateFactory, drafted
from tests.factories.schools import SchoolFactory
from tests.functional.browser import PHONE, led_on, look_at, opened
from tests.functional.signing_in import be_signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def county(transactional_db: None, site_clock_at: Callable[[date], None]) -> County:
    site_clock_at(TUESDAY)
    hold_terms(2026)
    return County()


def test_the_head_issues_letters_and_the_headteacher_reads_theirs(
    county: County, live_server: Any, page: Page, browser: Browser
) -> None:
    body = "Dear {recipient}\n\nThe category of {school} is **{category}**.\n\n{why}\n\n{support}"
    LetterTemplateFactory.create(
        content={"subject": "The category of {school}", "body": body}, status="published", published_from=TUESDAY
    )
    letters = [drafted(school, on=TUESDAY) for school in (county.school, SchoolFactory.create())]
    be_signed_in(page, live_server, county.head)

    page.goto(f"{live_server.url}{letters[0].get_absolute_url()}")
    look_at(page, "letter-draft")
    led_on(page.get_by_role("link", name="Edit the letter"))
    page.get_by_label("Subject").fill("Category of {schol}")
    led_on(page.get_by_role("button", name="Save the letter"))
    expect(page.get_by_role("alert")).to_contain_text("{schol} is not a field of this letter")
    look_at(page, "letter-edit-wrong")
    page.get_by_label("Subject").fill("Category of {school}")
    led_on(page.get_by_role("button", name="Save the letter"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Category of {county.school}")

    page.goto(f"{live_server.url}{reverse('schools:letters')}")
    look_at(page, "letters")
    for box in page.get_by_role("checkbox", name="Select LT-").all():
        box.check()
    led_on(page.get_by_role("button", name="Issue letters"))
    look_at(page, "letters-issue")
    led_on(page.get_by_role("button", name="Continue"))
    look_at(page, "letters-issue-check")
    led_on(page.get_by_role("button", name="Issue these letters"))
    expect(page.get_by_role("alert")).to_contain_text("You issued 2 letters.")
    page.goto(f"{live_server.url}{letters[0].get_absolute_url()}")
    led_on(page.get_by_role("link", name="Record it").first)
    look_at(page, "letter-service")

    with opened(browser, PHONE) as phone:
        be_signed_in(phone, live_server, county.headteacher)
        phone.goto(f"{live_server.url}{reverse('schools:letters_of_school', args=[county.school.urn])}")
        look_at(phone, "letters-of-school")
        led_on(phone.get_by_role("link", name=f"Category of {county.school}"))
        expect(phone.get_by_text("Progress in mathematics is too slow.")).to_be_visible()
        look_at(phone, "letter-issued")
