"""What the home page asks of people about visits."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.ui.registry import TodoItem
from schools.visits import deadlines as visit_deadlines
from schools.visits.models.visit import VisitKind
from schools.visits.states import VisitStatus
from tests.factories.calendar import hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.schools import SchoolFactory, appointed
from tests.factories.tasks import tasks_with_rows_made
from tests.integration.schools.visits.test_planning import YESTERDAY, visit_at

pytestmark = pytest.mark.django_db

DUE, PROPOSED, COUNTERED = VisitStatus.DUE, VisitStatus.PROPOSED, VisitStatus.COUNTERED
AGREED, HELD, CANCELLED = VisitStatus.AGREED, VisitStatus.HELD, VisitStatus.CANCELLED


@pytest.fixture(autouse=True)
def _terms(county: County) -> None:
    hold_terms(2026)


def asks(user: User, on: date = TUESDAY) -> list[TodoItem]:
    user.__dict__.pop("_appointments", None)
    return tasks_with_rows_made(user, on)


@pytest.mark.parametrize(
    ("status", "fields", "of_visitor", "of_school"),
    [
        (DUE, {}, "Propose a date for the core visit", ""),
        (DUE, {"kind": "monitoring"}, "", ""),
        (PROPOSED, {}, "", "Agree the date of the visit"),
        (PROPOSED, {"planned_on": YESTERDAY}, "Write the Record of Visit, or propose another date", ""),
        (COUNTERED, {}, "Answer the school’s request for another date", ""),
        (AGREED, {}, "", ""),
        (AGREED, {"planned_on": YESTERDAY}, "Write the Record of Visit", ""),
        (
            AGREED,
            {"planned_on": YESTERDAY, "kind": VisitKind.PERFORMANCE_MANAGEMENT},
            "Record the date, people and days of the visit",
            "",
        ),
        (HELD, {}, "", ""),
        (CANCELLED, {}, "", ""),
    ],
)
def test_each_side_is_asked_for_what_is_its_to_do(
    county: County, status: VisitStatus, fields: dict[str, Any], of_visitor: str, of_school: str
) -> None:
    visit_at(status, county.school, **{"author": county.sip, **fields})
    assert [ask.title for ask in asks(county.sip)] == list(filter(None, [of_visitor]))
    for user in (county.headteacher, county.chair):
        assert [ask.title for ask in asks(user)] == list(filter(None, [of_school]))
    administrator = appointed(Role.DISTRICT_ADMINISTRATOR, district=county.school.district)
    for user in (county.dsim, county.head, appointed(Role.CLERK, school=county.school)):
        assert [ask for ask in asks(user) if "Create core visits" not in ask.title] == []
    undated = status == DUE and "kind" not in fields
    of_administrator = ["Help find a date for a core visit"] if undated else []
    assert [ask.title for ask in asks(administrator)] == of_administrator


def test_an_owed_core_visit_is_due_by_the_end_of_its_term_and_says_how_that_was_worked_out(county: County) -> None:
    visit = visit_at(DUE, county.school)
    visit_deadlines.core_visit_owed(visit)
    [ask] = asks(county.sip)
    assert (ask.due_on, ask.overdue) == (date(2026, 12, 18), False)
    assert ask.working
    assert ask.url == reverse("schools:visit_propose", args=[county.school.urn, visit.pk])
    assert ask.where == f"{county.school.name}, autumn term"
    assert asks(county.sip, on=date(2026, 12, 19))[0].overdue


def test_the_planner_reads_which_date_the_school_asks_for(county: County) -> None:
    visit_at(COUNTERED, county.school)
    assert asks(county.sip)[0].where == f"{county.school.name}: 17 November 2026 instead of 10 November 2026"


def test_the_record_is_written_from_the_visit_that_was_planned(county: County) -> None:
    visit = visit_at(AGREED, county.school, planned_on=YESTERDAY)
    write = reverse("schools:visit_write", args=[county.school.urn, visit.pk])
    assert asks(county.sip)[0].url == write


def test_whoever_goes_is_asked_and_not_every_partner_of_the_school(county: County) -> None:
    visit_at(DUE, county.school, author=appointed(Role.SIP, school=county.school))
    assert asks(county.sip) == []


def test_nobody_is_asked_about_schools_they_have_lost(county: County) -> None:
    stranger = appointed(Role.SIP, school=SchoolFactory.create())
    visit_at(DUE, county.school, author=stranger)
    assert asks(stranger) == []
    assert len(asks(county.sip)) == 1
