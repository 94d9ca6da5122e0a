"""Coverage of a term's core visits: every school in one stage, what is late on top, and each number its list."""

import csv
import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.records.actor import SYSTEM
from schoolimprove.records.transition import transition
from schools.models import Appointment, RecordOfVisit, School, Visit
from schools.oversight.core_visits import Stage, by_district, by_sip, covered, terms_to_look_at, total_of
from schools.records import actions as record_actions
from schools.records.states import RecordStatus
from schools.visits.opening.actions import open_term
from schools.visits.states import VisitStatus
from schools.visits.term_slots import TermDays
from tests.factories.calendar import hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.schools import (
    DistrictFactory,
    DoubleDistrictFactory,
    SchoolFactory,
    also_appointed,
    appointed,
    record_at,
)
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.django_db
AUTUMN = TermDays(2026, "autumn", date(2026, 9, 1), date(2026, 12, 18))
SHARED = RecordStatus.SHARED


@pytest.fixture
def opened_county(county: County) -> County:
    """Its one school has the autumn's core visit to be planned."""
    hold_terms(2026)
    open_term(2026, "autumn", by=county.head, on=TUESDAY)
    return county


def stage_at(county: County, school: School | None = None, *, on: date = TUESDAY) -> tuple[str, bool]:
    found: Any = covered(county.head, AUTUMN, on=on).get(pk=(school or county.school).pk)
    return found.stage, found.late


def one_more(county: County, name: str, **other: Any) -> School:
    """A school in the county's district with a headteacher and the county's SIP."""
    school: School = SchoolFactory.create(name=name, **{"district": county.school.district, **other})
    also_appointed(county.sip, Role.SIP, school=school)
    appointed(Role.HEADTEACHER, school=school)
    return school


def record(county: County, status: RecordStatus, school: School, day: date = TUESDAY) -> RecordOfVisit:
    return record_at(status, school=school, author=county.sip, manager=county.dsim, held_on=day)


def answer(record: RecordOfVisit, by: User) -> None:
    record_actions.respond(record, by=by, on=TUESDAY, version=1, accurate=True, on_accuracy="", on_content="")


# The stages.


def test_a_school_whose_term_is_not_opened_is_not_yet_covered(county: County) -> None:
    assert stage_at(county) == (Stage.NOT_YET, False)
    assert stage_at(county, on=date(2026, 12, 19)) == (Stage.NOT_YET, False)


def test_a_school_that_was_forgotten_when_the_term_was_opened_is_late_once_it_is_over(opened_county: County) -> None:
    forgotten = one_more(opened_county, "Forgotten School")
    assert stage_at(opened_county, forgotten, on=date(2026, 12, 18)) == (Stage.NOT_YET, False)
    assert stage_at(opened_county, forgotten, on=date(2026, 12, 19)) == (Stage.NOT_YET, True)


def test_a_school_passes_through_the_stages_one_after_the_other(opened_county: County) -> None:
    county, visit = opened_county, Visit.objects.get()
    assert stage_at(county) == (Stage.NOT_YET, False)
    transition(visit, "propose", by=SYSTEM, seen_version=1, planned_on=TUESDAY)
    assert stage_at(county)[0] == Stage.PLANNED
    made = county.record()
    assert made.visit == visit
    assert stage_at(county)[0] == Stage.HELD
    record_actions.submit(made, by=county.sip, on=TUESDAY, seen_version=made.version)
    assert stage_at(county)[0] == Stage.RECORDED
    record_actions.approve(made, by=county.dsim, on=TUESDAY, seen_version=made.version)
    assert stage_at(county)[0] == Stage.SHARED
    answer(made, county.headteacher)
    assert stage_at(county)[0] == Stage.SHARED
    answer(made, county.chair)
    assert stage_at(county)[0] == Stage.ANSWERED


@pytest.mark.parametrize("status", [VisitStatus.PROPOSED, VisitStatus.COUNTERED, VisitStatus.AGREED])
def test_a_visit_with_a_date_in_play_is_planned(opened_county: County, status: VisitStatus) -> None:
    Visit.objects.update(status=status, planned_on=TUESDAY)
    assert stage_at(opened_county)[0] == Stage.PLANNED


def test_a_school_without_a_chair_has_answered_once_its_head_has(opened_county: County) -> None:
    county = opened_county
    Appointment.objects.held_by(county.chair).update(ends_on=TUESDAY - timedelta(days=1))
    answer(county.record(SHARED), county.headteacher)
    assert stage_at(county)[0] == Stage.ANSWERED


def test_a_school_where_nobody_is_asked_has_not_answered(opened_county: County) -> None:
    county = opened_county
    school = one_more(county, "Headless School")
    record(county, SHARED, school)
    Appointment.objects.filter(school=school, role=Role.HEADTEACHER).update(ends_on=TUESDAY - timedelta(days=1))
    assert stage_at(county, school)[0] == Stage.SHARED


def test_an_answer_to_a_former_version_is_none_to_the_newest(opened_county: County) -> None:
    county = opened_county
    made = county.record(SHARED)
    for user in (county.headteacher, county.chair):
        answer(made, user)
    RecordOfVisit.objects.filter(pk=made.pk).update(shared_version=2)
    assert stage_at(county)[0] == Stage.SHARED


@pytest.mark.parametrize("status", ["presented", "closed"])
def test_a_record_beyond_answers_counts_as_answered(opened_county: County, status: str) -> None:
    made = opened_county.record(SHARED)
    RecordOfVisit.objects.filter(pk=made.pk).update(status=status, presented_on=TUESDAY, closed_at=made.approved_at)
    assert stage_at(opened_county)[0] == Stage.ANSWERED


def test_a_cancelled_visit_does_not_count_and_the_one_owed_in_its_place_does(opened_county: County) -> None:
    county = opened_county
    made = county.record()
    record_actions.abandon(made, by=county.sip, on=TUESDAY, reason="Wrong school", seen_version=made.version)
    assert stage_at(county)[0] == Stage.NOT_YET
    assert covered(county.head, AUTUMN, on=TUESDAY).count() == 1


def test_visits_of_other_terms_and_kinds_are_left_alone(opened_county: County) -> None:
    county = opened_county
    open_term(2026, "spring", by=county.head, on=TUESDAY)
    county.submitted(county.sip, kind="monitoring")
    assert stage_at(county)[0] == Stage.NOT_YET


# Late.


def test_a_core_visit_is_late_once_the_last_four_weeks_of_term_have_begun(opened_county: County) -> None:
    assert stage_at(opened_county, on=date(2026, 11, 20)) == (Stage.NOT_YET, False)
    assert stage_at(opened_county, on=date(2026, 11, 21)) == (Stage.NOT_YET, True)


def test_a_record_is_late_when_anything_asked_about_it_is_overdue(opened_county: County) -> None:
    county = opened_county
    made = county.record()
    assert stage_at(county, on=date(2026, 11, 10)) == (Stage.HELD, False)
    assert stage_at(county, on=date(2026, 11, 11)) == (Stage.HELD, True)
    record_actions.submit(made, by=county.sip, on=TUESDAY, seen_version=made.version)
    assert stage_at(county, on=date(2026, 11, 11)) == (Stage.RECORDED, True)


# Who is counted, and who sees it.


def test_schools_that_are_not_served_are_left_out_unless_they_had_the_visit(opened_county: County) -> None:
    county = opened_county
    register = one_more(county, "Register only", type_code="10")
    county.record()
    School.objects.filter(pk=county.school.pk).update(establishment="closed", closed_on=TUESDAY)
    found = list(covered(county.head, AUTUMN, on=TUESDAY))
    assert (county.school in found, register in found) == (True, False)


def test_a_dsim_sees_only_their_districts(opened_county: County) -> None:
    county = opened_county
    far = SchoolFactory.create(
        name="Faraway School",
        district=DistrictFactory.create(name="Far", double_district=DoubleDistrictFactory.create(name="Far and Away")),
    )
    assert far in covered(county.head, AUTUMN, on=TUESDAY)
    assert list(covered(county.dsim, AUTUMN, on=TUESDAY)) == [county.school]
    page = signed_in(county.dsim).get(reverse("schools:coverage_list")).content.decode()
    assert "Faraway School" not in page
    assert ">Far<" not in signed_in(county.dsim).get(reverse("schools:coverage")).content.decode()


@pytest.mark.parametrize("name", ["coverage", "coverage_list"])
def test_nobody_of_a_school_sees_coverage(opened_county: County, name: str) -> None:
    for user in (opened_county.headteacher, opened_county.chair, opened_county.sip):
        assert signed_in(user).get(reverse(f"schools:{name}")).status_code == 403


# The numbers.


def grown(county: County, count: int) -> None:
    """Schools in two more districts, in several stages, some with two SIPs and some with none."""
    other = DistrictFactory.create(name="East", double_district=county.double_district)
    second = appointed(Role.SIP, school=county.school)
    for number in range(count):
        school = one_more(county, f"School {number}", district=other if number % 2 else None)
        if number % 3 == 0:
            record(county, list(RecordStatus)[number % 2], school)
        if number % 4 == 0:
            also_appointed(second, Role.SIP, school=school)
    SchoolFactory.create(name="Nobody’s", district=other)


def test_the_totals_are_the_sums_and_each_school_is_in_one_stage(opened_county: County) -> None:
    grown(opened_county, 9)
    schools = covered(opened_county.head, AUTUMN, on=date(2026, 11, 11))
    for lines in (by_district(schools), by_sip(schools)):
        total = total_of(lines)
        assert total.schools == schools.count() == 11
        assert sum(total.stages.values()) == total.schools
        assert total.late == schools.filter(late=True).count() > 0
        assert all(sum(line.stages.values()) == line.schools for line in lines)
    assert [line.label for line in by_district(schools)] == ["East", "North", "No district"]
    assert by_sip(schools)[-1].label == "Without a partner"


@pytest.mark.parametrize("by", ["district", "sip"])
def test_every_number_is_the_length_of_its_list(opened_county: County, by: str) -> None:
    grown(opened_county, 9)
    client = signed_in(opened_county.head)
    page = client.get(reverse("schools:coverage"), {"by": by}).content.decode()
    numbers = re.findall(r'href="(/schools/coverage/list/\?[^"]+)">([\d,]+)<span', page)
    assert len(numbers) > 9
    for address, number in numbers:
        listed = client.get(address.replace("&amp;", "&")).content.decode()
        found = re.search(r'id="results"[^>]*>([\d,]+) school', listed)
        assert found is not None
        assert found[1] == number, address


def test_a_list_names_the_school_its_stage_date_and_what_is_due_next_with_its_working(opened_county: County) -> None:
    county = opened_county
    page = signed_in(county.head).get(reverse("schools:coverage_list")).content.decode()
    for said in (
        county.school.name,
        str(county.sip),
        "Not yet",
        "No date yet",
        "Hold the core visit",
        "18 December 2026",
    ):
        assert said in page
    assert "how this date is worked out" in page
    made = county.record(SHARED)
    page = signed_in(county.head).get(reverse("schools:coverage_list"), {"stage": "shared"}).content.decode()
    assert made.get_absolute_url() in page
    assert "Respond to the record" in page


def test_a_list_is_narrowed_by_search_and_late(opened_county: County) -> None:
    county = opened_county
    one_more(county, "Zebra School")
    client = signed_in(county.head)
    page = client.get(reverse("schools:coverage_list"), {"q": "zebra"}).content.decode()
    assert ("Zebra School" in page, county.school.name in page) == (True, False)
    assert "No results." in client.get(reverse("schools:coverage_list"), {"late": "yes"}).content.decode()


def test_a_list_and_the_table_are_taken_away(opened_county: County) -> None:
    county = opened_county
    one_more(county, "=cmd()")
    client = signed_in(county.head)
    rows = read_csv(client, "coverage_list_export", {"stage": "not_yet"})
    assert {row["Name"] for row in rows} == {"'=cmd()", county.school.name}
    assert {row["Due"] for row in rows} == {"2026-11-20", ""}
    table = read_csv(client, "coverage_export", {"by": "sip"})
    assert (table[-1]["Name"], table[-1]["Schools"], table[-1]["Not yet"]) == ("All schools", "2", "2")
    for kind in ("xlsx", "json"):
        response: Any = client.get(reverse("schools:coverage_list_export", args=[kind]))
        assert b"".join(response.streaming_content)


def read_csv(client: Client, name: str, query: dict[str, str]) -> list[dict[str, str]]:
    response: Any = client.get(reverse(f"schools:{name}", args=["csv"]), query)
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_without_term_dates_the_page_says_what_to_do(county: County) -> None:
    client = signed_in(county.head)
    assert "No term dates yet" in client.get(reverse("schools:coverage")).content.decode()
    assert "No term dates yet" in client.get(reverse("schools:coverage_list")).content.decode()


def test_the_term_of_today_is_shown_first_and_another_can_be_chosen(opened_county: County) -> None:
    client = signed_in(opened_county.dsim)
    page = client.get(reverse("schools:coverage")).content.decode()
    assert "Autumn term 2026/27, by district" in page
    spring = client.get(reverse("schools:coverage"), {"term": "2026-spring", "by": "sip"}).content.decode()
    assert "Spring term 2026/27, by School Improvement Partner" in spring
    assert "1 school has no core visit for this term yet" in spring
    odd = client.get(reverse("schools:coverage"), {"term": "x\0", "by": "<b>"}).content.decode()
    assert "Autumn term 2026/27, by district" in odd
    assert [each.key for each in terms_to_look_at(TUESDAY)][:2] == ["2026-summer", "2026-spring"]


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("coverage", {}),
        ("coverage", {"by": "sip"}),
        ("coverage_list", {}),
        ("coverage_list", {"sip": "nobody", "stage": "not_yet"}),
        ("coverage_list_export", {}),
    ],
)
def test_coverage_takes_the_same_queries_for_many_schools(
    opened_county: County, name: str, query: dict[str, str]
) -> None:
    client, taken = signed_in(opened_county.head), []
    args = ["csv"] if name.endswith("export") else []
    client.get(reverse("schools:coverage"))
    for count in (4, 16):
        grown(opened_county, count)
        with CaptureQueriesContext(connection) as queries:
            response: Any = client.get(reverse(f"schools:{name}", args=args), query)
            b"".join(response)
        assert response.status_code == 200
        taken.append([each["sql"] for each in queries])
    assert len(taken[0]) == len(taken[1]), "\n\n".join(each[:300] for each in [*taken[0], "----", *taken[1]])
