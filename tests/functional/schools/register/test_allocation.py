"""The board of partners and the People tab, used: wide and narrow, without script, and when another is quicker."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schools.models import Appointment, Person, School
from tests.factories.calendar import hold_terms
from tests.factories.imports import SchoolContactFactory
from tests.factories.schools import AppointmentFactory, DistrictFactory, SchoolFactory, appointed
from tests.functional.browser import fill_day, led_on
from tests.functional.signing_in import be_signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG_NAME = "Saint Bartholomew-in-the-Marshes Voluntary Controlled Church of England Primary and Nursery School"


@pytest.fixture
def schools(transactional_db: None) -> list[School]:
    """Thirty without a partner, and as many with one of two."""
    hold_terms(2025, 2026)
    alone = [*SchoolFactory.create_batch(29), SchoolFactory.create(name=LONG_NAME)]
    district = DistrictFactory.create(name="East")
    for number in range(30):
        ann = Person.objects.get_or_create(name="Ann Example")[0]
        bo = Person.objects.get_or_create(name="Bo Example-Featherstonehaugh")[0]
        AppointmentFactory.create(person=ann if number % 3 else bo, school=SchoolFactory.create(district=district))
    return alone


@pytest.fixture
def dsim(schools: list[School]) -> User:
    assert schools[0].district is not None
    return appointed(Role.DSIM, double_district=schools[0].district.double_district)


def test_thirty_schools_are_given_and_a_second_who_gives_them_is_told(
    page: Page, live_server: Any, dsim: User, schools: list[School]
) -> None:
    page, tomorrow = page, clock.today() + timedelta(days=1)
    be_signed_in(page, live_server, dsim)
    page.goto(f"{live_server.url}/schools/allocation/")
    led_on(page.get_by_role("link", name="Without a School Improvement Partner"))
    expect(page.locator("#results")).to_contain_text("30 schools")
    led_on(page.get_by_role("button", name="Check the changes"))
    expect(page.get_by_text("Select at least one school").first).to_be_visible()
    page.get_by_role("button", name="Tick all on this page").click()
    page.get_by_label("Give them to").select_option(label="Ann Example (20 schools)")
    fill_day(page, tomorrow)
    led_on(page.get_by_role("button", name="Check the changes"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Check who gets which school")
    quicker = AppointmentFactory.create(school=schools[3], person__name="Cy Quick", starts_on=tomorrow)
    led_on(page.get_by_role("button", name="Give 30 schools to Ann Example"))
    expect(page.get_by_role("alert")).to_contain_text(f"{schools[3].name} has Cy Quick")
    assert Appointment.objects.filter(starts_on=tomorrow).get() == quicker
    led_on(page.get_by_role("button", name="Check the changes"))
    led_on(page.get_by_role("button", name="Give 30 schools to Ann Example"))
    expect(page.locator("main")).to_contain_text("30 schools have Ann Example from")
    assert Appointment.objects.standing().filter(starts_on=tomorrow, person__name="Ann Example").count() == 30


def test_somebody_leaves_and_a_colleague_takes_some(
    page_without_script: Page, live_server: Any, dsim: User, schools: list[School]
) -> None:
    page = page_without_script
    be_signed_in(page, live_server, dsim)
    page.goto(f"{live_server.url}/schools/allocation/")
    led_on(page.get_by_role("link", name="Hand over the schools of Bo Example-Featherstonehaugh"))
    page.locator("input[name=schools]").first.uncheck()
    fill_day(page, clock.today() + timedelta(days=30))
    page.get_by_label("Give them to").select_option(label="Ann Example (20 schools)")
    led_on(page.get_by_role("button", name="Check the changes"))
    led_on(page.get_by_role("button", name="Give 9 schools to Ann Example"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Hand over schools")
    expect(page.locator("input[name=schools]")).to_have_count(1)


def test_contacts_are_kept_and_a_head_is_succeeded(
    page: Page, live_server: Any, dsim: User, schools: list[School]
) -> None:
    page, school = page, schools[29]
    School.objects.filter(pk=school.pk).update(telephone="01632 960009", website="www.school.example")
    AppointmentFactory.create(school=school, role=Role.HEADTEACHER, person__email="head@school.example")
    sip = AppointmentFactory.create(school=school, role=Role.SIP, person__name="Dee Example")
    SchoolContactFactory.create(school=school, purpose="safeguarding", telephone="01632 960010 ext 24")
    be_signed_in(page, live_server, dsim)
    page.goto(f"{live_server.url}/schools/{school.urn}/people/")
    led_on(page.get_by_role("link", name="Add a contact"))
    led_on(page.get_by_role("button", name="Save"))
    expect(page.get_by_text("Enter an email address or a telephone number").first).to_be_visible()
    page.get_by_label("Telephone").fill("01632 960011")
    page.get_by_label("Source").fill("A call")
    led_on(page.get_by_role("button", name="Save"))
    expect(page.locator("main")).to_contain_text("You added the contact School office.")
    led_on(page.get_by_role("link", name="End School office"))
    page.goto(f"{live_server.url}/schools/{school.urn}/people/{sip.pk}/end/")
    fill_day(page, clock.today())
    page.get_by_label("Reason").fill("Moves on")
    led_on(page.get_by_role("button", name="End the appointment"))
    expect(page.locator("main")).to_contain_text("Dee Example’s last day is")
