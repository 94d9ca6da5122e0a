"""Every list taken away: the same rows in each kind of file, kept in the audit, and nothing beyond what is read."""

import csv
import io
import json
import logging
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from post_office.models import STATUS, Email

from schoolimprove.accounts.exporting import MOST_IN_AN_HOUR
from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.records.models import AuditEvent
from schools.imports.models import ImportKind
from schools.management.commands.write_exports import list_files
from schools.models import ContactNote, Group, ImportRun
from schools.records.states import RecordStatus
from schools.visits.models.visit import VisitKind
from schools.visits.states import VisitStatus
from tests.factories.calendar import SchoolClosureFactory, hold_terms
from tests.factories.categorisation import CategoryMismatchFactory, RecommendationFactory
from tests.factories.county import TUESDAY, County
from tests.factories.groups import GroupFactory, MembershipFactory
from tests.factories.imports import ImportRejectionFactory, ImportRunFactory, SchoolContactFactory
from tests.factories.inspections import InspectionFactory
from tests.factories.letters import LetterFactory
from tests.factories.meetings import MeetingFactory, ReferralFactory
from tests.factories.reminders import ReminderFactory
from tests.factories.schools import InterestFactory, SchoolFactory, VisitFactory, also_appointed, appointed
from tests.factories.visits import (
    ContactNoteFactory,
    GovernorsMeetingFactory,
    ProgrammeEditionFactory,
    RecordActionFactory,
)
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.django_db

FORMULA = "=1+1"


def gathered(county: County) -> County:
    """Something of everything that is listed."""
    hold_terms(2025, 2026)
    school = county.school
    county.record(RecordStatus.SUBMITTED)
    shared = county.record(RecordStatus.SHARED, held_on=TUESDAY - timedelta(days=1))
    RecordActionFactory.create(record=shared, school=school)
    for number, status in enumerate((VisitStatus.DUE, VisitStatus.PROPOSED)):
        dated = {"planned_on": TUESDAY + timedelta(days=7 + number)} if number else {}
        VisitFactory.create(school=school, status=status, kind="additional", held_on=None, **dated)
    VisitFactory.create(school=school, kind=VisitKind.PERFORMANCE_MANAGEMENT, author=county.sip)
    ContactNoteFactory.create(school=school, note=FORMULA)
    LetterFactory.create(school=school, heading=FORMULA)
    for days in (-20, 20):
        GovernorsMeetingFactory.create(school=school, held_on=TUESDAY + timedelta(days=days))
    SchoolContactFactory.create(school=school)
    SchoolClosureFactory.create(school=school)
    MembershipFactory.create(group=GroupFactory.create(authority=None, district=school.district))
    InterestFactory.create(school=school)
    InspectionFactory.create(school=school, source_note=FORMULA)
    RecommendationFactory.create(school=school)
    CategoryMismatchFactory.create(school=school, inspection=school.inspections.get())
    MeetingFactory.create(group=Group.objects.get(), place=FORMULA)
    ReferralFactory.create(group=Group.objects.get(), school=school)
    ProgrammeEditionFactory.create()
    ReminderFactory.create(user=county.dsim, subject_id=shared.pk, school_id=school.pk)
    Email.objects.create(to=["nobody@school.invalid"], from_email="office@authority.invalid", status=STATUS.failed)
    school.pupils = 123
    school.save()
    return county


def run_of_import() -> ImportRun:
    run: ImportRun = ImportRunFactory.create(kind=ImportKind.GIAS, outcome={"vanished": [SchoolFactory.create().urn]})
    ImportRejectionFactory.create(run=run)
    return run


@pytest.fixture
def full(county: County) -> County:
    return gathered(county)


def reader_of(route: str, county: County) -> User:
    """Somebody to whom the list is open."""
    if route.startswith(("admin:", "accounts:", "reminders:failed")):
        return appointed(Role.SYSTEM_ADMINISTRATOR, authority=county.school.authority)
    return county.dsim


QUERIES = {
    "schools:term_open_export": "?term=2026-spring",
    "schools:my_term_export": "?whose=all",
    "reminders:inbox_export": "?show=all",
}


def address(route: str, county: County, kind: str) -> str:
    """Where the route is of a school, an import or a group, of the county's school and of the one there is."""
    if route == "groups:members_export":
        return reverse(route, args=[Group.objects.get().pk, kind])
    run = ImportRun.objects.first()
    numbers: list[list[Any]] = [[], [county.school.urn], [run.pk if run else 0]]
    for args in numbers if "importrun" not in route else [numbers[0], numbers[2]]:
        try:
            return reverse(route, args=[*args, kind]) + QUERIES.get(route, "")
        except NoReverseMatch:
            continue
    raise AssertionError(route)


def sent(client: Client, path: str) -> bytes:
    response: Any = client.get(path)
    assert response.status_code == 200, path
    return b"".join(response.streaming_content)


def rows_of_sheet(data: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return book.read("xl/worksheets/sheet1.xml").count(b"<row ") - 1


@pytest.mark.parametrize("route", sorted(list_files()))
def test_every_kind_of_file_has_the_rows_that_the_audit_tells_of(route: str, full: County) -> None:
    if "importrun" in route:
        run_of_import()
    if route == "schools:coverage_not_seen_export":
        SchoolFactory.create(district=full.school.district)
    client, columns = signed_in(reader_of(route, full)), list_files()[route].columns
    told = json.loads(sent(client, address(route, full, "json")))
    lines = list(csv.reader(io.StringIO(sent(client, address(route, full, "csv")).decode("utf-8-sig"), newline="")))
    assert told["rows"], "a list without rows proves nothing"
    assert lines[0] == [column.label for column in columns]
    assert {tuple(row) for row in told["rows"]} == {tuple(column.name for column in columns)}
    assert len(lines) - 1 == len(told["rows"]) == rows_of_sheet(sent(client, address(route, full, "xlsx")))
    events = AuditEvent.objects.filter(verb=f"exported {list_files()[route].called}").order_by("pk")
    assert [event.changes["file"][1] for event in events] == ["JSON", "CSV", "Excel"]
    assert {event.changes["rows"][1] for event in events} == {len(told["rows"])}


def test_the_filter_stands_in_the_file_in_its_name_and_in_the_audit(full: County) -> None:
    path = reverse("schools:contact_notes_export", args=["json"]) + "?q=%3D1%00&kind=call"
    response: Any = signed_in(full.dsim).get(path)
    chosen = json.loads(b"".join(response.streaming_content))["filters"]
    assert chosen == {"School, person or words in the note": "=1", "Kind": "Phone call"}
    named = "contacts-school-person-or-words-in-the-note-1-kind-phone-call-2026-11-03.json"
    assert response["Content-Disposition"] == f'attachment; filename="{named}"'
    event = AuditEvent.objects.get(verb="exported contacts")
    assert (event.by, event.changes["filter"]) == (full.dsim, [None, chosen])
    assert event.appointment_id is not None


def test_whoever_takes_file_after_file_is_told_to_wait(full: County, caplog: pytest.LogCaptureFixture) -> None:
    """For an hour, and nobody else is."""
    path = reverse("schools:contact_notes_export", args=["csv"])
    taken, ago = MOST_IN_AN_HOUR, {"at": clock.now() - timedelta(minutes=59)}
    event = {"verb": "exported contacts", "subject_kind": "accounts.user", "subject_id": 1, "by": full.dsim}
    AuditEvent.objects.bulk_create(AuditEvent(**event, **ago) for _ in range(taken - 1))
    client = signed_in(full.dsim)
    assert client.get(path).status_code == 200
    with caplog.at_level(logging.WARNING, "schoolimprove.security"):
        refused = client.get(path)
    assert refused.status_code == 429
    assert f"{taken} files in the last hour" in refused.content.decode()
    assert AuditEvent.objects.filter(verb="exported contacts").count() == taken
    assert [record.getMessage() for record in caplog.records if record.name == "schoolimprove.security"] == [
        "A file was not sent: too many within an hour"
    ]
    assert signed_in(full.head).get(path).status_code == 200


ELSEWHERE = {
    "another site": {"Sec-Fetch-Site": "cross-site"},
    "another service of the authority": {"Sec-Fetch-Site": "same-site"},
    "a page that an old browser names": {"Referer": "https://evil.example/"},
}
OURS = {
    "a page of ours": {"Sec-Fetch-Site": "same-origin", "Referer": "http://testserver/schools/"},
    "the address typed": {"Sec-Fetch-Site": "none"},
    "a page of ours, by an old browser": {"Referer": "http://testserver/schools/"},
    "a browser that says nothing": {},
}


@pytest.mark.parametrize("headers", ELSEWHERE.values(), ids=ELSEWHERE)
@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_an_export_asked_for_by_another_site_does_nothing(full: County, headers: dict[str, str], kind: str) -> None:
    path = reverse("schools:contact_notes_export", args=[kind]) + "?kind=call"
    response = signed_in(full.dsim).get(path, headers=headers)
    assert response.status_code == 403
    assert "Content-Disposition" not in response
    assert f'<a class="govuk-link" href="{path}">' in response.content.decode()
    assert not AuditEvent.objects.filter(verb__startswith="exported").exists()


@pytest.mark.parametrize("headers", OURS.values(), ids=OURS)
def test_an_export_asked_for_here_is_sent(full: County, headers: dict[str, str]) -> None:
    path = reverse("schools:contact_notes_export", args=["csv"])
    assert signed_in(full.dsim).get(path, headers=headers).status_code == 200
    assert AuditEvent.objects.filter(verb="exported contacts").count() == 1


def test_an_unknown_kind_of_file_is_neither_sent_nor_told_of(full: County) -> None:
    address = reverse("schools:export", args=["csv"]).replace(".csv", ".exe")
    assert signed_in(full.dsim).get(address).status_code == 404
    assert not AuditEvent.objects.filter(verb__startswith="exported").exists()


def taken_by(user: User, route: str, *args: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(sent(signed_in(user), reverse(route, args=[*args, "json"])))["rows"]
    return rows


def test_performance_management_is_in_the_file_of_those_whom_it_concerns_alone(full: County) -> None:
    kinds = {
        user: {row["kind"] for row in taken_by(user, "schools:visits_export", full.school.urn)}
        for user in (full.sip, full.headteacher, full.director)
    }
    label = VisitKind.PERFORMANCE_MANAGEMENT.label
    assert label in kinds[full.sip]
    assert label in kinds[full.headteacher]
    assert label not in kinds[full.director]


def test_a_school_has_in_its_file_no_record_that_is_not_shared(full: County) -> None:
    states = [row["record_state"] for row in taken_by(full.headteacher, "schools:visits_export", full.school.urn)]
    assert states.count("Shared with the school") + states.count("") == len(states)
    assert states.count("Shared with the school") == 1


def test_the_file_of_people_has_no_addresses_for_a_role_with_one_narrow_task(full: County) -> None:
    person = full.school.appointments.filter(role=Role.CHAIR).get().person
    person.email, person.telephone = "chair@example.org", "01234 567890"
    person.save()
    narrow = appointed(Role.DIOCESAN_OFFICER, school=full.school)
    rows = taken_by(narrow, "schools:people_export", full.school.urn)
    assert {(row["email"], row["telephone"]) for row in rows} == {("", "")}
    assert "chair@example.org" in [
        row["email"] for row in taken_by(full.dsim, "schools:people_export", full.school.urn)
    ]
    path = reverse("schools:contacts_export", args=[full.school.urn, "csv"])
    assert signed_in(narrow).get(path).status_code == 403


def test_what_opening_a_term_would_do_is_taken_away_and_done_to_nobody(full: County) -> None:
    before = full.school.visits.count()
    path = reverse("schools:term_open_export", args=["json"])
    rows = json.loads(sent(signed_in(full.dsim), f"{path}?term=2026-spring"))["rows"]
    assert [(row["urn"], row["what"]) for row in rows] == [(full.school.urn, "Gets a core visit")]
    assert full.school.visits.count() == before
    assert signed_in(full.dsim).get(f"{path}?term=2001-autumn").status_code == 404


def test_whoever_publishes_takes_drafts_of_the_programme_away_and_a_school_does_not(full: County) -> None:
    ProgrammeEditionFactory.create(title="A draft", status="draft")
    titles = [row["title"] for row in taken_by(full.dsim, "schools:programme_export")]
    assert "A draft" in titles
    assert "A draft" not in [row["title"] for row in taken_by(full.headteacher, "schools:programme_export")]


def test_one_who_exports_at_one_school_and_reads_at_another_takes_the_first_alone(full: County) -> None:
    """A link of one school who is the head of another."""
    elsewhere = SchoolFactory.create()
    also_appointed(full.headteacher, Role.SCHOOL_LINK, school=elsewhere)
    assert [row["urn"] for row in taken_by(full.headteacher, "schools:export")] == [full.school.urn]


def test_rows_are_read_a_few_at_a_time(full: County) -> None:
    """The first piece is sent before the last row is read."""
    notes = [ContactNoteFactory.build(school=full.school, author=full.sip) for _ in range(1_100)]
    ContactNote.objects.bulk_create(notes)
    response: Any = signed_in(full.dsim).get(reverse("schools:contact_notes_export", args=["csv"]))
    assert len(list(response.streaming_content)) == 3


def test_people_who_sign_in_take_one_question_for_each_few_hundred(full: County) -> None:
    client = signed_in(appointed(Role.SYSTEM_ADMINISTRATOR, authority=full.school.authority))

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            sent(client, reverse("accounts:people_export", args=["csv"]))
        return len(captured)

    asked()
    few = asked()
    for _ in range(10):
        appointed(Role.SIP, school=full.school)
    assert asked() == few
