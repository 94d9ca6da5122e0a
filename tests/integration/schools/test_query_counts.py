"""Every list and page takes the same queries when there is ten times as much to show."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schoolimprove import context
from schoolimprove.accounts import session
from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schoolimprove.records.history import attribute_history
from schools.models import RecordOfVisit
from schools.models.visit import VisitKind
from schools.states import RecordStatus
from tests.factories.accounts import UserFactory
from tests.factories.calendar import hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.schools import (
    DioceseFactory,
    DistrictFactory,
    PartnershipFactory,
    SchoolFactory,
    also_appointed,
    appointed,
)

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
    _change(county, number, district.pk)


def _record(county: County, status: RecordStatus, kind: str, day: object) -> None:
    record = county.start(appointed(Role.SIP, school=county.school), held_on=day, kind=kind)
    author = record.author
    if status != RecordStatus.DRAFT:
        record.submit(by=author, on=TUESDAY, seen_version=1)
    if status == RecordStatus.SHARED:
        record.approve(by=county.dsim, on=TUESDAY, seen_version=record.version)
        record.respond(by=county.chair, on=TUESDAY, version=1, accurate=True, on_accuracy="", on_content="Yes")


def _change(county: County, number: int, district: int) -> None:
    county.school.pupils, county.school.district_id = number, district
    attribute_history(county.school, by=Actor(UserFactory.create()), reason="Census")
    county.school.save()


def signed_in(user: User) -> Client:
    """A whole session, second factor and all."""
    client = Client()
    client.force_login(user)
    store = client.session
    session.note_seen(store, at=clock.now())
    store[session.VERIFIED] = clock.now().isoformat()
    store.save()
    return client


def queries(client: Client, path: str) -> int:
    """How many queries a page takes."""
    with CaptureQueriesContext(connection) as captured:
        status = read(client, path)
    assert (path, status) == (path, 200)
    policy = [query["sql"] for query in captured if 'FROM "policy_policyrow"' in query["sql"]]
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
    "?sip=none&type=01&establishment=open&religion=&sort=pupils",
)


def pages(county: County) -> dict[tuple[str, str], User]:
    """(who, path) → the person who opens it: every list, every tab, home and every page of a record."""
    urn, listed = county.school.urn, reverse("schools:list")
    asked: list[tuple[str, str]] = [
        *((who, reverse("home")) for who in EVERYBODY),
        *((who, listed + search) for who in ("dsim", "sip") for search in SEARCHES),
        *(("dsim", reverse("schools:export", args=[kind])) for kind in ("csv", "xlsx", "json")),
        *((who, reverse(f"schools:{tab}", args=[urn])) for who in ("dsim", "sip") for tab in TABS),
        *(("dsim", reverse("schools:chronology_export", args=[urn, kind])) for kind in ("csv", "xlsx", "json")),
        ("dsim", reverse("schools:chronology", args=[urn]) + "?kind=register&as_at_0=3&as_at_1=11&as_at_2=2026"),
        *(("headteacher", reverse(f"schools:{tab}", args=[urn])) for tab in TABS if tab != "history"),
        ("sip", reverse("schools:record_write", args=[urn])),
    ]
    return {(who, path): getattr(county, who) for who, path in asked} | record_pages(county)


RECORD_PAGES = [
    ("record", RecordStatus.DRAFT, "author"),
    ("record", RecordStatus.SUBMITTED, "dsim"),
    ("record", RecordStatus.SHARED, "headteacher"),
    ("record", RecordStatus.SHARED, "dsim"),
    ("record_edit", RecordStatus.DRAFT, "author"),
    ("record_return", RecordStatus.SUBMITTED, "dsim"),
    ("record_approve", RecordStatus.SUBMITTED, "dsim"),
    ("record_respond", RecordStatus.SHARED, "headteacher"),
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


@pytest.fixture
def name_is_known() -> Iterator[None]:
    """The authority's name, kept for a minute from one page to the next, outlasts the test."""
    cache.set("own-authority", context.Authority(name="Invented County", colour="#1d4f5f"), timeout=None)
    yield
    cache.delete("own-authority")


@pytest.mark.usefixtures("name_is_known")
def test_no_page_takes_more_queries_when_there_is_more_to_show(county: County) -> None:
    counts = {
        size: {page: queries(signed_in(user), page[1]) for page, user in pages(county).items()}
        for size in grown(county)
    }
    # A name that makes room for a number, as among appointments at home, is one fewer.
    assert {page: more for page, more in counts[LARGE].items() if more > counts[SMALL][page]} == {}
