"""Coverage beyond the stages: week by week, schools not seen, and workload; numbers worked by hand."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import ROLE_PERMISSIONS, Permission, Role
from schoolimprove.records.models import AuditEvent
from schools.models import School, Visit
from schools.oversight.last_visit import not_seen_for
from schools.oversight.week_grid import Mark, Row, Weeks
from schools.oversight.workload import Load, loads
from schools.records import actions as record_actions
from schools.records.states import RecordStatus
from schools.visits.opening.actions import open_term
from schools.visits.states import VisitStatus
from schools.visits.term_slots import TermDays
from tests.factories.calendar import SchoolClosureFactory, hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.schools import (
    DistrictFactory,
    DoubleDistrictFactory,
    SchoolFactory,
    ServiceInvitationFactory,
    VisitFactory,
    also_appointed,
    appointed,
    record_at,
)
from tests.factories.visits import ContactNoteFactory
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.django_db
AUTUMN = TermDays(2026, "autumn", date(2026, 9, 1), date(2026, 12, 18))
PAGES = ("coverage_weeks", "coverage_not_seen", "coverage_load")
MANAGEMENT = "performance_management"


@pytest.fixture
def held_county(county: County) -> County:
    hold_terms(2026)
    return county


def held(county: County, day: date, school: School | None = None, **other: Any) -> Visit:
    visit: Visit = VisitFactory.create(
        school=school or county.school, author=other.pop("author", county.sip), held_on=day, **other
    )
    return visit


def planned(county: County, day: date, status: VisitStatus, school: School | None = None, **other: Any) -> Visit:
    values = {"kind": "additional", "author": county.sip, **other}
    visit: Visit = VisitFactory.create(
        school=school or county.school, held_on=None, planned_on=day, status=status, **values
    )
    return visit


def text_of(user: User, name: str, **query: Any) -> str:
    return signed_in(user).get(reverse(f"schools:{name}"), query).content.decode()


def read_csv(client: Client, name: str, query: dict[str, Any] | None = None) -> list[dict[str, str]]:
    response: Any = client.get(reverse(f"schools:{name}_export", args=["csv"]), query or {})
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


# Who sees them.


@pytest.mark.parametrize("name", PAGES)
def test_nobody_of_a_school_nor_its_partner_sees_them(held_county: County, name: str) -> None:
    for user in (held_county.headteacher, held_county.chair, held_county.sip):
        assert signed_in(user).get(reverse(f"schools:{name}")).status_code == 403


@pytest.mark.parametrize("name", PAGES)
def test_a_dsim_sees_nothing_of_another_district(held_county: County, name: str) -> None:
    county = held_county
    far = SchoolFactory.create(
        name="Faraway School",
        district=DistrictFactory.create(name="Far", double_district=DoubleDistrictFactory.create(name="Far and Away")),
    )
    partner = appointed(Role.SIP, school=far)
    held(county, date(2026, 10, 6), far, author=partner)
    page = text_of(county.dsim, name, district=str(far.district_id))
    assert "Faraway School" not in page
    assert ">Far<" not in page
    assert partner.name not in page
    whole = text_of(county.head, name, district=str(far.district_id), days="1")
    assert (partner.name if name == "coverage_load" else "Faraway School") in whole


def test_whoever_sees_coverage_of_a_school_reads_its_visits() -> None:
    for role, permissions in ROLE_PERMISSIONS.items():
        if Permission.VIEW_COVERAGE in permissions:
            assert Permission.VIEW_SHARED_RECORD in permissions, role


@pytest.mark.parametrize("name", PAGES)
def test_a_page_without_term_dates_or_schools_says_what_to_do(county: County, name: str) -> None:
    page = text_of(county.head, name)
    said = "No term dates yet" if name != "coverage_not_seen" else "1 school not visited for 120 days"
    assert said in page


def test_a_dsim_without_schools_is_told_so(held_county: County) -> None:
    lonely = appointed(Role.DSIM, double_district=DoubleDistrictFactory.create(name="Empty and Void"))
    assert "No school is due a core visit in this term" in text_of(lonely, "coverage_weeks")
    assert "Every school was visited in the last 120 days" in text_of(lonely, "coverage_not_seen")
    assert "No one has a school or a visit in this term" in text_of(lonely, "coverage_load")


# Week by week.


def row_of(county: County, *, user: User | None = None, core_only: bool = False) -> Row:
    weeks = Weeks(user or county.head, AUTUMN, TUESDAY, core_only)
    (row,) = weeks.rows(list(weeks.with_last_seen(weeks.schools())))
    return row


def marks(row: Row) -> dict[int, tuple[str | None, str]]:
    """Number of the week → mark, and why it is off; weeks of which there is nothing to say left out."""
    found = {number: (each.mark, each.off) for number, each in enumerate(row.cells)}
    return {number: each for number, each in found.items() if each != (None, "")}


def test_a_term_has_the_weeks_in_which_its_days_lie(held_county: County) -> None:
    """From Tuesday 1 September to Friday 18 December 2026: sixteen Mondays, from 31 August to 14 December."""
    mondays = Weeks(held_county.head, AUTUMN, TUESDAY).mondays
    assert (len(mondays), mondays[0], mondays[-1]) == (16, date(2026, 8, 31), date(2026, 12, 14))


def test_each_week_says_the_strongest_of_what_happened(held_county: County) -> None:
    """Weeks by their Mondays: 2 is 14 September, 7 is 19 October, 8 half-term, 9 is 2 November, 10 is 9 November."""
    county = held_county
    held(county, date(2026, 9, 20), kind="monitoring")
    planned(county, date(2026, 9, 18), VisitStatus.AGREED)
    planned(county, date(2026, 10, 19), VisitStatus.AGREED, kind="review")
    planned(county, TUESDAY, VisitStatus.AGREED)
    planned(county, date(2026, 11, 9), VisitStatus.PROPOSED)
    planned(county, date(2026, 11, 16), VisitStatus.COUNTERED)
    planned(county, date(2026, 12, 19), VisitStatus.AGREED)
    planned(county, date(2026, 12, 21), VisitStatus.AGREED)
    row = row_of(county)
    assert marks(row) == {
        2: (Mark.HELD, ""),
        7: (Mark.PASSED, ""),
        8: (None, "Half-term"),
        9: (Mark.AGREED, ""),
        10: (Mark.PROPOSED, ""),
        11: (Mark.PROPOSED, ""),
        15: (Mark.AGREED, ""),
    }
    assert row.last_seen == date(2026, 9, 20)


def test_only_core_visits_are_shown_when_they_alone_are_asked_for(held_county: County) -> None:
    held(held_county, date(2026, 9, 15), kind="monitoring")
    held(held_county, date(2026, 10, 6))
    assert set(marks(row_of(held_county, core_only=True))) == {5, 8}
    page = text_of(held_county.head, "coverage_weeks", kinds="core")
    assert "North: core visits by week, the autumn term 2026/27" in page
    assert "Monitoring visit" not in page


def test_a_school_with_closures_of_its_own_has_its_own_weeks_off(held_county: County) -> None:
    for number in range(5):
        SchoolClosureFactory.create(
            school=held_county.school, day=date(2026, 9, 7) + timedelta(days=number), reason="Flood"
        )
    assert marks(row_of(held_county)) == {1: (None, "Flood"), 8: (None, "Half-term")}


def test_performance_management_shows_only_to_whom_it_concerns_and_is_not_seeing_the_school(
    held_county: County,
) -> None:
    county = held_county
    held(county, date(2026, 10, 6), kind=MANAGEMENT)
    assert set(marks(row_of(county))) == {8}
    assert set(marks(row_of(county, user=county.dsim))) == {5, 8}
    for user in (county.head, county.dsim):
        assert row_of(county, user=user).last_seen is None
    assert "performance management, 6 October 2026" in text_of(county.dsim, "coverage_weeks")
    assert "performance management, 6 October 2026" not in text_of(county.head, "coverage_weeks")


def test_a_cell_says_each_visit_and_leads_to_it(held_county: County) -> None:
    visit = held(held_county, TUESDAY, kind="monitoring")
    page = text_of(held_county.head, "coverage_weeks")
    assert visit.get_absolute_url() in page
    assert f": Monitoring visit, 3 November 2026, {held_county.school.name}" in page
    held(held_county, date(2026, 11, 5))
    assert "2 held" in text_of(held_county.head, "coverage_weeks")


def test_the_map_follows_district_and_term_of_the_address(held_county: County) -> None:
    east = DistrictFactory.create(name="East", double_district=held_county.double_district)
    SchoolFactory.create(name="Eastern School", district=east)
    SchoolFactory.create(name="Unplaced School", district=None)
    pages = {key: text_of(held_county.head, "coverage_weeks", district=key) for key in ("", str(east.pk), "0", "x\0")}
    assert "Eastern School" in pages[""]
    assert "East: visits by week" in pages["x\0"]
    assert "Eastern School" in pages[str(east.pk)]
    assert held_county.school.name not in pages[str(east.pk)]
    assert "Unplaced School" in pages["0"]
    spring = text_of(held_county.head, "coverage_weeks", term="2026-spring")
    assert "the spring term 2026/27" in spring


# Not seen.


def names_not_seen(county: County, days: int, *, user: User | None = None) -> list[str]:
    return [school.name for school in not_seen_for(days, user or county.head, on=TUESDAY).order_by("name")]


def test_a_school_is_not_seen_from_the_day_that_many_days_are_over(county: County) -> None:
    """From 6 July to 3 November 2026 there are 25 + 31 + 30 + 31 + 3 = 120 days."""
    held(county, date(2026, 7, 6))
    assert names_not_seen(county, 120) == [county.school.name]
    assert names_not_seen(county, 121) == []


def test_any_visit_held_counts_as_seeing_and_a_plan_or_a_contact_does_not(county: County) -> None:
    held(county, date(2026, 7, 6))
    ContactNoteFactory.create(school=county.school, happened_on=date(2026, 11, 1))
    planned(county, date(2026, 11, 2), VisitStatus.AGREED)
    held(county, date(2026, 11, 1), kind=MANAGEMENT)
    for user in (county.head, county.dsim):
        assert names_not_seen(county, 120, user=user) == [county.school.name]
    held(county, date(2026, 10, 30), kind="la_review")
    assert names_not_seen(county, 120) == []


def test_a_new_school_is_not_asked_about_before_the_days_since_its_opening_are_over(county: County) -> None:
    held(county, TUESDAY)
    SchoolFactory.create(name="Old and never seen", opened_on=date(2026, 7, 6))
    SchoolFactory.create(name="Opened in September", opened_on=date(2026, 9, 1))
    assert names_not_seen(county, 120) == ["Old and never seen"]


def test_schools_that_are_not_served_or_are_closed_are_left_out(county: County) -> None:
    held(county, TUESDAY)
    SchoolFactory.create(name="On the register only", type_code="10")
    SchoolFactory.create(name="Closed", establishment="closed", closed_on=date(2026, 8, 31))
    SchoolFactory.create(name="Not invited", type_code="34")
    ServiceInvitationFactory.create(school__name="Accepted")
    assert names_not_seen(county, 120) == ["Accepted"]


def test_the_list_says_when_by_whom_and_when_next_with_those_never_seen_first(county: County) -> None:
    held(county, date(2026, 6, 1), kind="monitoring")
    planned(county, date(2026, 11, 20), VisitStatus.AGREED)
    planned(county, date(2026, 11, 30), VisitStatus.PROPOSED)
    SchoolFactory.create(name="Zebra School")
    page = text_of(county.head, "coverage_not_seen")
    assert page.index("Zebra School") < page.index(county.school.name)
    for said in ("2 schools not visited for 120 days", "1 June 2026", "Monitoring visit", county.sip.name, ">155<"):
        assert said in page, said
    assert "20 November 2026" in page
    assert "Date agreed" in page
    rows = read_csv(signed_in(county.head), "coverage_not_seen", {"sort": "days"})
    assert [(row["Name"], row["Days since"], row["Next date"]) for row in rows] == [
        (county.school.name, "155", "2026-11-20"),
        ("Zebra School", "", ""),
    ]


def test_the_list_is_narrowed_sorted_and_taken_away_with_the_event(county: County) -> None:
    east = DistrictFactory.create(name="East", double_district=county.double_district)
    SchoolFactory.create(name="Alpha School", district=east)
    client = signed_in(county.head)
    assert [r["Name"] for r in read_csv(client, "coverage_not_seen", {"district": east.pk})] == ["Alpha School"]
    assert [r["Name"] for r in read_csv(client, "coverage_not_seen", {"sip": "nobody"})] == ["Alpha School"]
    assert [r["Name"] for r in read_csv(client, "coverage_not_seen", {"sort": "-name"})][-1] == "Alpha School"
    assert [r["Name"] for r in read_csv(client, "coverage_not_seen", {"q": "alpha", "sort": "x"})] == ["Alpha School"]
    event = AuditEvent.objects.filter(verb="exported schools not visited recently").latest("pk")
    assert event.changes["filter"][1] == {"Name, URN, LAESTAB or postcode": "alpha", "Not visited for": "120 days"}
    for kind in ("xlsx", "json"):
        response: Any = client.get(reverse("schools:coverage_not_seen_export", args=[kind]))
        assert b"".join(response.streaming_content)


@pytest.mark.parametrize("asked", ["0", "731", "-3", "many", "1.5", "²"])
def test_what_is_no_number_of_days_is_said_and_the_policys_number_taken(county: County, asked: str) -> None:
    page = text_of(county.head, "coverage_not_seen", days=asked)
    assert "not visited for 120 days" in page
    assert "You did not enter a number of days we can use. The list shows 120 days." in page
    assert "You did not enter a number of days" not in text_of(county.head, "coverage_not_seen", days="30")


# Workload.


def lines_of(county: County, user: User | None = None) -> dict[str, Load]:
    return {line.name: line for line in loads(user or county.head, AUTUMN, on=TUESDAY)}


def test_a_partner_carries_schools_visits_records_and_days(held_county: County) -> None:
    """Of the SIP: three held visits of the term (2 + 0.5 + 1 days), one agreed, one without a date."""
    county = held_county
    second = SchoolFactory.create(name="Second School")
    also_appointed(county.sip, Role.SIP, school=second)
    record_at(RecordStatus.DRAFT, school=county.school, author=county.sip, manager=county.dsim)
    record_at(RecordStatus.SUBMITTED, school=second, author=county.sip, manager=county.dsim)
    Visit.objects.filter(school=county.school).update(days=Decimal("2.0"))
    held(county, TUESDAY, kind="monitoring", days=Decimal("0.5"))
    held(county, date(2027, 1, 12), second, kind="monitoring", academic_year=2026, term="spring")
    planned(county, date(2026, 11, 20), VisitStatus.AGREED)
    planned(county, date(2026, 11, 20), VisitStatus.CANCELLED, second)
    VisitFactory.create(
        school=second,
        author=county.sip,
        held_on=None,
        status=VisitStatus.DUE,
        kind="additional",
        academic_year=2026,
        term="autumn",
        days=Decimal("1.5"),
    )
    line = lines_of(county)[county.sip.name]
    assert (line.role, line.schools, line.held, line.dated, line.undated, line.planned) == ("SIP", 2, 3, 1, 1, 5)
    assert (line.writing, line.approving, line.answering) == (1, 1, 0)
    assert (line.days_used, line.days_planned) == (Decimal("4.5"), Decimal("2.5"))


def test_a_shared_record_waits_until_everybody_who_is_asked_has_answered(held_county: County) -> None:
    county = held_county
    made = county.record(RecordStatus.SHARED)
    assert lines_of(county)[county.sip.name].answering == 1
    record_actions.respond(
        made, by=county.headteacher, on=TUESDAY, version=1, accurate=True, on_accuracy="", on_content=""
    )
    assert lines_of(county)[county.sip.name].answering == 1
    record_actions.respond(made, by=county.chair, on=TUESDAY, version=1, accurate=True, on_accuracy="", on_content="")
    assert lines_of(county)[county.sip.name].answering == 0


def test_what_nobody_goes_to_is_nobodys_and_each_visit_counts_once(held_county: County) -> None:
    county = held_county
    open_term(2026, "autumn", by=county.head, on=TUESDAY)
    orphan = SchoolFactory.create(name="Orphan School")
    open_term(2026, "autumn", by=county.head, on=TUESDAY)
    stranger = appointed(Role.SIP, school=SchoolFactory.create(name="Elsewhere"))
    planned(county, date(2026, 11, 20), VisitStatus.AGREED, orphan, author=stranger)
    held(county, date(2026, 10, 6), orphan, kind="review", author=county.dsim)
    found = lines_of(county)
    assert (found["No one yet"].undated, found["No one yet"].dated) == (1, 1)
    assert found[county.sip.name].undated == 1
    assert (found[county.dsim.name].role, found[county.dsim.name].held) == ("Others", 1)
    assert found[stranger.name].planned == 0


def test_locality_officers_are_there_without_schools_of_their_own(held_county: County) -> None:
    officer = appointed(Role.EIP, district=held_county.school.district)
    appointed(Role.EIP, district=DistrictFactory.create(name="Elsewhere and empty"))
    held(held_county, TUESDAY, author=officer, kind="monitoring")
    found = lines_of(held_county, held_county.dsim)
    assert (found[officer.name].role, found[officer.name].schools, found[officer.name].held) == ("EIP", None, 1)
    assert [line.role for line in found.values()] == ["SIP", "EIP"]


def test_of_performance_management_not_even_the_days_are_told_beside_a_name(held_county: County) -> None:
    county = held_county
    held(county, TUESDAY, kind=MANAGEMENT, days=Decimal("0.5"))
    planned(county, date(2026, 11, 20), VisitStatus.AGREED, kind=MANAGEMENT)
    whole, known = lines_of(county)[county.sip.name], lines_of(county, county.dsim)[county.sip.name]
    assert (whole.held, whole.dated, whole.days_used, whole.days_planned) == (0, 0, Decimal(0), Decimal(0))
    assert (known.held, known.dated, known.days_used, known.days_planned) == (1, 1, Decimal("0.5"), Decimal(1))


def test_the_load_is_shown_with_its_total_and_leads_to_schools_and_terms(held_county: County) -> None:
    county = held_county
    second = appointed(Role.SIP, school=county.school)
    held(county, TUESDAY)
    client = signed_in(county.dsim)
    page = client.get(reverse("schools:coverage_load")).content.decode()
    assert f"whose={county.sip.pk}" in page
    assert "Workload in the autumn term 2026/27" in page
    rows = read_csv(client, "coverage_load")
    assert {row["Name"]: row["Schools"] for row in rows} == {county.sip.name: "1", second.name: "1", "All": "1"}
    assert rows[-1]["Visits"] == rows[-1]["Held"] == "1"
    assert AuditEvent.objects.get(verb="exported workload").changes["rows"] == [None, 3]
    assert "whose=" not in text_of(county.head, "coverage_load")


def test_what_was_carried_at_a_school_before_it_closed_counts_and_the_school_does_not(held_county: County) -> None:
    county = held_county
    closed = SchoolFactory.create(establishment="closed", closed_on=TUESDAY)
    also_appointed(county.sip, Role.SIP, school=closed)
    held(county, date(2026, 9, 22), closed, kind="monitoring", days=Decimal("0.5"))
    line = lines_of(county)[county.sip.name]
    assert (line.schools, line.held, line.days_used) == (1, 1, Decimal("0.5"))


def test_schools_without_a_partner_are_nobodys_so_that_the_total_adds_up(held_county: County) -> None:
    county = held_county
    SchoolFactory.create(name="Orphan School")
    assert (lines_of(county)["No one yet"].schools, lines_of(county)[county.sip.name].schools) == (1, 1)
    client = signed_in(county.head)
    assert {row["Name"]: row["Schools"] for row in read_csv(client, "coverage_load")}["All"] == "2"
    page = client.get(reverse("schools:coverage_load")).content.decode()
    assert "sip=nobody&amp;establishment=open&amp;establishment=closing" in page
    found = client.get(f"{reverse('schools:list')}?sip=nobody&establishment=open").content.decode()
    assert "Orphan School" in found
    assert county.school.name not in found


def test_the_schools_behind_a_partners_number_are_as_many(held_county: County) -> None:
    county = held_county
    also_appointed(county.sip, Role.SIP, school=SchoolFactory.create(establishment="closing"))
    also_appointed(county.sip, Role.SIP, school=SchoolFactory.create(establishment="closed", closed_on=TUESDAY))
    line = lines_of(county)[county.sip.name]
    assert line.schools == 2
    query: dict[str, Any] = {"sip": line.person, "establishment": ["open", "closing"]}
    assert ">2 schools<" in signed_in(county.head).get(reverse("schools:list"), query).content.decode()


# The charts.


def test_a_page_with_figures_has_a_chart_of_them_and_its_scripts_and_others_have_neither(held_county: County) -> None:
    held(held_county, TUESDAY, academic_year=2026, term="autumn")
    for name in ("coverage", "coverage_load"):
        page = text_of(held_county.head, name)
        assert 'role="img"' in page, name
        assert "chart.umd.min.js" in page, name
    for name in ("coverage_weeks", "coverage_not_seen"):
        assert "chart.umd.min.js" not in text_of(held_county.head, name)


def test_a_name_cannot_break_out_of_the_charts_figures(held_county: County) -> None:
    User.objects.filter(pk=held_county.sip.pk).update(name="</script><b>")
    held_county.sip.person.name = "</script><b>"
    held_county.sip.person.save()
    held(held_county, TUESDAY)
    assert "</script><b>" not in text_of(held_county.head, "coverage_load")


# However many.


def grown(county: County, count: int) -> None:
    east = DistrictFactory.create(name="East", double_district=county.double_district)
    for number in range(count):
        school = SchoolFactory.create(district=east if number % 3 else county.school.district)
        partner = appointed(Role.SIP, school=school)
        held(county, date(2026, 6, 1), school, author=partner)
        planned(county, date(2026, 11, 9) + timedelta(days=number), VisitStatus.AGREED, school, author=partner)
        if number % 2:
            SchoolClosureFactory.create(school=school, day=date(2026, 11, 10))


@pytest.mark.parametrize("name", [*PAGES, "coverage_not_seen_export", "coverage_load_export"])
def test_a_page_takes_the_same_queries_for_many_schools(held_county: County, name: str) -> None:
    client, taken = signed_in(held_county.head), []
    args = ["csv"] if name.endswith("export") else []
    client.get(reverse(f"schools:{name}", args=args))
    for count in (4, 16):
        grown(held_county, count)
        with CaptureQueriesContext(connection) as queries:
            response: Any = client.get(reverse(f"schools:{name}", args=args))
            b"".join(response)
        taken.append(len(queries))
    assert taken[0] == taken[1]
