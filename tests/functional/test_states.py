"""Check pages in states that the demonstration never shows, as the walk checks its pages.

Each state is made in a transaction that is rolled back; what the page answers is shown in the browser. What comes
before a state and after it is the affair of journeys.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils.html import strip_tags
from post_office.models import STATUS, Email, Log
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from schoolimprove.accounts import mail
from schoolimprove.accounts.actions.person import sync_staff
from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.calendar.models import Term
from schoolimprove.lib import clock
from schoolimprove.policy import actions as policy_actions
from schoolimprove.policy.models import PolicyRow
from schoolimprove.policy.states import EditionStatus
from schoolimprove.records import jobs
from schoolimprove.records.actor import Actor
from schoolimprove.records.models import Job
from schoolimprove.reminders.models import Deadline
from schoolimprove.reminders.sweep import sweep
from schoolimprove.reminders.termly import ask_for_due
from schools.home import watchlist
from schools.models import School, Strength
from schools.policy import SIP_DAYS
from schools.records import actions as record_actions
from schools.records.corrections import actions as correction_actions
from schools.records.pdf import answered, freeze
from schools.records.states import RecordStatus
from schools.visits import actions as visit_actions
from schools.visits import term_slots
from schools.visits.actions import Plan
from schools.visits.deadlines import CORE_SOON
from schools.visits.opening.actions import open_term
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.calendar import hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.imports import ImportRunFactory, SchoolLinkFactory
from tests.factories.records import DraftFactory
from tests.factories.schools import AppointmentFactory, SchoolFactory, appointed
from tests.factories.shared import issue, propose, respond, shared
from tests.factories.visits import (
    AgendaItemFactory,
    GovernorsMeetingFactory,
    ProgrammeEditionFactory,
    RecordActionFactory,
    RecordAttachmentFactory,
)
from tests.functional.browser import PHONE, SMALLEST
from tests.functional.looking import Windows
from tests.functional.schools.home.test_home import made_busy
from tests.functional.schools.oversight.test_coverage_pages import many_schools
from tests.functional.schools.visits.test_visits import many_visits
from tests.functional.sending import Sent, asked
from tests.functional.signing_in import signed_in
from tests.integration.schools.test_exports import gathered, run_of_import

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
LONG_NAME = "Saint Bartholomew-in-the-Marshes Voluntary Controlled Church of England Primary and Nursery School"


@dataclass(frozen=True)
class Place:
    """A county on its Tuesday, and the site and windows that show its pages."""

    county: County
    windows: Windows
    site: LiveServer
    monkeypatch: pytest.MonkeyPatch
    settings: Settings
    freeze: Callable[[date], None]

    def opened(self, user: User | Client, path: str, says: str = "") -> Sent:
        """Return the page that a user sees at the path; it must say this."""
        return saying(asked(client_of(user), path), says)

    def sent(self, user: User | Client, path: str, says: str, **filled: str | list[str]) -> Sent:
        """Return the page that a user sees after filling in the form that has these fields."""
        client = client_of(user)
        form = next(
            each
            for each in self.windows.forms(self.site, asked(client, path))
            if each.method == "post" and filled.keys() <= {field.name for field in each.fields}
        )
        return saying(self.posted(client, form.action or path, form.filled(filled)), says)

    def posted(self, user: User | Client, path: str, data: Any) -> Sent:
        """Return the page that a user sees, after a redirect if there is one."""
        response = client_of(user).post(path, data, follow=True)
        where = response.redirect_chain[-1][0] if response.redirect_chain else path
        return Sent(where, response.status_code, dict(response.headers), response.getvalue())


State = Callable[[Place], Sent]
STATES: dict[str, State] = {}


def state(make: State) -> State:
    STATES[make.__name__] = make
    return make


def client_of(user: User | Client) -> Client:
    return user if isinstance(user, Client) else signed_in(user)


def saying(sent: Sent, says: str) -> Sent:
    assert sent.status < 500, sent.address
    text = " ".join(unescape(strip_tags(sent.body.decode())).split())
    assert says in text, text[-3000:]
    return sent


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """All the states, which the functions below add."""
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", STATES)


@pytest.fixture
def place(
    db: None,
    windows: Windows,
    site: LiveServer,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    site_clock_at: Callable[[date], None],
) -> Place:
    site_clock_at(TUESDAY)
    hold_terms(2025, 2026)
    return Place(County(), windows, site, monkeypatch, settings, site_clock_at)


def test_a_state_has_no_fault(name: str, place: Place) -> None:
    sent, windows = STATES[name](place), place.windows
    errors = windows.faults_of_errors(place.site, sent) if b"govuk-error-summary" in sent.body else []
    assert [*errors, *windows.faults_of(place.site, sent)] == []
    assert not windows.scrolls_sideways(PHONE, SMALLEST)


# The home page -------------------------------------------------------------------------------------------------------


@state
def home_of_a_new_partner(at: Place) -> Sent:
    return at.opened(appointed(Role.SIP, school=SchoolFactory.create()), "/", "You have no tasks today.")


@state
def home_of_somebody_with_no_work(at: Place) -> Sent:
    member = appointed(Role.LEAD_MEMBER, authority=at.county.school.authority)
    return at.opened(member, "/", "You will see reports on the authority’s schools.")


@state
def home_of_somebody_whose_appointment_is_over(at: Place) -> Sent:
    over = appointed(Role.SIP, school=at.county.school, ends_on=date(2020, 1, 1))
    return at.opened(over, "/", over.name)


@state
def home_of_somebody_who_was_here_before(at: Place) -> Sent:
    shared(at.county)
    chair, client = at.county.chair, Client()
    User.objects.filter(pk=chair.pk).update(last_login=clock.now() - timedelta(days=3))
    client.post("/sign-in/", {"username": chair.email, "email": chair.email, "password": PASSWORD})
    return at.opened(client, "/", "New since you were last here, on 31 October 2026")


def busy_home_of(role: str) -> State:
    def made(at: Place) -> Sent:
        county = made_busy(at.county)
        others = {
            "clerk": appointed(Role.CLERK, school=county.school),
            "era": appointed(Role.ERA, authority=county.school.authority),
        }
        return at.opened(others.get(role) or getattr(county, role), "/", "Dates to know")

    return made


STATES |= {
    f"busy_home_of_{role}": busy_home_of(role) for role in ("sip", "dsim", "head", "headteacher", "clerk", "era")
}


@state
def home_of_a_school_with_a_record_to_answer(at: Place) -> Sent:
    shared(at.county)
    return at.opened(at.county.headteacher, "/", "Respond to the Record of Visit")


# Schools -------------------------------------------------------------------------------------------------------------


@state
def school_that_is_watched(at: Place) -> Sent:
    watchlist.watch(at.county.school, by=at.county.dsim)
    return at.opened(at.county.dsim, at.county.school.get_absolute_url(), "Stop watching this school")


def closed_and_its_successor(at: Place) -> tuple[School, School]:
    """A school with a shared record that became an academy, with names as long as they come."""
    old = at.county.school
    shared(at.county)
    old.establishment, old.closed_on = "closed", date(2026, 8, 31)
    old.save()
    academy: School = SchoolFactory.create(
        name=LONG_NAME,
        type_code="34",
        type_name="Academy converter",
        district=old.district,
        trust_name="The Saint Bartholomew-in-the-Marshes and District Church of England Multi-Academy Trust",
        source_changed_on=date(2026, 9, 2),
    )
    usual = {"urn": academy.urn, "established_on": date(2026, 9, 1), "kind": "Predecessor - merged"}
    SchoolLinkFactory.create(**usual, linked_urn=old.urn, linked_name=old.name)
    SchoolLinkFactory.create(**usual, linked_urn=123_456, linked_name="Dale Road Infants")
    return old, academy


@state
def school_that_is_closed(at: Place) -> Sent:
    old, _academy = closed_and_its_successor(at)
    return at.opened(at.county.dsim, old.get_absolute_url(), "This school closed on 31 August 2026.")


@state
def school_that_succeeded_another(at: Place) -> Sent:
    old, academy = closed_and_its_successor(at)
    return at.opened(at.county.dsim, academy.get_absolute_url(), old.name)


@state
def visits_of_a_school_that_succeeded_another(at: Place) -> Sent:
    _old, academy = closed_and_its_successor(at)
    return at.opened(appointed(Role.HEADTEACHER, school=academy), f"/schools/{academy.urn}/visits/", "2026")


@state
def history_of_a_school_that_succeeded_another(at: Place) -> Sent:
    _old, academy = closed_and_its_successor(at)
    return at.opened(at.county.dsim, f"/schools/{academy.urn}/history/")


@state
def record_of_the_school_before(at: Place) -> Sent:
    old, academy = closed_and_its_successor(at)
    record = old.visits.get().record
    head = appointed(Role.HEADTEACHER, school=academy)
    return at.opened(head, record.get_absolute_url(), f"This is a record of {old.name}")


@state
def chronology_as_at_a_day(at: Place) -> Sent:
    path = f"/schools/{at.county.school.urn}/chronology/?as_at_0=1&as_at_1=5&as_at_2=2026"
    return at.opened(at.county.dsim, path, "As on 1 May 2026.")


@state
def chronology_as_at_no_day(at: Place) -> Sent:
    path = f"/schools/{at.county.school.urn}/chronology/?as_at_0=31&as_at_1=2&as_at_2=2026"
    return at.opened(at.county.dsim, path, "There is a problem")


@state
def list_of_schools_found(at: Place) -> Sent:
    SchoolFactory.create(name=LONG_NAME, establishment="closed", district=at.county.school.district)
    path = "/schools/?q=st+bartholomew&establishment=closed&sort=-pupils"
    return at.opened(at.county.dsim, path, "1 school")


@state
def list_of_schools_found_by_a_saint(at: Place) -> Sent:
    SchoolFactory.create(name="St Mary’s Primary School", district=at.county.school.district)
    return at.opened(at.county.dsim, "/schools/?q=st+marys", "St Mary’s Primary School")


def closed_school_with_a_long_name(at: Place, tab: str) -> Sent:
    school = SchoolFactory.create(name=LONG_NAME, establishment="closed", district=at.county.school.district)
    return at.opened(at.county.dsim, f"/schools/{school.urn}/{tab}", LONG_NAME)


STATES |= {
    "closed_school_with_a_long_name": partial(closed_school_with_a_long_name, tab=""),
    "people_of_a_closed_school_with_a_long_name": partial(closed_school_with_a_long_name, tab="people/"),
}


def school_with_nothing(at: Place, tab: str) -> Sent:
    school = SchoolFactory.create(district=at.county.school.district)
    return at.opened(at.county.dsim, f"/schools/{school.urn}/{tab}", school.name)


STATES |= {
    f"{tab or 'overview'}_of_a_school_with_nothing": partial(school_with_nothing, tab=f"{tab}/" if tab else "")
    for tab in ("", "visits", "people", "chronology", "history")
}


@state
def days_of_a_school_answered(at: Place) -> Sent:
    path = f"/schools/{at.county.school.urn}/days/?start_0=20&start_1=11&start_2=2026&days=10&kind=school+days"
    return at.opened(at.county.sip, path, "10 school days after Friday 20 November 2026 end on")


@state
def days_of_a_school_without_terms(at: Place) -> Sent:
    Term.objects.all().delete()
    return at.opened(at.county.sip, f"/schools/{at.county.school.urn}/days/", "We have no term dates for")


@state
def days_of_a_school_that_cannot_be_worked_out(at: Place) -> Sent:
    path = f"/schools/{at.county.school.urn}/days/?start_0=20&start_1=11&start_2=2011&days=10&kind=school+days"
    return at.opened(at.county.sip, path, "We cannot work this out")


@state
def actions_of_a_school_without_any(at: Place) -> Sent:
    clerk = appointed(Role.CLERK, school=at.county.school)
    return at.opened(clerk, f"/schools/{at.county.school.urn}/actions/", "No actions agreed yet")


@state
def governors_of_a_school_without_meetings(at: Place) -> Sent:
    clerk = appointed(Role.CLERK, school=at.county.school)
    return at.opened(clerk, f"/schools/{at.county.school.urn}/governors/", "meeting")


@state
def actions_of_which_there_are_many(at: Place) -> Sent:
    record = shared(at.county)
    for number in range(60):
        what = f"Action {number} <i>of many</i>, which is long enough to need a second line on a telephone"
        due = date(2026, 11, 1 + number % 28) if number % 3 else None
        RecordActionFactory.create(
            record=record, key=f"many{number}", school=at.county.school, what=what, due_on=due, who="Deputy head"
        )
    return at.opened(at.county.headteacher, f"/schools/{at.county.school.urn}/actions/", "Action 0 <i>of many</i>")


@state
def governors_of_a_school_with_a_cancelled_meeting(at: Place) -> Sent:
    GovernorsMeetingFactory.create(school=at.county.school, held_on=date(2027, 2, 2))
    GovernorsMeetingFactory.create(school=at.county.school, cancelled_because="Snow", held_on=date(2026, 10, 1))
    clerk = appointed(Role.CLERK, school=at.county.school)
    return at.opened(clerk, f"/schools/{at.county.school.urn}/governors/", "Snow")


@state
def chronology_as_the_school_reads_it(at: Place) -> Sent:
    issue(propose(shared(at.county)), at.county)
    return at.opened(at.county.headteacher, f"/schools/{at.county.school.urn}/chronology/", "corrected")


# Records -------------------------------------------------------------------------------------------------------------


@state
def record_whose_correction_was_returned(at: Place) -> Sent:
    correction = propose(shared(at.county))
    correction_actions.return_to_author(
        correction, by=at.county.dsim, on=TUESDAY, reason="Say less.", seen_version=correction.version
    )
    return at.opened(at.county.sip, correction.record.get_absolute_url(), "Say less.")


@state
def record_corrected_as_its_school_reads_it(at: Place) -> Sent:
    record = issue(propose(shared(at.county)), at.county)
    return at.opened(at.county.headteacher, record.get_absolute_url(), "What changed in version 2")


@state
def record_whose_strength_waits_for_consent(at: Place) -> Sent:
    record = shared(at.county)
    assert Strength.objects.exists()
    return at.opened(at.county.headteacher, record.get_absolute_url(), "Allow sharing")


@state
def record_to_be_presented_by_the_clerk(at: Place) -> Sent:
    record = shared(at.county)
    clerk = appointed(Role.CLERK, school=at.county.school)
    return at.opened(clerk, record.get_absolute_url(), "Mark as presented to the governors")


@state
def record_with_many_files(at: Place) -> Sent:
    record = at.county.record()
    for number in range(8):
        name = f"{'a rather long name of a file about books and displays ' * (number % 2)}{number}.pdf"
        RecordAttachmentFactory.create(record=record, name=name, added_by=at.county.sip)
    return at.opened(at.county.sip, record.get_absolute_url(), "7.pdf")


@state
def record_with_no_files(at: Place) -> Sent:
    return at.opened(at.county.sip, at.county.record().get_absolute_url(), "No files attached.")


@state
def record_whose_pdf_is_being_prepared(at: Place) -> Sent:
    record = shared(at.county)
    return at.opened(at.county.headteacher, record.get_absolute_url(), "We are preparing the PDF.")


@state
def record_whose_pdfs_are_frozen(at: Place) -> Sent:
    record = shared(at.county)
    freeze(record.versions.get(), "shared")
    freeze(record.versions.get(), answered(respond(record, at.county.headteacher)))
    return at.opened(at.county.headteacher, record.get_absolute_url(), "Check that a PDF is unchanged")


@state
def record_edited_with_comments_beside_it(at: Place) -> Sent:
    record = at.county.submitted(at.county.sip)
    heading = next(iter(record.written.findings))
    record_actions.return_to_author(
        record,
        by=at.county.dsim,
        on=TUESDAY,
        reason="Say more",
        seen_version=record.version,
        comments={f"item_{heading}": "Which <year> groups?"},
    )
    return at.opened(at.county.sip, f"{record.get_absolute_url()}edit/", "Which <year> groups?")


@state
def record_submitted_again_after_a_return(at: Place) -> Sent:
    record = at.county.submitted(at.county.sip)
    record_actions.return_to_author(
        record,
        by=at.county.dsim,
        on=TUESDAY,
        reason="Say **more** on:\n- year 4\n- books",
        seen_version=record.version,
        comments={"evidence": "Whose books?"},
    )
    evidence = f"{record.evidence}\n- Six books of **year 4**\n- A walk"
    record_actions.revise(record, by=at.county.sip, seen_version=record.version, evidence=evidence)
    record_actions.submit(record, by=at.county.sip, on=TUESDAY, seen_version=record.version)
    return at.opened(at.county.dsim, record.get_absolute_url(), "Changes since this record was returned")


@state
def record_being_corrected_beside_what_the_school_says(at: Place) -> Sent:
    record = shared(at.county)
    respond(record, at.county.headteacher, accurate=False, on_accuracy="Four lessons were seen:\n- two in year 4")
    return at.opened(at.county.sip, f"{record.get_absolute_url()}correct/", "The school’s response")


@state
def record_saved_by_somebody_else_meanwhile(at: Place) -> Sent:
    record = at.county.start(at.county.sip)
    seen = at.opened(at.county.sip, f"{record.get_absolute_url()}edit/")
    form = next(each for each in at.windows.forms(at.site, seen) if each.method == "post" and len(each.fields) > 5)
    data = form.filled({})
    at.posted(at.county.sip, seen.address, data | {"evidence": ["Written on the first computer"]})
    answer = at.posted(at.county.sip, seen.address, data | {"evidence": ["Written on the second computer"]})
    return saying(answer, "saved this record while you were writing")


@state
def record_recalled_while_its_manager_returns_it(at: Place) -> Sent:
    record = at.county.submitted(at.county.sip)
    seen = at.opened(at.county.dsim, f"{record.get_absolute_url()}return/")
    form = next(each for each in at.windows.forms(at.site, seen) if each.method == "post" and len(each.fields) > 3)
    record_actions.recall(record, by=at.county.sip, on=TUESDAY, seen_version=record.version)
    said = {each.name: "Which year groups, and when?" for each in form.fields if each.kind == "textarea"}
    answer = at.posted(at.county.dsim, seen.address, form.filled(said))
    return saying(answer, "recalled this after you opened it")


@state
def record_about_to_be_shared_late_in_term(at: Place) -> Sent:
    doubt = (
        "Friday 18 December 2026 is the last school day of the autumn term. If you approve it on Monday 4 January "
        "2027, the school would have until 18 January 2027 to respond. But you must decide by 24 December 2026."
    )
    at.monkeypatch.setattr("schools.records.assurance.pages.doubt_about_sharing", lambda *_of, **_more: doubt)
    record = at.county.submitted(at.county.sip)
    return at.opened(at.county.dsim, f"{record.get_absolute_url()}approve/?seen_version={record.version}", doubt)


# Visits --------------------------------------------------------------------------------------------------------------


@state
def visit_of_a_review_with_a_long_agenda(at: Place) -> Sent:
    day, county = clock.today() + timedelta(days=21), at.county
    plan = Plan("la_review", day, visitor=county.sip, purpose="Leadership", team="Two advisers")
    visit = visit_actions.plan(county.school, plan, by=county.dsim, on=clock.today())
    AgendaItemFactory.create(visit=visit, heading="<script>alert(1)</script> and a very long item " + "x" * 120)
    return at.opened(county.dsim, visit.get_absolute_url(), "<script>alert(1)</script>")


def visits_in_every_state(at: Place) -> County:
    many_visits(at.county.sip, at.county.school)
    return at.county


@state
def my_term_full(at: Place) -> Sent:
    return at.opened(visits_in_every_state(at).sip, "/schools/my-term/", LONG_NAME)


@state
def my_term_as_a_month(at: Place) -> Sent:
    return at.opened(visits_in_every_state(at).sip, "/schools/my-term/?view=month", "November 2026")


@state
def my_term_of_everybody(at: Place) -> Sent:
    return at.opened(visits_in_every_state(at).dsim, "/schools/my-term/?whose=all", LONG_NAME)


@state
def my_term_of_nothing_chosen(at: Place) -> Sent:
    return at.opened(visits_in_every_state(at).sip, "/schools/my-term/?group=done&kind=review")


# Terms, coverage and partners ----------------------------------------------------------------------------------------


@state
def opening_of_a_term_tried_first(at: Place) -> Sent:
    return at.opened(at.county.head, "/schools/terms/open/?term=2026-spring", "We have not created anything yet")


@state
def coverage_by_partner(at: Place) -> Sent:
    SchoolFactory.create(district=at.county.school.district)
    open_term(2026, "autumn", by=at.county.dsim, on=date(2026, 9, 1))
    return at.opened(at.county.head, "/schools/coverage/?term=2026-autumn&by=sip", "Without a partner")


@state
def coverage_by_week(at: Place) -> Sent:
    many_schools(at.county)
    return at.opened(at.county.dsim, "/schools/coverage/weeks/", "61 schools")


@state
def coverage_by_week_of_core_visits(at: Place) -> Sent:
    many_schools(at.county)
    return at.opened(at.county.dsim, "/schools/coverage/weeks/?term=2026-autumn&kinds=core")


@state
def coverage_by_week_of_no_school(at: Place) -> Sent:
    School.objects.update(establishment="closed", closed_on=date(2026, 8, 31))
    return at.opened(at.county.head, "/schools/coverage/weeks/", "No school is due a core visit in this term")


@state
def coverage_list_with_the_working_of_a_date(at: Place) -> Sent:
    open_term(2026, "autumn", by=at.county.dsim, on=date(2026, 9, 1))
    Deadline.objects.exclude(rule=CORE_SOON).delete()
    says = "The first school day of those weeks is Monday 23 November 2026."
    return at.opened(at.county.dsim, "/schools/coverage/list/?term=2026-autumn", says)


@state
def schools_not_seen_of_which_there_is_none(at: Place) -> Sent:
    School.objects.update(establishment="closed", closed_on=date(2026, 8, 31))
    path = "/schools/coverage/not-seen/"
    return at.opened(at.county.head, path, "Every school was visited in the last 120 days")


@state
def schools_not_seen_for_no_number_of_days(at: Place) -> Sent:
    return at.opened(
        at.county.dsim, "/schools/coverage/not-seen/?days=many&q=zzz", "You did not enter a number of days we can use"
    )


@state
def load_of_partners_with_its_chart(at: Place) -> Sent:
    many_schools(at.county)
    return at.opened(at.county.dsim, "/schools/coverage/load/", "Visits of each person")


def to_be_given(at: Place) -> dict[str, str | list[str]]:
    """Schools without a partner that go to the county's."""
    district = at.county.school.district
    SchoolFactory.create_batch(29, district=district)
    SchoolFactory.create(name=LONG_NAME, district=district)
    tomorrow = clock.today() + timedelta(days=1)
    seen = at.opened(at.county.dsim, "/schools/allocation/")
    form = next(each for each in at.windows.forms(at.site, seen) if "schools" in {one.name for one in each.fields})
    ticked = [each.value for each in form.fields if each.name == "schools"]
    partner = next(each for each in form.fields if each.name == "sip").options[1]
    day = [each.name for each in form.fields if each.name.endswith(("_0", "_1", "_2"))]
    parts = (str(tomorrow.day), str(tomorrow.month), str(tomorrow.year))
    assert len(ticked) > 29
    return {"schools": ticked, "sip": partner, **dict(zip(day, parts, strict=True))}


@state
def allocation_checked(at: Place) -> Sent:
    given = to_be_given(at)
    return at.sent(at.county.dsim, "/schools/allocation/", "Check who gets which school", **given)


@state
def allocation_in_which_another_was_quicker(at: Place) -> Sent:
    given = to_be_given(at)
    check = at.sent(at.county.dsim, "/schools/allocation/", "Check who gets which school", **given)
    form = next(each for each in at.windows.forms(at.site, check) if "schools" in {one.name for one in each.fields})
    tomorrow = clock.today() + timedelta(days=1)
    AppointmentFactory.create(school=School.objects.get(name=LONG_NAME), person__name="Cy Quick", starts_on=tomorrow)
    return saying(at.posted(at.county.dsim, "/schools/allocation/", form.filled({})), "has Cy Quick")


@state
def allocation_that_is_done(at: Place) -> Sent:
    given = to_be_given(at)
    check = at.sent(at.county.dsim, "/schools/allocation/", "Check who gets which school", **given)
    form = next(each for each in at.windows.forms(at.site, check) if "schools" in {one.name for one in each.fields})
    return saying(at.posted(at.county.dsim, "/schools/allocation/", form.filled({})), "schools have")


@state
def edition_of_the_programme_in_draft(at: Place) -> Sent:
    edition = ProgrammeEditionFactory.create(status=EditionStatus.DRAFT)
    return at.opened(at.county.dsim, f"/schools/programme/{edition.pk}/", edition.title)


@state
def edition_of_the_programme_as_a_school_reads_it(at: Place) -> Sent:
    edition = ProgrammeEditionFactory.create(status=EditionStatus.PUBLISHED, published_from=date(2026, 1, 1))
    return at.opened(at.county.headteacher, f"/schools/programme/{edition.pk}/", edition.title)


# Deadlines and reminders ---------------------------------------------------------------------------------------------


def late(at: Place) -> County:
    """The county's partner has not submitted the records of several visits, some of them for long."""
    for days in (0, 3, 20, 40, 60, 80):
        at.county.record(RecordStatus.DRAFT, held_on=clock.today() - timedelta(days=days))
    Deadline.objects.update(opened_at=clock.now() - timedelta(days=100))
    sweep(clock.today())
    return at.county


@state
def reminder_of_which_a_manager_is_told(at: Place) -> Sent:
    dsim = late(at).dsim
    reminder = dsim.reminders.filter(rule="record.submit").order_by("pk")[0]
    return at.opened(dsim, f"/reminders/{reminder.pk}/", "Who we reminded of this date")


@state
def reminders_of_which_none_waits(at: Place) -> Sent:
    return at.opened(appointed(Role.FINANCE, authority=at.county.school.authority), "/reminders/", "No reminders")


@state
def board_of_deadlines_by_school(at: Place) -> Sent:
    return at.opened(late(at).dsim, "/schools/deadlines/?sort=school&when=late", "Reminded: ")


@state
def board_of_deadlines_without_any(at: Place) -> Sent:
    return at.opened(at.county.dsim, "/schools/deadlines/", "Nothing is due at the schools you look after")


def administrator(at: Place) -> User:
    return appointed(Role.SYSTEM_ADMINISTRATOR, authority=at.county.school.authority)


@state
def mail_that_has_all_arrived(at: Place) -> Sent:
    says = "No failed emails"
    return at.opened(administrator(at), "/reminders/email/failed/", says)


@state
def mail_that_did_not_arrive(at: Place) -> Sent:
    sent = mail.send("reminders/emails/digest", to="nobody@school.invalid", name="Nobody", late=[], coming=[], lines=[])
    Email.objects.filter(pk=sent.pk).update(status=STATUS.failed, subject="3 dates late")
    why = {"message": "550 5.1.1 No such mailbox", "exception_type": "SMTPRecipientsRefused"}
    Log.objects.create(email=sent, status=STATUS.failed, **why)
    return at.opened(administrator(at), "/reminders/email/failed/", "550 5.1.1 No such mailbox")


def a_week_before_spring(at: Place) -> date:
    day: date = term_slots.term_days(2026, "spring").first - timedelta(days=7)
    at.freeze(day)
    return day


@state
def turn_of_the_term_that_waits(at: Place) -> Sent:
    a_week_before_spring(at)
    return at.opened(at.county.head, "/reminders/term/", "Not started")


@state
def turn_of_the_term_that_failed(at: Place) -> Sent:
    ask_for_due(a_week_before_spring(at))
    Job.objects.update(state="failed", error="It failed 4 times; the log has the details.")
    return at.opened(at.county.head, "/reminders/term/", "It failed 4 times; the log has the details.")


@state
def turn_of_the_term_that_is_done(at: Place) -> Sent:
    ask_for_due(a_week_before_spring(at))
    job = Job.objects.latest("pk")
    assert jobs.run(job.pk)
    # Progress is written by a connection of its own, which sees nothing of this transaction.
    Job.objects.filter(pk=job.pk).update(step="1 core visit created; 0 already created")
    return at.opened(at.county.head, "/reminders/term/", "1 core visit created; 0 already created")


@state
def turn_of_a_term_that_is_not_near(at: Place) -> Sent:
    at.freeze(date(2027, 8, 5))
    return at.opened(at.county.head, "/reminders/term/", "No term begins in the next 2 weeks")


# Lists and their files -----------------------------------------------------------------------------------------------


def list_with_its_files(at: Place, path: str) -> Sent:
    # What is gathered brings its own terms.
    Term.objects.all().delete()
    county = gathered(at.county)
    return at.opened(county.dsim, path.format(urn=county.school.urn), "Download")


STATES |= {
    f"files_of_{name}": partial(list_with_its_files, path=path)
    for name, path in {
        **{tab: f"/schools/{{urn}}/{tab}/" for tab in ("visits", "people", "governors", "days", "history")},
        "programme": "/schools/programme/",
        "opening": "/schools/terms/open/?term=2026-spring",
        "allocation": "/schools/allocation/",
    }.items()
}


@state
def imports_in_the_admin(at: Place) -> Sent:
    run_of_import()
    return at.opened(in_the_admin(at), "/admin/schools/importrun/", "Download")


@state
def import_in_the_admin(at: Place) -> Sent:
    return at.opened(in_the_admin(at), run_of_import().get_absolute_url(), "Download")


@state
def import_in_the_admin_that_is_under_way(at: Place) -> Sent:
    run = ImportRunFactory.create(status="checking")
    return at.opened(in_the_admin(at), run.get_absolute_url(), "Being checked")


@state
def import_in_the_admin_that_cannot_be_done(at: Place) -> Sent:
    run = ImportRunFactory.create(status="refused", refusals=["The file is empty.", f"{LONG_NAME} is used now."])
    return at.opened(in_the_admin(at), run.get_absolute_url(), "The file is empty.")


@state
def import_in_the_admin_that_is_to_be_undone(at: Place) -> Sent:
    applied = ImportRunFactory.create(status="applied", applied_at=clock.now())
    run = ImportRunFactory.create(status="checked", undoes=applied)
    return at.opened(in_the_admin(at), run.get_absolute_url(), "Ready to confirm")


@state
def import_in_the_admin_that_begins(at: Place) -> Sent:
    return at.opened(in_the_admin(at), "/admin/schools/importrun/add/", "Check the files")


@state
def imports_in_the_admin_of_which_there_is_none(at: Place) -> Sent:
    return at.opened(in_the_admin(at), "/admin/schools/importrun/")


@state
def import_in_the_admin_of_no_file(at: Place) -> Sent:
    client = client_of(in_the_admin(at))
    return saying(at.posted(client, "/admin/schools/importrun/add/", {}), "There is a problem")


@state
def policy_with_a_change_that_waits(at: Place) -> Sent:
    proposed_limit()
    return at.opened(in_the_admin(at), "/admin/policy/policyrow/", "Waiting for approval")


@state
def policy_without_a_change(at: Place) -> Sent:
    return at.opened(in_the_admin(at), "/admin/policy/policyrow/", "In force today")


@state
def value_of_policy_that_waits(at: Place) -> Sent:
    return at.opened(in_the_admin(at), f"/admin/policy/policyrow/{proposed_limit().pk}/change/", "Not approved yet")


def proposed_limit() -> PolicyRow:
    """A change that another administrator proposed, beside an earlier one."""
    by = Actor(UserFactory.create())
    policy_actions.propose(
        key=SIP_DAYS.name, effective_from=date(2030, 9, 1), value={"days_a_year": 6}, reason=LONG_NAME, by=by
    )
    return PolicyRow.objects.awaiting_approval().get()


def in_the_admin(at: Place) -> User:
    user = administrator(at)
    sync_staff(user)
    return user


# Accounts and guides -------------------------------------------------------------------------------------------------


@state
def sign_in_after_too_many_wrong_passwords(at: Place) -> Sent:
    client = Client()
    for _ in range(4):
        client.post("/sign-in/", {"email": at.county.sip.email, "password": "wrong-password-here"})
    wrong = {"email": at.county.sip.email, "password": "wrong-password-here"}
    return saying(at.posted(client, "/sign-in/", wrong), "Too many wrong passwords")


@state
def person_who_has_not_come_in_yet(at: Place) -> Sent:
    return at.opened(administrator(at), f"/people/{UserFactory.create(password=None).pk}/")


@state
def person_who_was_deactivated(at: Place) -> Sent:
    return at.opened(administrator(at), f"/people/{UserFactory.create(is_active=False).pk}/")


@state
def text_that_was_kept(at: Place) -> Sent:
    note = "Dear colleague,\n\nwelcome. <b>bring</b> the “blue” folder. " + "More words. " * 1200
    user = administrator(at)
    DraftFactory.create(user=user, form="/people/invite/", fields={"name": ["New"], "note": [note]})
    return at.opened(user, "/account/kept-text/", "More words.")


@state
def form_with_text_that_was_kept(at: Place) -> Sent:
    user = administrator(at)
    DraftFactory.create(user=user, form="/people/invite/", fields={"name": ["New"], "note": ["Kept"]})
    return at.opened(user, "/people/invite/", "You have unsaved text from")


@state
def calendar_with_a_new_address(at: Place) -> Sent:
    return saying(at.posted(at.county.sip, "/account/calendar/make/", {}), "Your calendar address")


@state
def calendar_that_has_an_address(at: Place) -> Sent:
    at.posted(at.county.sip, "/account/calendar/make/", {})
    return at.opened(at.county.sip, "/account/calendar/", "Not yet")


@state
def calendar_whose_address_is_to_be_replaced(at: Place) -> Sent:
    at.posted(at.county.sip, "/account/calendar/make/", {})
    return at.opened(at.county.sip, "/account/calendar/make/", "Create a new address")


@state
def calendar_whose_address_is_to_be_stopped(at: Place) -> Sent:
    at.posted(at.county.sip, "/account/calendar/make/", {})
    return at.opened(at.county.sip, "/account/calendar/stop/", "Stop your calendar address")


def contacts(at: Place) -> None:
    """Set the contacts of the authority, which the guides name."""
    at.settings.CONTACT = "schoolimprovement@merrowshire-county-council.example, 01632 960001"
    at.settings.DATA_PROTECTION_CONTACT = "data.protection@merrowshire-county-council.example"
    at.settings.RETENTION_SCHEDULE_URL = "https://example.org/retention"


def guide(path: str) -> State:
    def with_contacts(at: Place) -> Sent:
        contacts(at)
        return at.opened(Client(), f"/{path}/")

    return with_contacts


STATES |= {
    f"guide_with_contacts_{path.replace('/', '_')}": guide(path)
    for path in ("help", "help/glossary", "privacy", "privacy/retention", "cookies", "accessibility")
}


@state
def help_of_a_clerk(at: Place) -> Sent:
    return at.opened(appointed(Role.CLERK, school=at.county.school), "/help/", "For your work")
