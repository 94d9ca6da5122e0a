"""Contacts in two lines: written and taken back, listed for the authority's people, and never read by the school."""

import csv
import io
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked, Conflict
from schools.models import ContactNote
from schools.visits.contact_notes.actions import note_contact, take_back
from tests.factories.county import TUESDAY, County
from tests.factories.schools import DistrictFactory, SchoolFactory, appointed
from tests.factories.visits import ContactNoteFactory
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.django_db
LIST = "/schools/contact-notes/"


def noted(county: County, by: User, **other: Any) -> ContactNote:
    usual = {"kind": "call", "happened_on": TUESDAY, "with_whom": "The headteacher", "note": "Asked about moderation."}
    return note_contact(county.school, by=by, on=TUESDAY, **{**usual, **other})


def page(user: User, path: str) -> str:
    response = signed_in(user).get(path)
    assert response.status_code == 200
    return unescape(response.content.decode())


def test_a_contact_is_kept_with_who_noted_it(county: County) -> None:
    note = noted(county, county.sip)
    assert (note.author, str(note)) == (county.sip, "Phone call, 3 November 2026")
    event = AuditEvent.objects.about("schools.contactnote", note.pk).get()
    assert (event.verb, event.by, event.school_id) == ("noted", county.sip, county.school.pk)


def test_a_contact_was_had_on_a_day_that_has_been(county: County) -> None:
    with pytest.raises(Blocked, match="today or in the past"):
        noted(county, county.sip, happened_on=TUESDAY + timedelta(days=1))


def test_the_school_and_strangers_note_nothing(county: County) -> None:
    for user in (county.headteacher, county.chair, county.director, appointed(Role.SIP, school=SchoolFactory.create())):
        with pytest.raises(PermissionDenied):
            noted(county, user)


def test_a_contact_is_taken_back_by_who_noted_it_and_stays_in_the_audit(county: County) -> None:
    note = noted(county, county.sip)
    with pytest.raises(PermissionDenied):
        take_back(note, by=county.dsim, seen_version=1, reason="Wrong school")
    take_back(note, by=county.sip, seen_version=1, reason="Wrong school")
    assert not ContactNote.objects.standing().exists()
    with pytest.raises(Conflict):
        take_back(note, by=county.sip, seen_version=2, reason="Again")
    assert AuditEvent.objects.about("schools.contactnote", note.pk).get(verb="taken back").reason == "Wrong school"
    told = page(county.dsim, reverse("schools:chronology", args=[county.school.urn]))
    assert "Phone call, 3 November 2026 withdrawn" in told


def test_the_school_never_reads_them(county: County) -> None:
    noted(county, county.sip)
    urn = county.school.urn
    for user in (county.headteacher, county.chair, appointed(Role.CLERK, school=county.school)):
        for name in ("visits", "chronology", "school", "people"):
            text = page(user, reverse(f"schools:{name}", args=[urn]))
            assert "moderation" not in text
            assert "Phone call" not in text
        assert signed_in(user).get(LIST).status_code == 403
        assert not ContactNote.objects.visible_to(user).exists()
    assert "Phone call, 3 November 2026 noted" in page(county.dsim, reverse("schools:chronology", args=[urn]))


def test_a_contact_is_noted_on_a_page_and_listed_on_the_visits_tab(county: County) -> None:
    path = reverse("schools:contact_note_add", args=[county.school.urn])
    dated = {"happened_on_0": "2", "happened_on_1": "11", "happened_on_2": "2026"}
    data = {"kind": "meeting", **dated, "with_whom": "The chair", "note": "<b>Budget</b>"}
    assert signed_in(county.sip).post(path, {**data, "note": ""}).status_code == 200
    assert signed_in(county.sip).post(path, {**data, "note": "x" * 301}).status_code == 200
    later = signed_in(county.sip).post(path, {**data, "happened_on_2": "2027"})
    assert "must be today or in the past" in later.content.decode()
    response: Any = signed_in(county.sip).post(path, data)
    assert response.url == reverse("schools:visits", args=[county.school.urn])
    text = signed_in(county.sip).get(response.url).content.decode()
    assert "&lt;b&gt;Budget&lt;/b&gt;" in text
    assert "Meeting, The chair" in text
    assert "Withdraw" in text
    assert "Withdraw" not in page(county.dsim, response.url)


def test_a_contact_is_taken_back_on_a_page(county: County) -> None:
    note = noted(county, county.sip)
    path = reverse("schools:contact_note_take_back", args=[county.school.urn, note.pk])
    assert "We will keep it in the audit" in page(county.sip, path)
    assert signed_in(county.dsim).get(path).status_code == 403
    assert signed_in(county.sip).post(path, {"reason": ""}).status_code == 200
    visits = reverse("schools:visits", args=[county.school.urn])
    response: Any = signed_in(county.sip).post(path, {"reason": "Wrong school", "base_version": "1"})
    again: Any = signed_in(county.sip).get(path)
    assert response.url == again.url == visits
    assert "Asked about moderation" not in page(county.sip, visits)


def test_the_list_is_narrowed_and_taken_away(county: County) -> None:
    other = SchoolFactory.create(district=county.school.district, name="Saint Mary’s")
    ContactNoteFactory.create(school=other, kind="letter", author=county.dsim, happened_on=date(2026, 10, 1))
    ContactNoteFactory.create(school=SchoolFactory.create(district=DistrictFactory.create(name="Elsewhere")))
    noted(county, county.sip)

    def found(query: str) -> list[str]:
        response = signed_in(county.dsim).get(reverse("schools:contact_notes_export", args=["csv"]) + query)
        return [row["Kind"] for row in csv.DictReader(io.StringIO(b"".join(response).decode("utf-8-sig")))]

    county.dsim.person.appointments.update(double_district=None, district=county.school.district)
    assert found("") == ["Phone call", "Letter"]
    assert found(f"?q={county.school.urn}") == ["Phone call"]
    assert found("?q=st+mary") == ["Letter"]
    assert found("?q=moderation+head") == ["Phone call", "Letter"]
    assert found("?kind=letter") == ["Letter"]
    assert found(f"?by={county.sip.pk}") == ["Phone call"]
    assert found("?since_0=1&since_1=11&since_2=2026") == ["Phone call"]
    assert found("?until_0=1&until_1=11&until_2=2026") == ["Letter"]
    assert AuditEvent.objects.filter(verb="exported contacts").count() == 8
    assert "2 calls, letters and meetings" in page(county.dsim, LIST)
    assert "No results." in page(county.dsim, f"{LIST}?q=nowhere+at+all")


def test_an_empty_list_says_where_contacts_are_noted(county: County) -> None:
    assert "No calls, letters or meetings yet" in page(county.sip, LIST)


@pytest.mark.usefixtures("name_is_known")
def test_the_list_takes_as_many_queries_for_many_as_for_few(county: County) -> None:
    def queries(path: str) -> int:
        client = signed_in(county.dsim)
        with CaptureQueriesContext(connection) as captured:
            response: Any = client.get(path)
            assert b"".join(response) if response.streaming else response.content
        return len(captured)

    paths = [LIST, f"{LIST}export.csv", reverse("schools:visits", args=[county.school.urn])]
    counts = []
    for _size in (2, 8):
        for _number in range(4):
            ContactNoteFactory.create(school=SchoolFactory.create(district=county.school.district))
            noted(county, appointed(Role.SIP, school=county.school))
        counts.append([queries(path) for path in paths])
    assert counts[0] == counts[1]
