"""Referrals: who sends and reads them, and that the meeting of the group answers them."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from post_office.models import Email

from schoolimprove.accounts.models import User
from schoolimprove.accounts.moves import make_move
from schoolimprove.accounts.roles import Role
from schoolimprove.records.transition import Blocked, Conflict
from schools.groups.models import Group
from schools.meetings import actions
from schools.models import Referral
from schools.referrals.actions import add_to_agenda, send_referral
from schools.referrals.states import ReferralStatus
from tests.factories.county import TUESDAY, County
from tests.factories.groups import GroupFactory, MembershipFactory
from tests.factories.meetings import MeetingFactory, MeetingItemFactory, ReferralFactory
from tests.factories.schools import InterestFactory, appointed
from tests.integration.signing_in import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_tuesday")]
LEGAL = {
    ("sent", "add to agenda"): "on_agenda",
    ("on_agenda", "accept"): "accepted",
    ("on_agenda", "decline"): "declined",
    ("on_agenda", "send back"): "sent",
}


@pytest.fixture
def county() -> County:
    return County()


@pytest.fixture
def dirg(county: County) -> Group:
    group = GroupFactory.create(authority=county.school.authority, quorum=1)
    MembershipFactory.create(group=group, person=county.head.person, capacity="chair")
    return group


def refer(county: County, group: Group, by: User | None = None, **fields: Any) -> Referral:
    usual = {"ask": "discuss", "evidence": "Two weak visits in a row", **fields}
    return send_referral(county.school, by=by or county.dsim, on=TUESDAY, group=group, **usual)


@pytest.mark.parametrize("verb", sorted({verb for _status, verb in LEGAL}))
@pytest.mark.parametrize("status", list(ReferralStatus))
def test_only_legal_moves_are_made(county: County, dirg: Group, status: ReferralStatus, verb: str) -> None:
    item = MeetingItemFactory.create(meeting__group=dirg)
    referral = ReferralFactory.create(
        group=dirg, school=county.school, status=status, meeting_item=None if status == "sent" else item
    )
    fields = {"add to agenda": {"meeting_item": item}, "send back": {"meeting_item": None}}.get(verb, {})
    if verb != "add to agenda":
        with pytest.raises(PermissionDenied):
            make_move(referral, verb, by=county.head, seen_version=1, reason="Why")
        return
    if (status.value, verb) not in LEGAL:
        with pytest.raises(Conflict):
            make_move(referral, verb, by=county.head, seen_version=1, **fields)
        return
    make_move(referral, verb, by=county.head, seen_version=1, **fields)
    assert referral.status == LEGAL[status.value, verb]


def test_a_referral_is_sent_once_and_whoever_keeps_the_group_is_emailed(county: County, dirg: Group) -> None:
    referral = refer(county, dirg, urgent=True)
    assert (referral.role, referral.source) == (
        Role.DSIM,
        f"{county.dsim}, District Strategic Improvement Manager",
    )
    assert [email.to for email in Email.objects.all()] == [[county.head.email]]
    assert county.school.name not in Email.objects.get().message
    with pytest.raises(Blocked, match="already referred"):
        refer(county, dirg, by=county.sip)
    with pytest.raises(PermissionDenied):
        refer(county, dirg, by=county.director)


def test_schools_never_see_a_referral_and_keepers_of_the_group_do(county: County, dirg: Group) -> None:
    refer(county, dirg)
    barred = appointed(Role.DSIM, double_district=county.double_district)
    InterestFactory.create(person=barred.person, school=county.school)
    users = [county.sip, county.dsim, county.head, county.deputy, county.headteacher, county.chair, barred]
    assert [user for user in users if Referral.objects.visible_to(user).exists()] == users[:3]
    assert "Refer to a group" in signed_in(county.sip).get(county.school.get_absolute_url()).content.decode()


@pytest.mark.parametrize(("answer", "status"), [("yes", "accepted"), ("no", "declined"), ("", "sent")])
def test_the_meeting_answers_a_referral_or_leaves_it_for_another(
    county: County, dirg: Group, answer: str, status: str
) -> None:
    referral = refer(county, dirg)
    meeting = MeetingFactory.create(group=dirg, status="held", called_at="2026-11-01T12:00Z", chair=county.head.person)
    add_to_agenda(referral, by=county.head, on=TUESDAY, seen_version=1, meeting=meeting)
    with pytest.raises(Conflict):
        add_to_agenda(referral, by=county.head, on=TUESDAY, seen_version=1, meeting=meeting)
    actions.record_attendance(meeting, by=county.head, seen_version=1, present=[county.head.person.pk])
    item = meeting.items.get()
    page = signed_in(county.head).get(item.get_absolute_url()).content.decode()
    assert "Two weak visits in a row" in page
    if answer:
        answers = {"answer": answer, "reason": "A review comes first"}
        actions.decide_item(item, by=county.head, on=TUESDAY, seen_version=1, answers=answers)
    else:
        actions.defer_item(item, by=county.head, on=TUESDAY, seen_version=1, reason="No time")
    meeting.refresh_from_db()
    actions.confirm_meeting(meeting, by=county.head, on=TUESDAY, seen_version=meeting.version)
    referral.refresh_from_db()
    assert (referral.status, referral.answer_reason) == (status, "A review comes first" if answer else "")


@pytest.mark.parametrize("verb", ["cancel", "withdraw"])
def test_a_referral_waits_for_another_meeting_when_its_item_is_not_decided(
    county: County, dirg: Group, verb: str
) -> None:
    referral = refer(county, dirg)
    meeting = MeetingFactory.create(group=dirg, held_on=TUESDAY)
    item = add_to_agenda(referral, by=county.head, on=TUESDAY, seen_version=1, meeting=meeting)
    by: dict[str, Any] = {"by": county.head, "on": TUESDAY, "seen_version": 1, "reason": "Snow"}
    if verb == "cancel":
        actions.cancel_meeting(meeting, **by)
    else:
        actions.withdraw_item(item, **by)
    referral.refresh_from_db()
    assert (referral.status, referral.meeting_item) == (ReferralStatus.SENT, None)


def test_who_referred_a_school_does_not_decide_the_referral(county: County, dirg: Group) -> None:
    MembershipFactory.create(group=dirg, person=county.dsim.person, capacity="member")
    referral = refer(county, dirg)
    meeting = MeetingFactory.create(group=dirg, status="held", called_at="2026-11-01T12:00Z")
    item = add_to_agenda(referral, by=county.head, on=TUESDAY, seen_version=1, meeting=meeting)
    answers = {"answer": "yes", "reason": "Mine"}
    with pytest.raises(Blocked, match="You recommended this school"):
        actions.decide_item(item, by=county.dsim, on=TUESDAY, seen_version=1, answers=answers)


def test_a_referral_goes_to_a_meeting_of_its_own_group(county: County, dirg: Group) -> None:
    referral = refer(county, dirg)
    with pytest.raises(Blocked, match="Select a meeting of"):
        add_to_agenda(referral, by=county.head, on=TUESDAY, seen_version=1, meeting=MeetingFactory.create())
    with pytest.raises(PermissionDenied):
        add_to_agenda(referral, by=county.sip, on=TUESDAY, seen_version=1, meeting=MeetingFactory.create(group=dirg))
