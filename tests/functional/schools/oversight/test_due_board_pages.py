"""The board of deadlines looked at: full, narrowed to nothing and empty, wide and narrow, and on paper."""

import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pikepdf
import pytest
from playwright.sync_api import Browser, Page, expect

from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.reminders.models import Deadline, Reminder
from schoolimprove.reminders.models.reminder import Answer
from schoolimprove.reminders.sweep import sweep
from schools.records.states import RecordStatus
from schools.visits.deadlines import CORE_VISIT
from schools.visits.states import VisitStatus
from tests.factories.calendar import hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.reminders import DeadlineFactory
from tests.factories.schools import SchoolFactory, VisitFactory, also_appointed
from tests.functional.browser import DESKTOP, opened
from tests.functional.signing_in import be_signed_in
from tests.pdfs import text_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MANY = 60


@pytest.fixture
def county(transactional_db: None, site_clock_at: Callable[[date], None]) -> County:
    site_clock_at(TUESDAY)
    return County()


def many_dates(county: County) -> None:
    """A draft told of and late with a reason, and core visits of schools with long names over ten weeks."""
    hold_terms(2026)
    county.record(RecordStatus.DRAFT, held_on=TUESDAY - timedelta(days=30))
    for number in range(MANY):
        name = f"The Church of Saint Somebody’s Voluntary Aided Primary School {number:02}"
        school = SchoolFactory.create(name=name, district=county.school.district)
        also_appointed(county.sip, Role.SIP, school=school)
        visit = VisitFactory.create(
            school=school, status=VisitStatus.DUE, held_on=None, kind="core", academic_year=2026, term="autumn"
        )
        day = TUESDAY + timedelta(days=number - 10)
        DeadlineFactory.create(
            rule=CORE_VISIT, subject_kind="schools.visit", subject_id=visit.pk, school_id=school.pk, due_on=day
        )
    sweep(TUESDAY)
    reason = "The headteacher is away ill until half-term, and the deputy asked for another week to agree the findings."
    of_the_draft = Reminder.objects.filter(rule="record.submit")
    of_the_draft.update(answer=Answer.LATE, because=reason, answered_at=clock.now())


def test_the_board_of_deadlines(page: Page, county: County, live_server: Any) -> None:
    many_dates(county)
    be_signed_in(page, live_server, county.dsim)
    page.goto(f"{live_server.url}/schools/deadlines/")
    expect(page.get_by_role("heading", level=2, name="62 deadlines")).to_be_visible()
    page.locator(".app-board details").first.evaluate("each => each.open = true")
    page.goto(f"{live_server.url}/schools/deadlines/?sort=school&when=late")
    page.goto(f"{live_server.url}/schools/deadlines/?q=nowhere+at+all")
    expect(page.get_by_text("No results.")).to_be_visible()
    Deadline.objects.all().delete()
    page.goto(f"{live_server.url}/schools/deadlines/")
    expect(page.get_by_text("Nothing is due at the schools you look after")).to_be_visible()


def test_the_board_is_printed_on_a3(browser: Browser, county: County, live_server: Any) -> None:
    many_dates(county)
    with opened(browser, DESKTOP) as page:
        be_signed_in(page, live_server, county.dsim)
        page.goto(f"{live_server.url}/schools/deadlines/")
        printed = page.pdf(prefer_css_page_size=True)
    with pikepdf.open(io.BytesIO(printed)) as sheets:
        sizes = {tuple(round(float(side)) for side in sheet.mediabox) for sheet in sheets.pages}
    assert sizes == {(0, 0, 1191, 842)}
    # What opens on the screen is printed.
    text = text_of(printed)
    assert "Overdue because" in text
    assert "Details" not in text
