"""Inspections: entered, corrected and withdrawn, how the school stands then, and their pages."""

import csv
import io
from collections.abc import Collection
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import Blocked, Conflict
from schools.inspections import actions
from schools.inspections.actions import InspectionWatcher, correct_inspection, enter_inspection, withdraw_inspection
from schools.inspections.models import frameworks_on, grades_of, latest_inspections
from schools.models import Inspection, Standing
from tests.factories.county import TUESDAY, County
from tests.factories.inspections import FrameworkEditionFactory, InspectionFactory, shipped_framework
from tests.factories.schools import SchoolFactory, appointed
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.django_db
FULL: dict[str, Any] = {
    "kind": "full",
    "starts_on": date(2014, 5, 1),
    "ends_on": date(2014, 5, 2),
    "report_received_on": date(2014, 5, 20),
    "areas": {"overall": "3", "behaviour": "2"},
    "safeguarding": "effective",
    "statutory_category": "none",
    "judgement": "",
    "monitoring_of": None,
    "source_note": "",
}


def enter(county: County, by: User | None = None, code: str = "2012", **changes: Any) -> Inspection:
    fields = {**FULL, **changes}
    return enter_inspection(county.school, shipped_framework(code), by=by or county.dsim, on=TUESDAY, **fields)


def earlier(county: County, year: int = 2010, **changes: Any) -> Inspection:
    days = {"starts_on": date(year, 3, 1), "ends_on": date(year, 3, 2), "report_received_on": date(year, 3, 20)}
    return enter(county, code="2009", **{**days, "areas": {"overall": "2"}, **changes})


def ofsted(county: County) -> list[str]:
    now = Standing.objects.filter(school=county.school, kind="ofsted", ends_on=None)
    return [f"{row.code}: {row.label}, from {row.starts_on}" for row in now]


# The verbs.


def test_how_the_school_stands_follows_from_its_last_full_inspection(county: County) -> None:
    last = enter(county)
    assert ofsted(county) == ["3: Requires improvement (2012 framework, 2 May 2014), from 2014-05-20"]
    first = earlier(county)
    enter(county, kind="short", areas={}, judgement="No change", starts_on=date(2014, 5, 2))
    assert ofsted(county) == ["3: Requires improvement (2012 framework, 2 May 2014), from 2014-05-20"]
    changes = {**FULL, "areas": {"overall": "4"}, "statutory_category": "special_measures"}
    correct_inspection(last, by=county.dsim, on=TUESDAY, reason="Misread.", seen_version=1, **changes)
    assert ofsted(county) == ["4: Inadequate, special measures (2012 framework, 2 May 2014), from 2014-05-20"]
    withdraw_inspection(last, by=county.dsim, on=TUESDAY, reason="Another school’s.", seen_version=2)
    assert ofsted(county) == ["2: Good (2009 framework, 2 March 2010), from 2010-03-20"]
    withdraw_inspection(first, by=county.dsim, on=TUESDAY, reason="Another school’s.", seen_version=1)
    assert ofsted(county) == []


def test_an_inspection_without_its_report_says_nothing_of_the_school_yet(county: County) -> None:
    enter(county, report_received_on=None, areas={}, safeguarding="not_judged")
    assert ofsted(county) == []
    assert latest_inspections([county.school.pk], TUESDAY) == {}


def test_the_latest_inspection_of_each_school_is_read_as_at_a_day_in_one_query(county: County) -> None:
    first, last = earlier(county), enter(county)
    other = InspectionFactory.create()
    ids = [county.school.pk, other.school_id]
    with CaptureQueriesContext(connection) as captured:
        found = latest_inspections(ids, TUESDAY)
        assert {key: each.framework.code for key, each in found.items()} == dict.fromkeys(ids, "2012")
    assert len(captured) == 1
    assert found == {county.school.pk: last, other.school_id: other}
    assert latest_inspections(ids, date(2014, 5, 19)) == {county.school.pk: first}
    assert grades_of(last) == {"overall": "3", "behaviour": "2"}


def test_apps_that_watch_inspections_follow_in_the_same_transaction(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Collection[int]] = []

    def follow(school_ids: Collection[int], by: Actor) -> None:
        assert by.user == county.dsim
        seen.append(school_ids)
        if len(seen) == 2:
            raise RuntimeError

    monkeypatch.setattr(actions.inspection_watchers, "_entries", {"x": InspectionWatcher("x", 1, follow)})
    enter(county)
    with pytest.raises(RuntimeError):
        earlier(county)
    assert seen == [[county.school.pk]] * 2
    assert Inspection.objects.count() == 1


def test_what_is_wrong_is_refused_and_nothing_is_saved(county: County) -> None:
    inspection = enter(county)
    for changes, why in (
        ({}, "already entered"),
        ({"starts_on": date(2014, 5, 3)}, "after the first day"),
        ({"kind": "monitoring", "areas": {}, "judgement": "x", "monitoring_of": InspectionFactory.create()}, "school"),
    ):
        with pytest.raises(Blocked, match=why):
            enter(county, **changes)
    with pytest.raises(Blocked, match="why you are correcting"):
        correct_inspection(inspection, by=county.dsim, on=TUESDAY, reason=" ", seen_version=1, **FULL)
    with pytest.raises(Conflict):
        correct_inspection(inspection, by=county.dsim, on=TUESDAY, reason="x", seen_version=7, **FULL)
    days: dict[str, Any] = {
        "starts_on": date(2015, 1, 5),
        "ends_on": date(2015, 1, 5),
        "report_received_on": date(2015, 1, 9),
    }
    visit = enter(county, **days, kind="monitoring", areas={}, judgement="Slow", monitoring_of=inspection)
    with pytest.raises(Blocked, match="monitoring visit first"):
        withdraw_inspection(inspection, by=county.dsim, on=TUESDAY, reason="x", seen_version=1)
    withdraw_inspection(visit, by=county.dsim, on=TUESDAY, reason="x", seen_version=1)
    with pytest.raises(Conflict):
        withdraw_inspection(visit, by=county.dsim, on=TUESDAY, reason="x", seen_version=2)
    with pytest.raises(Conflict):
        correct_inspection(visit, by=county.dsim, on=TUESDAY, reason="x", seen_version=2, **FULL)
    assert Inspection.objects.filter(school=county.school).count() == 2


@pytest.mark.parametrize("role", [Role.ERA, Role.DISTRICT_ADMINISTRATOR, Role.SIP, Role.HEAD_OF_SERVICE])
def test_who_may_enter_an_inspection(county: County, role: Role) -> None:
    scope: dict[Role, Any] = {
        Role.DISTRICT_ADMINISTRATOR: {"district": county.school.district},
        Role.SIP: {"school": county.school},
    }
    where = scope.get(role, {"authority": county.school.authority})
    user = appointed(role, **where)
    if role in (Role.ERA, Role.DISTRICT_ADMINISTRATOR):
        assert enter(county, by=user)
    else:
        with pytest.raises(PermissionDenied):
            enter(county, by=user)


def test_the_database_refuses_what_the_rules_refuse(county: County) -> None:
    row = enter(county)
    for changes, constraint in (
        ({"ends_on": date(2014, 4, 1), "report_received_on": None}, "inspection_ends_after_it_starts"),
        ({"report_received_on": date(2014, 4, 1)}, "inspection_report_after_it_ends"),
        ({"monitoring_of": row}, "inspection_only_monitoring_follows"),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Inspection.objects.filter(pk=row.pk).update(**changes)


def test_a_framework_is_offered_from_its_first_day_in_its_newest_edition(county: County) -> None:
    assert [each.code for each in frameworks_on(date(2013, 1, 1))] == ["2012", "2009", "2005"]
    newer = FrameworkEditionFactory.create(code="2012", status="published", published_from=date(2014, 1, 1))
    assert frameworks_on(date(2014, 1, 1))[0] == newer


# The pages.


def test_an_officer_enters_corrects_and_withdraws_an_inspection_on_its_pages(county: County) -> None:
    client, urn = signed_in(county.dsim), county.school.urn
    tab = reverse("schools:inspections", args=[urn])
    assert "No inspections yet. Enter the latest one." in client.get(tab).content.decode()
    form = client.get(reverse("schools:inspection_enter", args=[urn]))
    assert "Inspection framework of November 2025" in form.content.decode()
    path = reverse("schools:inspection_enter_under", args=[urn, shipped_framework("2012").pk])
    typed = {
        "kind": "full",
        **{f"starts_on_{number}": value for number, value in enumerate((1, 5, 2014))},
        **{f"ends_on_{number}": value for number, value in enumerate((2, 5, 2014))},
        **{f"report_received_on_{number}": value for number, value in enumerate((20, 5, 2014))},
        "area_overall": "3",
        "area_behaviour": "",
        "safeguarding": "effective",
        "statutory_category": "none",
        "base_version": "0",
    }
    wrong = client.post(path, {**typed, "report_received_on_2": "2013"})
    assert "The report cannot arrive before the inspection ends." in wrong.content.decode()
    page = client.post(path, typed, follow=True).content.decode()
    assert "You entered the inspection: Full inspection, 2 May 2014." in page
    assert "Requires improvement" in page
    inspection = Inspection.objects.get()
    assert inspection.areas == {"overall": "3"}
    correct = reverse("schools:inspection_correct", args=[urn, inspection.pk])
    assert 'value="3" checked' in " ".join(client.get(correct).content.decode().split())
    changed = {**typed, "area_overall": "2", "reason": "I read it wrongly.", "base_version": "1"}
    page = client.post(correct, changed, follow=True).content.decode()
    assert "You corrected the inspection" in page
    assert "I read it wrongly." in page
    lost = client.post(correct, changed)
    assert lost.status_code == 409
    assert "It is now:" in lost.content.decode()
    withdraw = reverse("schools:inspection_withdraw", args=[urn, inspection.pk])
    page = client.post(withdraw, {"reason": "Another school’s.", "base_version": "2"}, follow=True).content.decode()
    assert "You withdrew the inspection" in page
    assert "No inspections yet." in page
    page = client.get(inspection.get_absolute_url()).content.decode()
    assert "Another school’s." in page
    assert correct not in page
    assert client.get(correct, follow=True).content.decode().count("has withdrawn this inspection: Another") == 1


def test_everyone_who_sees_the_school_reads_its_inspections_with_their_source(county: County) -> None:
    inspection = enter(county)
    visit = InspectionFactory.create(
        school=county.school,
        kind="monitoring",
        areas={},
        judgement="Effective action",
        monitoring_of=inspection,
        starts_on=date(2015, 1, 5),
        ends_on=date(2015, 1, 5),
        report_received_on=date(2015, 1, 20),
    )
    for role in (Role.CLERK, Role.SCHOOL_LINK, Role.HEADTEACHER):
        client = signed_in(appointed(role, school=county.school))
        tab = client.get(reverse("schools:inspections", args=[county.school.urn])).content.decode()
        assert "Requires improvement" in tab
        assert "Enter an inspection" not in tab
        page = client.get(inspection.get_absolute_url()).content.decode()
        assert "Ofsted report, received 20 May 2014" in page
        assert visit.get_absolute_url() in page
        assert inspection.get_absolute_url() in client.get(visit.get_absolute_url()).content.decode()
        chronology = client.get(reverse("schools:chronology", args=[county.school.urn])).content.decode()
        assert "Full inspection, 2 May 2014: entered" in chronology
    file: Any = signed_in(county.sip).get(reverse("schools:inspections_export", args=[county.school.urn, "csv"]))
    lines = list(csv.DictReader(io.StringIO(b"".join(file).decode("utf-8-sig"))))
    assert [line["Outcome"] for line in lines] == ["Effective action", "Requires improvement"]
    assert lines[1]["Grades"] == "Overall effectiveness: 3; Behaviour and safety of pupils: 2"


@pytest.mark.usefixtures("name_is_known")
def test_the_tab_takes_the_same_queries_at_two_sizes(county: County) -> None:
    client, counts = signed_in(county.dsim), []
    client.get(reverse("schools:inspections", args=[county.school.urn]))
    for size in (2, 8):
        for number in range(size):
            day = date(2000 + size, 1, 1 + number)
            InspectionFactory.create(school=county.school, starts_on=day)
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("schools:inspections", args=[county.school.urn]))
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_an_inspection_of_another_school_is_not_found_here(county: County) -> None:
    other = InspectionFactory.create(school=SchoolFactory.create(district=county.school.district))
    path = reverse("schools:inspection", args=[county.school.urn, other.pk])
    assert signed_in(county.dsim).get(path).status_code == 404
