"""Django's admin under our content security policy: its scripts run, and nothing of it is refused."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.factories.accounts import UserFactory
from tests.factories.calendar import TermFactory
from tests.factories.schools import SchoolFactory
from tests.functional.signing_in import be_signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def administrator(page: Page, live_server: Any) -> Page:
    """A page on which an administrator is signed in, the second factor given."""
    be_signed_in(page, live_server, UserFactory.create(is_superuser=True, is_staff=True))
    return page


def test_lists_and_forms_open_without_a_breach(administrator: Page, live_server: Any) -> None:
    """Not the history of a term: simple-history's page carries one inline style, whose refusal costs it a line."""
    school, term = SchoolFactory.create(), TermFactory.create()
    for path in (
        "",
        "schools/school/",
        f"schools/school/{school.pk}/change/",
        f"calendar/term/{term.pk}/change/",
        "calendar/term/add/",
    ):
        answer = administrator.goto(f"{live_server.url}/admin/{path}")
        assert answer is not None
        assert answer.status == 200, path


def test_a_date_is_picked_from_the_admins_own_calendar(administrator: Page, live_server: Any) -> None:
    administrator.goto(f"{live_server.url}/admin/calendar/term/add/")
    administrator.get_by_role("link", name="Today").first.click()
    expect(administrator.locator("input.vDateField").first).not_to_have_value("")
