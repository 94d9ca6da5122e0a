"""The pages of meetings: what a member reads, what an item says before one tries, and two people in one item."""

from typing import Any

import pytest
from django.urls import reverse

from schoolimprove.accounts.roles import Role
from schools.groups.models import Group
from schools.meetings import actions
from schools.models import Meeting, MeetingItem
from tests.factories.county import TUESDAY, County
from tests.factories.groups import GroupFactory, MembershipFactory
from tests.factories.meetings import AttendanceFactory, MeetingFactory, MeetingItemFactory
from tests.factories.schools import InterestFactory, appointed
from tests.forms import form_of_verb
from tests.integration.signing_in import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_tuesday")]


@pytest.fixture
def county() -> County:
    return County()


@pytest.fixture
def dirg(county: County) -> Group:
    group = GroupFactory.create(authority=county.school.authority, quorum=2)
    for user, capacity in ((county.head, "chair"), (county.dsim, "member"), (county.sip, "adviser")):
        MembershipFactory.create(group=group, person=user.person, capacity=capacity)
    return group


@pytest.fixture
def meeting(county: County, dirg: Group) -> Meeting:
    held = MeetingFactory.create(group=dirg, status="held", called_at="2026-11-01T12:00Z", chair=county.head.person)
    MeetingItemFactory.create(meeting=held, title="Our school", school=county.school)
    MeetingItemFactory.create(
        meeting=held, title="Attendance", papers=[{"label": "Figures", "url": "https://a.invalid/"}]
    )
    return held


def read(user: Any, path: str) -> str:
    response = signed_in(user).get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_a_member_reads_the_agenda_and_a_member_of_another_group_does_not(county: County, meeting: Meeting) -> None:
    AttendanceFactory.create(meeting=meeting, person=county.head.person, capacity="chair")
    page = read(county.sip, meeting.get_absolute_url())
    assert "Our school" in page
    assert "0 of 2 items decided or deferred" in page
    assert "Not quorate: 1 present and free to decide, 2 needed." in page
    assert "Add an item" not in page
    other = appointed(Role.SIP, school=county.school)
    MembershipFactory.create(person=other.person)
    for item_or_meeting in (meeting, *meeting.items.all()):
        assert signed_in(other).get(item_or_meeting.get_absolute_url()).status_code == 404
    assert signed_in(other).get(reverse("meetings:pdf", args=[meeting.pk])).status_code == 404


def test_items_of_a_readers_own_school_are_left_out_and_the_minutes_with_them(county: County, meeting: Meeting) -> None:
    actions.write_minutes(meeting, by=county.head, seen_version=1, text="Our school was discussed.")
    assert "Our school was discussed." in read(county.dsim, meeting.get_absolute_url())
    InterestFactory.create(person=county.dsim.person, school=county.school)
    page = read(county.dsim, meeting.get_absolute_url())
    assert "1 item about a school of your own is not shown." in page
    assert "Our school" not in page
    client = signed_in(county.dsim)
    assert client.get(meeting.items.get(title="Our school").get_absolute_url()).status_code == 404
    assert client.get(reverse("meetings:minutes", args=[meeting.pk, 1])).status_code == 404
    assert client.get(reverse("meetings:pdf", args=[meeting.pk])).status_code == 200


def test_nothing_is_said_of_items_of_a_school_where_the_reader_has_a_post(county: County, meeting: Meeting) -> None:
    MembershipFactory.create(group=meeting.group, person=county.headteacher.person, capacity="member")
    page = read(county.headteacher, meeting.get_absolute_url())
    assert "Attendance" in page
    assert "Our school" not in page
    assert "of your own" not in page

    def items_listed(user: Any) -> int:
        [row] = signed_in(user).get(reverse("meetings:list")).context["table"].rows
        return int(row[2])

    assert (items_listed(county.headteacher), items_listed(county.dsim)) == (1, 2)


def test_a_keeper_with_an_interest_reads_no_name_in_the_order_the_blockers_or_the_minutes(
    county: County, meeting: Meeting
) -> None:
    AttendanceFactory.create(meeting=meeting, person=county.head.person, capacity="chair")
    InterestFactory.create(person=county.head.person, school=county.school)
    page = read(county.head, meeting.get_absolute_url())
    assert "1 item that you cannot see is not ready." in page
    assert "Our school" not in page
    MeetingItemFactory.create(meeting=meeting, title="Budget")
    assert "Our school" not in read(county.head, reverse("meetings:order", args=[meeting.pk]))
    path = reverse("meetings:minutes_write", args=[meeting.pk])
    sent = {"text": "Our school was discussed.", "base_version": str(meeting.version)}
    response = signed_in(county.head).post(path, sent)
    assert "Ask someone else to write them." in response.content.decode()
    assert not meeting.minutes.exists()


def test_an_item_says_why_one_cannot_decide_it_before_one_tries(county: County, meeting: Meeting) -> None:
    item = meeting.items.get(title="Attendance")
    assert "Record the decision" in read(county.dsim, item.get_absolute_url())
    assert "Figures" in read(county.dsim, item.get_absolute_url())
    AttendanceFactory.create(meeting=meeting, person=county.dsim.person, present=False)
    page = read(county.dsim, item.get_absolute_url())
    assert "You are recorded as absent from this meeting." in page
    assert "Record the decision" not in page
    assert signed_in(county.sip).get(f"{item.get_absolute_url()}decide/").status_code == 403


def test_of_two_in_one_item_the_second_reads_both_decisions(county: County, meeting: Meeting) -> None:
    item = meeting.items.get(title="Attendance")
    path, client = f"{item.get_absolute_url()}decide/", signed_in(county.dsim)
    sent = form_of_verb(client.get(path).content.decode()).sent
    actions.decide_item(
        MeetingItem.objects.get(pk=item.pk), by=county.head, on=TUESDAY, seen_version=1, answers={"words": "Accepted."}
    )
    response = client.post(path, {**sent, "words": "Sent back to the office."})
    assert response.status_code == 409
    page = response.content.decode()
    assert "Now decided: Accepted." in page
    assert "Sent back to the office." in page
    assert MeetingItem.objects.get(pk=item.pk).outcome_summary == "Accepted."


def test_a_meeting_takes_as_many_queries_with_many_items_as_with_few(
    county: County, meeting: Meeting, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(county.head)
    AttendanceFactory.create(meeting=meeting, person=county.head.person, capacity="chair")
    item = meeting.items.get(title="Attendance")

    def counted(path: str) -> int:
        client.get(path)
        with django_assert_max_num_queries(100) as asked:
            client.get(path)
        return len(asked)

    paths = [meeting.get_absolute_url(), item.get_absolute_url()]
    few = [counted(path) for path in paths]
    for _number in range(10):
        MeetingItemFactory.create(meeting=meeting, school=county.school)
    assert [counted(path) for path in paths] == few
