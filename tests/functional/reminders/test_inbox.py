"""One's reminders, looked at and used: many, one, none and wrong, wide and narrow."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from post_office.models import STATUS, Email, Log

from schoolimprove.accounts import mail
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.reminders.models import Deadline, Reminder
from schoolimprove.reminders.sweep import sweep
from schools.records.states import RecordStatus
from tests.factories.county import County
from tests.factories.schools import LocalAuthorityFactory, appointed
from tests.functional.signing_in import be_signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
REASON = "The headteacher was ill on the day that we had agreed."


@pytest.fixture
def late_county(transactional_db: None) -> County:
    """Its partner has not submitted the records of several visits, some of them for long."""
    county = County()
    for days in (0, 3, 20, 40, 60, 80):
        county.record(RecordStatus.DRAFT, held_on=clock.today() - timedelta(days=days))
    Deadline.objects.update(opened_at=clock.now() - timedelta(days=100))
    sweep(clock.today())
    return county


def test_a_reminder_is_read_answered_and_put_away(page: Page, live_server: Any, late_county: County) -> None:
    told = Reminder.objects.to(late_county.sip).count()
    be_signed_in(page, live_server, late_county.sip)
    page.goto(f"{live_server.url}/reminders/")
    expect(page.get_by_role("heading", name=f"{told} open reminders")).to_be_visible()
    expect(page.get_by_text(f"{told} unread.")).to_be_visible()
    page.get_by_role("link", name="Submit the record").first.click()
    expect(page.get_by_role("link", name="Say why it is overdue")).to_be_visible()
    page.get_by_role("link", name="Say why it is overdue").click()
    page.get_by_role("button", name="Save reason").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    page.get_by_label("Why is it overdue?").fill(REASON)
    page.get_by_role("button", name="Save reason").click()
    expect(page.get_by_text("Your reason is saved. Your managers can read it.")).to_be_visible()
    expect(page.get_by_text(f"Overdue because: {REASON}").first).to_be_visible()
    page.get_by_role("button", name="Remove from my reminders").click()
    expect(page.get_by_text("You have removed this reminder.")).to_be_visible()
    expect(page.get_by_role("heading", name=f"{told - 1} open reminders")).to_be_visible()
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.get_by_text(f"You marked {told - 1} reminders as read.")).to_be_visible()
    expect(page.get_by_text("Unread", exact=True)).to_have_count(0)


def test_a_manager_sees_who_was_told_and_what_was_said(page: Page, live_server: Any, late_county: County) -> None:
    be_signed_in(page, live_server, late_county.dsim)
    page.goto(f"{live_server.url}/reminders/")
    page.get_by_role("link", name="Submit the record").first.click()
    page.get_by_text("How we worked out the date, and who we reminded").click()
    expect(page.get_by_role("table", name="Who we reminded of this date")).to_be_visible()
    expect(
        page.get_by_role("cell", name=late_county.sip.name).or_(page.get_by_text(late_county.sip.name)).first
    ).to_be_visible()


def test_nothing_waits_and_the_email_is_chosen(page: Page, live_server: Any, county_of_nobody: Any) -> None:
    be_signed_in(page, live_server, county_of_nobody)
    page.goto(f"{live_server.url}/reminders/")
    expect(page.get_by_role("heading", name="No reminders")).to_be_visible()
    page.get_by_role("link", name="Change when we email you").click()
    page.get_by_label("When should we send the daily email?").select_option("17:30")
    page.get_by_label("Only dates set by law").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("We will use your choice from the next email.")).to_be_visible()
    page.goto(f"{live_server.url}/reminders/email/")
    expect(page.get_by_label("When should we send the daily email?")).to_have_value("17:30")
    expect(page.get_by_label("Only dates set by law")).to_be_checked()


@pytest.fixture
def county_of_nobody(transactional_db: None) -> Any:
    return appointed(Role.FINANCE, authority=LocalAuthorityFactory())


def test_an_administrator_sees_what_did_not_arrive_and_sends_it_again(
    page: Page, live_server: Any, transactional_db: None
) -> None:
    administrator = appointed(Role.SYSTEM_ADMINISTRATOR, authority=LocalAuthorityFactory())
    be_signed_in(page, live_server, administrator)
    page.goto(f"{live_server.url}/reminders/email/failed/")
    expect(page.get_by_text("No failed emails")).to_be_visible()
    sent = mail.send("reminders/emails/digest", to="nobody@school.invalid", name="Nobody", late=[], coming=[], lines=[])
    Email.objects.filter(pk=sent.pk).update(status=STATUS.failed, subject="3 dates late")
    Log.objects.create(
        email=sent, status=STATUS.failed, message="550 5.1.1 No such mailbox", exception_type="SMTPRecipientsRefused"
    )
    page.reload()
    expect(page.get_by_text("550 5.1.1 No such mailbox")).to_be_visible()
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("We will send the email again within a minute.")).to_be_visible()
    sent.refresh_from_db()
    assert sent.status == STATUS.queued
