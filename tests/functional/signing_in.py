"""Signing in through the real page, and being signed in where that is not what a test is about."""

from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from schoolimprove.accounts import session
from schoolimprove.accounts.models import User
from schoolimprove.lib import clock
from tests.factories.accounts import PASSWORD
from tests.functional.browser import led_on


def sign_in(page: Page, live_server: Any, user: User) -> None:
    """By address and password; the caller's page ends up on the home page."""
    page.goto(f"{live_server.url}/sign-in/")
    page.get_by_label("Email address").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    led_on(page.get_by_role("button", name="Sign in"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(user.name)


def sign_out(page: Page) -> None:
    led_on(page.get_by_role("button", name="Sign out"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sign")


def be_signed_in(page: Page, live_server: Any, user: User, *, verified: bool = True) -> None:
    """The browser holds a whole session of this user, second factor and all; it stays on the page it is on.

    Where it is not `verified`, half a session, which owes the code.
    """
    cookie = signed_in(user, verified=verified).cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])


def signed_in(user: User, *, verified: bool = True) -> Client:
    """Return a client signed in as this user, second factor included unless `verified` is false."""
    client = Client()
    client.force_login(user)
    kept = client.session
    for key in (session.BEGAN, session.SEEN, *([session.VERIFIED] if verified else [])):
        kept[key] = clock.now().isoformat()
    kept.save()
    return client


def be_at_home(page: Page, live_server: Any, user: User) -> None:
    """Sign in without the sign-in page, and open the home page."""
    be_signed_in(page, live_server, user)
    page.goto(f"{live_server.url}/")
