"""The main job, thin but true: a visit goes from the SIP to the headteacher on a school of a real file."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Page, expect

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schools.models import LocalAuthority, RecordOfVisit, School
from tests.factories.calendar import hold_terms
from tests.factories.schools import appointed
from tests.functional.browser import axe, opened, screenshot, scrolls_sideways
from tests.functional.signing_in import be_signed_in, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.shared, pytest.mark.django_db(transaction=True)]
# The school is real, so the words judge nothing: they only show that text arrives as it was typed.
FINDINGS = "These words are a test.\nThey arrive with <b>marks</b> & all."


@pytest.fixture
def surrey(shared_data: Path) -> LocalAuthority:
    call_command("import_gias", str(shared_data / "data" / "gias" / "gias_export_2021-05_LA936.csv"), json=True)
    assert School.objects.count() == 590
    LocalAuthority.objects.filter(code="936").update(own=True)
    return LocalAuthority.objects.get(code="936")


@pytest.fixture
def school(surrey: LocalAuthority) -> School:
    return School.objects.filter(type_code="01", phase="primary", district__isnull=False).order_by("urn")[0]


def record_page(live_server: Any, record: RecordOfVisit) -> str:
    return f"{live_server.url}{record.get_absolute_url()}"


def looked_at(page: Page, name: str) -> None:
    """Axe in full, no sideways scrolling, and a picture for people to look at."""
    assert axe(page) == []
    assert not scrolls_sideways(page)
    screenshot(page, name)


def test_a_visit_goes_from_sip_to_dsim_to_headteacher(browser: Browser, live_server: Any, school: School) -> None:
    hold_terms(2025, 2026)
    other = School.objects.exclude(pk=school.pk).filter(type_code="01").order_by("urn")[1]
    sip, dsim = appointed(Role.SIP, school=school), appointed(Role.DSIM, district=school.district)
    head, stranger = appointed(Role.HEADTEACHER, school=school), appointed(Role.HEADTEACHER, school=other)
    link, clerk = appointed(Role.SCHOOL_LINK, school=school), appointed(Role.CLERK, school=other)

    record = sip_writes_and_submits(browser, live_server, school, sip)
    for outsider in (head, stranger, link, clerk):
        not_found_for(browser, live_server, outsider, record)
    dsim_approves(browser, live_server, record, dsim)
    for outsider in (stranger, link, clerk):
        not_found_for(browser, live_server, outsider, record)
    headteacher_answers(browser, live_server, record, head)

    record.refresh_from_db()
    assert record.status == "shared"
    answer = record.versions.get().responses.get()
    assert (answer.role, answer.by, answer.accurate) == (Role.HEADTEACHER, head, False)
    author_reads_the_answer(browser, live_server, record, sip)


def sip_writes_and_submits(browser: Browser, live_server: Any, school: School, sip: User) -> RecordOfVisit:
    today = clock.today()
    with opened(browser) as page:
        sign_in(page, live_server, sip)
        page.get_by_role("link", name=school.name).click()
        looked_at(page, "school-overview-sip")
        page.get_by_role("button", name="Write a Record of Visit").click()
        looked_at(page, "record-write-empty")
        page.get_by_label("Type of visit").select_option("core")
        for part, value in (("Day", today.day), ("Month", today.month), ("Year", today.year)):
            page.get_by_label(part, exact=True).fill(str(value))
        page.get_by_label("Who you met").fill("Headteacher")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Before you can submit this record")).to_be_visible()
        looked_at(page, "record-draft-incomplete")
        page.get_by_role("button", name="Edit the record").click()
        page.get_by_label("Evidence you saw").fill("A test")
        page.get_by_label("What you found").fill(FINDINGS)
        page.get_by_role("button", name="Save").click()
        page.get_by_role("button", name="Submit for approval").click()
        expect(page.get_by_text("Awaiting approval").first).to_be_visible()
        looked_at(page, "record-submitted")
    return RecordOfVisit.objects.get()


def dsim_approves(browser: Browser, live_server: Any, record: RecordOfVisit, dsim: User) -> None:
    with opened(browser) as page:
        sign_in(page, live_server, dsim)
        looked_at(page, "home-dsim")
        page.get_by_role("link", name="Approve or return the Record of Visit").click()
        page.get_by_role("button", name="Approve and share").click()
        looked_at(page, "record-approve")
        page.get_by_role("button", name="Approve and share").click()
        expect(page.get_by_text("Approved and shared with the school")).to_be_visible()


def not_found_for(browser: Browser, live_server: Any, user: User, record: RecordOfVisit) -> None:
    with opened(browser) as page:
        be_signed_in(page, live_server, user)
        response = page.goto(record_page(live_server, record))
        assert response is not None
        assert response.status == 404
        assert record.reference not in page.locator("main").inner_text()


def headteacher_answers(browser: Browser, live_server: Any, record: RecordOfVisit, head: User) -> None:
    with opened(browser, 375) as page:
        sign_in(page, live_server, head)
        looked_at(page, "home-headteacher-375")
        page.get_by_role("link", name="Respond to the Record of Visit").click()
        expect(page.get_by_text("They arrive with")).to_contain_text("<b>marks</b> & all.")
        looked_at(page, "record-headteacher-375")
        page.get_by_role("button", name="Respond for your school").click()
        page.get_by_role("button", name="Send our response").click()
        expect(page.get_by_text("There is a problem")).to_be_visible()
        looked_at(page, "record-respond-errors-375")
        page.get_by_label("No, something is not accurate").check()
        page.get_by_label("What is not accurate").fill("There were three words.")
        page.get_by_label("Your comments on the content").fill("Read.")
        page.get_by_role("button", name="Send our response").click()
        expect(page.get_by_text("Your response is recorded")).to_be_visible()
        looked_at(page, "record-answered-375")


def author_reads_the_answer(browser: Browser, live_server: Any, record: RecordOfVisit, sip: User) -> None:
    with opened(browser) as page:
        sign_in(page, live_server, sip)
        page.goto(record_page(live_server, record))
        expect(page.get_by_text("There were three words.")).to_be_visible()
        looked_at(page, "record-answered-sip")
        page.goto(f"{live_server.url}{record.school.get_absolute_url()}chronology/")
        expect(page.get_by_text("answered by the school")).to_be_visible()
        looked_at(page, "school-chronology")
