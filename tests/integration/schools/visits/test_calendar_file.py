"""A visit as a calendar file, read back by a parser that minds the standard."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from email.utils import parseaddr
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from icalendar import Calendar, Event

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schools.models import Visit
from schools.visits import actions as visit_actions
from schools.visits.models.visit import VisitKind
from schools.visits.states import VisitStatus
from tests.factories.calendar import hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.schools import VisitFactory, appointed
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.django_db

DAY = TUESDAY + timedelta(days=7)


def planned(county: County, **fields: Any) -> Visit:
    usual = {"school": county.school, "author": county.sip, "held_on": None, "planned_on": DAY, "status": "agreed"}
    visit: Visit = VisitFactory.create(**{**usual, **fields})
    return visit


def file_of(visit: Visit, user: User) -> bytes:
    response = signed_in(user).get(address_of(visit))
    assert (response.status_code, response["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert response["X-Content-Type-Options"] == "nosniff"
    return response.content


def address_of(visit: Visit) -> str:
    return reverse("schools:visit_calendar", args=[visit.school.urn, visit.pk])


def event_in(data: bytes) -> Event:
    """The one event, of a file in which nothing is wrong."""
    calendar: Any = Calendar.from_ical(data)
    [event] = calendar.walk("VEVENT")
    assert [each.errors for each in calendar.walk() if each.errors] == []
    assert {name for name, _value in event.property_items()} <= KNOWN
    lines = data.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line or len(line) > 75 for line in lines)
    found: Event = event
    return found


KNOWN = {
    *("BEGIN", "END", "UID", "SEQUENCE", "DTSTAMP", "LAST-MODIFIED", "DTSTART", "SUMMARY", "LOCATION"),
    *("DTEND", "DESCRIPTION", "URL", "STATUS", "TRANSP", "ORGANIZER"),
}


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (VisitStatus.PROPOSED, "TENTATIVE"),
        (VisitStatus.COUNTERED, "TENTATIVE"),
        (VisitStatus.AGREED, "CONFIRMED"),
        (VisitStatus.CANCELLED, "CANCELLED"),
    ],
)
def test_a_visit_is_an_event_with_what_one_needs_to_go_there(county: County, status: str, told: str) -> None:
    visit = planned(county, status=status, planned_at=time(9, 30), purpose="Nobody else’s business")
    data = file_of(visit, county.sip)
    event: Any = event_in(data)
    assert event["UID"] == f"visit-{visit.pk}@testserver"
    assert event["SEQUENCE"] == visit.version
    off = status == VisitStatus.CANCELLED
    assert event["SUMMARY"] == f"{'Cancelled: ' if off else ''}Core visit: {county.school.name}"
    assert event.get("TRANSP") == ("TRANSPARENT" if off else None)
    assert event["LOCATION"] == f"{county.school.name}, Nowhere, ZZ1 1ZZ"
    assert event["DESCRIPTION"] == f"{county.sip.name} goes."
    assert event["URL"].endswith(visit.get_absolute_url())
    assert event["STATUS"] == told
    assert event["DTSTART"].dt == datetime.combine(DAY, time(9, 30), clock.LONDON)
    assert event["DTSTAMP"].dt == visit.updated_at.replace(microsecond=0)
    assert "business" not in data.decode()


def test_a_visit_without_a_time_takes_the_day_and_one_that_was_held_its_own(county: County) -> None:
    whole: Any = event_in(file_of(planned(county), county.headteacher))
    assert (whole["DTSTART"].dt, type(whole["DTSTART"].dt)) == (DAY, date)
    held = planned(county, kind="additional", held_on=TUESDAY, planned_at=time(9), status=VisitStatus.HELD)
    event: Any = event_in(file_of(held, county.headteacher))
    assert (event["DTSTART"].dt, event["STATUS"]) == (TUESDAY, "CONFIRMED")


@pytest.mark.parametrize(
    ("begins", "days", "ends"),
    [
        (time(9), "0.5", time(12)),
        (time(9), "1", time(15)),
        (time(9, 30), "2", time(15, 30)),
        (time(20), "1", time(23, 59)),
        (time(9), "0", time(12)),
    ],
)
def test_a_visit_with_a_time_ends_by_its_days_and_on_the_same_day(
    county: County, begins: time, days: str, ends: time
) -> None:
    event: Any = event_in(file_of(planned(county, planned_at=begins, days=Decimal(days)), county.sip))
    assert event["DTEND"].dt == datetime.combine(DAY, ends, clock.LONDON)
    assert event["DTEND"].params["TZID"] == "Europe/London"


@pytest.mark.parametrize(("day", "utc"), [(date(2026, 7, 7), 8), (date(2026, 11, 10), 9)])
def test_nine_in_the_morning_is_nine_in_london_summer_and_winter(county: County, day: date, utc: int) -> None:
    data = file_of(planned(county, planned_on=day, planned_at=time(9)), county.sip)
    start: Any = event_in(data)["DTSTART"]
    assert start.params["TZID"] == "Europe/London"
    assert start.dt.astimezone(UTC).hour == utc
    assert b"BEGIN:VTIMEZONE" in data


def test_a_visit_that_is_moved_replaces_itself(county: County) -> None:
    hold_terms(2026)
    visit = planned(county, academic_year=2026, term="autumn")
    before: Any = event_in(file_of(visit, county.sip))
    moving: dict[str, Any] = {"by": county.sip, "on": TUESDAY, "seen_version": visit.version}
    visit_actions.reschedule(visit, day=DAY + timedelta(days=1), at=None, reason="A funeral", **moving)
    after: Any = event_in(file_of(visit, county.sip))
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert (after["DTSTART"].dt, after["STATUS"]) == (DAY + timedelta(days=1), "TENTATIVE")


def test_a_shared_calendar_does_not_say_that_it_is_performance_management(county: County) -> None:
    visit = planned(county, kind=VisitKind.PERFORMANCE_MANAGEMENT, team="The chair and the adviser")
    data = file_of(visit, county.headteacher)
    assert event_in(data)["SUMMARY"] == f"Meeting: {county.school.name}"
    assert b"erformance" not in data.replace(b"\r\n ", b"")
    assert b"chair" not in data.replace(b"\r\n ", b"")
    for user, status in ((county.director, 404), (county.dsim, 200), (county.chair, 200)):
        assert signed_in(user).get(address_of(visit)).status_code == status


EVIL = [
    "St Mary’s\r\nATTENDEE:mailto:a@example.org\r\nEND:VEVENT\r\nBEGIN:VEVENT",
    "St Mary’s\nX-EVIL:1",
    "St Mary’s\rX-EVIL:1",
    "St Mary’s\u2028X-EVIL:1\u0085X-EVIL:2\x0bX-EVIL:3\x1cX-EVIL:4",
    'a;b,c:d\\n"e"\\',
    "Ysgol 🏫" * 20,
]


@pytest.mark.parametrize("name", EVIL)
def test_the_name_of_a_school_is_text_and_no_more(county: County, name: str) -> None:
    county.school.name = name[:200]
    county.school.street = name[:100]
    county.school.save()
    visit = planned(county, planned_at=time(13))
    county.sip.name = name[:200]
    county.sip.save()
    event: Any = event_in(file_of(visit, county.dsim))
    said = " ".join(name[:200].replace("\x1c", " ").split())
    assert event["SUMMARY"].startswith("Core visit: ")
    assert " ".join(event["SUMMARY"].removeprefix("Core visit: ").split()).replace(" ", "") == said.replace(" ", "")


def test_a_visit_without_a_day_has_no_file_and_no_way_to_it(county: County) -> None:
    visit = planned(county, planned_on=None, status=VisitStatus.DUE)
    client = signed_in(county.sip)
    assert client.get(address_of(visit)).status_code == 404
    assert address_of(visit) not in client.get(visit.get_absolute_url()).content.decode()


def test_the_page_of_a_planned_visit_leads_to_its_file(county: County) -> None:
    visit = planned(county)
    page = signed_in(county.chair).get(visit.get_absolute_url()).content.decode()
    assert f'href="{address_of(visit)}">Add to my calendar</a>' in page


def test_a_cancelled_visit_is_taken_out_of_the_calendar_it_was_put_in(county: County) -> None:
    hold_terms(2026)
    visit = planned(county, academic_year=2026, term="autumn")
    before: Any = event_in(file_of(visit, county.sip))
    assert "ORGANIZER" not in before
    visit_actions.cancel(visit, by=county.sip, on=TUESDAY, reason="A funeral", seen_version=visit.version)
    data = file_of(visit, county.sip)
    after: Any = event_in(data)
    assert b"\r\nMETHOD:CANCEL\r\n" in data
    assert (after["UID"], after["STATUS"]) == (before["UID"], "CANCELLED")
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["ORGANIZER"] == f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"
    page = signed_in(county.chair).get(visit.get_absolute_url()).content.decode()
    assert f'href="{address_of(visit)}">Remove from my calendar</a>' in page


def test_a_partner_takes_a_term_of_visits_into_the_calendar_in_one_file(county: County) -> None:
    hold_terms(2026)
    of_term = {"academic_year": 2026, "term": "autumn"}
    planned(county, status=VisitStatus.DUE, planned_on=None, **of_term)
    client, address = signed_in(county.sip), reverse("schools:my_term_calendar")
    assert address not in client.get(reverse("schools:my_term")).content.decode()
    refused = client.get(address, follow=True)
    assert refused.redirect_chain[0][1] == 302
    assert (
        "None of these visits has a date yet, so there is nothing to add to your calendar." in refused.content.decode()
    )
    shown = [planned(county, kind=kind, **of_term) for kind in ("additional", "monitoring")]
    planned(county, kind="review", status=VisitStatus.CANCELLED, **of_term)
    assert (
        f'href="{address}?term=2026-autumn">'
        in client.get(f"{reverse('schools:my_term')}?term=2026-autumn").content.decode()
    )
    calendar: Any = Calendar.from_ical(client.get(address).content)
    assert {str(event["UID"]) for event in calendar.walk("VEVENT")} == {f"visit-{each.pk}@testserver" for each in shown}
    kept: Any = Calendar.from_ical(client.get(address, {"kind": "monitoring"}).content)
    assert [str(event["UID"]) for event in kept.walk("VEVENT")] == [f"visit-{shown[1].pk}@testserver"]
    assert client.get(address, {"term": "2026-spring"}).status_code == 302


def test_whoever_does_not_know_the_visit_finds_no_file(county: County) -> None:
    visit = planned(county)
    assert (
        signed_in(appointed(Role.FINANCE, authority=county.school.authority)).get(address_of(visit)).status_code == 404
    )
    assert (
        signed_in(appointed(Role.HEADTEACHER, school=VisitFactory.create().school)).get(address_of(visit)).status_code
        == 404
    )
    assert Client().get(address_of(visit)).status_code == 302
