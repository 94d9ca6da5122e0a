"""Who sees a Record of Visit: by role, state, author and school, with what is expected written by hand."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schools.models import RecordOfVisit, School
from schools.records import actions as record_actions
from schools.records.states import RecordStatus
from schools.register.models.school import Phase
from tests.factories.accounts import UserFactory
from tests.factories.county import TUESDAY, County, end
from tests.factories.schools import (
    DistrictFactory,
    DoubleDistrictFactory,
    LocalAuthorityFactory,
    SchoolFactory,
    also_appointed,
    appointed,
)

pytestmark = pytest.mark.django_db

DRAFT, SUBMITTED, SHARED = RecordStatus.DRAFT, RecordStatus.SUBMITTED, RecordStatus.SHARED

DIRECTORS = {Role.CORPORATE_DIRECTOR, Role.DEPUTY_DIRECTOR}
HEADS = {Role.HEAD_OF_SERVICE, Role.DEPUTY_HEAD}
OFFICERS = {Role.SIP, Role.EIP, Role.DSIM, Role.DISTRICT_ADMINISTRATOR}
AT_SCHOOL = {Role.HEADTEACHER, Role.CHAIR, Role.CLERK}
UNSHARED_SEEN_BY = {
    Role.SIP: {Role.DSIM} | HEADS | DIRECTORS,
    Role.DSIM: HEADS | DIRECTORS,
    Role.HEAD_OF_SERVICE: DIRECTORS,
}
"""The author's role → the roles that see a record of theirs before it is shared."""
SHARED_SEEN_BY = OFFICERS | HEADS | DIRECTORS | AT_SCHOOL


def appointed_near(school: School, role: Role) -> User:
    """Somebody new in this role, over whatever such a role has that holds the school."""
    district = school.district
    assert district is not None
    if role in (Role.DEPUTY_HEAD,):
        return appointed(role, phase=Phase.PRIMARY)
    if role in (Role.DSIM, Role.DISTRICT_ADMINISTRATOR):
        return appointed(role, double_district=district.double_district)
    if role is Role.EIP:
        return appointed(role, district=district)
    if role in AT_SCHOOL | {Role.SIP, Role.SCHOOL_LINK}:
        return appointed(role, school=school)
    return appointed(role, authority=school.authority)


@dataclass
class Written:
    """The author of a record and who approves it."""

    author: User
    manager: User


@pytest.fixture
def by_role(county: County) -> dict[Role, Written]:
    return {
        Role.SIP: Written(county.sip, county.dsim),
        Role.DSIM: Written(county.dsim, county.head),
        Role.HEAD_OF_SERVICE: Written(county.head, county.director),
    }


def record_of(county: County, written: Written, status: RecordStatus) -> RecordOfVisit:
    record = county.start(written.author) if status == DRAFT else county.submitted(written.author)
    if status == SHARED:
        record_actions.approve(record, by=written.manager, on=TUESDAY, seen_version=record.version)
    return record


def sees(user: User, record: RecordOfVisit) -> bool:
    """By the rule for lists, and at the record's school by the rule for one school, which are one rule."""
    seen = RecordOfVisit.objects.visible_to(user).filter(pk=record.pk).exists()
    assert RecordOfVisit.objects.visible_at(record.school, user).filter(pk=record.pk).exists() == seen
    return seen


@pytest.mark.parametrize("status", RecordStatus)
@pytest.mark.parametrize("author", UNSHARED_SEEN_BY)
def test_a_record_is_seen_by_these_roles_and_no_other(
    county: County, by_role: dict[Role, Written], author: Role, status: RecordStatus
) -> None:
    record = record_of(county, by_role[author], status)
    seen = {role for role in Role if sees(appointed_near(county.school, role), record)}
    assert seen == (SHARED_SEEN_BY if status == SHARED else UNSHARED_SEEN_BY[author])


@pytest.mark.parametrize("status", RecordStatus)
@pytest.mark.parametrize("author", UNSHARED_SEEN_BY)
def test_its_author_sees_it_in_every_state(
    county: County, by_role: dict[Role, Written], author: Role, status: RecordStatus
) -> None:
    assert sees(by_role[author].author, record_of(county, by_role[author], status))


def test_outside_the_scope_nobody_sees_even_what_is_shared(county: County, by_role: dict[Role, Written]) -> None:
    record = record_of(county, by_role[Role.SIP], SHARED)
    elsewhere = SchoolFactory.create(
        authority=LocalAuthorityFactory.create(code="998", own=False),
        district=DistrictFactory.create(name="Far", double_district=DoubleDistrictFactory.create(name="Far and Wide")),
        phase=Phase.SECONDARY,
    )
    everywhere = {Role.DEPUTY_HEAD: appointed(Role.DEPUTY_HEAD, phase=Phase.SECONDARY)}
    people = {role: everywhere.get(role) or appointed_near(elsewhere, role) for role in Role}
    assert {role for role, user in people.items() if sees(user, record)} == set()


def test_the_school_sees_nothing_before_approval_and_the_record_after(county: County) -> None:
    record = county.start(county.sip)
    readers = [county.headteacher, county.chair, appointed(Role.CLERK, school=county.school)]
    assert not any(sees(user, record) for user in readers)
    record_actions.submit(record, by=county.sip, on=TUESDAY, seen_version=record.version)
    assert not any(sees(user, record) for user in readers)
    record_actions.approve(record, by=county.dsim, on=TUESDAY, seen_version=record.version)
    assert all(sees(user, record) for user in readers)


def test_a_returned_record_is_a_draft_again_for_everybody(county: County) -> None:
    record = county.submitted(county.sip)
    record_actions.return_to_author(record, by=county.dsim, on=TUESDAY, reason="More", seen_version=record.version)
    assert not sees(county.headteacher, record)
    assert sees(county.sip, record)


def test_the_school_improvement_link_never_sees_a_record(county: County) -> None:
    record = county.record(SHARED)
    assert not sees(appointed(Role.SCHOOL_LINK, school=county.school), record)


def test_another_schools_head_never_sees_it_though_a_neighbour_in_everything(county: County) -> None:
    record = county.record(SHARED)
    sibling = SchoolFactory.create(district=county.school.district)
    assert not sees(appointed(Role.HEADTEACHER, school=sibling), record)


def test_a_draft_of_a_dsim_is_not_seen_by_a_second_dsim_nor_by_the_sip(county: County) -> None:
    record = county.start(county.dsim)
    second = appointed(Role.DSIM, double_district=county.double_district)
    assert not sees(second, record)
    assert not sees(county.sip, record)
    assert sees(county.dsim, record)


def test_a_draft_of_a_sip_is_not_seen_by_a_second_sip_of_the_school(county: County) -> None:
    assert not sees(appointed(Role.SIP, school=county.school), county.start(county.sip))


def test_a_deputy_sees_a_dsims_draft_in_their_own_phase_alone(county: County) -> None:
    record = county.start(county.dsim)
    assert sees(county.deputy, record)
    assert not sees(appointed(Role.DEPUTY_HEAD, phase=Phase.SECONDARY), record)


@pytest.mark.parametrize("status", RecordStatus)
def test_an_author_whose_appointment_ended_still_reads_their_own(county: County, status: RecordStatus) -> None:
    record, other = county.record(status), county.start(county.dsim, kind="monitoring")
    end(county.sip, on=TUESDAY - timedelta(days=1))
    assert sees(county.sip, record)
    assert not sees(county.sip, other)
    assert not School.objects.visible_to(county.sip).exists()


def test_a_manager_whose_appointment_ended_reads_no_more(county: County) -> None:
    record = county.record(SHARED)
    end(county.dsim, on=TUESDAY - timedelta(days=1))
    assert not sees(county.dsim, record)


def test_a_head_who_left_reads_no_more_and_their_successor_does(county: County) -> None:
    record = county.record(SHARED)
    end(county.headteacher, on=TUESDAY - timedelta(days=1))
    assert not sees(county.headteacher, record)
    assert sees(appointed(Role.HEADTEACHER, school=county.school, starts_on=TUESDAY), record)


def test_a_superuser_without_an_appointment_sees_no_record(county: County) -> None:
    record = county.record(SHARED)
    root = User.objects.create_superuser("root@example.org", "a-long-enough-password", name="Root")
    assert not sees(root, record)
    assert not sees(UserFactory.create(), record)


def test_what_an_author_or_a_manager_may_follow_is_less_than_what_a_reader_sees(county: County) -> None:
    record = county.record(SHARED)
    follow = RecordOfVisit.objects.written_or_managed_by
    assert all(follow(user).exists() for user in (county.sip, county.dsim, county.head, county.director))
    readers = (county.headteacher, county.chair, appointed(Role.EIP, school=county.school))
    assert not any(follow(user).filter(pk=record.pk).exists() for user in readers)


# What is asked of whom.


def test_a_submitted_record_awaits_its_authors_manager_and_nobody_else(county: County) -> None:
    records = {Role.SIP: county.submitted(county.sip), Role.DSIM: county.submitted(county.dsim)}
    records[Role.HEAD_OF_SERVICE] = county.submitted(county.head)
    county.start(county.sip, kind="monitoring")
    awaiting = {
        user: {role for role, record in records.items() if record in RecordOfVisit.objects.awaiting_approval_by(user)}
        for user in (county.sip, county.dsim, county.deputy, county.head, county.director, county.headteacher)
    }
    assert awaiting == {
        county.sip: set(),
        county.dsim: {Role.SIP},
        county.deputy: {Role.DSIM},
        county.head: {Role.DSIM},
        county.director: {Role.HEAD_OF_SERVICE},
        county.headteacher: set(),
    }


def test_ones_own_record_never_awaits_oneself_after_a_promotion(county: County) -> None:
    record = county.submitted(county.sip)
    also_appointed(county.sip, Role.DSIM, double_district=county.double_district)
    assert not RecordOfVisit.objects.awaiting_approval_by(county.sip).exists()
    assert record in RecordOfVisit.objects.awaiting_approval_by(county.dsim)


def test_an_authors_drafts_are_theirs_to_finish(county: County) -> None:
    draft = county.start(county.sip)
    county.submitted(county.sip, kind="monitoring")
    county.start(county.dsim)
    assert list(RecordOfVisit.objects.unfinished_by(county.sip)) == [draft]


def asked(user: User, role: Role) -> list[RecordOfVisit]:
    return list(RecordOfVisit.objects.awaiting_response_from(user, role=role))


def test_a_shared_record_awaits_head_and_chair_until_each_has_answered(county: County) -> None:
    record = county.record(SHARED)
    county.submitted(county.sip, kind="monitoring")
    assert asked(county.headteacher, Role.HEADTEACHER) == asked(county.chair, Role.CHAIR) == [record]
    record_actions.respond(record, by=county.chair, on=TUESDAY, version=1, accurate=True, on_accuracy="", on_content="")
    assert asked(county.chair, Role.CHAIR) == []
    assert asked(county.headteacher, Role.HEADTEACHER) == [record]


def test_the_head_of_one_school_who_chairs_another_is_asked_in_the_right_role_at_each(county: County) -> None:
    record = county.record(SHARED)
    second = appointed(Role.CHAIR, school=county.school)
    also_appointed(second, Role.HEADTEACHER, school=SchoolFactory.create())
    assert asked(second, Role.CHAIR) == [record]
    assert asked(second, Role.HEADTEACHER) == []


def test_a_clerk_who_reads_it_is_not_asked(county: County) -> None:
    county.record(SHARED)
    clerk = appointed(Role.CLERK, school=county.school)
    assert asked(clerk, Role.HEADTEACHER) == asked(clerk, Role.CHAIR) == []


@pytest.mark.parametrize("records", [1, 12])
def test_a_list_of_records_takes_the_same_queries_however_long(county: County, records: int) -> None:
    for day in range(records):
        record = county.start(county.sip, held_on=date(2026, 10, 1) + timedelta(days=day))
        record_actions.submit(record, by=county.sip, on=TUESDAY, seen_version=1)
    reader = User.objects.get(pk=county.dsim.pk)
    with CaptureQueriesContext(connection) as captured:
        listed = [
            (str(each), each.school.urn, str(each.author), each.visit.held_on)
            for each in RecordOfVisit.objects.visible_to(reader).for_lists()
        ]
    assert len(listed) == records
    assert len(captured) == 2


def test_the_list_is_sql_alone(county: County, clock_at: Callable[..., object]) -> None:
    list(RecordOfVisit.objects.visible_to(county.head))
    with CaptureQueriesContext(connection) as captured:
        list(RecordOfVisit.objects.visible_to(county.head))
    assert len(captured) == 1
    assert "EXISTS" in captured[0]["sql"]


def test_a_record_belongs_to_the_school_of_its_visit(county: County) -> None:
    record = county.start(county.sip)
    assert record.school == record.visit.school == county.school
    assert RecordOfVisit.objects.get(school=county.school) == record
