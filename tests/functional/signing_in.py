"""Signing in through the real page."""

from typing import Any

from playwright.sync_api import Page, expect

from schoolimprove.accounts.models import User
from tests.factories.accounts import PASSWORD


def sign_in(page: Page, live_server: Any, user: User) -> None:
    """By address and password; the caller's page ends up on the home page."""
    page.goto(f"{live_server.url}/sign-in/")
    page.get_by_label("Email address").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(user.name)


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sign")
