"""Every list and page takes the same queries when there is ten times as much to show."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.records.actor import Actor
from schoolimprove.records.history import attribute_history
from schools.management.commands.write_exports import list_files
from schools.models import RecordOfVisit
from schools.records import actions as record_actions
from schools.records.attachments.actions import Brought, attach
from schools.records.pdf import freeze
from schools.records.states import RecordStatus
from schools.visits.models.visit import VisitKind
from schools.visits.states import NOT_HELD, VisitStatus
from tests.factories.accounts import UserFactory
from tests.factories.calendar import hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.imports import SchoolContactFactory
from tests.factories.schools import (
    DioceseFactory,
    DistrictFactory,
    PartnershipFactory,
    SchoolFactory,
    VisitFactory,
    also_appointed,
    appointed,
)
from tests.factories.visits import (
    AgendaItemFactory,
    ContactNoteFactory,
    GovernorsMeetingFactory,
    ProgrammeEditionFactory,
    RecordDocumentFactory,
)
from tests.integration.accounts.conftest import signed_in

pytestmark = pytest.mark.django_db

SMALL, LARGE = 2, 8


def grown(county: County) -> Iterator[int]:
    """What a county gathers: first a little of everything, then much."""
    hold_terms(2025, 2026)
    for number in range(LARGE):
        _one_more(county, number)
        if number + 1 in (SMALL, LARGE):
            yield number + 1


def _one_more(county: County, number: int) -> None:
    """A school, with people, and at the county's own school a record in each state, answers and a change."""
    district = DistrictFactory.create(name=f"District {number}", double_district=county.double_district)
    school = SchoolFactory.create(
        district=district,
        partnership=PartnershipFactory.create(name=f"Partnership {number}"),
        diocese=DioceseFactory.create(name=f"Diocese {number}"),
    )
    also_appointed(county.sip, Role.SIP, school=school)
    also_appointed(county.headteacher, Role.HEADTEACHER, school=school)
    appointed(Role.EIP, school=county.school)
    day = TUESDAY - timedelta(days=number)
    for status, kind in zip(RecordStatus, VisitKind, strict=False):
        _record(county, status, kind, day)
    _visits(county, number)
    _change(county, number, district.pk)
    _files(number)


def _files(number: int) -> None:
    """The first draft and the first shared record, whose pages are read, have more and more of them."""
    draft, shared = (RecordOfVisit.objects.filter(status=each).order_by("pk")[0] for each in ("draft", "shared"))
    attach(draft, [Brought("books.pdf", b"%PDF-1.4", "application/pdf")], by=draft.author)
    version = shared.versions.get()
    newest = freeze(version, "shared")
    RecordDocumentFactory.create(
        version=version, occasion=f"response-{number}", frozen_at=newest.frozen_at - timedelta(days=1)
    )


def _visits(county: County, number: int) -> None:
    """One to come in each state, with an agenda, a contact, and a head's performance management that was held."""
    for status in NOT_HELD:
        dated = {} if status == VisitStatus.DUE else {"planned_on": TUESDAY + timedelta(days=7)}
        visit = VisitFactory.create(school=county.school, status=status, kind="additional", held_on=None, **dated)
        AgendaItemFactory.create(visit=visit)
    VisitFactory.create(school=county.school, kind=VisitKind.PERFORMANCE_MANAGEMENT, author=UserFactory.create())
    ContactNoteFactory.create(school=county.school)
    GovernorsMeetingFactory.create(school=county.school, held_on=TUESDAY + timedelta(days=10 - number))
    SchoolContactFactory.create(school=county.school)
    ProgrammeEditionFactory.create(published_from=TUESDAY + timedelta(days=number))


def _record(county: County, status: RecordStatus, kind: str, day: object) -> None:
    record = county.start(appointed(Role.SIP, school=county.school), held_on=day, kind=kind)
    author = record.author
    if status != RecordStatus.DRAFT:
        record_actions.submit(record, by=author, on=TUESDAY, seen_version=1)
    if status == RecordStatus.SHARED:
        record_actions.approve(record, by=county.dsim, on=TUESDAY, seen_version=record.version)
        record_actions.respond(
            record, by=county.chair, on=TUESDAY, version=1, accurate=True, on_accuracy="", on_content="Yes"
        )


def _change(county: County, number: int, district: int) -> None:
    county.school.pupils, county.school.district_id = number, district
    attribute_history(county.school, by=Actor(UserFactory.create()), reason="Census")
    county.school.save()


def queries(client: Client, path: str) -> int:
    """How many queries a page takes."""
    with CaptureQueriesContext(connection) as captured:
        status = read(client, path)
    assert (path, status) == (path, 200)
    # Tasks ask the same table which proposals wait, and read no value of a policy.
    asked = [query["sql"] for query in captured if 'FROM "policy_policyrow"' in query["sql"]]
    policy = [sql for sql in asked if '"reminders_deadline"' not in sql]
    assert len(policy) <= 1, f"{path} reads policy {len(policy)} times"
    return len(captured)


def read(client: Client, path: str) -> int:
    """The status of a page that was read to its end; an export is streamed."""
    response = client.get(path)
    assert b"".join(response) if response.streaming else response.content
    return response.status_code


EVERYBODY = ("sip", "dsim", "head", "director", "headteacher", "chair")
TABS = ("school", "visits", "people", "days", "chronology", "history")
SEARCHES = (
    *("", "?q=Invented+Primary", "?q=zz1+1zz", "?service=entitled&phase=primary&sort=-town"),
    "?sip=nobody&type=01&establishment=open&religion=&sort=pupils",
)


def pages(county: County) -> dict[tuple[str, str], User]:
    """(who, path) → the person who opens it: every list, every tab, home and every page of a record."""
    urn, listed = county.school.urn, reverse("schools:list")
    asked: list[tuple[str, str]] = [
        *((who, reverse("home")) for who in EVERYBODY),
        *((who, listed + search) for who in ("dsim", "sip") for search in SEARCHES),
        *(("dsim", path) for path in exports_of(county)),
        *((who, reverse(f"schools:{tab}", args=[urn])) for who in ("dsim", "sip") for tab in TABS),
        ("dsim", reverse("schools:chronology", args=[urn]) + "?kind=register&as_at_0=3&as_at_1=11&as_at_2=2026"),
        *(("headteacher", reverse(f"schools:{tab}", args=[urn])) for tab in TABS if tab != "history"),
        ("sip", reverse("schools:record_write", args=[urn])),
        ("dsim", reverse("schools:assurance")),
        *((who, reverse("schools:due")) for who in ("dsim", "head")),
    ]
    return {(who, path): getattr(county, who) for who, path in asked} | record_pages(county) | visit_pages(county)


def exports_of(county: County) -> list[str]:
    """Every list of the schools' app as a file, in each kind; the school's own ones of the county's school."""
    found = []
    for kind in ("csv", "xlsx", "json"):
        for route in (name for name in list_files() if name.startswith("schools:")):
            asked = "?term=2026-spring" if route == "schools:term_open_export" else ""
            try:
                found.append(reverse(route, args=[kind]) + asked)
            except NoReverseMatch:
                found.append(reverse(route, args=[county.school.urn, kind]))
    return found


VISIT_PAGES = [
    *(("visit", status, who) for status in sorted(NOT_HELD) for who in ("sip", "headteacher")),
    ("visit_propose", VisitStatus.DUE, "sip"),
    ("visit_note_agreement", VisitStatus.COUNTERED, "sip"),
    *((name, VisitStatus.AGREED, "sip") for name in ("visit_reschedule", "visit_cancel", "visit_change", "agenda_add")),
    ("visit_another_date", VisitStatus.AGREED, "headteacher"),
]


def visit_pages(county: County) -> dict[tuple[str, str], User]:
    """The pages of the first visit in each state, and those on which one is planned."""
    found = {}
    for route, status, who in VISIT_PAGES:
        visit = county.school.visits.filter(status=status, kind="additional").order_by("pk")[0]
        found[who, reverse(f"schools:{route}", args=[county.school.urn, visit.pk])] = getattr(county, who)
    for route in ("visit_plan", "review_commission", "performance_record", "contact_note_add"):
        found["dsim", reverse(f"schools:{route}", args=[county.school.urn])] = county.dsim
    return found


RECORD_PAGES = [
    ("record", RecordStatus.DRAFT, "author"),
    ("record", RecordStatus.SUBMITTED, "dsim"),
    ("record", RecordStatus.SHARED, "headteacher"),
    ("record", RecordStatus.SHARED, "dsim"),
    ("record_edit", RecordStatus.DRAFT, "author"),
    ("record_preview", RecordStatus.DRAFT, "author"),
    ("record_abandon", RecordStatus.DRAFT, "author"),
    ("record_return", RecordStatus.SUBMITTED, "dsim"),
    ("record_approve", RecordStatus.SUBMITTED, "dsim"),
    ("record_respond", RecordStatus.SHARED, "headteacher"),
    ("record_pdf", RecordStatus.DRAFT, "author"),
    ("record_pdf", RecordStatus.SHARED, "headteacher"),
    ("attachment_add", RecordStatus.DRAFT, "author"),
]


def record_pages(county: County) -> dict[tuple[str, str], User]:
    """The pages of the first record in each state."""
    found = {}
    for route, status, who in RECORD_PAGES:
        record = RecordOfVisit.objects.filter(status=status).order_by("pk")[0]
        path = reverse(f"schools:{route}", args=[county.school.urn, record.reference])
        user = record.author if who == "author" else getattr(county, who)
        found[who, f"{path}?seen_version={record.version}"] = user
    return found


@pytest.mark.usefixtures("name_is_known")
def test_no_page_takes_more_queries_when_there_is_more_to_show(county: County) -> None:
    counts = {
        size: {page: queries(signed_in(user), page[1]) for page, user in pages(county).items()}
        for size in grown(county)
    }
    # A name that makes room for a number, as among appointments at home, is one fewer.
    assert {page: more for page, more in counts[LARGE].items() if more > counts[SMALL][page]} == {}
