"""The pages of planned visits: what each reader finds there, and what the forms say when they refuse."""

from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from post_office.models import Email

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.records.models import AuditEvent, Draft
from schools.models import School, Visit
from schools.records import actions as record_actions
from schools.records.states import RecordStatus
from schools.visits import actions as visit_actions
from schools.visits.actions import Plan
from schools.visits.models.visit import VisitKind
from schools.visits.states import VisitStatus
from tests.factories.calendar import hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.schools import SchoolFactory, appointed
from tests.factories.visits import AgendaItemFactory
from tests.integration.schools.visits.test_planning import NEXT_WEEK, WEEK_AFTER, YESTERDAY, recorded, visit_at
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.django_db

DUE, PROPOSED, COUNTERED = VisitStatus.DUE, VisitStatus.PROPOSED, VisitStatus.COUNTERED
AGREED, HELD, CANCELLED = VisitStatus.AGREED, VisitStatus.HELD, VisitStatus.CANCELLED


@pytest.fixture(autouse=True)
def _terms(county: County) -> None:
    hold_terms(2026)


def day(name: str, value: date) -> dict[str, str]:
    return {f"{name}_0": str(value.day), f"{name}_1": str(value.month), f"{name}_2": str(value.year)}


def page(user: User, path: str) -> str:
    response = signed_in(user).get(path)
    assert response.status_code == 200, path
    return unescape(response.content.decode())


def address(visit: Visit, route: str = "visit") -> str:
    return reverse(f"schools:{route}", args=[visit.school.urn, visit.pk])


def post(user: User, path: str, data: dict[str, Any]) -> Any:
    return signed_in(user).post(path, data)


def said(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def tab(user: User, school: School) -> str:
    return page(user, reverse("schools:visits", args=[school.urn]))


# The page of a visit.

BUTTONS = {
    "Agree this date",
    "Ask for another date",
    "Propose a date",
    "Note that the school agrees",
    "Agree the date they ask for",
    "Propose another date",
    "Write the record",
    "Cancel the visit",
    "Change purpose or people",
    "Add an item to the agenda",
}
CHANGES = {"Cancel the visit", "Change purpose or people", "Add an item to the agenda"}
PLANNED = CHANGES | {"Propose another date", "Write the record"}
OFFERED: dict[tuple[str, VisitStatus], set[str]] = {
    ("sip", DUE): CHANGES | {"Propose a date", "Write the record"},
    ("sip", PROPOSED): PLANNED | {"Note that the school agrees"},
    ("sip", COUNTERED): PLANNED | {"Agree the date they ask for"},
    ("sip", AGREED): PLANNED,
    ("sip", HELD): set(),
    ("sip", CANCELLED): set(),
    ("headteacher", DUE): {"Add an item to the agenda"},
    ("headteacher", PROPOSED): {"Agree this date", "Ask for another date", "Add an item to the agenda"},
    ("headteacher", COUNTERED): {"Add an item to the agenda"},
    ("headteacher", AGREED): {"Ask for another date", "Add an item to the agenda"},
    ("headteacher", HELD): set(),
    ("headteacher", CANCELLED): set(),
    **{("deputy", status): set() for status in VisitStatus},
}


@pytest.mark.parametrize(("who", "status"), OFFERED)
def test_a_visit_offers_each_reader_what_they_may_do_in_its_state(
    county: County, who: str, status: VisitStatus
) -> None:
    text = page(getattr(county, who), address(visit_at(status, county.school)))
    assert {label for label in BUTTONS if f">{label}<" in text} == OFFERED[who, status]


def test_a_visit_says_when_who_and_what_for(county: County) -> None:
    wanted = Plan("monitoring", NEXT_WEEK, time(9, 30), Decimal("0.5"), county.sip, "Reading <b>", "The adviser")
    visit = visit_actions.plan(county.school, wanted, by=county.sip, on=TUESDAY)
    text = page(county.headteacher, address(visit))
    for words in ("Tuesday 10 November 2026 at 9:30am", county.sip.name, "The adviser", "0.5", "Autumn 2026/27"):
        assert words in text
    assert "Reading <b>" in text
    assert b"Reading <b>" not in signed_in(county.headteacher).get(address(visit)).content


def test_a_day_without_school_is_pointed_out_to_both_sides(county: County) -> None:
    visit = visit_at(PROPOSED, county.school, planned_on=date(2026, 12, 22))
    for user in (county.sip, county.headteacher):
        assert "is not a school day: Christmas holiday" in page(user, address(visit))


def test_a_held_visit_leads_to_its_record_for_whoever_may_read_it(county: County) -> None:
    record = county.record()
    assert record.reference in page(county.sip, address(record.visit))
    assert record.reference not in page(county.headteacher, address(record.visit))


def test_what_became_of_a_draft_is_not_told_on_the_page_of_its_visit(county: County) -> None:
    record = county.record()
    record_actions.abandon(record, by=county.sip, on=TUESDAY, reason="A mistake of mine", seen_version=record.version)
    assert "A mistake of mine" not in page(county.headteacher, address(record.visit))


def test_a_visit_of_another_schools_address_is_not_found(county: County) -> None:
    visit, other = visit_at(PROPOSED, county.school), SchoolFactory.create(district=county.school.district)
    assert signed_in(county.dsim).get(reverse("schools:visit", args=[other.urn, visit.pk])).status_code == 404


# What the school does.


def test_the_school_agrees_with_one_press(county: County) -> None:
    visit = visit_at(PROPOSED, county.school)
    response = post(county.headteacher, address(visit, "visit_agree"), {"seen_version": "1"})
    assert said(response) == [
        "You have agreed Tuesday 10 November 2026. "
        "We do not have an email address for a School Improvement Partner of this school."
    ]
    visit.refresh_from_db()
    assert visit.status == AGREED


def test_the_school_agrees_to_nothing_it_has_not_read(county: County) -> None:
    visit = visit_at(PROPOSED, county.school)
    visit_actions.reschedule(visit, by=county.sip, on=TUESDAY, seen_version=1, day=WEEK_AFTER, reason="Ill")
    response = post(county.headteacher, address(visit, "visit_agree"), {"seen_version": "1"})
    assert said(response) == [
        f"Nothing was done. {county.sip} changed this visit after you opened it. Its status is now “Date proposed”, "
        "Tuesday 17 November 2026. Check it before you continue."
    ]
    visit.refresh_from_db()
    assert visit.status == PROPOSED


def test_the_school_asks_for_another_date_in_one_form(county: County) -> None:
    visit = visit_at(PROPOSED, county.school)
    data = {**day("suggested_on", WEEK_AFTER), "reason": "A school trip", "base_version": "1"}
    response = post(county.chair, address(visit, "visit_another_date"), data)
    assert said(response) == [
        "You have asked for Tuesday 17 November 2026. We do not have an email address for a School Improvement Partner "
        "of this school."
    ]
    assert "A school trip" in page(county.sip, address(visit))


def test_the_email_about_another_date_names_both_days(county: County) -> None:
    visit = visit_at(PROPOSED, county.school, author=county.sip)
    data = {**day("suggested_on", WEEK_AFTER), "reason": "A school trip", "base_version": "1"}
    post(county.chair, address(visit, "visit_another_date"), data)
    email = Email.objects.get(to=[county.sip.email])
    for text in (email.message, email.html_message):
        assert f"{county.school} asks to move the visit on 10 November 2026" in text
        assert " to 17 November 2026." in text


def test_a_day_without_school_is_said_before_anyone_is_emailed_and_can_be_kept(county: County) -> None:
    visit = visit_at(PROPOSED, county.school, author=county.sip)
    data = {**day("suggested_on", date(2026, 11, 14)), "reason": "A school trip", "base_version": "1"}
    client, url = signed_in(county.chair), address(visit, "visit_another_date")
    first = client.post(url, data)
    text = unescape(first.content.decode())
    assert "Saturday 14 November 2026 is not a school day: Saturday. We have not emailed anyone yet." in text
    assert "14 November 2026" in text
    assert "A school trip" in text
    visit.refresh_from_db()
    assert visit.status == PROPOSED
    assert not Email.objects.exists()
    back = unescape(client.get(f"{url}?change=1").content.decode())
    assert "A school trip" in back
    response = client.post(url, {**data, "answers_checked": "yes"})
    assert said(response) == [f"You have asked for Saturday 14 November 2026. We are emailing {county.sip.name}."]
    assert [email.to for email in Email.objects.all()] == [[county.sip.email]]


@pytest.mark.parametrize(
    ("name", "status", "field"),
    [("visit_propose", DUE, "planned_on"), ("visit_reschedule", AGREED, "planned_on")],
)
def test_christmas_day_is_said_before_the_headteacher_is_emailed(
    county: County, name: str, status: VisitStatus, field: str
) -> None:
    visit = visit_at(status, county.school, author=county.sip)
    data = {**day(field, date(2026, 12, 25)), "planned_at": "", "reason": "Ill", "base_version": "1"}
    response = post(county.sip, address(visit, name), data)
    assert "Friday 25 December 2026 is not a school day" in unescape(response.content.decode())
    assert not Email.objects.exists()
    visit.refresh_from_db()
    assert visit.status == status


def test_a_new_visit_on_a_sunday_is_planned_only_once_the_day_is_kept(county: County) -> None:
    url = reverse("schools:visit_plan", args=[county.school.urn])
    data = plan_data(**day("planned_on", date(2026, 11, 15)))
    assert "Sunday 15 November 2026 is not a school day" in unescape(post(county.sip, url, data).content.decode())
    assert not Visit.objects.exists()
    post(county.sip, url, {**data, "answers_checked": "yes"})
    assert Visit.objects.get().planned_on == date(2026, 11, 15)


def test_noting_that_the_school_agrees_says_that_the_day_it_asked_for_is_no_school_day(county: County) -> None:
    visit = visit_at(COUNTERED, county.school, author=county.sip, suggested_on=date(2026, 11, 14))
    response = post(county.sip, address(visit, "visit_note_agreement"), {"how": "By telephone", "base_version": "1"})
    assert "Saturday 14 November 2026 is not a school day" in unescape(response.content.decode())
    visit.refresh_from_db()
    assert visit.status == COUNTERED


def test_whoever_is_second_reads_what_happened_and_keeps_what_was_typed(county: County) -> None:
    visit = visit_at(PROPOSED, county.school)
    visit_actions.reschedule(visit, by=county.sip, on=TUESDAY, seen_version=1, day=WEEK_AFTER, reason="Ill")
    data = {**day("suggested_on", date(2026, 11, 24)), "reason": "A school trip", "base_version": "1"}
    response = post(county.chair, address(visit, "visit_another_date"), data)
    assert response.status_code == 409
    text = unescape(response.content.decode())
    assert f"{county.sip} changed this visit after you opened it." in text
    assert "A school trip" in text
    assert 'name="base_version" value="2"' in text


def test_a_form_about_another_state_leads_back_to_the_visit(county: County) -> None:
    visit = visit_at(AGREED, county.school)
    response: Any = signed_in(county.sip).get(address(visit, "visit_propose"))
    assert response.url == address(visit)
    assert said(response) == ["You cannot do this now. The visit’s status is “Date agreed”."]


# What the planner does.


def plan_data(**other: Any) -> dict[str, Any]:
    usual = {"kind": "monitoring", "planned_at": "9.30am", "days": "1", "visitor": "", "purpose": "Reading", "team": ""}
    return {**usual, **day("planned_on", NEXT_WEEK), **other}


def test_a_visit_is_planned_on_a_page(county: County) -> None:
    path = reverse("schools:visit_plan", args=[county.school.urn])
    response = post(county.sip, path, plan_data(visitor=str(county.sip.pk)))
    visit = county.school.visits.get()
    assert response.url == address(visit)
    assert (visit.status, visit.planned_at, visit.author) == (PROPOSED, time(9, 30), county.sip)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"kind": ""}, "Select the type of visit"),
        ({"kind": "la_review"}, "Select the type of visit from the list"),
        ({"planned_on_0": "32"}, "The date you propose must be a real date"),
        (day("planned_on", YESTERDAY), "The date must be today or in the future."),
        ({"planned_at": "25:00"}, "Enter a time, like 9:30am or 14:00"),
        ({"planned_at": "half nine"}, "Enter a time, like 9:30am or 14:00"),
        ({"planned_at": "13pm"}, "Enter a time, like 9:30am or 14:00"),
        ({"planned_at": "9"}, "Enter a time, like 9:30am or 14:00"),
        ({"days": "0.3"}, "Days used must be between 0 and 20"),
        ({"kind": "performance_management"}, "Leave this empty"),
    ],
)
def test_a_plan_that_will_not_do_says_why(county: County, other: dict[str, Any], words: str) -> None:
    path = reverse("schools:visit_plan", args=[county.school.urn])
    response = post(county.sip, path, plan_data(**other))
    assert response.status_code == 200
    assert words in unescape(response.content.decode())
    assert not county.school.visits.exists()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", None),
        ("9:30", time(9, 30)),
        ("14.00", time(14, 0)),
        ("2pm", time(14, 0)),
        ("Noon", time(12, 0)),
        ("12am", time(0)),
    ],
)
def test_a_time_is_understood_as_people_type_it(county: County, typed: str, meant: time | None) -> None:
    path = reverse("schools:visit_plan", args=[county.school.urn])
    post(county.sip, path, plan_data(planned_at=typed))
    assert county.school.visits.get().planned_at == meant


def test_a_second_core_visit_of_a_term_is_a_sentence(county: County) -> None:
    visit_at(DUE, county.school)
    path = reverse("schools:visit_plan", args=[county.school.urn])
    response = post(county.sip, path, plan_data(kind="core"))
    assert "already has a core visit for this term" in unescape(response.content.decode())


def test_the_district_administrator_is_not_offered_performance_management(county: County) -> None:
    administrator = appointed(Role.DISTRICT_ADMINISTRATOR, district=county.school.district)
    path = reverse("schools:visit_plan", args=[county.school.urn])
    assert "Headteacher’s performance management" in page(county.sip, path)
    assert "Headteacher’s performance management" not in page(administrator, path)


def test_a_review_is_commissioned_on_a_page(county: County) -> None:
    path = reverse("schools:review_commission", args=[county.school.urn])
    data = {**plan_data(purpose="Leadership", team="Two advisers", visitor=str(county.sip.pk))}
    assert post(county.dsim, path, {**data, "purpose": ""}).status_code == 200
    assert post(county.dsim, path, {**data, "visitor": ""}).status_code == 200
    assert post(county.dsim, path, data).status_code == 302
    review = county.school.visits.get()
    assert (review.kind, review.author, review.purpose) == (VisitKind.LA_REVIEW, county.sip, "Leadership")
    assert "Scope" in page(county.headteacher, address(review))


FORMS: list[tuple[str, VisitStatus, dict[str, Any], VisitStatus]] = [
    ("visit_propose", DUE, {**day("planned_on", WEEK_AFTER), "planned_at": ""}, PROPOSED),
    ("visit_reschedule", AGREED, {**day("planned_on", WEEK_AFTER), "planned_at": "", "reason": "Ill"}, PROPOSED),
    ("visit_note_agreement", COUNTERED, {"how": "By telephone"}, AGREED),
    ("visit_cancel", AGREED, {"reason": "Ill"}, CANCELLED),
    ("visit_change", AGREED, {"visitor": "", "team": "The adviser", "days": "1", "purpose": "Writing"}, AGREED),
    ("agenda_add", AGREED, {"heading": "Writing", "detail": ""}, AGREED),
]


@pytest.mark.parametrize(("route", "status", "data", "then"), FORMS, ids=[form[0] for form in FORMS])
def test_each_form_does_its_verb_and_says_what_is_missing(
    county: County, route: str, status: VisitStatus, data: dict[str, Any], then: VisitStatus
) -> None:
    visit = visit_at(status, county.school)
    assert signed_in(county.sip).get(address(visit, route)).status_code == 200
    empty = post(county.sip, address(visit, route), {"base_version": "1"})
    assert (empty.status_code, empty.context["form"].is_valid()) == (200, False)
    response = post(county.sip, address(visit, route), {**data, "base_version": "1"})
    assert (response.status_code, response.url) == (302, address(visit))
    visit.refresh_from_db()
    assert visit.status == then
    assert Draft.objects.count() == 0


@pytest.mark.parametrize(("route", "status", "data", "then"), FORMS[:-1], ids=[form[0] for form in FORMS[:-1]])
def test_a_form_sent_second_is_told_of_the_first(
    county: County, route: str, status: VisitStatus, data: dict[str, Any], then: VisitStatus
) -> None:
    visit = visit_at(status, county.school)
    assert post(county.sip, address(visit, route), {**data, "base_version": "7"}).status_code == 409


def test_saving_what_is_there_changes_nothing(county: County) -> None:
    visit = visit_at(AGREED, county.school)
    data = {"visitor": "", "team": "", "days": "1", "purpose": "", "base_version": "1"}
    assert said(post(county.sip, address(visit, "visit_change"), data)) == ["You did not change anything."]


def test_a_visitor_who_has_lost_the_school_may_stay_until_somebody_else_is_chosen(county: County) -> None:
    stranger = appointed(Role.SIP, school=SchoolFactory.create())
    visit = visit_at(AGREED, county.school, author=stranger)
    assert stranger.name in page(county.sip, address(visit, "visit_change"))
    data = {"visitor": str(stranger.pk), "team": "Ann", "days": "1", "purpose": "", "base_version": "1"}
    assert post(county.sip, address(visit, "visit_change"), data).status_code == 302


def test_cancelling_says_what_will_happen(county: County) -> None:
    text = page(county.sip, address(visit_at(AGREED, county.school), "visit_cancel"))
    assert "The school still needs its core visit this term" in text
    assert "We will email the headteacher and the chair" in text


def test_a_side_takes_away_its_own_item_with_one_press(county: County) -> None:
    visit = visit_at(PROPOSED, county.school)
    item = AgendaItemFactory.create(visit=visit)
    assert "Remove" in page(county.headteacher, address(visit))
    assert "Remove" not in page(county.sip, address(visit))
    path = reverse("schools:agenda_take_away", args=[county.school.urn, visit.pk, item.pk])
    assert post(county.sip, path, {"seen_version": "1"}).status_code == 403
    assert said(post(county.headteacher, path, {"seen_version": "1"})) == [
        "You removed “The new reading scheme” from the agenda."
    ]
    assert said(post(county.headteacher, path, {"seen_version": "1"}))[0].startswith("Nothing was done")


# Performance management.


def test_performance_management_is_recorded_and_taken_back_on_pages(county: County) -> None:
    path = reverse("schools:performance_record", args=[county.school.urn])
    assert page(county.sip, path).count("<textarea") == 0
    data = {**day("held_on", YESTERDAY), "team": "Chair", "days": "0.5"}
    visit_page = post(county.sip, path, data).url
    visit = county.school.visits.get()
    assert visit.status == HELD
    text = page(county.headteacher, visit_page)
    assert "Agenda" not in text
    assert "Purpose" not in text
    assert "Withdraw performance management" not in text
    assert "Withdraw performance management" in page(county.sip, visit_page)
    void = address(visit, "performance_void")
    assert post(county.sip, void, {"reason": "Wrong school", "base_version": str(visit.version)}).status_code == 302
    visit.refresh_from_db()
    assert visit.status == CANCELLED


def test_a_planned_one_is_said_to_have_been_held(county: County) -> None:
    visit = visit_at(
        AGREED, county.school, kind=VisitKind.PERFORMANCE_MANAGEMENT, planned_on=YESTERDAY, author=county.sip
    )
    assert "Record performance management" in page(county.sip, address(visit))
    data = {**day("held_on", YESTERDAY), "team": "Chair", "days": "0.5", "base_version": "1"}
    assert post(county.sip, address(visit, "performance_hold"), data).status_code == 302
    visit.refresh_from_db()
    assert visit.status == HELD


OUTSIDE: list[Callable[[County], User]] = [
    lambda county: appointed(Role.CLERK, school=county.school),
    lambda county: appointed(Role.EIP, district=county.school.district),
    lambda county: appointed(Role.DISTRICT_ADMINISTRATOR, district=county.school.district),
    lambda county: county.head,
    lambda county: county.director,
]


@pytest.mark.parametrize("who", OUTSIDE, ids=["clerk", "eip", "administrator", "head", "director"])
def test_performance_management_is_nowhere_for_anybody_else(county: County, who: Callable[[County], User]) -> None:
    held = recorded(county)
    planned = visit_at(PROPOSED, county.school, kind=VisitKind.PERFORMANCE_MANAGEMENT, term="", academic_year=None)
    user = who(county)
    for visit in (held, planned):
        assert signed_in(user).get(address(visit)).status_code == 404
    urn = county.school.urn
    pages = [reverse("home"), *(reverse(f"schools:{name}", args=[urn]) for name in ("visits", "chronology", "school"))]
    for path in pages:
        assert "performance" not in page(user, path).lower(), path
    export = signed_in(user).get(reverse("schools:chronology_export", args=[urn, "csv"]))
    assert b"performance" not in b"".join(export).lower()
    for route in ("my_term", "my_term_export"):
        response = signed_in(user).get(reverse(f"schools:{route}", args=["csv"] if route.endswith("export") else []))
        if response.status_code == 200:
            body = b"".join(response) if response.streaming else response.content
            assert f"/visits/{planned.pk}/".encode() not in body
            assert county.school.name.encode() not in body or not response.streaming


def test_those_it_concerns_find_performance_management_on_the_tab_and_in_the_chronology(county: County) -> None:
    recorded(county)
    for user in (county.headteacher, county.chair, county.sip, county.dsim):
        assert "Headteacher’s performance management" in tab(user, county.school)
        text = page(user, reverse("schools:chronology", args=[county.school.urn]))
        assert "Headteacher’s performance management: held, 2 November 2026" in text


# The Visits tab.


def test_the_tab_shows_what_is_planned_first_and_offers_what_one_may_do(county: County) -> None:
    visit = visit_at(PROPOSED, county.school, author=county.sip)
    offered = {
        "sip": {"Plan a visit", "Record performance management", "Add a note of a call, letter or meeting"},
        "dsim": {
            "Plan a visit",
            "Commission an LA review",
            "Record performance management",
            "Add a note of a call, letter or meeting",
        },
        "headteacher": set(),
        "head": {"Add a note of a call, letter or meeting"},
    }
    labels = {
        "Plan a visit",
        "Commission an LA review",
        "Record performance management",
        "Add a note of a call, letter or meeting",
    }
    for who, wanted in offered.items():
        text = tab(getattr(county, who), county.school)
        assert {label for label in labels if f">{label}<" in text} == wanted, who
        assert address(visit) in text
    assert "Respond" in tab(county.headteacher, county.school)
    assert "Respond" not in tab(county.sip, county.school)


def test_the_tab_says_that_nothing_is_planned(county: County) -> None:
    assert "No visits planned or due." in tab(county.sip, county.school)


# The chronology.


def test_the_chronology_tells_how_a_date_came_about_with_its_reasons(county: County) -> None:
    wanted = Plan("monitoring", NEXT_WEEK, visitor=county.sip)
    visit = visit_actions.plan(county.school, wanted, by=county.sip, on=TUESDAY)
    visit_actions.ask_for_another_date(
        visit,
        by=county.chair,
        on=TUESDAY,
        seen_version=visit.version,
        suggested_on=WEEK_AFTER,
        reason="A school trip",
    )
    item = visit_actions.add_to_agenda(visit, by=county.chair, heading="The new reading scheme")
    visit_actions.take_from_agenda(item, by=county.chair, seen_version=item.version)
    text = page(county.headteacher, reverse("schools:chronology", args=[county.school.urn]))
    assert "Monitoring visit: date proposed, 10 November 2026" in text
    assert "Monitoring visit: another date asked for by the school, 17 November 2026" in text
    assert "A school trip" in text
    assert "Agenda item added: The new reading scheme" in text
    assert "Agenda item removed: The new reading scheme" in text
    stranger = appointed(Role.ERA, authority=county.school.authority)
    assert "Monitoring visit" not in page(stranger, reverse("schools:chronology", args=[county.school.urn]))


def test_the_chronology_of_a_school_tells_nothing_of_a_draft_by_its_visit(county: County) -> None:
    record = county.record()
    record_actions.abandon(record, by=county.sip, on=TUESDAY, reason="A mistake of mine", seen_version=record.version)
    assert AuditEvent.objects.about("schools.visit", record.visit.pk).filter(verb="void").exists()
    text = page(county.headteacher, reverse("schools:chronology", args=[county.school.urn]))
    assert "A mistake of mine" not in text
    assert "Core visit: held" not in text
    assert "Core visit: due again" in text


def test_a_page_opened_without_a_session_asks_to_sign_in(county: County) -> None:
    assert Client().get(address(visit_at(PROPOSED, county.school))).status_code == 302


def test_a_past_visit_says_that_its_date_is_over(county: County) -> None:
    visit = visit_at(PROPOSED, county.school, planned_on=TUESDAY - timedelta(days=1))
    assert "The date has passed." in page(county.sip, address(visit))


def test_the_page_of_a_school_leads_to_its_next_visit(county: County) -> None:
    def overview(user: User) -> str:
        return unescape(signed_in(user).get(county.school.get_absolute_url()).content.decode())

    assert "No date yet" in overview(county.headteacher)
    visit_at(VisitStatus.CANCELLED, county.school)
    visit = visit_at(VisitStatus.AGREED, county.school, kind="monitoring")
    link = f'href="{visit.get_absolute_url()}">{clock.uk_date(NEXT_WEEK)}, Monitoring visit</a>'
    assert link in overview(county.headteacher)
    era = appointed(Role.ERA, authority=county.school.authority)
    assert "Next visit" not in overview(era)


def test_a_record_leads_to_its_visit(county: County) -> None:
    record = county.record(RecordStatus.SHARED)
    link = f'href="{record.visit.get_absolute_url()}"'
    for user in (county.sip, county.headteacher, county.dsim):
        assert link in page(user, record.get_absolute_url())
