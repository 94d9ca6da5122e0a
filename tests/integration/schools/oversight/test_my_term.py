"""My term: which visits are mine, what each waits for, the month, and what may be taken away."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.context import own_authority
from schoolimprove.lib import clock
from schoolimprove.lib.clock import TermName
from schoolimprove.records.models import AuditEvent
from schoolimprove.reminders.models import Deadline
from schools.models import Visit
from schools.oversight.my_term import own_visits
from schools.oversight.my_term.own_visits import Group
from schools.records import actions as record_actions
from schools.records.states import RecordStatus
from schools.visits import deadlines as visit_deadlines
from schools.visits.models.visit import VisitKind
from schools.visits.states import VisitStatus
from tests.factories.calendar import calendar_of, hold_terms
from tests.factories.county import TUESDAY, County, end
from tests.factories.schools import DistrictFactory, SchoolFactory, also_appointed, appointed
from tests.integration.schools.visits.test_planning import NEXT_WEEK, YESTERDAY, visit_at
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.django_db

DUE, PROPOSED, COUNTERED = VisitStatus.DUE, VisitStatus.PROPOSED, VisitStatus.COUNTERED
AGREED, HELD, CANCELLED = VisitStatus.AGREED, VisitStatus.HELD, VisitStatus.CANCELLED
ADDRESS = "/schools/my-term/"


@pytest.fixture(autouse=True)
def _terms(county: County) -> None:
    hold_terms(2026)


@pytest.fixture
def administrator(county: County) -> User:
    return appointed(Role.DISTRICT_ADMINISTRATOR, district=county.school.district)


def page(user: User, query: str = "") -> str:
    response = signed_in(user).get(ADDRESS + query)
    assert response.status_code == 200
    return unescape(response.content.decode())


def exported(user: User, query: str = "") -> list[dict[str, str]]:
    response = signed_in(user).get(reverse("schools:my_term_export", args=["csv"]) + query)
    assert response.status_code == 200
    text = b"".join(response).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def listed(user: User, query: str = "") -> list[tuple[str, str]]:
    return [(row["School"], row["Next"]) for row in exported(user, query)]


# Which are mine.


def test_mine_are_those_i_was_given_and_those_nobody_goes_to_at_my_schools(county: County) -> None:
    colleague = appointed(Role.SIP, school=county.school)
    stranger = appointed(Role.SIP, school=SchoolFactory.create())
    mine = [
        visit_at(AGREED, county.school, author=county.sip),
        visit_at(AGREED, county.school, kind="monitoring"),
        visit_at(AGREED, county.school, kind="additional", author=stranger),
    ]
    theirs = visit_at(AGREED, county.school, kind="review", author=colleague)
    found = Visit.objects.of_visitor(county.sip)
    assert set(found) == set(mine)
    assert theirs not in found
    assert set(Visit.objects.of_nobody()) == set(mine[1:])


def test_the_visits_of_a_leaver_are_the_partners_from_the_day_after(county: County) -> None:
    leaver = appointed(Role.SIP, school=county.school)
    visit = visit_at(AGREED, county.school, author=leaver)
    assert not Visit.objects.of_visitor(county.sip).exists()
    end(leaver, on=YESTERDAY)
    assert Visit.objects.of_visitor(county.sip).get() == visit


def test_what_another_held_is_not_mine(county: County) -> None:
    leaver = appointed(Role.SIP, school=county.school)
    visit_at(HELD, county.school, author=leaver)
    end(leaver, on=YESTERDAY)
    assert not Visit.objects.of_visitor(county.sip).exists()


def test_the_partner_of_a_whole_district_has_its_visits(county: County) -> None:
    partner = appointed(Role.SIP, district=county.school.district)
    visit = visit_at(DUE, county.school)
    assert Visit.objects.of_visitor(partner).get() == visit


def test_an_administrator_reads_the_terms_of_others_and_of_nobody(county: County, administrator: User) -> None:
    visit_at(AGREED, county.school, author=county.sip)
    other = SchoolFactory.create(district=county.school.district)
    visit_at(DUE, other)
    visit_at(DUE, SchoolFactory.create(district=DistrictFactory.create(name="Elsewhere")))
    everybody = [(other.name, "To be planned"), (county.school.name, "Agreed and coming")]
    assert listed(administrator) == everybody
    assert listed(administrator, f"?whose={county.sip.pk}") == everybody[1:]
    assert listed(administrator, "?whose=nobody") == everybody[:1]
    assert county.sip.name in page(administrator)


def test_a_partner_reads_nobody_elses_term(county: County) -> None:
    colleague = appointed(Role.SIP, school=county.school)
    visit_at(AGREED, county.school, author=colleague)
    assert listed(county.sip, f"?whose={colleague.pk}") == []
    assert listed(county.sip, "?whose=all") == []
    assert "Whose visits" not in page(county.sip)


def test_a_dsim_has_a_term_of_their_own_and_chooses_those_of_others(county: County) -> None:
    visit_at(AGREED, county.school, author=county.dsim)
    visit_at(PROPOSED, county.school, kind="monitoring", author=county.sip)
    assert listed(county.dsim) == [(county.school.name, "Agreed and coming")]
    assert len(listed(county.dsim, "?whose=all")) == 2
    assert listed(county.dsim, "?whose=99999999999") == listed(county.dsim)


# What each waits for.


def test_what_is_late_comes_first_then_what_waits_longest(county: County) -> None:
    schools = [SchoolFactory.create(name=f"School {letter}") for letter in "ABCDEFG"]
    for school in schools:
        also_appointed(county.sip, Role.SIP, school=school)
    a, b, c, d, e, f, g = schools
    visit_at(AGREED, a, planned_on=NEXT_WEEK)
    visit_at(PROPOSED, b)
    visit_at(COUNTERED, c)
    visit_at(DUE, d)
    visit_at(AGREED, e, planned_on=YESTERDAY)
    late = visit_at(DUE, f)
    visit_deadlines.core_visit_owed(late)
    Deadline.objects.filter(subject_id=late.pk).update(due_on=YESTERDAY)
    visit_at(HELD, g, author=county.sip)
    visit_at(CANCELLED, g)
    assert listed(county.sip) == [
        ("School F", "To be planned"),
        ("School D", "To be planned"),
        ("School C", "The school asks for another date"),
        ("School B", "Waiting for the school"),
        ("School A", "Agreed and coming"),
        ("School E", "Record to write"),
        ("School G", "Done"),
    ]
    text = page(county.sip)
    assert text.count(">Overdue<") == 1
    assert "17 November 2026 instead of 10 November 2026" in text


def test_a_record_is_finished_by_its_author_and_told_to_nobody_who_may_not_know(
    county: County, administrator: User
) -> None:
    record = county.record(held_on=YESTERDAY)
    assert listed(county.sip) == [(county.school.name, "Record to write")]
    assert record.get_absolute_url() in page(county.sip)
    assert listed(administrator) == [(county.school.name, "Done")]
    assert exported(administrator)[0]["Record"] == ""
    assert record.reference not in page(administrator)
    assert "Submit the record" not in page(administrator)
    record_actions.submit(record, by=county.sip, on=TUESDAY, seen_version=record.version)
    assert listed(county.sip) == [(county.school.name, "Done")]


def test_a_record_whose_date_is_over_is_overdue(county: County) -> None:
    county.record(RecordStatus.DRAFT, held_on=date(2026, 10, 6))
    assert [row["Overdue"] for row in exported(county.sip)] == ["Yes"]


@pytest.mark.parametrize(
    ("status", "kind", "planned_on", "step", "route"),
    [
        (DUE, "core", None, "Propose a date", "visit_propose"),
        (COUNTERED, "core", NEXT_WEEK, "Answer the school", "visit"),
        (AGREED, "core", YESTERDAY, "Write the record", "visit"),
        (AGREED, VisitKind.PERFORMANCE_MANAGEMENT, YESTERDAY, "Record performance management", "visit"),
    ],
)
def test_the_next_step_leads_to_where_it_is_taken(
    county: County, status: VisitStatus, kind: str, planned_on: date | None, step: str, route: str
) -> None:
    visit = visit_at(status, county.school, kind=kind, planned_on=planned_on)
    text = page(county.sip)
    assert f'href="{reverse(f"schools:{route}", args=[county.school.urn, visit.pk])}">{step}<' in text


def test_the_list_is_narrowed_by_term_group_and_type(county: County) -> None:
    visit_at(DUE, county.school)
    visit_at(AGREED, county.school, kind="monitoring", term="spring", planned_on=date(2027, 2, 2))
    assert listed(county.sip) == [(county.school.name, "To be planned")]
    assert listed(county.sip, "?term=2026-spring") == [(county.school.name, "Agreed and coming")]
    assert listed(county.sip, "?term=2026-spring&group=to_plan") == []
    assert listed(county.sip, "?kind=monitoring") == []
    assert listed(county.sip, "?term=nonsense") == [(county.school.name, "To be planned")]
    assert "No results." in page(county.sip, "?kind=monitoring")


def test_a_visit_without_a_term_is_listed_in_that_of_its_day(county: County) -> None:
    visit_at(HELD, county.school, author=county.sip, kind="monitoring", academic_year=None, term="")
    assert listed(county.sip) == [(county.school.name, "Done")]
    assert listed(county.sip, "?term=2025-summer") == []


def test_an_empty_term_says_what_to_do(county: County) -> None:
    assert "There are no visits in this term" in page(county.sip)


def test_who_has_no_visits_of_their_own_is_shown_to_those_of_their_people(county: County) -> None:
    visit_at(DUE, county.school, author=county.sip)
    own = page(county.dsim)
    assert "You have no visits of your own in this term" in own
    assert "whose=all" in own
    assert len(listed(county.dsim, "?whose=all")) == 1


# Terms.


def test_terms_follow_one_another_without_a_gap() -> None:
    for calendar in (calendar_of(2025, 2026), calendar_of(2026), calendar_of()):
        found = own_visits.slots(calendar, range(2025, 2028))
        assert (found[0].first, found[-1].last, len(found)) == (date(2025, 9, 1), date(2028, 8, 31), 9)
        assert all(one.last + timedelta(days=1) == two.first for one, two in pairwise(found))


@pytest.mark.parametrize(
    ("day", "term"),
    [
        (date(2026, 9, 1), TermName.AUTUMN),
        (date(2027, 1, 3), TermName.AUTUMN),
        (date(2027, 1, 4), TermName.SPRING),
        (date(2027, 4, 12), TermName.SUMMER),
        (date(2027, 8, 31), TermName.SUMMER),
    ],
)
def test_a_holiday_belongs_to_the_term_before_it(day: date, term: TermName) -> None:
    slot = own_visits.slot_on(own_visits.slots(calendar_of(2026), range(2025, 2028)), day)
    assert (slot.year, slot.name) == (2026, term)


def test_every_group_has_its_words() -> None:
    assert set(own_visits.LABELS) == set(Group)


# The month.


def test_the_month_shows_visits_on_their_days_and_what_is_no_school_day(county: County) -> None:
    visit = visit_at(AGREED, county.school, planned_on=date(2026, 12, 15), author=county.sip)
    text = page(county.sip, "?view=month&month=2026-12")
    assert visit.get_absolute_url() in text
    assert "1 visit in December 2026" in text
    assert "Christmas holiday" in text
    assert "Saturday" in text
    assert "month=2026-11" in text
    assert "month=2027-01" in text
    assert "0 visits in November 2026" in page(county.sip, "?view=month")


@pytest.mark.parametrize("month", ["", "2026", "2026-13", "0-1", "99999-01", "2026-11-03", "abc", "2500-01", "²-1"])
def test_a_month_that_is_none_is_this_one(county: County, month: str) -> None:
    assert "in November 2026" in page(county.sip, f"?view=month&month={month}")


def test_a_day_with_many_visits_says_how_many_more(county: County, administrator: User) -> None:
    for _number in range(10):
        visit_at(AGREED, SchoolFactory.create(district=county.school.district))
    assert "and 2 more in the list" in page(administrator, "?view=month")


# Taken away.


def test_the_list_is_taken_away_and_that_is_audited(county: County) -> None:
    visit_at(DUE, county.school)
    response = signed_in(county.sip).get(reverse("schools:my_term_export", args=["json"]))
    assert [row["school"] for row in json.loads(b"".join(response))["rows"]] == [county.school.name]
    assert AuditEvent.objects.filter(verb="exported a term of visits", by=county.sip).count() == 1
    workbook = signed_in(county.sip).get(reverse("schools:my_term_export", args=["xlsx"]))
    assert b"".join(workbook).startswith(b"PK")
    workbook.close()


def test_a_school_has_no_term_of_visits(county: County) -> None:
    assert signed_in(county.headteacher).get(ADDRESS).status_code == 403
    assert "My term" not in signed_in(county.headteacher).get("/schools/programme/").content.decode()
    assert "My term" in signed_in(county.sip).get("/schools/programme/").content.decode()


# Which of a partner's schools nobody was at.


def test_a_partner_reads_which_of_their_schools_were_not_visited_in_a_term(county: County, administrator: User) -> None:
    other = SchoolFactory.create(name="Unseen School", district=county.school.district)
    also_appointed(county.sip, Role.SIP, school=other)
    visit_at(HELD, county.school, author=county.sip, held_on=YESTERDAY)
    visit_at(HELD, other, kind=VisitKind.PERFORMANCE_MANAGEMENT, author=county.sip, held_on=YESTERDAY)
    assert "1 of your 2 schools not visited this term" in page(county.sip)
    assert f'<a class="govuk-link" href="{other.get_absolute_url()}">Unseen School</a></li>' in page(county.sip)
    assert "2 of your 2 schools not visited" in page(county.sip, "?term=2025-summer")
    for user, query in ((county.sip, "?term=2026-spring"), (county.dsim, ""), (administrator, "")):
        assert "visited this term" not in page(user, query)
    visit_at(AGREED, other, author=county.sip)
    assert f"Unseen School</a>, next visit {clock.uk_date(NEXT_WEEK)}" in page(county.sip)
    visit_at(HELD, other, kind="additional", held_on=YESTERDAY)
    assert "All 2 of your schools have been visited this term." in page(county.sip)


# As many queries for many as for few.

QUERIES = ["", "?view=month", "?whose=all", "export.csv", "export.json"]


def grown(county: County) -> Iterator[int]:
    for number in range(1, 9):
        school = SchoolFactory.create(district=county.school.district)
        also_appointed(county.sip, Role.SIP, school=school)
        author = appointed(Role.SIP, school=school)
        for status, kind in zip(VisitStatus, VisitKind, strict=False):
            visit_at(status, school, kind=kind, author=author if number % 2 else county.sip)
        county.record(held_on=TUESDAY - timedelta(days=number))
        if number in (2, 8):
            yield number


def test_my_term_takes_as_many_queries_for_many_visits_as_for_few(county: County, administrator: User) -> None:
    asked = [(who, query) for who in (county.sip, county.dsim, administrator) for query in QUERIES]
    counts: dict[int, dict[tuple[str, str], int]] = {}
    for size in grown(county):
        counts[size] = {(str(who), query): queries(who, query) for who, query in asked}
    assert counts[2] == counts[8]


def queries(user: User, query: str) -> int:
    client = signed_in(user)
    own_authority()  # Read once a minute by every process.
    with CaptureQueriesContext(connection) as captured:
        response: Any = client.get(ADDRESS + query)
        assert response.status_code == 200
        assert b"".join(response) if response.streaming else response.content
    return len(captured)
