"""One's own calendar at its secret address: what stands in it, who reads it, and how it is made and stopped."""

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar, Event

from schoolimprove.accounts.actions.password import reset_password
from schoolimprove.accounts.actions.person import deactivate, rename
from schoolimprove.accounts.actions.second_factor import reset_second_factor
from schoolimprove.accounts.models import Purpose, SecretLink, User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.logs import without_secrets
from schoolimprove.records.actor import Actor
from schoolimprove.records.models import AuditEvent
from schoolimprove.reminders.calendar_feed.addresses import make_address, stop_address
from schoolimprove.reminders.models import CalendarFeed, Deadline, Reminder
from schoolimprove.reminders.models.calendar_feed import MOST_IN_AN_HOUR
from schoolimprove.reminders.models.reminder import Answer
from schoolimprove.reminders.sweep import sweep
from schools.models import Visit
from schools.records.states import RecordStatus
from schools.visits.models.visit import VisitKind
from schools.visits.states import VisitStatus
from tests.factories.accounts import PASSWORD
from tests.factories.calendar import hold_terms
from tests.factories.county import TUESDAY, County, end
from tests.factories.reminders import CalendarFeedFactory
from tests.factories.schools import SchoolFactory, VisitFactory, also_appointed, appointed
from tests.factories.visits import GovernorsMeetingFactory
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.django_db
DAY = TUESDAY + timedelta(days=7)
OWN, MAKE, STOP = (f"/account/calendar/{name}" for name in ("", "make/", "stop/"))


def path_of(user: User) -> str:
    return reverse("calendar_feed:calendar", args=[make_address(user)])


def events(user: User) -> dict[str, Any]:
    """Name before the host → event, of a calendar in which nothing is wrong."""
    response = Client().get(path_of(user))
    assert (response.status_code, response["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    return events_in(response.content)


def events_in(data: bytes) -> dict[str, Any]:
    lines = data.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line or len(line) > 75 for line in lines)
    parsed: Any = Calendar.from_ical(data)
    assert [each.errors for each in parsed.walk() if each.errors] == []
    found: list[Event] = parsed.walk("VEVENT")
    named = {str(event["UID"]).removesuffix("@testserver"): event for event in found}
    assert len(named) == len(found)
    return named


def planned(county: County, **fields: Any) -> Visit:
    usual = {"school": county.school, "author": county.sip, "held_on": None, "planned_on": DAY, "status": "agreed"}
    visit: Visit = VisitFactory.create(**{**usual, **fields})
    return visit


def dues(user: User) -> dict[str, Any]:
    return {name: event for name, event in events(user).items() if name.startswith("due-")}


# What stands in it.


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (VisitStatus.PROPOSED, "TENTATIVE"),
        (VisitStatus.COUNTERED, "TENTATIVE"),
        (VisitStatus.AGREED, "CONFIRMED"),
        (VisitStatus.CANCELLED, "CANCELLED"),
    ],
)
def test_visits_stand_in_the_calendar_of_both_sides(county: County, status: str, told: str) -> None:
    visit = planned(county, status=status, planned_at=time(9, 30), purpose="Nobody else’s business")
    for user in (county.sip, county.headteacher, county.chair):
        data = Client().get(path_of(user)).content
        assert b"business" not in data.replace(b"\r\n ", b"")
        event = events_in(data)[f"visit-{visit.pk}"]
        assert event["STATUS"] == told
        off = status == VisitStatus.CANCELLED
        assert event["SUMMARY"] == f"{'Cancelled: ' if off else ''}Core visit: {county.school.name}"
        assert event.get("TRANSP") == ("TRANSPARENT" if off else None)
        assert event["DTSTART"].dt == datetime.combine(DAY, time(9, 30), clock.LONDON)
        assert event["DTEND"].dt == datetime.combine(DAY, time(15, 30), clock.LONDON)


def test_others_visits_do_not_whoever_may_read_of_them(county: County) -> None:
    """A manager's calendar is their own, not that of everybody they manage."""
    planned(county)
    for user in (county.dsim, county.head, county.director, appointed(Role.CLERK, school=SchoolFactory.create())):
        assert events(user) == {}


def test_what_is_owed_or_long_past_does_not_stand_in_it(county: County) -> None:
    planned(county, status=VisitStatus.DUE, planned_on=None)
    planned(county, status=VisitStatus.HELD, held_on=TUESDAY - timedelta(days=121), kind="additional")
    lately = planned(county, status=VisitStatus.HELD, held_on=TUESDAY - timedelta(days=120), kind="monitoring")
    assert set(events(county.sip)) == {f"visit-{lately.pk}"}


def test_performance_management_is_a_meeting_for_those_it_concerns(county: County) -> None:
    visit = planned(county, kind=VisitKind.PERFORMANCE_MANAGEMENT, team="The chair")
    assert events(county.headteacher)[f"visit-{visit.pk}"]["SUMMARY"] == f"Meeting: {county.school.name}"
    assert events(appointed(Role.CLERK, school=county.school)) == {}


def test_governors_meetings_stand_for_those_who_go_to_them(county: County) -> None:
    meeting = GovernorsMeetingFactory.create(school=county.school, held_on=DAY)
    off = GovernorsMeetingFactory.create(school=county.school, held_on=DAY, cancelled_because="A private reason")
    clerk = appointed(Role.CLERK, school=county.school)
    for user in (clerk, county.chair, county.headteacher, county.sip):
        found = events(user)
        assert set(found) == {f"governors-{meeting.pk}", f"governors-{off.pk}"}
        event = found[f"governors-{meeting.pk}"]
        assert event["SUMMARY"] == f"Governors’ meeting: {county.school.name}"
        assert (event["DTSTART"].dt, event["STATUS"]) == (DAY, "CONFIRMED")
        cancelled = found[f"governors-{off.pk}"]
        assert (cancelled["STATUS"], cancelled["TRANSP"]) == ("CANCELLED", "TRANSPARENT")
        assert cancelled["SUMMARY"] == f"Cancelled: Governors’ meeting: {county.school.name}"
    assert b"private" not in Client().get(path_of(clerk)).content
    for user in (county.dsim, county.head, appointed(Role.SCHOOL_LINK, school=county.school)):
        assert events(user) == {}


def test_a_date_one_was_told_of_stands_as_a_day_until_it_is_met(
    county: County, clock_at: Callable[[date], None]
) -> None:
    hold_terms(2026)
    record = county.record(RecordStatus.DRAFT)
    assert dues(county.sip) == {}
    for day in (date(2026, 11, 10), date(2026, 11, 11), date(2026, 11, 18)):
        clock_at(day)
        sweep(day)
    name = f"due-record.submit-schools.recordofvisit-{record.pk}"
    event = dues(county.sip)[name]
    assert event["SUMMARY"] == f"Due: Submit the record, {county.school.name}"
    assert (event["DTSTART"].dt, type(event["DTSTART"].dt), event["TRANSP"]) == (
        date(2026, 11, 10),
        date,
        "TRANSPARENT",
    )
    assert event["URL"].endswith(record.get_absolute_url())
    # What has gone up to the manager is not theirs to do. It says when it was first told, whatever the step.
    assert dues(county.dsim) == {}
    assert event["DTSTAMP"].dt.date() == date(2026, 11, 10)
    assert dues(county.headteacher) == {}
    Deadline.objects.update(met_at=clock.now())
    assert dues(county.sip) == {}


def test_what_is_put_aside_or_hidden_meanwhile_does_not_stand(county: County) -> None:
    record = county.record(RecordStatus.DRAFT)
    sweep(date(2026, 11, 18))
    Reminder.objects.filter(user=county.dsim).update(answer=Answer.DONE, answered_at=clock.now())
    assert dues(county.dsim) == {}
    Reminder.objects.filter(user=county.sip).update(user=county.chair)
    also_appointed(county.chair, Role.CLERK, school=record.school)
    assert dues(county.chair) == {}


def test_an_event_says_when_and_where_and_nothing_of_people(county: County) -> None:
    """Anyone who is given the address reads it without signing in."""
    county.sip.name = "Petra Partner"
    county.sip.save()
    planned(county, planned_at=time(9), purpose="Behaviour", team="Nora Number")
    planned(county, kind="additional", status="cancelled", version=2)
    GovernorsMeetingFactory.create(school=county.school, held_on=DAY)
    county.record(RecordStatus.DRAFT)
    sweep(date(2026, 11, 11))
    found = events(county.sip)
    kinds = {name.rstrip("0123456789").rstrip("-") for name in found}
    assert kinds == {"visit", "governors", "due-record.submit-schools.recordofvisit"}
    said = {
        *("UID", "SEQUENCE", "DTSTAMP", "LAST-MODIFIED", "STATUS", "TRANSP"),
        *("DTSTART", "DTEND", "SUMMARY", "LOCATION", "URL", "ORGANIZER"),
    }
    for event in found.values():
        assert set(event) <= said
    data = Client().get(path_of(county.sip)).content.replace(b"\r\n ", b"").decode()
    for person in (county.sip.name, "Partner", "Nora", "Behaviour"):
        assert person not in data


# London's time.

CLOCKS = [
    # The clocks go back on 25 October 2026 and forward on 28 March 2027, each at one in the morning of Greenwich.
    (date(2026, 10, 24), time(9), 8),
    (date(2026, 10, 25), time(0, 30), 23),
    (date(2026, 10, 25), time(9), 9),
    (date(2026, 10, 26), time(9), 9),
    (date(2027, 3, 27), time(9), 9),
    (date(2027, 3, 28), time(9), 8),
    (date(2027, 3, 29), time(9), 8),
]


@pytest.mark.parametrize(("day", "at", "hour"), CLOCKS)
def test_a_time_is_london_s_on_both_sides_of_a_change_of_the_clocks(
    county: County, day: date, at: time, hour: int
) -> None:
    visit = planned(county, planned_on=day, planned_at=at)
    start = events(county.sip)[f"visit-{visit.pk}"]["DTSTART"]
    assert start.params["TZID"] == "Europe/London"
    assert (start.dt.date(), start.dt.time()) == (day, at)
    assert start.dt.astimezone(UTC).hour == hour


def test_the_zone_is_told_by_its_rule_and_once(county: County) -> None:
    for kind in ("additional", "monitoring"):
        planned(county, kind=kind, planned_at=time(9))
    data = Client().get(path_of(county.sip)).content
    parsed: Any = Calendar.from_ical(data)
    (zone,) = parsed.walk("VTIMEZONE")
    rules = {str(part["TZNAME"]): part["RRULE"].to_ical().decode() for part in zone.walk() if "RRULE" in part}
    assert rules == {"BST": "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", "GMT": "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10"}


EVIL = ["St Mary’s\r\nEND:VEVENT\r\nBEGIN:VEVENT", 'a;b,c:d\\n"e"\\', "Ysgol 🏫" * 20]


@pytest.mark.parametrize("name", EVIL)
def test_the_name_of_a_school_is_text_in_every_event(county: County, name: str) -> None:
    county.record(RecordStatus.DRAFT)
    sweep(date(2026, 11, 11))
    county.school.name = name
    county.school.save()
    planned(county, kind="additional")
    GovernorsMeetingFactory.create(school=county.school, held_on=DAY)
    found = events(county.sip).values()
    said = " ".join(name.split())
    assert sorted(str(event["SUMMARY"]) for event in found) == [
        f"Additional visit: {said}",
        f"Core visit: {said}",
        f"Due: Submit the record, {said}",
        f"Governors’ meeting: {said}",
    ]


# Who reads it.


def test_it_is_read_without_signing_in_and_leaves_no_cookie(county: County) -> None:
    response = Client().get(path_of(county.sip))
    assert (response.status_code, response["Cache-Control"]) == (200, "private, max-age=300")
    assert response["Content-Disposition"] == 'attachment; filename="calendar.ics"'
    assert not response.cookies
    assert Client().post(path_of(county.sip)).status_code == 405


def test_what_has_not_changed_is_not_sent_again(county: County, clock_at: Callable[..., None]) -> None:
    planned(county, planned_at=time(9))
    county.record(RecordStatus.DRAFT)
    sweep(date(2026, 11, 10))
    path = path_of(county.sip)
    first = Client().get(path)
    clock_at(datetime.combine(TUESDAY, time(17), clock.LONDON))
    sweep(date(2026, 11, 11))
    again = Client().get(path, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["Cache-Control"] == "private, max-age=300"
    Visit.objects.filter(status="agreed").update(status="cancelled")
    changed = Client().get(path, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


def test_an_address_that_never_was_is_not_found(county: County) -> None:
    make_address(county.sip)
    assert Client().get(reverse("calendar_feed:calendar", args=["0" * 32])).status_code == 404
    assert Client().get("/calendar/short.ics").status_code == 404


def test_an_address_that_was_stopped_or_replaced_is_not_found(county: County) -> None:
    first, second = path_of(county.sip), path_of(county.sip)
    assert [Client().get(path).status_code for path in (first, second)] == [404, 200]
    stop_address(county.sip, by=Actor(county.sip))
    assert Client().get(second).status_code == 404


def test_without_an_appointment_of_today_there_is_no_calendar(county: County, clock_at: Callable[..., None]) -> None:
    path = path_of(county.sip)
    end(county.sip, on=TUESDAY)
    assert Client().get(path).status_code == 200
    clock_at(TUESDAY + timedelta(days=1))
    assert Client().get(path).status_code == 404


def test_whoever_is_deactivated_has_no_calendar_and_comes_back_without_one(county: County) -> None:
    path = path_of(county.chair)
    end(county.chair, on=TUESDAY - timedelta(days=1))
    deactivate(county.chair, by=Actor(county.head), on=TUESDAY, reason="Left")
    assert Client().get(path).status_code == 404
    User.objects.filter(pk=county.chair.pk).update(is_active=True)
    also_appointed(county.chair, Role.CHAIR, school=county.school)
    assert Client().get(path).status_code == 404
    assert AuditEvent.objects.filter(verb="stopped the calendar address", by=county.head).exists()


def test_a_new_password_ends_the_address(county: County) -> None:
    """Anyone who knew the old password may have made it."""
    path = path_of(county.sip)
    new = {"present": PASSWORD, "password": "heron-kettle-granite", "again": "heron-kettle-granite"}
    assert "and so will your calendar address." in signed_in(county.sip).get("/account/password/").content.decode()
    assert signed_in(county.sip).post("/account/password/", new).status_code == 302
    assert Client().get(path).status_code == 404
    assert AuditEvent.objects.filter(verb="stopped the calendar address", by=county.sip).exists()


def test_a_password_set_by_a_link_ends_the_address(county: County) -> None:
    path = path_of(county.sip)
    reset_password(SecretLink.objects.issue(Purpose.PASSWORD_RESET, county.sip), "heron-kettle-granite")
    assert Client().get(path).status_code == 404


def test_signing_out_elsewhere_ends_the_address(county: County) -> None:
    client, path = signed_in(county.sip), path_of(county.sip)
    assert "and so will your calendar address." in client.get("/account/").content.decode()
    client.post("/account/sign-out-elsewhere/")
    assert Client().get(path).status_code == 404


def test_a_lost_telephone_ends_the_address(county: County) -> None:
    path = path_of(county.sip)
    reset_second_factor(county.sip, by=Actor(county.head), reason="Telephone lost")
    assert Client().get(path).status_code == 404


def test_a_new_name_leaves_the_address(county: County) -> None:
    path = path_of(county.sip)
    rename(county.sip, "Wren Another", by=Actor(county.sip))
    assert Client().get(path).status_code == 200


def test_an_account_that_is_off_has_no_calendar(county: County) -> None:
    path = path_of(county.sip)
    User.objects.filter(pk=county.sip.pk).update(is_active=False)
    assert Client().get(path).status_code == 404


def test_read_too_often_it_waits_an_hour(county: County, clock_at: Callable[..., None]) -> None:
    path, other = path_of(county.sip), path_of(county.chair)
    assert {Client().get(path).status_code for _ in range(MOST_IN_AN_HOUR)} == {200}
    refused = Client().get(path)
    assert (refused.status_code, refused["Retry-After"]) == (429, "3600")
    assert Client().get(other).status_code == 200
    clock_at(clock.now() + timedelta(hours=1))
    assert Client().get(path).status_code == 200


def test_a_calendar_takes_the_same_queries_for_much(county: County) -> None:
    path, counts = path_of(county.sip), []
    for size in (2, 12):
        for number in range(size):
            school = SchoolFactory.create()
            also_appointed(county.sip, Role.SIP, school=school)
            planned(county, school=school)
            GovernorsMeetingFactory.create(school=school, held_on=DAY + timedelta(days=number))
        county.record(RecordStatus.DRAFT, held_on=TUESDAY - timedelta(days=size))
        sweep(date(2026, 11, 11))
        Client().get(path)
        with CaptureQueriesContext(connection) as captured:
            assert Client().get(path).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


# Making and stopping it.


def shown(page: str) -> str:
    (address,) = re.findall(r'value="(http[^"]+\.ics)"', page)
    return str(address)


def test_an_address_is_made_shown_once_and_kept_as_a_hash(county: County) -> None:
    client = signed_in(county.sip)
    assert OWN in client.get("/account/").content.decode()
    assert "Create an address" in client.get(OWN).content.decode()
    response = client.post(MAKE)
    address = shown(response.content.decode())
    token = address.rpartition("/")[2].removesuffix(".ics")
    assert re.fullmatch("[0-9a-f]{32}", token)
    assert CalendarFeed.objects.get().token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert address.replace("http", "webcal", 1) in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    page = client.get(OWN).content.decode()
    assert token not in page
    assert "Not yet" in page
    assert Client().get(urlsplit(address).path).status_code == 200
    assert "3 November 2026 at" in client.get(OWN).content.decode()
    (event,) = AuditEvent.objects.filter(verb="made a calendar address")
    assert event.by == county.sip
    assert token not in str(event.changes)


def test_a_new_address_is_asked_about_and_replaces_the_old_one(county: County) -> None:
    client = signed_in(county.sip)
    old = urlsplit(shown(client.post(MAKE).content.decode())).path
    assert "Calendars that use your old address stop updating." in client.get(MAKE).content.decode()
    assert Client().get(old).status_code == 200
    new = urlsplit(shown(client.post(MAKE).content.decode())).path
    assert [Client().get(path).status_code for path in (old, new)] == [404, 200]


def test_stopping_is_asked_about_and_said(county: County) -> None:
    client = signed_in(county.sip)
    path = urlsplit(shown(client.post(MAKE).content.decode())).path
    assert "You cannot restore an old address" in client.get(STOP).content.decode()
    assert Client().get(path).status_code == 200
    assert "You have stopped your calendar address." in client.post(STOP, follow=True).content.decode()
    assert Client().get(path).status_code == 404
    assert "You had no calendar address to stop" in client.post(STOP, follow=True).content.decode()
    assert AuditEvent.objects.filter(verb="stopped the calendar address").count() == 1


def test_one_s_own_address_is_nobody_else_s(county: County) -> None:
    path = path_of(county.sip)
    signed_in(county.chair).post(STOP)
    signed_in(county.chair).post(MAKE)
    assert Client().get(path).status_code == 200


def test_a_person_has_one_address(county: County) -> None:
    CalendarFeedFactory.create(user=county.sip)
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarFeedFactory.create(user=county.sip)
    CalendarFeedFactory.create(user=county.sip, revoked_at=clock.now())


def test_without_an_appointment_the_page_says_so() -> None:
    user = appointed(Role.CLERK, school=SchoolFactory.create())
    end(user, on=clock.today() - timedelta(days=1))
    assert "You have no appointment today" in signed_in(user).get(OWN).content.decode()


def test_the_address_is_in_no_log(county: County, caplog: pytest.LogCaptureFixture) -> None:
    path = path_of(county.sip)
    assert without_secrets(path) == "/calendar/[secret].ics"
    with caplog.at_level("DEBUG"):
        for _ in range(MOST_IN_AN_HOUR + 1):
            Client().get(path)
        Client().get(path.replace(path[10:14], "abcd"))
    said = [record.getMessage() for record in caplog.records if not record.name.startswith("django.db")]
    assert any("/calendar/[secret].ics 200" in line for line in said)
    assert not any(path[10:42] in line for line in said)
