"""A school carries on the past of those it followed: who reads what of it, and that nobody does anything with it."""

from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import record_event
from schools.models import RecordOfVisit, School
from schools.records.states import RecordStatus
from schools.register.chronology import entries, places_of
from schools.register.lineage import heirs, kinship, predecessors
from tests.factories.county import TUESDAY, County
from tests.factories.imports import SchoolLinkFactory
from tests.factories.schools import LocalAuthorityFactory, SchoolFactory, appointed
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.django_db

IN_SUMMER = date(2026, 8, 31)
CLOSED = {"establishment": "closed", "closed_on": IN_SUMMER}


def follows(after: School, before: School, kind: str = "Predecessor") -> None:
    """GIAS says of `after` that `before` was its predecessor."""
    SchoolLinkFactory.create(
        urn=after.urn, linked_urn=before.urn, linked_name=before.name, kind=kind, established_on=date(2026, 9, 1)
    )


def close(school: School, on: date = IN_SUMMER) -> School:
    School.objects.filter(pk=school.pk).update(establishment="closed", closed_on=on)
    school.refresh_from_db()
    return school


# Who reads what -------------------------------------------------------------------------------------------------------

SHARED, UNSHARED, REGISTER, PEOPLE = "shared record", "unshared record", "register history", "people"
READS: dict[Role, set[str]] = {
    Role.SIP: {SHARED, REGISTER},
    Role.EIP: {SHARED, REGISTER},
    Role.DSIM: {SHARED, UNSHARED, REGISTER},
    Role.DISTRICT_ADMINISTRATOR: {SHARED, REGISTER},
    Role.HEAD_OF_SERVICE: {SHARED, UNSHARED, REGISTER},
    Role.DEPUTY_HEAD: {SHARED, UNSHARED, REGISTER},
    Role.CORPORATE_DIRECTOR: {SHARED, UNSHARED, REGISTER},
    Role.DEPUTY_DIRECTOR: {SHARED, UNSHARED, REGISTER},
    Role.ERA: {REGISTER},
    Role.FINANCE: {REGISTER},
    Role.HEADTEACHER: {SHARED},
    Role.CHAIR: {SHARED},
    Role.CLERK: {SHARED},
    Role.SCHOOL_LINK: set(),
    Role.DIOCESAN_OFFICER: set(),
    Role.LEAD_MEMBER: set(),
    Role.BEHAVIOUR_OFFICER: {REGISTER},
    Role.CENTRE_COORDINATOR: set(),
    Role.BASE_LEAD: set(),
    Role.PANEL_MEMBER: set(),
    Role.PROVIDER: set(),
    Role.DATA_PROTECTION_OFFICER: set(),
    Role.SYSTEM_ADMINISTRATOR: {REGISTER},
}
"""By hand: what somebody appointed to the successor alone reads of its predecessor (design, Schools as they come).

Officers read as far as the rights of their role go, the school only what had been shared. Whom the predecessor had
is on its own page, which is nobody's by way of the successor.
"""


@pytest.fixture
def shared(county: County) -> RecordOfVisit:
    return county.record(RecordStatus.SHARED)


@pytest.fixture
def unshared(county: County) -> RecordOfVisit:
    return county.submitted(county.sip, kind="monitoring")


@pytest.fixture
def academy(county: County, shared: RecordOfVisit, unshared: RecordOfVisit) -> School:
    """What the county's school became; a change of the old school's name is in its history and in the audit."""
    county.school.name = "Old Primary School"
    county.school.save()
    record_event(county.school, "changed", by=Actor(county.head), changes={"name": ["Older", "Old Primary School"]})
    academy: School = SchoolFactory.create(name="Invented Academy", type_code="34", phase="secondary")
    follows(academy, close(county.school))
    return academy


def test_every_role_is_in_the_table() -> None:
    assert set(READS) == set(Role)


@pytest.mark.parametrize("role", Role)
def test_of_a_predecessor_a_role_at_the_successor_reads_this(
    county: County, academy: School, shared: RecordOfVisit, unshared: RecordOfVisit, role: Role
) -> None:
    user = appointed(role, school=academy)
    client = signed_in(user)
    opened = {
        SHARED: client.get(shared.get_absolute_url()).status_code == 200,
        UNSHARED: client.get(unshared.get_absolute_url()).status_code == 200,
        PEOPLE: client.get(reverse("schools:people", args=[county.school.urn])).status_code == 200,
    }
    listed = RecordOfVisit.objects.visible_along(academy, predecessors(academy), user)
    told = entries(user, places_of(academy, predecessors(academy)))
    assert {what for what, found in opened.items() if found} == READS[role] - {REGISTER}
    assert {SHARED if each == shared else UNSHARED for each in listed} == READS[role] & {SHARED, UNSHARED}
    assert {each.subject_kind for each in told} == kinds_told(READS[role])
    assert seen_on_pages(client, academy) == READS[role] - {PEOPLE}


def kinds_told(reads: set[str]) -> set[str]:
    kinds = {"schools.recordofvisit"} if SHARED in reads else set()
    return kinds | ({"schools.school"} if REGISTER in reads else set())


def seen_on_pages(client: Client, academy: School) -> set[str]:
    """What of the predecessor the pages of its successor show, found by its words."""
    tabs = {
        tab: client.get(reverse(f"schools:{tab}", args=[academy.urn])) for tab in ("visits", "chronology", "history")
    }
    pages = {tab: page.content.decode() if page.status_code == 200 else "" for tab, page in tabs.items()}
    exported = client.get(reverse("schools:chronology_export", args=[academy.urn, "csv"]))
    taken = b"".join(exported).decode() if exported.status_code == 200 else ""
    shared, unshared = RecordOfVisit.objects.order_by("pk")
    seen = {
        SHARED: [shared.reference in pages["visits"], shared.reference in pages["chronology"]],
        UNSHARED: [unshared.reference in pages["visits"], unshared.reference in pages["chronology"]],
        REGISTER: ["Older" in pages["chronology"], "Old Primary School" in pages["history"]],
    }
    for each in seen.values():
        assert len(set(each)) == 1, seen
    if exported.status_code == 200:
        assert (unshared.reference in taken, "Older" in taken) == (seen[UNSHARED][0], seen[REGISTER][0])
    return {what for what, (found, _again) in seen.items() if found}


@pytest.mark.parametrize("role", [Role.SIP, Role.DSIM, Role.HEAD_OF_SERVICE, Role.HEADTEACHER, Role.CHAIR])
def test_what_is_read_by_right_of_the_successor_is_only_read(
    academy: School, shared: RecordOfVisit, unshared: RecordOfVisit, role: Role
) -> None:
    client = signed_in(appointed(role, school=academy))
    for record in (shared, unshared):
        expected = 404 if record == unshared and UNSHARED not in READS[role] else 403
        address = [record.school.urn, record.reference]
        for verb in ("edit", "return", "approve", "respond"):
            assert client.get(reverse(f"schools:record_{verb}", args=address)).status_code == expected
            assert client.post(reverse(f"schools:record_{verb}", args=address)).status_code == expected
        submitted = client.post(reverse("schools:record_submit", args=address), {"seen_version": record.version})
        assert submitted.status_code == expected
    page = client.get(shared.get_absolute_url()).content.decode()
    assert "Respond for your school" not in page
    assert "Edit the record" not in page
    assert "Respond to the record" not in page
    assert reverse("schools:school", args=[academy.urn]) in page
    assert f'href="{reverse("schools:school", args=[shared.school.urn])}"' not in page


def test_nothing_is_asked_of_the_new_head_about_the_old_schools_records(academy: School, shared: RecordOfVisit) -> None:
    head = appointed(Role.HEADTEACHER, school=academy)
    assert not RecordOfVisit.objects.awaiting_response_from(head, role=Role.HEADTEACHER).exists()
    assert not School.objects.visible_to(head).filter(pk=shared.school_id).exists()


def test_the_old_school_reads_nothing_of_its_successor(county: County, academy: School) -> None:
    assert predecessors(county.school) == []
    assert signed_in(county.headteacher).get(reverse("schools:visits", args=[academy.urn])).status_code == 404


# Whose past it is -----------------------------------------------------------------------------------------------------


@pytest.fixture
def a_day(db: None, clock_at: Callable[..., object]) -> None:
    clock_at(TUESDAY)


def line(*days: int | None) -> list[School]:
    """Schools, each the predecessor of the next; those with a day of August 2026 closed on it."""
    schools = [
        SchoolFactory.create(**({} if day is None else {**CLOSED, "closed_on": date(2026, 8, day)})) for day in days
    ]
    for before, after in pairwise(schools):
        follows(after, before)
    return schools


@pytest.mark.usefixtures("a_day")
def test_the_past_goes_back_as_far_as_it_goes_nearest_first() -> None:
    first, second, third, last = line(1, 2, 3, None)
    assert predecessors(last) == [third, second, first]
    assert heirs(first.urn) == [second, third, last]
    assert predecessors(first) == heirs(last.urn) == []


@pytest.mark.usefixtures("a_day")
@pytest.mark.parametrize("kind", ["Predecessor - merged", "Predecessor - amalgamated", "Predecessor - Split School"])
def test_a_merged_school_has_the_past_of_each(kind: str) -> None:
    one, other = SchoolFactory.create(name="A", **CLOSED), SchoolFactory.create(name="B", **CLOSED)
    merged = SchoolFactory.create()
    follows(merged, one, kind)
    SchoolLinkFactory.create(urn=other.urn, linked_urn=merged.urn, kind=kind.replace("Predecessor", "Successor"))
    assert predecessors(merged) == [one, other]


@pytest.mark.usefixtures("a_day")
def test_in_a_result_of_amalgamation_the_school_that_closed_first_came_before() -> None:
    """GIAS gives the same words to both ends of the link."""
    first, second, last = line(1, None, None)
    for before, after in ((first, second), (second, last)):
        follows(after, before, "Result of Amalgamation")
        follows(before, after, "Result of Amalgamation")
    assert predecessors(second) == [first]
    close(second, date(2026, 8, 20))
    assert predecessors(last) == [second, first]
    assert predecessors(first) == []


@pytest.mark.usefixtures("a_day")
def test_schools_that_follow_one_another_in_a_circle_come_to_an_end() -> None:
    schools = line(*range(1, 7))
    follows(schools[0], schools[-1])
    assert set(predecessors(schools[0])) == set(schools[1:])


@pytest.mark.usefixtures("a_day")
def test_a_line_is_followed_for_eight_steps() -> None:
    schools = line(*range(1, 12))
    assert predecessors(schools[-1]) == schools[-2:-10:-1]


@pytest.mark.usefixtures("a_day")
@pytest.mark.parametrize(
    ("why", "before", "kind"),
    [
        ("it has not closed", {}, "Predecessor"),
        ("it is about to", {"establishment": "closing"}, "Predecessor"),
        ("it is no predecessor", CLOSED, "Sixth Form Centre Link"),
        ("it merely expanded", CLOSED, "Merged - expansion of school capacity"),
    ],
)
def test_a_school_has_no_past_of_another_when(why: str, before: dict[str, Any], kind: str) -> None:
    academy = SchoolFactory.create()
    follows(academy, SchoolFactory.create(**before), kind)
    assert predecessors(academy) == [], why


@pytest.mark.usefixtures("a_day")
def test_the_past_does_not_cross_into_another_authority_but_between_our_own_codes() -> None:
    neighbour = LocalAuthorityFactory.create(code="998", name="Neighbour", own=False)
    second_code = LocalAuthorityFactory.create(code="997", name="Invented City", own=True)
    academy = SchoolFactory.create()
    theirs, ours = (
        SchoolFactory.create(authority=neighbour, **CLOSED),
        SchoolFactory.create(authority=second_code, **CLOSED),
    )
    follows(academy, theirs)
    follows(academy, ours)
    assert predecessors(academy) == [ours]


# What the page says ---------------------------------------------------------------------------------------------------


def page_of(school: School, user: User) -> str:
    html = signed_in(user).get(school.get_absolute_url()).content.decode()
    return " ".join(html.split())


def test_a_closed_school_says_since_when_and_what_it_became(county: County, academy: School) -> None:
    link = f'<a class="govuk-link" href="{academy.get_absolute_url()}">Invented Academy</a>'
    page = page_of(county.school, county.head)
    assert "This school closed on 31 August 2026." in page
    assert f"Became {link} (URN {academy.urn}) on 1 September 2026." in page


def test_a_successor_says_what_was_before_and_leads_there_whom_that_is_open_to(county: County, academy: School) -> None:
    old = county.school
    link = f'<a class="govuk-link" href="{old.get_absolute_url()}">Old Primary School</a>'
    assert f"Before 1 September 2026: {link} (URN {old.urn})." in page_of(academy, county.head)
    new_head = appointed(Role.HEADTEACHER, school=academy)
    assert f"Before 1 September 2026: Old Primary School (URN {old.urn})." in page_of(academy, new_head)


def test_a_school_that_is_not_held_is_named_and_one_without_a_name_has_its_number(county: County) -> None:
    for urn, name, kind in ((910_001, "Far Academy", "Successor"), (910_002, "", "Other")):
        SchoolLinkFactory.create(
            urn=county.school.urn, linked_urn=urn, linked_name=name, kind=kind, established_on=None
        )
    page = page_of(county.school, county.head)
    assert "Became Far Academy (URN 910001)." in page
    assert "Linked (Other): the school with URN 910002." in page


def test_the_direction_of_an_amalgamation_is_read_from_who_closed(county: County) -> None:
    close(county.school)
    now = SchoolFactory.create(name="Now")
    follows(county.school, now, "Result of Amalgamation")
    assert [kin.name for kin in kinship(county.school, county.head).after] == ["Now"]
    assert [kin.name for kin in kinship(now, county.head).before] == [county.school.name]


@pytest.mark.parametrize("tab", ["school", "visits", "chronology", "history"])
def test_more_predecessors_with_more_of_a_past_take_no_more_queries(county: County, tab: str) -> None:
    academy = SchoolFactory.create()
    reader = appointed(Role.DSIM, school=academy)
    counts = []
    for _size in range(2):
        for _each in range(3):
            another_past(county, academy)
        client = signed_in(User.objects.get(pk=reader.pk))
        client.get(reverse("home"))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse(f"schools:{tab}", args=[academy.urn])).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def another_past(county: County, academy: School) -> None:
    """One more predecessor, with a visit and a change."""
    old = SchoolFactory.create(district=county.school.district)
    sip = appointed(Role.SIP, school=old)
    county.start(sip, school=old)
    old.name += " (renamed)"
    old.save()
    record_event(old, "changed", by=Actor(sip), changes={"district": [None, old.district_id]})
    follows(academy, close(old))
