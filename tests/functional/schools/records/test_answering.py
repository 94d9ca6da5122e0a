"""A school's answer in a browser: what contradicts itself, the page that reads it back, and going back from there."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from schools.models import Response
from tests.factories.calendar import hold_terms
from tests.factories.county import County
from tests.factories.shared import shared
from tests.functional.browser import DESKTOP, PHONE, led_on, look_at, opened
from tests.functional.signing_in import be_signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OBJECTION = "There are 31 pupils in year 4,\nnot 30.\n\n" + "Pneumonoultramicroscopic" * 12
COMMENT = "\n\n".join(["We agree with the judgements, and will work on writing in years 3 and 4. " * 12] * 3)


def answer(page: Page) -> None:
    """Go from the refused contradiction to the check page, and once back to the form."""
    page.get_by_label("Yes").check()
    page.get_by_label("What is not accurate").fill(OBJECTION)
    page.get_by_label("Your comments on the content").fill(COMMENT)
    led_on(page.get_by_role("button", name="Continue"))
    expect(page.get_by_text("but you have also written what is not accurate.").first).to_be_visible()
    look_at(page, "answer-error")
    page.get_by_label("No, something is not accurate").check()
    led_on(page.get_by_role("button", name="Continue"))
    expect(page.get_by_role("heading", name="Check your response before you send it")).to_be_visible()
    look_at(page, "answer-check")
    led_on(page.get_by_role("link", name="Change What is not accurate"))
    assert page.get_by_label("What is not accurate").input_value() == OBJECTION
    assert page.get_by_label("Your comments on the content").input_value().strip() == COMMENT.strip()
    expect(page.get_by_label("No, something is not accurate")).to_be_checked()
    led_on(page.get_by_role("button", name="Continue"))


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_an_answer_is_checked_and_sent_once_by_two_clicks(
    browser: Browser, live_server: Any, transactional_db: None, width: int
) -> None:
    hold_terms(2025, 2026)
    county = County()
    record = shared(county)
    with opened(browser, width) as page:
        be_signed_in(page, live_server, county.headteacher)
        page.goto(f"{live_server.url}{record.get_absolute_url()}respond/")
        answer(page)
        with page.expect_navigation():
            page.get_by_role("button", name="Send your response").dblclick()
        expect(page.get_by_text("You sent your response.")).to_be_visible()
    assert Response.objects.get().on_accuracy == OBJECTION


def test_an_answer_is_checked_and_sent_without_javascript(
    browser: Browser, live_server: Any, transactional_db: None
) -> None:
    hold_terms(2025, 2026)
    county = County()
    record = shared(county)
    with opened(browser, PHONE, script=False) as page:
        be_signed_in(page, live_server, county.headteacher)
        page.goto(f"{live_server.url}{record.get_absolute_url()}respond/")
        page.get_by_label("No, something is not accurate").check()
        page.get_by_label("What is not accurate").fill(OBJECTION)
        led_on(page.get_by_role("button", name="Continue"))
        expect(page.get_by_role("heading", name="Check your response before you send it")).to_be_visible()
        led_on(page.get_by_role("link", name="Go back and change your answers"))
        assert page.get_by_label("What is not accurate").input_value() == OBJECTION
        led_on(page.get_by_role("button", name="Continue"))
        led_on(page.get_by_role("button", name="Send your response"))
        expect(page.get_by_text("You sent your response.")).to_be_visible()
    assert Response.objects.get().on_accuracy == OBJECTION
