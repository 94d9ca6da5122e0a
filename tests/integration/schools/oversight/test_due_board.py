"""The board of deadlines: whose dates are on it for whom, in which order, and what is said of each."""

import csv
import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.reminders.models import Deadline, Reminder
from schoolimprove.reminders.models.reminder import Answer
from schoolimprove.reminders.sweep import sweep
from schoolimprove.reminders.wording import days_left
from schoolimprove.ui.registry import dates_for
from schools.models import School, Visit
from schools.oversight import deadlines_board
from schools.records.deadlines import ASSURE, LABELS, PRESENT, RESPOND, SUBMIT
from schools.records.states import RecordStatus
from schools.visits.deadlines import CORE_VISIT, NOT_SEEN
from schools.visits.states import VisitStatus
from tests.factories.calendar import hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.reminders import DeadlineFactory
from tests.factories.schools import DistrictFactory, DoubleDistrictFactory, SchoolFactory, VisitFactory, appointed
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def held_county(county: County) -> County:
    hold_terms(2026)
    return county


def owed(school: School, due_on: date) -> Deadline:
    """A core visit that is owed by a day."""
    visit: Visit = VisitFactory.create(school=school, status=VisitStatus.DUE, held_on=None, kind="additional")
    deadline: Deadline = DeadlineFactory.create(
        rule=CORE_VISIT, subject_kind="schools.visit", subject_id=visit.pk, school_id=school.pk, due_on=due_on
    )
    return deadline


def page_of(user: User, **query: Any) -> str:
    response = signed_in(user).get(reverse("schools:due"), query)
    assert response.status_code == 200
    return response.content.decode()


def rows_of(user: User, **query: Any) -> list[dict[str, str]]:
    response: Any = signed_in(user).get(reverse("schools:due_export", args=["csv"]), query)
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


def rules_on_board(user: User) -> set[str]:
    """By their keys, as the page and the file both have them."""
    page, taken = page_of(user), {row["What is due"] for row in rows_of(user)}
    assert {label for label in LABELS.values() if f"{label}<span" in page} == taken
    return {key for key, label in LABELS.items() if label in taken}


# Whose dates.


def all_rules(county: County) -> None:
    """A date of every rule at the county's school: a draft, a submitted record and a shared one, a core visit, and the
    day by which the school is to be seen again."""
    for number, status in enumerate((RecordStatus.DRAFT, RecordStatus.SUBMITTED, RecordStatus.SHARED)):
        county.record(status, held_on=TUESDAY - timedelta(days=number))
    owed(county.school, TUESDAY)
    assert set(Deadline.objects.open().values_list("rule", flat=True)) == EVERY_RULE


# A school's own lateness goes to its partner and their DSIM; the dates of a draft to those who manage its author.
EVERY_RULE = {SUBMIT, ASSURE, RESPOND, PRESENT, CORE_VISIT, NOT_SEEN}
ON_BOARD: dict[Role, set[str]] = {
    Role.DSIM: EVERY_RULE,
    Role.HEAD_OF_SERVICE: {SUBMIT, ASSURE, CORE_VISIT, NOT_SEEN},
    Role.DEPUTY_HEAD: {SUBMIT, ASSURE, CORE_VISIT, NOT_SEEN},
    Role.CORPORATE_DIRECTOR: {SUBMIT, ASSURE, CORE_VISIT, NOT_SEEN},
    Role.DEPUTY_DIRECTOR: {SUBMIT, ASSURE, CORE_VISIT, NOT_SEEN},
    Role.DISTRICT_ADMINISTRATOR: {CORE_VISIT, NOT_SEEN},
}


def scope_of(role: Role, county: County) -> dict[str, Any]:
    school = county.school
    scopes: dict[Role, dict[str, Any]] = {
        Role.DSIM: {"double_district": county.double_district},
        Role.DEPUTY_HEAD: {"phase": school.phase},
        Role.DISTRICT_ADMINISTRATOR: {"district": school.district},
    }
    return scopes.get(role, {"authority": school.authority})


@pytest.mark.parametrize("role", ON_BOARD)
def test_a_date_is_on_the_board_of_those_who_may_know_of_it(held_county: County, role: Role) -> None:
    all_rules(held_county)
    assert rules_on_board(appointed(role, **scope_of(role, held_county))) == ON_BOARD[role]


@pytest.mark.parametrize("role", ON_BOARD)
def test_the_count_of_a_filter_tells_of_no_date_that_is_not_shown(held_county: County, role: Role) -> None:
    all_rules(held_county)
    numbers = deadlines_board.numbers(deadlines_board.due_for(appointed(role, **scope_of(role, held_county))), TUESDAY)
    assert set(numbers.rule) == ON_BOARD[role]
    assert sum(numbers.school.values()) == sum(numbers.rule.values()) == len(ON_BOARD[role])


def test_nobody_else_has_the_board(held_county: County) -> None:
    county = held_county
    all_rules(county)
    eip = appointed(Role.EIP, district=county.school.district)
    for user in (county.sip, eip, county.headteacher, county.chair):
        for path in (reverse("schools:due"), reverse("schools:due_export", args=["csv"])):
            assert signed_in(user).get(path).status_code == 403
        assert "/schools/deadlines/" not in signed_in(user).get("/").content.decode()


def test_a_dsim_sees_nothing_of_another_district(held_county: County) -> None:
    county = held_county
    far = SchoolFactory.create(
        name="Faraway School",
        district=DistrictFactory.create(name="Far", double_district=DoubleDistrictFactory.create(name="Far and Away")),
    )
    partner = appointed(Role.SIP, school=far)
    owed(far, TUESDAY)
    for query in ({}, {"q": "Faraway"}, {"district": str(far.district_id)}):
        page = page_of(county.dsim, **query)
        assert "Faraway School" not in page
        assert ">Far<" not in page
        assert partner.name not in page
    assert rows_of(county.dsim) == []
    assert "Faraway School" in page_of(county.head)


def test_what_is_done_leaves_the_board(held_county: County) -> None:
    deadline = owed(held_county.school, TUESDAY)
    assert len(rows_of(held_county.head)) == 1
    Deadline.objects.filter(pk=deadline.pk).update(met_at=clock.now())
    assert "Nothing is due at the schools you look after" in page_of(held_county.head)


# In which order.

WEEKS = [
    (date(2026, 11, 2), "Overdue", "1 day overdue"),
    (date(2026, 11, 3), "This week", "today"),
    (date(2026, 11, 4), "This week", "in 1 day"),
    (date(2026, 11, 8), "This week", "in 5 days"),
    (date(2026, 11, 9), "Next week", "in 6 days"),
    (date(2026, 11, 15), "Next week", "in 12 days"),
    (date(2026, 11, 16), "Week of 16 November 2026", "in 13 days"),
    (date(2026, 12, 10), "Week of 7 December 2026", "in 37 days"),
    (date(2025, 7, 18), "Overdue", "473 days overdue"),
]


@pytest.mark.parametrize(("day", "title", "words"), WEEKS)
def test_a_date_stands_under_late_or_its_week(day: date, title: str, words: str) -> None:
    assert (deadlines_board.heading(day, TUESDAY), days_left(day, TUESDAY)) == (title, words)


def test_late_is_first_and_then_week_by_week(held_county: County) -> None:
    for day, _title, _words in WEEKS:
        owed(held_county.school, day)
    page = page_of(held_county.head)
    titles = ["Overdue", "This week", "Next week", "Week of 16 November 2026", "Week of 7 December 2026"]
    places = [page.index(f'govuk-table__caption--m">{title}<') for title in titles]
    assert places == sorted(places)
    assert page.index("473 days overdue") < page.index("1 day overdue") < page.index("in 1 day")
    assert [row["Due"] for row in rows_of(held_county.head)] == sorted(str(day) for day, *_ in WEEKS)


@pytest.mark.parametrize(("when", "number"), [("late", 2), ("week", 3), ("four_weeks", 6), ("", 9), ("never", 9)])
def test_the_board_is_narrowed_by_time(held_county: County, when: str, number: int) -> None:
    for day, _title, _words in WEEKS:
        owed(held_county.school, day)
    assert len(rows_of(held_county.head, when=when)) == number
    assert f"{number} deadlines" in page_of(held_county.head, when=when)


def test_the_board_is_narrowed_by_what_where_and_whose(held_county: County) -> None:
    county = held_county
    all_rules(county)
    district = DistrictFactory.create(name="Other", double_district=county.double_district)
    other = SchoolFactory.create(name="Other School", district=district)
    owed(other, TUESDAY)
    county.school.name = "First School"
    county.school.save()
    partner = county.sip.person.pk
    for query, number in (
        ({"rule": [SUBMIT, ASSURE]}, 2),
        ({"rule": CORE_VISIT}, 2),
        ({"district": district.pk}, 1),
        ({"sip": partner}, 6),
        ({"sip": "nobody"}, 1),
        ({"q": "other"}, 1),
        ({"q": "first", "rule": CORE_VISIT}, 1),
        ({"q": "nowhere at all"}, 0),
    ):
        assert len(rows_of(county.dsim, **query)) == number, query
    assert "No results." in page_of(county.dsim, q="nowhere at all")


def test_sorted_by_school_it_is_one_table(held_county: County) -> None:
    for name, day in (("Beta", TUESDAY), ("Alpha", TUESDAY + timedelta(days=30)), ("Alpha", TUESDAY)):
        owed(SchoolFactory.create(name=name, district=held_county.school.district), day)
    found = [(row["School"], row["Due"]) for row in rows_of(held_county.head, sort="school")]
    assert found == [("Alpha", "2026-11-03"), ("Alpha", "2026-12-03"), ("Beta", "2026-11-03")]
    assert page_of(held_county.head, sort="school").count("<caption") == 1
    assert rows_of(held_county.head, sort="-school")[0]["School"] == "Beta"
    assert rows_of(held_county.head, sort="-due")[0]["Due"] == "2026-12-03"


# What is said of each.


def test_a_date_opens_its_working(held_county: County) -> None:
    record = held_county.record(RecordStatus.DRAFT)
    page = page_of(held_county.dsim)
    assert "10 November 2026" in page
    assert "5 working days after Tuesday 3 November 2026" in page
    assert record.get_absolute_url() in page
    assert rows_of(held_county.dsim)[0]["How the date was worked out"].startswith(
        "5 working days after Tuesday 3 November 2026"
    )


def test_it_says_who_was_told_last_and_at_which_step(held_county: County, clock_at: Callable[[date], None]) -> None:
    county = held_county
    county.record(RecordStatus.DRAFT)
    assert "No one reminded yet" in page_of(county.dsim)
    for day in (date(2026, 11, 10), date(2026, 11, 11), date(2026, 11, 18)):
        clock_at(day)
        sweep(day)
    (row,) = rows_of(county.dsim, rule=SUBMIT)
    assert (row["Step"], row["Reminded on"], row["Reminded"]) == ("Overdue, escalated", "2026-11-18", county.dsim.name)
    assert row["Days overdue"] == "8"
    page = page_of(county.dsim)
    assert f"Reminded: {county.dsim.name}, 18 November 2026 (Overdue, escalated)" in page
    assert "8 days overdue" in page


def test_it_says_why_something_is_late(held_county: County, clock_at: Callable[[date], None]) -> None:
    county = held_county
    county.record(RecordStatus.DRAFT)
    clock_at(date(2026, 11, 11))
    sweep(date(2026, 11, 11))
    at = datetime(2026, 11, 12, 10, tzinfo=clock.LONDON)
    Reminder.objects.update(answer=Answer.LATE, because="=<b>Ill</b>", answered_at=at)
    page = page_of(county.dsim)
    assert f"Overdue because: =&lt;b&gt;Ill&lt;/b&gt; ({county.sip.name}, 12 November 2026)" in page
    (row,) = rows_of(county.dsim, rule=SUBMIT)
    assert (row["Overdue because"], row["Reason from"]) == ("'=<b>Ill</b>", county.sip.name)


def test_what_was_said_of_an_earlier_date_is_not_said_of_this_one(
    held_county: County, clock_at: Callable[[date], None]
) -> None:
    held_county.record(RecordStatus.DRAFT)
    clock_at(date(2026, 11, 11))
    sweep(date(2026, 11, 11))
    Deadline.objects.update(due_on=date(2026, 11, 20))
    assert rows_of(held_county.dsim, rule=SUBMIT)[0]["Step"] == ""


def test_a_late_line_at_home_leads_to_the_same_dates(held_county: County) -> None:
    for number in range(3):
        owed(held_county.school, TUESDAY - timedelta(days=number + 1))
    owed(held_county.school, TUESDAY)
    asks = [ask for ask in dates_for(held_county.dsim, TUESDAY) if "3 core visits were not held" in ask.title]
    assert [ask.url for ask in asks] == [f"{reverse('schools:due')}?rule=visit.core&when=late"]
    assert "3 deadlines" in signed_in(held_county.dsim).get(asks[0].url).content.decode()


def test_the_board_takes_the_same_queries_for_many(held_county: County) -> None:
    """Half of them told of, at as many schools."""
    client, counts = signed_in(held_county.head), []
    for size in (3, 20):
        while Deadline.objects.count() < size:
            school = SchoolFactory.create(district=held_county.school.district)
            appointed(Role.SIP, school=school)
            owed(school, TUESDAY - timedelta(days=1) if Deadline.objects.count() % 2 else TUESDAY + timedelta(days=90))
        held_county.record(RecordStatus.DRAFT, held_on=TUESDAY - timedelta(days=size))
        sweep(TUESDAY)
        client.get(reverse("schools:due"))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("schools:due")).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
