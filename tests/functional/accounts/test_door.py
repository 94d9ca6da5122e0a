"""The door in a real browser: lock-out, the second factor, the end of a session with and without JavaScript."""

import re
from base64 import b32decode
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import Page, expect

from schoolimprove.accounts.models import User
from schoolimprove.accounts.session import SEEN
from schoolimprove.records.models import Draft
from tests.factories.accounts import PASSWORD, TOTPDeviceFactory, UserFactory, code_of
from tests.functional import browser as driven

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
NOTE = (
    "Dear colleague,\n\nwelcome. Your first visit is on 1 May; <b>bring</b> the “blue” folder. " + "More words. " * 60
)


@pytest.fixture
def administrator() -> User:
    return UserFactory.create(name="Ada Administrator", is_superuser=True)


def give_password(page: Page, user: User, password: str = PASSWORD) -> None:
    page.get_by_label("Email address").fill(user.email)
    page.get_by_label("Password", exact=True).fill(password)
    driven.led_on(page.get_by_role("button", name="Sign in"))


def come_in(page: Page, live_server: Any, user: User, path: str = "/account/") -> None:
    """By password and code, to `path`."""
    if not TOTPDevice.objects.filter(user=user).exists():
        TOTPDeviceFactory.create(user=user)
    page.goto(f"{live_server.url}{path}")
    give_password(page, user)
    give_code(page, user, path)


def give_code(page: Page, user: User, path: str) -> None:
    """And be at `path`, which the address of the page that asks for the code ends with as well."""
    device = TOTPDevice.objects.get(user=user)
    # A code works once: the next one is good half a minute early.
    page.get_by_label("Security code").fill(code_of(device, ahead=1 if device.last_t > 0 else 0))
    driven.led_on(page.get_by_role("button", name="Continue"))
    expect(page).to_have_url(re.compile(rf"^[^?]*{re.escape(path)}$"))


def write_invitation(page: Page) -> None:
    page.get_by_label("Full name").fill("New Person")
    page.get_by_label("Email address").fill("not-yet-finished")
    page.get_by_label("Message (optional)").fill(NOTE)


def expect_invitation(page: Page) -> None:
    expect(page.get_by_label("Full name")).to_have_value("New Person")
    expect(page.get_by_label("Email address")).to_have_value("not-yet-finished")
    expect(page.get_by_label("Message (optional)")).to_have_value(NOTE)


def age_sessions(minutes: int) -> None:
    """Let so much time pass on the server since anybody was seen."""
    for row in Session.objects.all():
        kept = row.get_decoded()
        kept[SEEN] = (datetime.fromisoformat(kept[SEEN]) - timedelta(minutes=minutes)).isoformat()
        row.session_data = Session.objects.encode(kept)
        row.save()


def pass_minutes(page: Page, minutes: int, *, already: int = 0) -> None:
    """Let time pass in the browser and on the server; the browser may be ahead by `already`."""
    age_sessions(minutes)
    page.clock.fast_forward((minutes - already) * MINUTE)


class TestLockOut:
    def test_the_page_says_what_to_do_and_another_computer_is_not_locked_out(
        self, page: Page, live_server: Any
    ) -> None:
        user = UserFactory.create()
        page.goto(f"{live_server.url}/sign-in/")
        for _ in range(5):
            give_password(page, user, "wrong-password-here")
        expect(page.get_by_role("heading", level=1)).to_have_text("Too many wrong passwords")
        expect(page.get_by_text(re.compile(r"Wait until \d\d:\d\d"))).to_be_visible()
        page.get_by_role("link", name="Set a new password").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("I have forgotten my password")


class TestSecondFactor:
    def test_somebody_enrols_with_an_app_and_comes_back_with_a_recovery_code(
        self, page: Page, live_server: Any, administrator: User
    ) -> None:
        page.goto(f"{live_server.url}/people/")
        give_password(page, administrator)
        expect(page.get_by_role("heading", level=1)).to_have_text("Set up an authenticator app")
        picture = page.get_by_alt_text("QR code for your authenticator app")
        assert picture.evaluate("image => image.complete && image.naturalWidth > 100")
        page.get_by_text("I cannot scan the QR code").click()
        secret = page.locator("[data-secret]").inner_text()
        page.get_by_label("Security code").fill("000000")
        driven.led_on(page.get_by_role("button", name="Continue"))
        expect(page.get_by_text("The code is not correct").first).to_be_visible()
        TOTPDevice.objects.update(throttling_failure_timestamp=None)
        page.get_by_label("Security code").fill(code_from(secret))
        driven.led_on(page.get_by_role("button", name="Continue"))
        expect(page.get_by_role("heading", level=1)).to_have_text("Save your recovery codes")
        codes = page.locator("[data-recovery-code]").all_inner_texts()
        assert len(codes) == 10
        driven.led_on(page.get_by_role("link", name="I have saved my codes – continue"))
        expect(page.get_by_role("heading", level=1)).to_have_text("People")
        driven.led_on(page.get_by_role("button", name="Sign out"))
        give_password(page, administrator)
        expect(page.get_by_role("heading", level=1)).to_have_text("Enter your security code")
        driven.led_on(page.get_by_role("link", name="Use a recovery code"))
        page.get_by_label("Recovery code").fill(codes[3])
        driven.led_on(page.get_by_role("button", name="Continue"))
        expect(page.get_by_role("link", name=re.compile("Ada Administrator"))).to_be_visible()


def code_from(secret: str) -> str:
    """What an app shows that was given the secret as text."""
    return f"{TOTP(b32decode(secret.replace(' ', ''))).token():06d}"


MINUTE = 60_000


class TestTheEndOfASession:
    def test_a_warning_comes_and_staying_signed_in_works(
        self, page: Page, live_server: Any, administrator: User
    ) -> None:
        page.clock.install()
        come_in(page, live_server, administrator)
        warning = page.get_by_role("dialog")
        page.clock.fast_forward(24 * MINUTE)
        expect(warning).to_be_hidden()
        pass_minutes(page, 25, already=24)
        expect(warning).to_contain_text("Are you still there?")
        expect(warning).to_contain_text("We will sign you out in 5 minutes")
        warning.get_by_role("button", name="Stay signed in").click()
        expect(warning).to_be_hidden()
        pass_minutes(page, 24)
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your account")

    def test_doing_nothing_ends_it_and_says_so(self, page: Page, live_server: Any, administrator: User) -> None:
        page.clock.install()
        come_in(page, live_server, administrator)
        pass_minutes(page, 31)
        expect(page.get_by_role("dialog")).to_contain_text("We have signed you out")
        expect(page.get_by_role("button", name="Stay signed in")).to_have_count(0)
        page.reload()
        expect(page.get_by_text("We signed you out after 30 minutes without activity.")).to_be_visible()

    def test_what_was_typed_survives_with_javascript(self, page: Page, live_server: Any, administrator: User) -> None:
        page.clock.install()
        come_in(page, live_server, administrator, "/people/invite/")
        with page.expect_response(lambda response: "%E2%80%9Cblue%E2%80%9D" in (response.request.post_data or "")):
            write_invitation(page)
            page.clock.fast_forward(3_000)
        expect(page.get_by_text(re.compile(r"Saved at \d\d:\d\d"))).to_be_visible()
        assert Draft.objects.get().fields["note"] == [NOTE]
        pass_minutes(page, 31)
        expect(page.get_by_role("dialog")).to_contain_text("We have signed you out")
        page.get_by_role("dialog").get_by_role("button", name="Close").click()
        page.get_by_label("Full name").fill("New Person, after the end")
        driven.led_on(page.get_by_role("button", name="Send invitation"))
        expect(page.get_by_text("We kept what you typed")).to_be_visible()
        come_back(page, administrator)
        expect(page.get_by_text("You have unsaved text from")).to_be_visible()
        expect(page.get_by_label("Full name")).to_have_value("New Person, after the end")
        expect(page.get_by_label("Message (optional)")).to_have_value(NOTE)

    def test_what_was_typed_survives_without_javascript(
        self, page_without_script: Page, live_server: Any, administrator: User
    ) -> None:
        page = page_without_script
        come_in(page, live_server, administrator, "/people/invite/")
        write_invitation(page)
        assert not Draft.objects.exists()
        age_sessions(31)
        driven.led_on(page.get_by_role("button", name="Send invitation"))
        expect(page.get_by_text("We kept what you typed")).to_be_visible()
        come_back(page, administrator)
        expect(page.get_by_text("You have unsaved text from")).to_be_visible()
        expect_invitation(page)
        page.get_by_role("button", name="Discard unsaved text").click()
        expect(page.get_by_text("You have discarded the unsaved text")).to_be_visible()
        expect(page.get_by_label("Message (optional)")).to_have_value("")

    def test_another_person_on_the_same_browser_sees_nothing_of_it(
        self, page_without_script: Page, live_server: Any, administrator: User
    ) -> None:
        page = page_without_script
        come_in(page, live_server, administrator, "/people/invite/")
        write_invitation(page)
        age_sessions(31)
        driven.led_on(page.get_by_role("button", name="Send invitation"))
        other = UserFactory.create(name="Olga Other", is_superuser=True)
        TOTPDeviceFactory.create(user=other)
        come_back(page, other)
        expect(page.get_by_label("Message (optional)")).to_have_value("")
        expect(page.get_by_text("You have unsaved text from")).to_have_count(0)

    def test_signing_in_again_in_another_tab_does_not_cost_the_text(
        self, page: Page, live_server: Any, administrator: User
    ) -> None:
        come_in(page, live_server, administrator, "/people/invite/")
        write_invitation(page)
        age_sessions(31)
        tab = page.context.new_page()
        come_in(tab, live_server, administrator)
        driven.led_on(page.get_by_role("button", name="Send invitation"))
        expect(page.get_by_text("You signed in again in another tab")).to_be_visible()
        expect_invitation(page)


def test_an_older_window_says_that_newer_text_is_kept_and_overwrites_nothing(
    page: Page, live_server: Any, administrator: User
) -> None:
    come_in(page, live_server, administrator, "/people/invite/")
    newer = page.context.new_page()
    newer.goto(f"{live_server.url}/people/invite/")
    newer.get_by_label("Message (optional)").fill("An hour's work")
    newer.get_by_label("Full name").focus()
    expect(newer.get_by_text(re.compile(r"Saved at \d\d:\d\d"))).to_be_visible()
    page.get_by_label("Message (optional)").fill("Something else")
    page.get_by_label("Full name").focus()
    told = re.compile(r"You have newer unsaved text for this form, typed at \d\d:\d\d in another window\.")
    expect(page.get_by_text(told)).to_be_visible()
    assert Draft.objects.get().fields["note"] == ["An hour's work"]


def come_back(page: Page, user: User) -> None:
    """From the sign-in page, where the person stands, through password and code."""
    give_password(page, user)
    give_code(page, user, "/people/invite/")
