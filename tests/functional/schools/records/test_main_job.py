"""The main job, whole, on a school of a real file: from a term that is opened to a record that is closed.

The school is real, so the words judge nothing: they only show that text arrives as it was typed.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Page, expect

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schools.models import LocalAuthority, RecordDocument, RecordOfVisit, School, Visit
from schools.records.states import RecordStatus
from schools.visits.states import VisitStatus
from tests.factories.calendar import hold_terms
from tests.factories.schools import appointed
from tests.functional.browser import PHONE, fill_day, led_on, opened
from tests.functional.signing_in import be_at_home, be_signed_in, sign_in
from tests.processes import running, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.shared, pytest.mark.django_db(transaction=True)]
FINDINGS = "These words are a test.\nThey arrive with <b>marks</b> & all."
MENDED = "These words were mended."
WORKER = ["celery", "--quiet", "--app", "schoolimprove", "worker", "--pool", "solo"]


@pytest.fixture
def worker(process_environment: dict[str, str], triggers: None, tmp_path: Path) -> Iterator[None]:
    """A worker in a process of its own, which freezes what is shared."""
    with running(WORKER, log=tmp_path / "worker.log", environment=process_environment):
        yield


@pytest.fixture
def surrey(shared_data: Path) -> LocalAuthority:
    call_command("import_gias", str(shared_data / "data" / "gias" / "gias_export_2021-05_LA936.csv"), json=True)
    assert School.objects.count() == 590
    LocalAuthority.objects.filter(code="936").update(own=True)
    return LocalAuthority.objects.get(code="936")


@pytest.fixture
def school(surrey: LocalAuthority) -> School:
    return School.objects.filter(type_code="01", phase="primary", district__isnull=False).order_by("urn")[0]


class Cast:
    """Everybody the record passes through, and who must see nothing of it."""

    def __init__(self, school: School) -> None:
        elsewhere = School.objects.exclude(pk=school.pk).filter(type_code="01").order_by("urn")[1]
        self.sip = appointed(Role.SIP, school=school)
        self.dsim = appointed(Role.DSIM, district=school.district)
        self.headteacher = appointed(Role.HEADTEACHER, school=school)
        self.chair = appointed(Role.CHAIR, school=school)
        self.clerk = appointed(Role.CLERK, school=school)
        self.outsiders = [
            appointed(Role.HEADTEACHER, school=elsewhere),
            appointed(Role.SCHOOL_LINK, school=school),
            appointed(Role.CLERK, school=elsewhere),
        ]


def press(page: Page, *names: str) -> None:
    for name in names:
        led_on(page.get_by_role("button", name=name, exact=True))


def test_a_visit_goes_from_the_opened_term_to_a_closed_record(
    browser: Browser, live_server: Any, school: School, worker: None, site_clock_at: Any
) -> None:
    site_clock_at(date(2026, 11, 17))
    hold_terms(2025, 2026)
    cast = Cast(school)
    dsim_opens_the_term(browser, live_server, cast, school)
    the_date_is_agreed(browser, live_server, cast, school)
    site_clock_at(date(2026, 11, 24))
    record = sip_writes_and_submits(browser, live_server, cast, school)
    nobody_at_the_school_finds(browser, live_server, cast, record)
    dsim_returns(browser, live_server, cast, record)
    sip_mends(browser, live_server, cast, record)
    dsim_approves(browser, live_server, cast, record)
    for outsider in cast.outsiders:
        not_found_for(browser, live_server, outsider, record)
    headteacher_corrects_a_fact(browser, live_server, cast, record)
    sip_proposes_a_correction(browser, live_server, cast, record)
    dsim_issues_it(browser, live_server, cast, record)
    headteacher_and_chair_answer_again(browser, live_server, cast, record)
    site_clock_at(date(2026, 12, 4))
    clerk_presents(browser, live_server, cast, record)
    sip_closes(browser, live_server, cast, record)
    the_chronology_tells(browser, live_server, cast, record)


def dsim_opens_the_term(browser: Browser, live_server: Any, cast: Cast, school: School) -> None:
    with opened(browser) as page:
        sign_in(page, live_server, cast.dsim)
        page.goto(f"{live_server.url}/schools/terms/open/")
        page.get_by_label("Autumn term").first.check()
        press(page, "Show what will happen")
        expect(page.get_by_text("We have not created anything yet.")).to_be_visible()
        led_on(page.locator("form:has(input[name=term][type=hidden])").get_by_role("button"))
        expect(page.get_by_role("heading", level=1)).to_contain_text("Core visits created")
    visit = Visit.objects.get(school=school)
    assert (visit.status, visit.term, visit.author) == (VisitStatus.DUE, "autumn", cast.sip)


def the_date_is_agreed(browser: Browser, live_server: Any, cast: Cast, school: School) -> None:
    """Proposed by the SIP, agreed by the head on a telephone's screen."""
    visit = Visit.objects.get(school=school)
    with opened(browser) as page:
        be_at_home(page, live_server, cast.sip)
        led_on(page.get_by_role("link", name="Propose a date for the core visit"))
        fill_day(page.get_by_role("group", name="Date"), date(2026, 11, 24))
        press(page, "Propose this date")
        expect(page.get_by_text("Date proposed").first).to_be_visible()
        page.goto(f"{live_server.url}/schools/my-term/")
    with opened(browser, PHONE) as page:
        be_at_home(page, live_server, cast.headteacher)
        led_on(page.get_by_role("link", name="Agree the date of the visit"))
        press(page, "Agree this date")
        led_on(page.get_by_role("link", name="Add an item to the agenda"))
        page.get_by_label("Item", exact=True).fill("The new <i>hall</i>")
        press(page, "Add to the agenda")
    visit.refresh_from_db()
    assert visit.status == VisitStatus.AGREED


def sip_writes_and_submits(browser: Browser, live_server: Any, cast: Cast, school: School) -> RecordOfVisit:
    with opened(browser) as page:
        be_at_home(page, live_server, cast.sip)
        page.goto(f"{live_server.url}{Visit.objects.get(school=school).get_absolute_url()}")
        press(page, "Write the record")
        page.get_by_label("Who you met").fill("Headteacher")
        press(page, "Begin the record", "Save and finish for now")
        expect(page.get_by_text("Before you can submit this record")).to_be_visible()
        press(page, "Edit the record")
        page.get_by_label("Evidence you saw").fill("A test")
        for box in page.locator("textarea[name^=item_]").all():
            box.fill(FINDINGS)
        page.get_by_label("Strength 1", exact=True).fill("Test data")
        page.get_by_label("Action 1", exact=True).fill("Read the test")
        press(page, "Save and preview")
        expect(page.get_by_text("The school will see the record like this.")).to_be_visible()
        expect(page.get_by_text("Action 1, “Read the test”, needs a person and a date.")).to_be_visible()
        press(page, "Continue writing")
        page.get_by_role("textbox", name="Action 1: person or post").fill("Deputy headteacher")
        fill_day(page.get_by_role("group", name="Action 1: due date"), date(2026, 12, 11))
        press(page, "Save and preview", "Submit for approval")
        expect(page.get_by_text("Awaiting approval").first).to_be_visible()
    record = RecordOfVisit.objects.get()
    assert [line.heading for line in record.visit.agenda()][-2:] == [
        "The new <i>hall</i>",
        "Celebrations and good practice",
    ]
    return record


def nobody_at_the_school_finds(browser: Browser, live_server: Any, cast: Cast, record: RecordOfVisit) -> None:
    for user in (cast.headteacher, cast.chair, cast.clerk):
        not_found_for(browser, live_server, user, record)


def not_found_for(browser: Browser, live_server: Any, user: User, record: RecordOfVisit) -> None:
    with opened(browser) as page:
        be_signed_in(page, live_server, user)
        for path in ("", "pdf/", "preview/", "correction/"):
            response = page.goto(f"{live_server.url}{record.get_absolute_url()}{path}")
            assert response is not None
            assert response.status == 404
            assert record.reference not in page.locator("main").inner_text()


def dsim_returns(browser: Browser, live_server: Any, cast: Cast, record: RecordOfVisit) -> None:
    with opened(browser) as page:
        be_at_home(page, live_server, cast.dsim)
        led_on(page.get_by_role("link", name="Approve or return the Record of Visit"))
        press(page, "Return to the author")
        page.locator("details:has(textarea[name^=comment_item_]) summary").first.click()
        page.locator("textarea[name^=comment_item_]").first.fill("Which <words>?")
        press(page, "Return to the author")
        expect(page.get_by_text("with your comments")).to_be_visible()


def sip_mends(browser: Browser, live_server: Any, cast: Cast, record: RecordOfVisit) -> None:
    with opened(browser) as page:
        be_at_home(page, live_server, cast.sip)
        led_on(page.get_by_role("link", name="Submit the Record of Visit"))
        press(page, "Edit the record")
        expect(page.get_by_text("Which <words>?")).to_be_visible()
        page.locator("textarea[name^=item_]").first.fill(MENDED)
        press(page, "Save and finish for now", "Submit for approval")
        expect(page.get_by_text("Awaiting approval").first).to_be_visible()


def dsim_approves(browser: Browser, live_server: Any, cast: Cast, record: RecordOfVisit) -> None:
    with opened(browser) as page:
        be_signed_in(page, live_server, cast.dsim)
        page.goto(f"{live_server.url}{record.get_absolute_url()}")
        press(page, "Approve and share")
        press(page, "Approve and share")
        expect(page.get_by_text("You approved the record and shared it with the school")).to_be_visible()


def headteacher_corrects_a_fact(browser: Browser, live_server: Any, cast: Cast, record: RecordOfVisit) -> None:
    with opened(browser, PHONE) as page:
        be_at_home(page, live_server, cast.headteacher)
        led_on(page.get_by_role("link", name="Respond to the Record of Visit"))
        expect(page.get_by_text(MENDED)).to_be_visible()
        expect(page.get_by_text("They arrive with").first).to_contain_text("<b>marks</b> & all.")
        press(page, "Respond for your school", "Continue")
        expect(page.get_by_text("There is a problem")).to_be_visible()
        page.get_by_label("No, something is not accurate").check()
        page.get_by_label("What is not accurate").fill("I was not there: it was the deputy.")
        page.get_by_label("Your comments on the content").fill("Read.")
        press(page, "Continue", "Send your response")
        expect(page.get_by_text("You sent your response.")).to_be_visible()


def sip_proposes_a_correction(browser: Browser, live_server: Any, cast: Cast, record: RecordOfVisit) -> None:
    with opened(browser) as page:
        be_signed_in(page, live_server, cast.sip)
        page.goto(f"{live_server.url}{record.get_absolute_url()}")
        expect(page.get_by_text("I was not there: it was the deputy.")).to_be_visible()
        press(page, "Correct the record", "Propose the correction")
        expect(page.get_by_text("There is a problem")).to_be_visible()
        page.get_by_label("Why you are correcting the record").fill("The headteacher was away.")
        page.get_by_label("Who you met").fill("Deputy headteacher")
        press(page, "Propose the correction")
        expect(page.get_by_text("You proposed the correction.")).to_be_visible()


def dsim_issues_it(browser: Browser, live_server: Any, cast: Cast, record: RecordOfVisit) -> None:
    with opened(browser) as page:
        be_at_home(page, live_server, cast.dsim)
        page.goto(f"{live_server.url}{record.get_absolute_url()}correction/")
        press(page, "Issue as a new version")
        led_on(page.locator("main form").last.get_by_role("button"))
        expect(page.get_by_text("Version 2").first).to_be_visible()
    record.refresh_from_db()
    assert (record.status, record.shared_version, record.met) == (RecordStatus.SHARED, 2, "Deputy headteacher")


def headteacher_and_chair_answer_again(browser: Browser, live_server: Any, cast: Cast, record: RecordOfVisit) -> None:
    for user in (cast.headteacher, cast.chair):
        with opened(browser, PHONE) as page:
            be_at_home(page, live_server, user)
            led_on(page.get_by_role("link", name="Respond to the Record of Visit"))
            expect(page.get_by_text("The headteacher was away.")).to_be_visible()
            press(page, "Respond for your school")
            page.get_by_label("Yes", exact=True).check()
            press(page, "Continue", "Send your response")
            expect(page.get_by_text("You sent your response.")).to_be_visible()
    assert {answer.role for answer in record.newest_version().responses.all()} == {Role.HEADTEACHER, Role.CHAIR}


def clerk_presents(browser: Browser, live_server: Any, cast: Cast, record: RecordOfVisit) -> None:
    with opened(browser) as page:
        be_at_home(page, live_server, cast.clerk)
        led_on(page.get_by_role("link", name="Present").first)
        press(page, "Mark as presented to the governors")
        fill_day(page.get_by_role("group", name="Date of the governors’ meeting"), clock.today() - timedelta(days=1))
        press(page, "Mark as presented")
        expect(
            page.get_by_text("You marked the record as presented to the governors on 3 December 2026.")
        ).to_be_visible()


def sip_closes(browser: Browser, live_server: Any, cast: Cast, record: RecordOfVisit) -> None:
    with opened(browser) as page:
        be_at_home(page, live_server, cast.sip)
        page.goto(f"{live_server.url}{record.get_absolute_url()}")
        press(page, "Close the record")
        led_on(page.locator("main form").last.get_by_role("button"))
        expect(page.get_by_text("Closed").first).to_be_visible()
        frozen = page.get_by_role("link", name="Download as PDF")
        expect(frozen.first).to_be_visible()
        closed = RecordDocument.objects.filter(version__record=record, occasion="closed")
        wait_until(closed.exists, what="the PDF of the closed record")
        page.reload()
        with page.expect_download() as download:
            frozen.first.click()
        content = Path(download.value.path()).read_bytes()
    document = closed.get()
    assert content == document.blob.read()
    assert content.startswith(b"%PDF")
    record.refresh_from_db()
    assert record.status == RecordStatus.CLOSED


def the_chronology_tells(browser: Browser, live_server: Any, cast: Cast, record: RecordOfVisit) -> None:
    with opened(browser) as page:
        be_signed_in(page, live_server, cast.headteacher)
        page.goto(f"{live_server.url}{record.school.get_absolute_url()}chronology/")
        for words in ("approved and shared", "responded to by the school", "corrected", "presented", "closed"):
            expect(page.get_by_text(words).first).to_be_visible()
        text = page.locator("main").inner_text()
        assert "returned with comments" not in text
        assert "submitted for approval" not in text
