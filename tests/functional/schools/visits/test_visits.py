"""Planned visits, used by those who plan them and by the school."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schools.models import School, Visit
from schools.visits import actions as visit_actions
from schools.visits import deadlines as visit_deadlines
from schools.visits.actions import Plan
from schools.visits.states import VisitStatus
from schools.visits.term_slots import slot_of
from tests.factories.schools import SchoolFactory, VisitFactory, also_appointed, appointed
from tests.functional.browser import PHONE, fill_day, led_on, opened
from tests.functional.schools.register.test_days import _hold_days
from tests.functional.signing_in import be_signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG_NAME = "Saint Bartholomew-in-the-Marshes Voluntary Controlled Church of England Primary and Nursery School"


@pytest.fixture
def school(transactional_db: None) -> School:
    made: School = SchoolFactory.create(name=LONG_NAME)
    _hold_days(made)
    return made


@pytest.fixture
def sip(school: School) -> User:
    return appointed(Role.SIP, school=school)


def test_a_visit_is_planned_and_the_school_asks_for_another_date(
    page: Page,
    browser: Browser,
    live_server: Any,
    school: School,
    sip: User,
    site_clock_at: Callable[[date], None],
) -> None:
    # A Tuesday, three weeks before another.
    site_clock_at(date(2026, 11, 3))
    head = appointed(Role.HEADTEACHER, school=school)
    be_signed_in(page, live_server, sip)
    page.goto(f"{live_server.url}/schools/{school.urn}/visits/")
    led_on(page.get_by_role("link", name="Plan a visit"))
    led_on(page.get_by_role("button", name="Plan the visit"))
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    page.get_by_label("Type of visit").select_option("Monitoring visit")
    fill_day(page, date(2026, 11, 22))
    page.get_by_label("Time").fill("9:30am")
    page.get_by_label("Purpose").fill("How reading is taught in year 2")
    led_on(page.get_by_role("button", name="Plan the visit"))
    expect(page.get_by_text("We have not emailed anyone yet.")).to_be_visible()
    led_on(page.get_by_role("link", name="Go back and change your answers"))
    fill_day(page, date(2026, 11, 24))
    led_on(page.get_by_role("button", name="Plan the visit"))
    expect(page.get_by_text("You have proposed")).to_be_visible()

    with opened(browser, PHONE) as phone:
        be_signed_in(phone, live_server, head)
        phone.goto(f"{live_server.url}/")
        led_on(phone.get_by_role("link", name="Agree the date of the visit"))
        led_on(phone.get_by_role("button", name="Ask for another date"))
        led_on(phone.get_by_role("button", name="Ask for this date"))
        expect(phone.locator(".govuk-error-summary")).to_be_focused()
        fill_day(phone, date(2026, 12, 1))
        phone.get_by_label("Reason").fill("Year 2 are at the museum")
        led_on(phone.get_by_role("button", name="Ask for this date"))
        expect(phone.get_by_text("You have asked for Tuesday 1 December 2026.")).to_be_visible()

        page.reload()
        expect(page.get_by_text("Year 2 are at the museum")).to_be_visible()
        led_on(page.get_by_role("button", name="Propose another date"))
        page.get_by_label("Reason").fill("As you asked")
        led_on(page.get_by_role("button", name="Propose this date"))
        expect(page.get_by_text("You have proposed Tuesday 1 December 2026")).to_be_visible()

        phone.reload()
        led_on(phone.get_by_role("button", name="Agree this date"))
        expect(phone.get_by_text("You have agreed")).to_be_visible()
        led_on(phone.get_by_role("link", name="Add an item to the agenda"))
        phone.get_by_label("Item").fill("Our new library")
        led_on(phone.get_by_role("button", name="Add to the agenda"))
        expect(phone.get_by_role("button", name="Remove Our new library")).to_be_visible()

    page.reload()
    expect(page.get_by_text("Our new library").first).to_be_visible()
    led_on(page.get_by_role("link", name="Cancel the visit"))
    page.get_by_label("Reason").fill("Illness")
    led_on(page.get_by_role("button", name="Cancel the visit"))
    expect(page.get_by_text("You have cancelled the visit.")).to_be_visible()


def test_a_date_is_agreed_without_script(browser: Browser, live_server: Any, school: School, sip: User) -> None:
    head = appointed(Role.HEADTEACHER, school=school)
    day = clock.today() + timedelta(days=21)
    visit = visit_actions.plan(school, Plan("monitoring", day, visitor=sip), by=sip, on=clock.today())
    with opened(browser, PHONE, script=False) as phone:
        be_signed_in(phone, live_server, head)
        phone.goto(f"{live_server.url}{visit.get_absolute_url()}")
        led_on(phone.get_by_role("button", name="Agree this date"))
        expect(phone.get_by_text("You have agreed")).to_be_visible()
    visit.refresh_from_db()
    assert visit.status == VisitStatus.AGREED


def test_a_term_is_looked_at_as_a_list_and_as_a_month(page: Page, live_server: Any, school: School, sip: User) -> None:
    be_signed_in(page, live_server, sip)
    page.goto(f"{live_server.url}/schools/my-term/")
    many_visits(sip, school)
    page.reload()
    led_on(page.get_by_role("link", name="Show as a month"))
    led_on(page.get_by_role("link", name="(later)"))
    expect(page.get_by_role("heading", name="visits in")).to_be_visible()
    page.goto(f"{live_server.url}/schools/my-term/?group=done&kind=review")


def many_visits(sip: User, school: School) -> None:
    """Visits in every state, around today."""
    term = slot_of(school.pk, clock.today()) or (0, "")
    slot = {"academic_year": term[0], "term": term[1]}
    for number in range(12):
        other = SchoolFactory.create(name=LONG_NAME if number == 3 else f"Invented Primary School {number}")
        also_appointed(sip, Role.SIP, school=other)
        for status in VisitStatus:
            day = clock.today() + timedelta(days=number - 4)
            dated = {} if status == VisitStatus.DUE else {"planned_on": day}
            asked = {"suggested_on": day + timedelta(days=7)} if status == VisitStatus.COUNTERED else {}
            held = {"held_on": clock.today()} if status == VisitStatus.HELD else {"held_on": None}
            kind = "core" if status == VisitStatus.DUE else "monitoring"
            visit: Visit = VisitFactory.create(
                school=other, author=sip, status=status, kind=kind, **slot, **dated, **asked, **held
            )
            if status == VisitStatus.DUE:
                visit_deadlines.core_visit_owed(visit)
