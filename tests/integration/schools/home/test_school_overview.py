"""The page of a school: what is overdue, for whom; its last visit and its next deadline."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.reminders.models import Deadline
from schoolimprove.reminders.registry import Described
from schools.home import school_overview
from schools.models import School
from schools.oversight.deadlines_board import due_for
from schools.oversight.school_deadlines import SchoolDeadline, SchoolDeadlines
from schools.records.deadlines import ASSURE, LABELS, PRESENT, RESPOND, SUBMIT
from schools.records.states import RecordStatus
from schools.register.establishments import Service
from schools.visits.deadlines import CORE_SOON, CORE_VISIT, NOT_SEEN
from schools.visits.models.visit import VisitKind
from schools.visits.states import VisitStatus
from tests.factories.calendar import hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.reminders import DeadlineFactory
from tests.factories.schools import SchoolFactory, VisitFactory, also_appointed, appointed
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _terms(county: County) -> None:
    hold_terms(2026)


def deadline(rule: str, subject: Any, due_on: date, school: School) -> Deadline:
    Deadline.objects.filter(rule=rule, subject_kind=subject._meta.label_lower, subject_id=subject.pk).delete()
    made: Deadline = DeadlineFactory.create(
        rule=rule,
        subject_kind=subject._meta.label_lower,
        subject_id=subject.pk,
        school_id=school.pk,
        due_on=due_on,
    )
    return made


def everything_late(county: County) -> None:
    """A date of every rule at the county's school, each late."""
    drafted, submitted, shared = (
        county.record(status, held_on=TUESDAY - number * DAY)
        for number, status in enumerate((RecordStatus.DRAFT, RecordStatus.SUBMITTED, RecordStatus.SHARED), start=1)
    )
    visit = VisitFactory.create(school=county.school, status=VisitStatus.DUE, kind="additional", held_on=None)
    subjects = {SUBMIT: drafted, ASSURE: submitted, RESPOND: shared, PRESENT: shared, CORE_VISIT: visit}
    for number, (rule, subject) in enumerate({**subjects, NOT_SEEN: county.school}.items(), start=1):
        deadline(rule, subject, TUESDAY - number * DAY, county.school)


def page_of(user: User, school: School) -> Any:
    response = signed_in(user).get(school.get_absolute_url())
    assert response.status_code == 200
    return response


def overdue(user: User, school: School) -> set[str]:
    """The rules that the banner names, however many."""
    found = page_of(user, school).context["deadlines"]
    labels = {each.label for each in found.overdue}
    assert len(found.overdue) <= 5
    return {key for key, label in LABELS.items() if label in labels}


def fact(user: User, school: School, label: str) -> Any:
    summary = page_of(user, school).context["summary"]
    return next((each for each in summary if each.label == label), None)


# What is overdue.


def test_the_banner_says_what_is_overdue_since_when_and_leads_to_where_it_is_done(county: County) -> None:
    record = county.record(RecordStatus.SHARED, held_on=date(2026, 10, 1))
    Deadline.objects.all().delete()
    deadline(RESPOND, record, date(2026, 10, 20), county.school)
    page = page_of(county.headteacher, county.school).content.decode()
    link = f'<a class="govuk-notification-banner__link" href="{record.get_absolute_url()}">Respond to the record</a>'
    assert f"{link}: overdue since 20 October 2026" in page
    assert "Record of Visit of 1 October 2026" in page
    assert page.index("overdue-title") < page.index("Sections of this page")


def test_each_reader_is_told_of_what_they_may_know_and_no_more(county: County) -> None:
    everything_late(county)
    clerk = appointed(Role.CLERK, school=county.school)
    eip = appointed(Role.EIP, district=county.school.district)
    told = {
        user: overdue(user, county.school)
        for user in (county.sip, eip, county.head, county.headteacher, county.chair, clerk)
    }
    assert told == {
        county.sip: {RESPOND, PRESENT, CORE_VISIT, NOT_SEEN},
        eip: {CORE_VISIT, NOT_SEEN},
        county.head: {SUBMIT, ASSURE, CORE_VISIT, NOT_SEEN},
        county.headteacher: {RESPOND, PRESENT, CORE_VISIT},
        county.chair: {RESPOND, PRESENT, CORE_VISIT},
        clerk: {PRESENT, CORE_VISIT},
    }


def test_the_manager_of_the_district_is_told_of_the_five_oldest_and_how_many_more(county: County) -> None:
    everything_late(county)
    found = page_of(county.dsim, county.school).context["deadlines"]
    assert [LABELS[rule] for rule in (NOT_SEEN, CORE_VISIT, PRESENT, RESPOND, ASSURE)] == [
        each.label for each in found.overdue
    ]
    page = page_of(county.dsim, county.school).content.decode()
    assert "1 more is overdue." in page
    board = f"{reverse('schools:due')}?q={county.school.urn}&amp;when=late"
    assert f'href="{board}">See all overdue deadlines' in page
    assert signed_in(county.dsim).get(board.replace("&amp;", "&")).context["found"] == "6 deadlines"


def test_who_has_no_board_is_told_how_many_more_without_a_link(county: County) -> None:
    for number in range(7):
        visit = VisitFactory.create(school=county.school, status=VisitStatus.DUE, kind="additional", held_on=None)
        deadline(CORE_VISIT, visit, TUESDAY - (number + 1) * DAY, county.school)
    page = page_of(county.sip, county.school).content.decode()
    assert page.count("overdue since") == 5
    assert "2 more are overdue." in page
    assert "See all overdue deadlines" not in page


@pytest.mark.parametrize("role", [Role.FINANCE, Role.ERA, Role.SYSTEM_ADMINISTRATOR])
def test_who_may_not_know_is_told_nothing(county: County, role: Role) -> None:
    everything_late(county)
    user = appointed(role, authority=county.school.authority)
    assert "overdue" not in page_of(user, county.school).content.decode().lower()
    assert fact(user, county.school, "Next deadline") is fact(user, county.school, "Last visit") is None


def test_the_people_of_another_school_find_no_page(county: County) -> None:
    everything_late(county)
    elsewhere = appointed(Role.HEADTEACHER, school=SchoolFactory.create(district=county.school.district))
    assert signed_in(elsewhere).get(county.school.get_absolute_url()).status_code == 404
    also_appointed(elsewhere, Role.FINANCE, authority=county.school.authority)
    fresh = User.objects.get(pk=elsewhere.pk)
    assert "overdue" not in page_of(fresh, county.school).content.decode().lower()


def test_a_link_of_the_school_has_no_banner(county: County) -> None:
    everything_late(county)
    link = appointed(Role.SCHOOL_LINK, school=county.school)
    assert "overdue" not in page_of(link, county.school).content.decode().lower()


def test_where_nothing_is_overdue_there_is_no_banner(county: County) -> None:
    for user in (county.sip, county.dsim, county.headteacher):
        assert "govuk-notification-banner" not in page_of(user, county.school).content.decode()


def test_a_core_visit_that_missed_its_term_is_named_once(county: County) -> None:
    visit = VisitFactory.create(school=county.school, status=VisitStatus.DUE, held_on=None, kind="additional")
    deadline(CORE_SOON, visit, TUESDAY - 9 * DAY, county.school)
    assert overdue(county.sip, county.school) == {CORE_SOON}
    deadline(CORE_VISIT, visit, TUESDAY - DAY, county.school)
    assert overdue(county.sip, county.school) == {CORE_VISIT}


def test_a_name_cannot_break_out_of_the_banner(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    words = Described("<b>Additional</b>", "", '/"><script>alert(1)</script>')
    named = SchoolDeadline(deadline(NOT_SEEN, county.school, TUESDAY - DAY, county.school), words)
    found = SchoolDeadlines(overdue=[named], next=named)
    monkeypatch.setattr(school_overview, "deadlines_at", lambda *_asked: found)
    School.objects.filter(pk=county.school.pk).update(name="<script>alert(1)</script>")
    page = page_of(county.sip, county.school).content.decode()
    assert "<script>alert(1)" not in page
    assert "<b>Additional" not in page
    assert page.count("&lt;b&gt;Additional&lt;/b&gt;") == 2


def test_the_board_and_who_was_reminded_stay_closed_to_the_people_of_a_school(county: County) -> None:
    """A deputy head of service who is also the chair of a school reads of its tasks on its page alone."""
    everything_late(county)
    assert set(due_for(county.deputy).values_list("rule", flat=True)) == {SUBMIT, ASSURE, CORE_VISIT, NOT_SEEN}
    also_appointed(county.deputy, Role.CHAIR, school=county.school)
    both = User.objects.get(pk=county.deputy.pk)
    assert not due_for(both).exists()
    as_chair, own = (page_of(user, county.school).context["deadlines"] for user in (county.chair, both))
    assert (len(own.overdue), own.more) == (len(as_chair.overdue), as_chair.more)
    for user in (county.headteacher, county.chair):
        assert not due_for(user).exists()


# The summary.


def test_the_summary_has_the_last_visit_the_next_and_the_next_deadline_with_its_working(county: County) -> None:
    record = county.record(RecordStatus.SHARED, held_on=date(2026, 10, 1))
    labels = [each.label for each in page_of(county.sip, county.school).context["summary"]]
    assert labels[6:9] == ["Last visit", "Next visit", "Next deadline"]
    last = fact(county.headteacher, county.school, "Last visit").value
    assert (last.label, last.url) == ("1 October 2026, Core visit", record.visit.get_absolute_url())
    coming = str(fact(county.headteacher, county.school, "Next deadline").value)
    assert f'href="{record.get_absolute_url()}">Respond to the record</a>' in coming
    assert "(how this date is worked out)" in coming


@pytest.mark.parametrize(
    ("day", "opens", "closes"),
    [(TUESDAY, "Opened", "Closed"), (TUESDAY + DAY, "Opens", "Closes")],
)
def test_a_day_to_come_is_not_told_as_one_that_has_been(county: County, day: date, opens: str, closes: str) -> None:
    county.school.opened_on = county.school.closed_on = day
    labels = {each.label for each in school_overview.register_facts(county.school, Service.ENTITLED)}
    assert labels & {"Opens", "Opened", "Closes", "Closed"} == {opens, closes}


def test_the_next_deadline_is_the_soonest_that_is_not_overdue(county: County) -> None:
    visit = VisitFactory.create(school=county.school, status=VisitStatus.DUE, kind="additional", held_on=None)
    deadline(CORE_VISIT, visit, TUESDAY, county.school)
    deadline(NOT_SEEN, county.school, TUESDAY - DAY, county.school)
    assert "Hold the core visit" in str(fact(county.sip, county.school, "Next deadline").value)
    with clock.at(TUESDAY + DAY):
        assert fact(county.sip, county.school, "Next deadline").empty == "Nothing else is due"


def test_a_school_of_which_nothing_is_known_says_so_in_words(county: County) -> None:
    empty = {name: fact(county.sip, county.school, name).empty for name in ("Last visit", "Next deadline")}
    assert empty == {"Last visit": "No visit yet", "Next deadline": "Nothing is due"}


def test_a_heads_performance_management_is_not_the_last_visit_of_the_school(county: County) -> None:
    VisitFactory.create(school=county.school, kind=VisitKind.PERFORMANCE_MANAGEMENT, held_on=TUESDAY)
    assert fact(county.headteacher, county.school, "Last visit").value is None


@pytest.mark.usefixtures("name_is_known")
def test_the_page_takes_the_same_queries_with_ten_times_as_many_visits_and_deadlines(county: County) -> None:
    counts = []
    everything_late(county)
    for size in (6, 60):
        for number in range(size):
            day = TUESDAY - (size + number) * DAY
            VisitFactory.create(school=county.school, held_on=day, kind="additional")
            visit = VisitFactory.create(school=county.school, status=VisitStatus.DUE, kind="additional", held_on=None)
            deadline(CORE_VISIT, visit, day, county.school)
            later = VisitFactory.create(school=county.school, status=VisitStatus.DUE, kind="additional", held_on=None)
            deadline(CORE_VISIT, later, TUESDAY + (number + 1) * DAY, county.school)
        taken = []
        for user in (county.sip, county.dsim, county.headteacher, county.chair):
            client = signed_in(user)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(county.school.get_absolute_url()).status_code == 200
            taken.append(len(captured))
        counts.append(taken)
    assert counts[0] == counts[1]
