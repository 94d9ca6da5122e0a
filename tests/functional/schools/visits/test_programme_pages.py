"""The programme, the opening of a term and its coverage, looked at: full, empty and with errors; wide and narrow."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.lib.clock import TermName
from schoolimprove.lib.years import academic_year
from schoolimprove.reminders.deadlines import follow_tasks
from schools.models import ProgrammeEdition, School
from tests.factories.calendar import TermFactory
from tests.factories.county import County
from tests.factories.schools import DistrictFactory, SchoolFactory, also_appointed
from tests.functional.browser import PHONE, fill_day, led_on, opened
from tests.functional.signing_in import be_signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MANY = 60


@pytest.fixture
def county(transactional_db: None) -> County:
    return County()


def hold_this_year() -> None:
    """Three terms that meet, so that one of them goes on whatever the day is."""
    year = academic_year(clock.today())
    starts = [date(year, 9, 1), date(year + 1, 1, 1), date(year + 1, 4, 20), date(year + 1, 8, 31)]
    for name, (start, following) in zip(TermName, pairwise(starts), strict=True):
        TermFactory.create(
            academic_year=year,
            name=name,
            starts_on=start,
            half_term_starts_on=start + timedelta(days=42),
            half_term_ends_on=start + timedelta(days=46),
            ends_on=following - timedelta(days=1),
        )


def many_schools(county: County) -> None:
    east = DistrictFactory.create(name="East", double_district=county.double_district)
    for number in range(MANY):
        school = SchoolFactory.create(
            name=f"The Church of Saint Somebody’s Voluntary Aided Primary School {number}",
            district=east if number % 2 else county.school.district,
        )
        if number % 5:
            also_appointed(county.sip, Role.SIP, school=school)
    for number in range(3):
        SchoolFactory.create(name=f"Academy {number}", type_code="34", district=east)


def test_a_programme_is_written_published_and_read_by_a_school(page: Page, live_server: Any, county: County) -> None:
    be_signed_in(page, live_server, county.dsim)
    page.goto(f"{live_server.url}/schools/programme/")
    led_on(page.get_by_role("button", name="Write an edition"))
    led_on(page.get_by_role("button", name="Save the draft"))
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    page.get_by_label("Title").fill("Secondary, spring: reading across the curriculum")
    page.get_by_label("Phase").select_option("secondary")
    page.get_by_label("Spring").check()
    page.locator("#id_heading_1").fill("Reading in every subject")
    page.locator("#id_guidance_1").fill("What teachers of science and history do about it.")
    led_on(page.get_by_role("button", name="Save the draft"))
    led_on(page.get_by_role("button", name="Publish"))
    fill_day(page, clock.today())
    led_on(page.get_by_role("button", name="Publish this edition"))
    expect(page.get_by_text("It is in force from")).to_be_visible()
    edition = ProgrammeEdition.objects.get(title__startswith="Secondary, spring: reading")
    be_signed_in(page, live_server, county.headteacher)
    page.goto(f"{live_server.url}/schools/programme/{edition.pk}/")
    expect(page.get_by_text("Reading in every subject")).to_be_visible()


def test_a_term_is_opened_and_its_coverage_looked_at(page: Page, live_server: Any, county: County) -> None:
    be_signed_in(page, live_server, county.head)
    page.goto(f"{live_server.url}/schools/coverage/")
    page.goto(f"{live_server.url}/schools/terms/open/")
    hold_this_year()
    many_schools(county)
    follow_tasks(clock.today())
    page.goto(f"{live_server.url}/")
    led_on(page.get_by_role("link", name="Create core visits").first)
    expect(page.get_by_text("We have not created anything yet")).to_be_visible()
    led_on(page.get_by_role("button", name="Create core visits"))
    expect(page.get_by_role("heading", name="Core visits created")).to_be_visible()
    led_on(page.get_by_role("link", name="See coverage of the term"))
    page.get_by_label("Count by").select_option("sip")
    led_on(page.get_by_role("button", name="Show"))
    expect(page.get_by_role("rowheader", name="Without a partner")).to_be_visible()
    led_on(page.get_by_role("row", name="All schools").get_by_role("link").first)
    expect(page.get_by_role("heading", name=f"{MANY + 1} schools")).to_be_visible()
    page.goto(f"{live_server.url}/schools/coverage/list/?q=zzz&stage=shared&late=yes")
    expect(page.get_by_text("No results.")).to_be_visible()


def test_the_days_of_a_school_are_set(page: Page, live_server: Any, county: County) -> None:
    be_signed_in(page, live_server, county.dsim)
    school = School.objects.get()
    page.goto(f"{live_server.url}/schools/{school.urn}/")
    led_on(page.get_by_role("link", name="Change days the school is entitled to"))
    led_on(page.get_by_role("button", name="Save"))
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    page.get_by_label("Days in the year").fill("7.5")
    page.get_by_label("Reason").fill("A new headteacher")
    led_on(page.get_by_role("button", name="Save"))
    expect(page.get_by_text("0 of 7.5 days used in")).to_be_visible()


def test_without_script_a_programme_is_written_and_a_term_opened(
    browser: Browser, live_server: Any, county: County
) -> None:
    hold_this_year()
    person: User = county.dsim
    with opened(browser, PHONE, script=False) as page:
        be_signed_in(page, live_server, person)
        page.goto(f"{live_server.url}/schools/programme/write/")
        page.get_by_label("Title").fill("Summer")
        page.get_by_label("Summer").check()
        page.locator("#id_heading_1").fill("The year")
        led_on(page.get_by_role("button", name="Save the draft"))
        assert ProgrammeEdition.objects.filter(title="Summer").exists()
        page.goto(f"{live_server.url}/schools/terms/open/")
        led_on(page.get_by_role("button", name="Show what will happen"))
        led_on(page.get_by_role("button", name="Create core visits"))
        expect(page.get_by_role("heading", name="Core visits created")).to_be_visible()
