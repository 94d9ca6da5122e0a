"""A round of a district, from the job that opens it to the letter that the headteacher reads on a phone."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from categorisation.letters import TEMPLATES
from categorisation.models import Recommendation, SchemeEdition
from categorisation.opening.termly import JOB
from categorisation.policy import ROUND_KINDS
from categorisation.schemes.shipped import EDITIONS
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.policy.actions import sync_policy
from schoolimprove.policy.editions import ship_editions
from schoolimprove.reminders.termly import termly_jobs
from schools.groups.models import Group
from schools.letters.models import LetterTemplate
from schools.meetings.actions import call_meeting, plan_meeting
from schools.models import Person
from tests.factories.calendar import hold_terms
from tests.factories.categorisation import recommended
from tests.factories.county import TUESDAY, County
from tests.factories.groups import GroupFactory, MembershipFactory
from tests.factories.policy import PolicyRowFactory
from tests.factories.schools import SchoolFactory, also_appointed, appointed
from tests.functional.browser import PHONE, led_on
from tests.functional.signing_in import be_signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
EVIDENCE = "Pupils read more, and better, than a year ago."


@pytest.fixture
def county(transactional_db: None, clock_at: Any) -> County:
    """The county on its Tuesday, whose autumn round is an annual one, with the group that moderates."""
    clock_at(TUESDAY)
    sync_policy()
    ship_editions(SchemeEdition, EDITIONS)
    ship_editions(LetterTemplate, TEMPLATES)
    hold_terms(2026)
    PolicyRowFactory.create(
        key=ROUND_KINDS.name,
        value={"kinds": {"autumn": "annual", "spring": "review", "summer": "annual"}},
        effective_from=TUESDAY - timedelta(days=90),
    )
    return County()


def group_of(county: County) -> Group:
    group: Group = GroupFactory.create(kind="dirg", authority=county.school.authority, quorum=2)
    for user in (county.head, county.deputy, county.dsim):
        MembershipFactory.create(group=group, person=Person.objects.get(user=user), capacity="member")
    return group


def rate(page: Page) -> None:
    """Fill in the form as for a good school."""
    page.get_by_label("Strong standard").check()
    for radios in page.locator("[id^=id_rating_]").all():
        if radios.get_attribute("value") == "2":
            radios.check()
    page.locator("#id_category_2, [name=category][value='2']").first.check()
    page.get_by_label("Statement").fill(EVIDENCE)


def test_a_round_from_the_job_to_the_letter(page: Page, browser: Browser, live_server: Any, county: County) -> None:
    url, other = live_server.url, SchoolFactory.create(district=county.school.district, name="Second School")
    also_appointed(county.sip, Role.SIP, school=other)
    termly_jobs[JOB].run("2026-autumn", lambda _words: None)
    row, second = (Recommendation.objects.get(school=school) for school in (county.school, other))

    be_signed_in(page, live_server, county.sip)
    page.goto(f"{url}{row.get_absolute_url()}")
    led_on(page.get_by_role("button", name="Write"))
    rate(page)
    led_on(page.get_by_role("button", name="Save"))
    led_on(page.get_by_role("button", name="Submit for approval"))
    led_on(page.get_by_role("button", name="Submit for approval"))

    be_signed_in(page, live_server, county.dsim)
    page.goto(f"{url}{row.get_absolute_url()}")
    led_on(page.get_by_role("button", name="Approve and share"))
    led_on(page.get_by_role("button", name="Approve and share"))
    recommended(county, school=other)

    be_signed_in(page, live_server, county.headteacher)
    page.set_viewport_size(PHONE)
    page.goto(f"{url}{row.get_absolute_url()}")
    expect(page.get_by_text(EVIDENCE)).to_be_visible()
    led_on(page.get_by_role("button", name="Agree or disagree"))
    page.get_by_label("No, I disagree").check()
    page.get_by_label("Your comments").fill("We are better than that")
    led_on(page.get_by_role("button", name="Continue"))
    led_on(page.get_by_role("button", name="Send your answers"))

    meeting = plan_meeting(group_of(county), by=county.head, on=TUESDAY, held_on=TUESDAY)
    be_signed_in(page, live_server, county.head)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{url}/categories/rounds/{row.round_id}/")
    led_on(page.get_by_role("button", name="Add schools to a meeting’s agenda"))
    page.get_by_label("Meeting").select_option(str(meeting.pk))
    page.get_by_label(str(county.school.district)).check()
    led_on(page.get_by_role("button", name="Add schools to the agenda"))
    expect(page.get_by_text("You added 2 schools to the agenda.")).to_be_visible()
    assert second.pk and clock.today() == TUESDAY and call_meeting and appointed and browser
