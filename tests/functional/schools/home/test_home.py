"""The home page, used: a school that is watched from it, and what happened since the last time."""

from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schools.home import watchlist
from schools.models import Appointment
from schools.records.content import Owner
from schools.records.governors import actions as governors_actions
from schools.records.states import RecordStatus
from schools.visits import deadlines as visit_deadlines
from schools.visits.states import VisitStatus
from tests.factories.calendar import hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.schools import SchoolFactory, VisitFactory, also_appointed, appointed
from tests.factories.visits import RecordActionFactory
from tests.functional.browser import led_on
from tests.functional.signing_in import be_at_home, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG_NAME = "Saint Bartholomew-in-the-Marshes Voluntary Controlled Church of England Primary and Nursery School"


@pytest.fixture
def busy(transactional_db: None, site_clock_at: Any) -> County:
    site_clock_at(TUESDAY)
    hold_terms(2026)
    return made_busy(County())


def made_busy(county: County) -> County:
    """A county in November, with something of everything."""
    for number in range(12):
        name = LONG_NAME if number == 0 else f"Invented School {number:02}"
        school = SchoolFactory.create(name=name, district=county.school.district)
        also_appointed(county.sip, Role.SIP, school=school)
        owed = {"kind": "core", "academic_year": 2026, "term": "autumn", "held_on": None, "author": county.sip}
        visit = VisitFactory.create(school=school, status=VisitStatus.DUE, **owed)
        visit_deadlines.core_visit_owed(visit)
        if number % 3 == 0:
            watchlist.watch(school, by=county.dsim)
    day = TUESDAY + timedelta(days=9)
    proposed = {"status": VisitStatus.AGREED, "planned_on": day, "held_on": None}
    VisitFactory.create(school=county.school, kind="monitoring", author=county.sip, **proposed)
    county.start(county.sip, on=date(2026, 10, 1), kind="additional")
    record = county.record(RecordStatus.SHARED, held_on=date(2026, 10, 2))
    for owner, days in ((Owner.SCHOOL, -1), (Owner.AUTHORITY, 3)):
        due_on = TUESDAY + timedelta(days=days)
        RecordActionFactory.create(record=record, school=county.school, owner=owner, due_on=due_on)
    governors_actions.add_meetings(county.school, [TUESDAY + timedelta(days=16)], by=county.chair)
    other = appointed(Role.DSIM, district=SchoolFactory.create().district)
    cover = {"cover_for": Appointment.objects.held_by(county.dsim).get(), "double_district": county.double_district}
    also_appointed(other, Role.DSIM, **cover)
    return county


def test_a_school_is_watched_and_found_on_the_home_page_again(page: Page, live_server: Any, busy: County) -> None:
    be_at_home(page, live_server, busy.dsim)
    page.goto(f"{live_server.url}{busy.school.get_absolute_url()}")
    led_on(page.get_by_role("button", name="Watch this school"))
    expect(page.get_by_role("button", name="Stop watching this school")).to_be_visible()
    page.goto(f"{live_server.url}/")
    expect(page.get_by_role("link", name=busy.school.name).first).to_be_visible()


def test_what_happened_since_the_last_time_is_told_first(page: Page, live_server: Any, busy: County) -> None:
    User.objects.filter(pk=busy.chair.pk).update(last_login=clock.now() - timedelta(days=3))
    sign_in(page, live_server, busy.chair)
    expect(page.get_by_role("heading", name="New since you were last here, on 31 October 2026")).to_be_visible()
