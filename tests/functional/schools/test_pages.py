"""The pages of schools, used: a date that opens to its working, errors, filters, and the list without a script."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schools.models import School
from schools.records.states import RecordStatus
from tests.factories.calendar import hold_terms
from tests.factories.schools import SchoolFactory, appointed, record_at
from tests.functional.browser import (
    led_on,
    opened,
)
from tests.functional.signing_in import be_signed_in, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG_NAME = "Saint Bartholomew-in-the-Marshes Voluntary Controlled Church of England Primary and Nursery School"


@pytest.fixture
def schools(transactional_db: None) -> list[School]:
    """Three pages of a district, with names short, long and spelt with a saint."""
    hold_terms(2025, 2026)
    saint = SchoolFactory.create(
        name="St Mary’s Primary School", postcode="ZZ9 9ZZ", town="Upper Nowhere-under-the-Hill"
    )
    enter_at_once(SchoolFactory.build_batch(118, authority=saint.authority, district=saint.district))
    return [saint, SchoolFactory.create(name=LONG_NAME, establishment="closed")]


def enter_at_once(schools: list[School]) -> None:
    """One statement for them all."""
    for school in schools:
        school.search_key = school.made_search_key()
    School.objects.bulk_create(schools)


@pytest.fixture
def people(schools: list[School]) -> dict[Role, User]:
    school = schools[0]
    assert school.district is not None
    return {
        Role.SIP: appointed(Role.SIP, school=school),
        Role.DSIM: appointed(Role.DSIM, district=school.district),
        Role.HEADTEACHER: appointed(Role.HEADTEACHER, school=school),
    }


def test_a_date_of_a_record_opens_to_its_working(
    page: Page, live_server: Any, people: dict[Role, User], schools: list[School]
) -> None:
    school = schools[0]
    record = record_at(RecordStatus.SHARED, school=school, author=people[Role.SIP], manager=people[Role.DSIM])
    be_signed_in(page, live_server, people[Role.SIP])
    page.goto(f"{live_server.url}{record.get_absolute_url()}")
    page.get_by_text("how this date is worked out").first.locator("xpath=ancestor::summary").click()
    expect(page.get_by_text("10 school days after").first).to_be_visible()


def test_errors_are_told_at_the_top_and_by_each_field(
    page: Page, live_server: Any, people: dict[Role, User], schools: list[School]
) -> None:
    be_signed_in(page, live_server, people[Role.SIP])
    page.goto(f"{live_server.url}/schools/{schools[0].urn}/visits/write/")
    page.get_by_label("Day", exact=True).fill("31")
    page.get_by_label("Month", exact=True).fill("2")
    page.get_by_label("Year", exact=True).fill("26")
    page.get_by_label("Days used").fill("0.3")
    page.get_by_label("Who you met").fill("Kept through errors")
    led_on(page.get_by_role("button", name="Begin the record"))
    expect(page.get_by_text("There is a problem")).to_be_visible()
    expect(page).to_have_title("Error: Write a Record of Visit – School improvement – Invented County")
    expect(page.get_by_label("Who you met")).to_have_value("Kept through errors")


def test_filters_stay_while_paging_and_sorting(browser: Browser, live_server: Any, people: dict[Role, User]) -> None:
    with opened(browser) as page:
        be_signed_in(page, live_server, people[Role.DSIM])
        page.goto(f"{live_server.url}/schools/")
        expect(page.get_by_text("Phase", exact=True).first).to_be_hidden()
        page.get_by_role("button", name="Show filters").click()
        page.get_by_text("Phase", exact=True).first.click()
        page.get_by_label("Primary (120)").check()
        led_on(page.get_by_role("button", name="Apply filters"))
        expect(page.locator("#results")).to_be_focused()
        led_on(page.get_by_role("link", name="Next page"))
        assert "phase=primary" in page.url
        expect(page.get_by_text("Showing 51 to 100 of 120")).to_be_visible()
        led_on(page.get_by_role("link", name="Pupils"))
        assert "phase=primary" in page.url
        assert "sort=pupils" in page.url
        led_on(page.get_by_role("link", name="Remove this filter").first)
        assert "phase" not in page.url


def test_the_list_works_without_script(page_without_script: Page, live_server: Any, people: dict[Role, User]) -> None:
    page = page_without_script
    sign_in(page, live_server, people[Role.DSIM])
    page.goto(f"{live_server.url}/schools/")
    page.get_by_label("Name, URN, LAESTAB or postcode").fill("zz99zz")
    led_on(page.get_by_role("button", name="Apply filters"))
    expect(page.locator("main")).to_contain_text("St Mary’s Primary School")
