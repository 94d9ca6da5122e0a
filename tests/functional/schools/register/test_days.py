"""A school's days, looked at: two full years, none, an answer with its working, and errors; wide and narrow."""

from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.lib.clock import TermName
from schoolimprove.lib.years import academic_year
from schools.models import School
from tests.factories.calendar import (
    TERM_DATES,
    ClosureDayFactory,
    SchoolClosureFactory,
    SchoolTermFactory,
    TermFactory,
    hold_terms,
)
from tests.factories.schools import SchoolFactory, appointed
from tests.functional.browser import led_on
from tests.functional.signing_in import be_signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sip(transactional_db: None) -> User:
    return appointed(Role.SIP, school=SchoolFactory.create(name="Invented Primary School"))


def test_a_schools_days_are_read_and_asked_about(page: Page, live_server: Any, sip: User) -> None:
    school = School.objects.get()
    be_signed_in(page, live_server, sip)
    page.goto(f"{live_server.url}/schools/{school.urn}/days/")
    expect(page.get_by_text("We have no term dates for").first).to_be_visible()
    _hold_days(school)
    led_on(page.get_by_role("link", name="School days"))
    page.get_by_label("Day", exact=True).fill("27")
    led_on(page.get_by_role("button", name="Work out the date"))
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    page.get_by_label("Month", exact=True).fill("3")
    page.get_by_label("Year", exact=True).fill("2009")
    led_on(page.get_by_role("button", name="Work out the date"))
    expect(page.get_by_text("10 school days after Friday 27 March 2009 end on")).to_be_visible()
    page.get_by_text("how this date is worked out").locator("xpath=ancestor::summary").click()
    expect(page.get_by_text("Easter holiday")).to_be_visible()
    page.get_by_label("Year", exact=True).fill("2011")
    led_on(page.get_by_role("button", name="Work out the date"))
    expect(page.get_by_text("We cannot work this out: there are no term dates for 2010/11.")).to_be_visible()


def _hold_days(school: School) -> None:
    """The year the clock is in, with closures, a term of the school's own and an unfinished year after it."""
    hold_terms(2008, 2009)
    now = academic_year(clock.today())
    for name in TermName:
        TermFactory.create(academic_year=now, name=name, **_moved(now, name))
    first = _moved(now, TermName.AUTUMN)["starts_on"]
    SchoolClosureFactory.create(school=school, day=first, reason="Staff training: safeguarding and first aid")
    ClosureDayFactory.create(day=date(now + 1, 5, 6), reason="Polling day")
    SchoolTermFactory.create(school=school, academic_year=now, name=TermName.SUMMER, **_moved(now, TermName.SUMMER))
    TermFactory.create(academic_year=now + 1, name=TermName.AUTUMN, **_moved(now + 1, TermName.AUTUMN))


def _moved(year: int, name: TermName) -> dict[str, date]:
    """The dates of 2026/27 in another year."""
    fields = ("starts_on", "half_term_starts_on", "half_term_ends_on", "ends_on")
    dates = [day.replace(year=day.year - 2026 + year) for day in TERM_DATES[2026, name]]
    return dict(zip(fields, dates, strict=True))
