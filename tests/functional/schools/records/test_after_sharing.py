"""What a school, its governors and a correction do with a shared record, looked at wide and narrow, with axe."""

from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schools.models import RecordAction, RecordOfVisit, Strength
from schools.records import actions as record_actions
from tests.factories.calendar import hold_terms
from tests.factories.county import County
from tests.factories.schools import appointed
from tests.factories.shared import issue, propose, respond, shared
from tests.factories.visits import GovernorsMeetingFactory, RecordActionFactory
from tests.functional.browser import led_on
from tests.functional.signing_in import be_signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def county(transactional_db: None) -> County:
    hold_terms(2025, 2026)
    return County()


@pytest.fixture
def clerk(county: County) -> User:
    return appointed(Role.CLERK, school=county.school)


def go(page: Page, live_server: Any, user: User, path: str) -> None:
    be_signed_in(page, live_server, user)
    page.goto(f"{live_server.url}{path}")


def test_a_correction_goes_from_the_author_to_the_school(page: Page, live_server: Any, county: County) -> None:
    record = shared(county)
    respond(record, county.headteacher, accurate=False, on_accuracy="There are 31 pupils in year 4.")
    path = record.get_absolute_url()
    go(page, live_server, county.sip, path)
    led_on(page.get_by_role("button", name="Correct the record"))
    found = page.get_by_label("Anything else you found")
    found.fill("Pupils are taught very well and remember <b>most</b> of what they learn.")
    led_on(page.get_by_role("button", name="Propose the correction"))
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    page.get_by_label("Why you are correcting the record").fill("One sentence said too much.")
    led_on(page.get_by_role("button", name="Propose the correction"))
    expect(page.get_by_text("You proposed the correction.")).to_be_visible()

    go(page, live_server, county.headteacher, path)
    expect(page.get_by_text("most")).to_have_count(0)

    go(page, live_server, county.dsim, f"{path}correction/")
    expect(page.locator("ins").first).to_contain_text("very")
    led_on(page.get_by_role("button", name="Return to the author"))
    page.get_by_label("Comments for the author").fill("Say it of year 4 only.")
    led_on(page.get_by_role("button", name="Return to the author"))

    go(page, live_server, county.sip, path)
    led_on(page.get_by_role("button", name="Work on the correction"))
    expect(page.get_by_text("Say it of year 4 only.")).to_be_visible()
    page.get_by_label("Anything else you found").fill("In year 4 pupils are taught very well.")
    led_on(page.get_by_role("button", name="Propose the correction"))

    go(page, live_server, county.dsim, f"{path}correction/")
    led_on(page.get_by_role("button", name="Issue as a new version"))
    led_on(page.get_by_role("button", name="Issue version 2"))
    expect(page.get_by_text("You issued version 2. The school can read it.")).to_be_visible()

    go(page, live_server, county.headteacher, path)
    expect(page.get_by_text("In year 4 pupils are taught very well.").first).to_be_visible()
    page.get_by_text("What changed in version 2").click()
    led_on(page.get_by_role("link", name="Read version 1"))
    expect(page.get_by_text("There are 31 pupils in year 4.")).to_be_visible()
    go(page, live_server, county.headteacher, f"{path}respond/")
    page.get_by_label("Yes").check()
    led_on(page.get_by_role("button", name="Continue"))
    led_on(page.get_by_role("button", name="Send your response"))
    expect(page.get_by_text("on version 2")).to_be_visible()


def test_the_headteacher_consents_and_reports_on_actions(page: Page, live_server: Any, county: County) -> None:
    record = shared(county)
    go(page, live_server, county.headteacher, record.get_absolute_url())
    led_on(page.get_by_role("button", name="Allow sharing"))
    expect(page.get_by_text("You agreed that we may share this strength with other schools.")).to_be_visible()
    assert Strength.objects.get().status == "agreed"

    tab = f"/schools/{county.school.urn}/actions/"
    for number in range(60):
        what = f"Action {number} <i>of many</i>, which is long enough to need a second line on a telephone"
        due = date(2026, 11, 1 + number % 28) if number % 3 else None
        RecordActionFactory.create(
            record=record, key=f"many{number}", school=county.school, what=what, due_on=due, who="Deputy head"
        )
    page.goto(f"{live_server.url}{tab}")
    led_on(page.get_by_role("link", name="Update").first)
    page.get_by_label("Done", exact=True).check()
    led_on(page.get_by_role("button", name="Save"))
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    page.get_by_label("What has been done").fill("All of year 4 is moderated.")
    led_on(page.get_by_role("button", name="Save"))
    expect(page.get_by_text("You marked the action as done.")).to_be_visible()
    assert RecordAction.objects.filter(status="done").count() == 1


def test_a_school_without_actions_and_meetings_is_told_what_comes(
    page: Page, live_server: Any, county: County, clerk: User
) -> None:
    go(page, live_server, clerk, f"/schools/{county.school.urn}/actions/")
    expect(page.get_by_text("No actions agreed yet")).to_be_visible()
    page.goto(f"{live_server.url}/schools/{county.school.urn}/governors/")


def test_the_clerk_enters_meetings_and_says_what_was_presented(
    page: Page, live_server: Any, county: County, clerk: User
) -> None:
    record = shared(county)
    today = clock.today()
    tab = f"/schools/{county.school.urn}/governors/"
    go(page, live_server, clerk, f"{tab}add/")
    page.get_by_label("Dates of governors’ meetings").fill("sometime next year")
    led_on(page.get_by_role("button", name="Add meetings"))
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    days = [today.replace(day=1, month=month, year=today.year + 1) for month in (2, 5, 7)]
    page.get_by_label("Dates of governors’ meetings").fill("\n".join([*map(clock.uk_date, days), clock.uk_date(today)]))
    led_on(page.get_by_role("button", name="Add meetings"))
    expect(page.get_by_text("You added 4 meetings.")).to_be_visible()
    GovernorsMeetingFactory.create(school=county.school, cancelled_because="Snow", held_on=date(2026, 10, 1))
    page.reload()
    led_on(page.get_by_role("link", name="Cancel the meeting").last)

    page.goto(f"{live_server.url}{record.get_absolute_url()}")
    led_on(page.get_by_role("button", name="Mark as presented to the governors"))
    led_on(page.get_by_role("button", name="Mark as presented"))
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    page.get_by_label(clock.uk_date(today)).check()
    led_on(page.get_by_role("button", name="Mark as presented"))
    expect(page.get_by_text("You marked the record as presented to the governors on")).to_be_visible()
    assert RecordOfVisit.objects.get().presented_on == today


def test_a_record_is_closed_and_reads_the_same(page: Page, live_server: Any, county: County, clerk: User) -> None:
    record = issue(propose(shared(county)), county)
    for user in (county.headteacher, county.chair):
        respond(record, user)
    record_actions.present(record, by=clerk, on=clock.today(), held_on=clock.today(), seen_version=record.version)
    go(page, live_server, county.sip, record.get_absolute_url())
    led_on(page.get_by_role("button", name="Close the record"))
    led_on(page.get_by_role("button", name="Close the record"))
    expect(page.get_by_text("Closed", exact=True).first).to_be_visible()
