"""Autosave, the end of a session and the second press of a button, in a real browser."""

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import BrowserContext, Page, Request, expect

from tests.functional.browser import axe, led_on

FIELD = "Title of the record"
NOON = datetime(2026, 11, 17, 12, tzinfo=UTC)
MINUTE = 60_000


def opened_in_still_time(page: Page, address: str) -> None:
    """The page's clock stands still: it saves what the test makes it save, however long the machine takes."""
    page.clock.install(time=NOON)
    page.goto(address)
    page.clock.pause_at(NOON + timedelta(hours=1))


def posts_to(page: Page, path: str) -> list[Request]:
    """The POSTs to addresses ending in `path`, as they are made."""
    seen: list[Request] = []
    page.on(
        "request", lambda asked: seen.append(asked) if asked.method == "POST" and asked.url.endswith(path) else None
    )
    return seen


def test_what_is_typed_is_saved_two_seconds_after_typing_stops(gallery: str, page: Page) -> None:
    saves = posts_to(page, "autosave")
    opened_in_still_time(page, gallery + "form/?keep=1")
    page.get_by_label(FIELD).press_sequentially("Autum")
    page.clock.run_for(1_999)
    page.get_by_label(FIELD).press_sequentially("n")
    page.get_by_label("Password", exact=True).evaluate("box => { box.value = 'secret' }")
    page.clock.run_for(1_999)
    assert saves == [], "typing had not stopped for so long"
    page.clock.run_for(1)
    expect(page.locator("[data-autosave-status]")).to_have_text(re.compile(r"^Saved at \d\d:\d\d$"))
    assert len(saves) == 1
    sent = str(saves[0].post_data)
    assert "title=Autumn" in sent
    assert "base_version=3" in sent
    assert "keep_token=gallery" in sent
    assert "secret" not in sent


def test_leaving_a_field_saves_at_once_and_only_what_changed(gallery: str, page: Page) -> None:
    saves = posts_to(page, "autosave")
    opened_in_still_time(page, gallery + "form/?keep=1")
    page.get_by_label("Summary").focus()
    page.get_by_label(FIELD).focus()
    page.get_by_label("Email address").focus()
    expect(page.locator("[data-autosave-status]")).to_have_text("")
    assert saves == [], "nothing had changed"
    page.get_by_label(FIELD).fill("Spring")
    page.get_by_label("Summary").focus()
    expect(page.locator("[data-autosave-status]")).to_contain_text("Saved at")
    assert len(saves) == 1


def test_offline_it_says_so_and_saves_when_the_line_is_back(gallery: str, page: Page) -> None:
    page.goto(gallery + "form/?keep=1")
    context: BrowserContext = page.context
    context.set_offline(True)
    page.get_by_label(FIELD).fill("Written on a train")
    page.get_by_label("Summary").focus()
    status = page.locator("[data-autosave-status]")
    expect(status).to_have_text("Not saved because you are offline. What you typed is still on this page.")
    expect(page.get_by_label(FIELD)).to_have_value("Written on a train")
    context.set_offline(False)
    expect(status).to_contain_text("Saved at")


def test_a_refused_save_is_not_called_saved(gallery: str, page: Page) -> None:
    page.route("**/autosave", lambda route: route.fulfill(status=401, json={"message": "You were signed out."}))
    page.goto(gallery + "form/?keep=1")
    page.get_by_label(FIELD).fill("Late")
    page.get_by_label("Summary").focus()
    expect(page.locator("[data-autosave-status]")).to_have_text("You were signed out.")
    assert axe(page) == []


def test_an_idle_session_warns_and_is_extended_by_the_button(gallery: str, page: Page) -> None:
    asked = posts_to(page, "session/extend")
    page.goto(gallery + "session/?idle=1800&warn=1")
    dialog = page.get_by_role("dialog", name="Are you still there?")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("We will sign you out in")
    expect(page.get_by_role("button", name="Stay signed in")).to_be_focused()
    assert axe(page) == []
    page.get_by_role("button", name="Stay signed in").click()
    expect(dialog).to_be_hidden()
    assert len(asked) == 1
    assert asked[0].headers["x-csrftoken"]


def test_before_the_end_everything_typed_is_saved_and_afterwards_it_can_still_be_sent(gallery: str, page: Page) -> None:
    page.clock.install()
    page.goto(gallery + "session/?idle=1800&warn=1500")
    page.get_by_label(FIELD).evaluate("box => { box.value = 'Not yet saved' }")
    with page.expect_request("**/autosave") as saved:
        page.clock.fast_forward(29 * MINUTE)
    assert "title=Not+yet+saved" in str(saved.value.post_data)
    expect(page.get_by_role("dialog", name="Are you still there?")).to_be_visible()
    page.clock.fast_forward(2 * MINUTE)
    expect(page.get_by_role("dialog", name="We have signed you out")).to_be_visible()
    assert axe(page) == []
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_label(FIELD)).to_have_value("Not yet saved")
    sent = posts_to(page, "/session/?idle=1800&warn=1500")
    led_on(page.get_by_role("button", name="Save and continue"))
    assert "Not yet saved" in str(sent[0].post_data)


def test_another_tab_that_stays_signed_in_keeps_this_one_alive(gallery: str, page: Page) -> None:
    page.goto(gallery + "session/?idle=1800&warn=1")
    expect(page.get_by_role("dialog")).to_be_visible()
    other = page.context.new_page()
    other.goto(gallery + "session/?idle=1800&warn=1500")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_an_extension_that_fails_is_told_and_can_be_tried_again(gallery: str, page: Page) -> None:
    page.goto(gallery + "session/?idle=1800&warn=1")
    page.context.set_offline(True)
    page.get_by_role("button", name="Stay signed in").click()
    expect(page.get_by_role("dialog")).to_contain_text("We could not reach the service.")
    page.context.set_offline(False)
    page.get_by_role("button", name="Stay signed in").click()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_form_pressed_twice_is_sent_once(gallery: str, page: Page) -> None:
    sent = posts_to(page, "/components/form/?state=full")
    page.goto(gallery + "form/?state=full")
    with page.expect_navigation():
        page.evaluate(
            """() => { const form = document.querySelector('form.app-form')
                form.requestSubmit(); form.requestSubmit() }"""
        )
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    assert len(sent) == 1
