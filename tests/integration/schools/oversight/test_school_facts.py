"""Last visit, next visit and what is late now in the list of schools: for whom, in which order, and in its file."""

import csv
import io
import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schools.home.watchlist import glances
from schools.models import School
from schools.records.deadlines import PRESENT, RESPOND
from schools.records.states import RecordStatus
from schools.register.school_facts import school_facts
from schools.visits.deadlines import CORE_VISIT, NOT_SEEN
from schools.visits.models.visit import VisitKind
from schools.visits.states import VisitStatus
from tests.factories.county import TUESDAY, County
from tests.factories.reminders import DeadlineFactory
from tests.factories.schools import DistrictFactory, SchoolFactory, VisitFactory, also_appointed, appointed
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.django_db
FACTS = ["Last visit", "Next visit", "Overdue"]
NOTHING = ("None recorded", "None planned", "None")


def visited(school: School, *, days_ago: int = 10, planned_in: int | None = None) -> None:
    VisitFactory.create(school=school, held_on=TUESDAY - timedelta(days=days_ago))
    if planned_in is not None:
        planned = TUESDAY + timedelta(days=planned_in)
        VisitFactory.create(
            school=school, status=VisitStatus.AGREED, kind="additional", held_on=None, planned_on=planned
        )


def late(school: School, *rules: str, days: int = 1) -> None:
    """A visit of the school, late by these rules."""
    visit = VisitFactory.create(school=school, status=VisitStatus.DUE, kind="additional", held_on=None)
    for rule in rules:
        DeadlineFactory.create(
            rule=rule,
            subject_kind="schools.visit",
            subject_id=visit.pk,
            school_id=school.pk,
            due_on=TUESDAY - timedelta(days=days),
        )


def read(user: User, query: str = "") -> Any:
    response = signed_in(user).get(f"{reverse('schools:list')}{query}")
    if response.status_code == 302:
        # A user with one school is sent on to it, unless they search.
        response = signed_in(user).get(f"{reverse('schools:list')}?q=")
    assert response.status_code == 200
    return response


def headings(user: User) -> list[str]:
    return [column.label for column in read(user).context["table"].columns]


def facts(user: User, query: str = "") -> dict[str, tuple[Any, ...]]:
    """Name of each school, in the order of the list → its facts as they are shown."""
    table = read(user, query).context["table"]
    places = [number for number, column in enumerate(table.columns) if column.label in FACTS]
    return {row[0].label: tuple(getattr(row[place], "label", row[place]) for place in places) for row in table.rows}


def taken(user: User, query: str = "") -> list[dict[str, str]]:
    response: Any = signed_in(user).get(f"{reverse('schools:export', args=['csv'])}{query}")
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


# On the page.


def test_a_sip_sees_when_each_school_was_visited_when_it_is_next_and_what_is_late(county: County) -> None:
    other = SchoolFactory.create(name="Zennor School", district=county.school.district)
    also_appointed(county.sip, Role.SIP, school=other)
    visited(county.school, planned_in=9)
    late(county.school, CORE_VISIT, RESPOND)
    assert headings(county.sip)[:6] == ["School", "Category", "Stage of concern", *FACTS]
    assert facts(county.sip) == {
        county.school.name: (date(2026, 10, 24), date(2026, 11, 12), "2 overdue"),
        "Zennor School": NOTHING,
    }
    page = read(county.sip).content.decode()
    assert "24 October 2026" in page
    assert '<strong class="govuk-tag govuk-tag--red">2 overdue</strong>' in page


def test_a_headteacher_sees_their_own_school_and_its_own_tasks_but_not_what_the_authority_wants_of_itself(
    county: County,
) -> None:
    visited(county.school)
    late(county.school, RESPOND, PRESENT, NOT_SEEN)
    late(SchoolFactory.create(district=county.school.district), RESPOND)
    assert facts(county.headteacher) == {county.school.name: (date(2026, 10, 24), "None planned", "2 overdue")}
    assert facts(county.head)[county.school.name][2] == "1 overdue"


@pytest.mark.parametrize("role", [Role.FINANCE, Role.ERA, Role.SYSTEM_ADMINISTRATOR])
def test_who_may_not_read_of_visits_has_none_of_the_columns(county: County, role: Role) -> None:
    visited(county.school)
    late(county.school, CORE_VISIT)
    user = appointed(role, authority=county.school.authority)
    assert not set(headings(user)) & set(FACTS)
    assert not set(taken(user)[0]) & set(FACTS)
    assert "Overdue" not in read(user, "?late_now=any&sort=-late_now").content.decode()
    assert list(facts(user, "?late_now=any")) == [county.school.name]


def test_a_school_at_which_the_reader_may_not_know_says_so_and_is_empty_in_the_file(county: County) -> None:
    visited(county.school)
    late(county.school, CORE_VISIT)
    own = SchoolFactory.create(name="Own School", district=county.school.district)
    both = appointed(Role.FINANCE, authority=county.school.authority)
    also_appointed(both, Role.CHAIR, school=own)
    assert facts(both) == {county.school.name: ("No access",) * 3, "Own School": NOTHING}
    shown = {row["Name"]: [row[fact] for fact in FACTS] for row in taken(both)}
    assert shown == {county.school.name: ["", "", ""], "Own School": ["", "", "0"]}
    assert list(facts(both, "?late_now=any")) == []


def test_a_heads_performance_management_is_no_visit_of_the_school(county: County) -> None:
    kind, planned = VisitKind.PERFORMANCE_MANAGEMENT, TUESDAY + timedelta(days=3)
    VisitFactory.create(school=county.school, kind=kind, held_on=TUESDAY)
    VisitFactory.create(school=county.school, kind=kind, status=VisitStatus.AGREED, held_on=None, planned_on=planned)
    assert facts(county.sip)[county.school.name] == NOTHING


def test_what_is_known_is_first_in_either_order_and_what_is_late_is_counted(county: County) -> None:
    names = ["Ash", "Birch", "Cedar"]
    ash, birch, cedar = (SchoolFactory.create(name=name, district=county.school.district) for name in names)
    School.objects.filter(pk=county.school.pk).update(name="Damson")
    visited(ash, days_ago=30)
    visited(birch, days_ago=5, planned_in=20)
    visited(cedar, days_ago=60, planned_in=2)
    late(birch, CORE_VISIT, RESPOND)
    late(cedar, CORE_VISIT)
    for query, expected in (
        ("?sort=last_visit_on", "Cedar Ash Birch Damson"),
        ("?sort=-last_visit_on", "Birch Ash Cedar Damson"),
        ("?sort=next_visit_on", "Cedar Birch Ash Damson"),
        ("?sort=-late_now", "Birch Cedar Ash Damson"),
        ("?late_now=any", "Birch Cedar"),
        ("?late_now=any&q=bir", "Birch"),
        ("?late_now=nonsense", "Ash Birch Cedar Damson"),
    ):
        assert (query, " ".join(facts(county.dsim, query))) == (query, expected)


def test_a_list_of_no_schools_is_a_sentence(county: County) -> None:
    user = appointed(Role.DSIM, district=DistrictFactory.create(name="Without schools"))
    assert "You have no schools yet" in read(user).content.decode()
    assert "Clear all filters" in read(user, "?late_now=any").content.decode()
    assert taken(user) == []


def test_a_school_cannot_break_out_of_its_row(county: County) -> None:
    School.objects.filter(pk=county.school.pk).update(name="<script>alert(1)</script>")
    late(county.school, CORE_VISIT)
    page = read(county.sip).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


# In the file, and at home.


def test_the_file_says_what_the_page_says(county: County) -> None:
    other = SchoolFactory.create(name="Zennor School", district=county.school.district)
    visited(county.school, planned_in=9)
    late(county.school, CORE_VISIT, RESPOND)
    for user in (county.dsim, county.head, county.headteacher):
        shown = [[each.isoformat() if isinstance(each, date) else each for each in row] for row in facts(user).values()]
        words = dict.fromkeys(NOTHING[:2], "") | {"None": "0"}
        assert [[words.get(cell, cell.removesuffix(" overdue")) for cell in row] for row in shown] == [
            [row[fact] for fact in FACTS] for row in taken(user)
        ]
    assert [row["Name"] for row in taken(county.dsim, "?late_now=any")] == [county.school.name]
    assert other.name in facts(county.dsim)


def test_the_file_explains_each_fact(county: County) -> None:
    response: Any = signed_in(county.sip).get(reverse("schools:export", args=["json"]))
    columns = json.loads(b"".join(response))["columns"][-3:]
    assert [column["label"] for column in columns] == FACTS
    assert all(column["meaning"] for column in columns)


def test_home_and_the_list_say_the_same_in_one_query(county: County) -> None:
    visited(county.school, planned_in=9)
    late(county.school, CORE_VISIT, RESPOND)
    county.record(RecordStatus.SHARED, held_on=date(2026, 9, 15))
    for user in (county.sip, county.dsim, county.head, county.headteacher):
        listed = facts(user)[county.school.name]
        with CaptureQueriesContext(connection) as captured:
            [glance] = glances(School.objects.filter(pk=county.school.pk), user, TUESDAY)
        assert (glance.seen_on, glance.next_on, f"{glance.late} overdue") == listed
        assert len(captured) <= 2, "the appointments of the reader, and the schools"


def test_a_reader_without_visits_has_schools_at_a_glance_without_a_query(county: County) -> None:
    finance = appointed(Role.FINANCE, authority=county.school.authority)
    assert glances(School.objects.none(), county.sip, TUESDAY) == []
    finance_reads = glances(School.objects.filter(pk=county.school.pk), finance, TUESDAY)
    assert [(each.seen_on, each.next_on, each.late) for each in finance_reads] == [(None, None, 0)]


# What it takes.


def queries(user: User, path: str) -> int:
    client = signed_in(user)
    with CaptureQueriesContext(connection) as captured:
        response: Any = client.get(path)
        assert b"".join(response) if response.streaming else response.content
    return len(captured)


@pytest.mark.usefixtures("name_is_known")
def test_the_list_and_its_file_take_the_same_queries_at_two_sizes(county: County) -> None:
    asked = [
        (user, path)
        for user in (county.sip, county.dsim, county.headteacher)
        for path in (
            reverse("schools:list"),
            f"{reverse('schools:list')}?late_now=any&sort=-late_now",
            reverse("schools:export", args=["csv"]),
        )
    ]
    counts = []
    for size in (2, 10):
        for number in range(size):
            school = SchoolFactory.create(district=county.school.district)
            also_appointed(county.sip, Role.SIP, school=school)
            also_appointed(county.headteacher, Role.HEADTEACHER, school=school)
            for each in (school, county.school):
                VisitFactory.create(school=each, held_on=TUESDAY - timedelta(days=size * 20 + number))
                late(each, CORE_VISIT, RESPOND, NOT_SEEN)
        counts.append([queries(user, path) for user, path in asked])
    assert counts[0] == counts[1]


def test_facts_add_no_query_to_the_list_but_the_choices_of_two_filters(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    late(county.school, CORE_VISIT)
    path = reverse("schools:list")
    queries(county.dsim, path)
    with_them = queries(county.dsim, path)
    assert [fact.label for fact in school_facts] == ["Category", "Stage of concern", *FACTS]
    monkeypatch.setattr(school_facts, "_entries", {})
    assert queries(county.dsim, path) == with_them - 2
    assert not set(headings(county.dsim)) & set(FACTS)
