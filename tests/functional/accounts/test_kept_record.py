"""A Record of Visit that is being written when the session ends: the longest text anybody types here."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schools.models import RecordOfVisit, School
from schools.records.states import RecordStatus
from tests.factories.accounts import PASSWORD
from tests.factories.schools import TEXTS, SchoolFactory, appointed, record_at
from tests.functional.accounts.test_door import age_sessions, give_password
from tests.functional.browser import led_on

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
FINDINGS = "Pupils read well.\n\nMost lessons begin on time; see <the minutes>. " + "A sentence of the record. " * 150


@pytest.fixture
def school() -> School:
    return SchoolFactory.create()


@pytest.fixture
def sip(school: School) -> User:
    return appointed(Role.SIP, school=school)


def write(page: Page, live_server: Any, sip: User, school: School) -> str:
    """Half a record, with a date that is not one yet; the address of its form."""
    record = record_at(RecordStatus.DRAFT, school=school, author=sip, manager=sip)
    path = f"{record.get_absolute_url()}edit/"
    page.goto(f"{live_server.url}{path}")
    give_password(page, sip)
    page.get_by_label("Day", exact=True).first.fill("31")
    page.get_by_label("Month", exact=True).first.fill("Febr")
    page.get_by_label("What you found").first.fill(FINDINGS)
    return path


def expect_words(page: Page) -> None:
    expect(page.get_by_label("Day", exact=True).first).to_have_value("31")
    expect(page.get_by_label("Month", exact=True).first).to_have_value("Febr")
    expect(page.get_by_label("What you found").first).to_have_value(FINDINGS)
    expect(page.get_by_text("You have unsaved text from")).to_be_visible()


def save(page: Page) -> None:
    led_on(page.get_by_role("button", name="Save and finish for now"))


def test_half_a_record_survives_the_end_of_the_session_without_javascript(
    page_without_script: Page, live_server: Any, sip: User, school: School
) -> None:
    page = page_without_script
    path = write(page, live_server, sip, school)
    age_sessions(31)
    save(page)
    expect(page.get_by_text("We kept what you typed")).to_be_visible()
    give_password(page, sip)
    assert page.url == f"{live_server.url}{path}"
    expect_words(page)
    assert RecordOfVisit.objects.get().findings == TEXTS["findings"]


def test_half_a_record_survives_the_end_of_the_session_with_javascript(
    page: Page, live_server: Any, sip: User, school: School
) -> None:
    path = write(page, live_server, sip, school)
    age_sessions(31)
    save(page)
    expect(page.get_by_text("We kept what you typed")).to_be_visible()
    give_password(page, sip)
    assert page.url == f"{live_server.url}{path}"
    expect_words(page)
    assert RecordOfVisit.objects.get().findings == TEXTS["findings"]


def test_the_sip_of_another_school_on_the_same_browser_sees_nothing_of_it(
    page_without_script: Page, live_server: Any, sip: User, school: School
) -> None:
    page = page_without_script
    write(page, live_server, sip, school)
    age_sessions(31)
    save(page)
    give_password(page, appointed(Role.SIP, school=SchoolFactory.create(urn=999001)), PASSWORD)
    assert "Pupils read well" not in page.content()
    assert school.name not in page.content()


def test_a_colleague_with_the_same_rights_finds_nothing_of_it(
    page_without_script: Page, live_server: Any, sip: User, school: School
) -> None:
    page = page_without_script
    write(page, live_server, sip, school)
    age_sessions(31)
    save(page)
    give_password(page, appointed(Role.SIP, school=school))
    expect(page.get_by_label("What you found")).to_have_count(0)
    assert "Pupils read well" not in page.content()
