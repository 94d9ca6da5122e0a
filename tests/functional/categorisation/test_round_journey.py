"""A round of a district, from the job that opens it to the letter that the headteacher reads on a phone."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from categorisation.letters import TEMPLATES
from categorisation.models import Recommendation, SchemeEdition
from categorisation.opening.termly import JOB
from categorisation.policy import ROUND_KINDS
from categorisation.recommendations import actions
from categorisation.schemes.shipped import EDITIONS
from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.lib.years import academic_year
from schoolimprove.policy.actions import sync_policy
from schoolimprove.policy.editions import ship_editions
from schoolimprove.reminders.termly import termly_jobs
from schools.letters.models import LetterTemplate
from schools.meetings.actions import decide_item, plan_meeting
from schools.meetings.models import Meeting, MeetingItem
from schools.models import Person, Standing
from schools.visits.term_slots import terms_held
from tests.factories.categorisation import whole
from tests.factories.county import County
from tests.factories.groups import GroupFactory, MembershipFactory
from tests.factories.policy import PolicyRowFactory
from tests.factories.schools import SchoolFactory, also_appointed
from tests.functional.browser import PHONE, led_on, opened
from tests.functional.schools.visits.test_programme_pages import hold_this_year
from tests.functional.signing_in import be_signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
STATEMENT = "Pupils read more, and better, than a year ago."


@pytest.fixture
def county(transactional_db: None) -> County:
    """The county on the day on which the test runs, each of whose rounds is an annual one."""
    sync_policy()
    ship_editions(SchemeEdition, EDITIONS)
    ship_editions(LetterTemplate, TEMPLATES)
    hold_this_year()
    annual = {"kinds": dict.fromkeys(("autumn", "spring", "summer"), "annual")}
    PolicyRowFactory.create(key=ROUND_KINDS.name, value=annual, effective_from=date(2000, 1, 1))
    return County()


def planned(county: County) -> Meeting:
    """A meeting of the group that moderates, today."""
    group = GroupFactory.create(kind="dirg", authority=county.school.authority, quorum=2)
    for user in (county.head, county.deputy, county.dsim):
        MembershipFactory.create(group=group, person=Person.objects.get(user=user), capacity="member")
    return plan_meeting(group, by=county.head, on=clock.today(), held_on=clock.today())


def shared_by_verbs(row: Recommendation, county: County) -> None:
    today = clock.today()
    actions.write(row, whole("3"), by=county.sip, on=today, seen_version=row.version)
    actions.submit(row, by=county.sip, on=today, seen_version=row.version)
    actions.share(row, by=county.dsim, on=today, seen_version=row.version)


def press(page: Page, *names: str) -> None:
    for name in names:
        led_on(page.get_by_role("button", name=name, exact=True))


def test_a_round_goes_from_the_job_to_the_letter(
    page: Page, browser: Browser, live_server: Any, county: County
) -> None:
    second = SchoolFactory.create(district=county.school.district, name="Second School")
    also_appointed(county.sip, Role.SIP, school=second)
    today = clock.today()
    [term] = [
        each for each in terms_held(academic_year(today), academic_year(today)) if each.first <= today <= each.last
    ]
    tell: Any = lambda *_words: None  # noqa: E731 - nothing follows the job here
    termly_jobs[JOB].run(term.key, tell)
    row, other = (Recommendation.objects.get(school=school) for school in (county.school, second))
    shared_by_verbs(other, county)

    def at(user: User, address: str) -> None:
        be_signed_in(page, live_server, user)
        page.goto(f"{live_server.url}{address}")

    at(county.sip, row.get_absolute_url())
    press(page, "Write")
    page.locator("[name=sef_grade]").first.check()
    for rating in page.locator("[name^=rating_][value='2']").all():
        rating.check()
    page.locator("[name=category][value='2']").check()
    page.get_by_label("Statement").fill(STATEMENT)
    press(page, "Save", "Submit for approval", "Submit for approval")

    at(county.dsim, row.get_absolute_url())
    press(page, "Approve and share", "Approve and share")

    with opened(browser, PHONE) as phone:
        be_signed_in(phone, live_server, county.headteacher)
        phone.goto(f"{live_server.url}{row.get_absolute_url()}")
        expect(phone.get_by_text(STATEMENT)).to_be_visible()
        press(phone, "Agree or disagree")
        phone.get_by_label("No, I disagree").check()
        phone.get_by_label("Your comments").fill("We are better than that")
        press(phone, "Continue", "Send your answers")

    meeting = planned(county)
    at(county.head, row.round.get_absolute_url())
    press(page, "Add schools to a meeting’s agenda")
    page.get_by_label("Meeting").select_option(str(meeting.pk))
    page.get_by_label(str(county.school.district)).check()
    press(page, "Add schools to the agenda")
    expect(page.get_by_text("You added 2 schools to the agenda.")).to_be_visible()
    press(page, "Call the meeting", "Call the meeting", "Start the meeting", "Start the meeting")
    led_on(page.get_by_role("link", name="Record who is present"))
    for box in page.locator("[name=present]").all():
        box.check()
    press(page, "Save the attendance")

    disputed, changed = MeetingItem.objects.filter(meeting=meeting).order_by("order")
    assert (disputed.school, changed.school) == (county.school, second)
    page.goto(f"{live_server.url}{disputed.get_absolute_url()}")
    expect(page.get_by_text("We are better than that")).to_be_visible()
    press(page, "Record the decision")
    # A colleague decides the same school while the Head has its form open.
    item = MeetingItem.objects.select_related("meeting__group", "school").get(pk=disputed.pk)
    answers = {"category": "2", "level": "low"}
    decide_item(item, by=county.deputy, on=today, seen_version=item.version, answers=answers)
    page.get_by_label("Why the level is not the usual one").fill("Typed by the Head")
    page.locator("form.app-form button[type=submit]").last.click()
    expect(page.get_by_text("Nothing was saved.").first).to_be_visible()
    expect(page.get_by_label("Why the level is not the usual one")).to_have_value("Typed by the Head")

    page.goto(f"{live_server.url}{changed.get_absolute_url()}")
    press(page, "Record the decision")
    page.locator("[name=category][value='2']").check()
    page.locator("[name=level][value='low']").check()
    page.get_by_label("Why the category is not the one recommended").fill("The newest results are better")
    page.get_by_label("Attainment").check()
    led_on(page.locator("form.app-form button[type=submit]").last)
    page.goto(f"{live_server.url}{meeting.get_absolute_url()}")
    press(page, "Confirm the decisions", "Confirm the decisions")
    expect(page.get_by_text("Confirmed", exact=True).first).to_be_visible()
    assert not Standing.objects.visible_to(county.headteacher).exists()

    page.goto(f"{live_server.url}{reverse('schools:letters')}")
    for box in page.get_by_role("checkbox", name="Select LT-").all():
        box.check()
    press(page, "Issue letters", "Continue", "Issue these letters")
    expect(page.get_by_text("You issued 2 letters.")).to_be_visible()

    with opened(browser, PHONE) as phone:
        be_signed_in(phone, live_server, county.headteacher)
        phone.goto(f"{live_server.url}{reverse('schools:letters_of_school', args=[county.school.urn])}")
        led_on(phone.get_by_role("link", name=f"The category of {county.school}"))
        expect(phone.get_by_text("2, Good").first).to_be_visible()
