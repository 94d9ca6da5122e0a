"""Meetings: who reads them, who decides an item, and that all decisions are confirmed together or not at all."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import product
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from schoolimprove.accounts.models import User
from schoolimprove.accounts.moves import make_move
from schoolimprove.accounts.roles import Role
from schoolimprove.records.actor import Actor
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked, Conflict
from schools.groups.models import Group
from schools.meetings import actions
from schools.meetings.actions import ToAdd
from schools.meetings.deciding import blockers_to_confirming, free_present
from schools.meetings.kinds import ItemKind, Outcome, item_kinds
from schools.meetings.models import Meeting, MeetingItem, Minutes
from schools.meetings.note import NoteForm
from schools.meetings.states import MeetingStatus
from tests.factories.county import TUESDAY, County
from tests.factories.groups import GroupFactory, MembershipFactory
from tests.factories.meetings import MeetingFactory
from tests.factories.schools import InterestFactory, SchoolFactory, appointed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_tuesday")]
LEGAL = {
    ("planned", "call"): "called",
    ("called", "hold"): "held",
    ("held", "confirm"): "confirmed",
    ("planned", "cancel"): "cancelled",
    ("called", "cancel"): "cancelled",
}


@pytest.fixture
def county() -> County:
    return County()


@pytest.fixture
def dirg(county: County) -> Group:
    """The Head chairs; the DSIM and the Deputy are members, and the SIP advises."""
    group = GroupFactory.create(authority=county.school.authority, quorum=2)
    people = {county.head: "chair", county.dsim: "member", county.deputy: "member", county.sip: "adviser"}
    for user, capacity in people.items():
        MembershipFactory.create(group=group, person=user.person, capacity=capacity)
    return group


APPLIED: list[Any] = []


@pytest.fixture
def verdict(county: County) -> Iterator[ItemKind]:
    """A kind whose items the SIP recommended, and whose decisions can be impossible to apply."""

    def apply(items: Sequence[Any], by: Actor, on: date) -> None:
        APPLIED.append(([item.outcome["word"] for item in items], by.user, on))
        if any(item.outcome["word"] == "impossible" for item in items):
            raise Blocked(["This cannot be applied."])

    kind = ItemKind(
        "verdict",
        1,
        "Verdict",
        lambda item, user: NoteForm,
        lambda item, answers: Outcome(f"Verdict: {answers['words']}", {"word": answers["words"]}),
        apply=apply,
        recommenders=lambda items: {item.pk: [county.dsim.pk] for item in items},
    )
    item_kinds.register(kind)
    APPLIED.clear()
    yield kind
    del item_kinds._entries["verdict"]


def held(group: Group, county: County, *items: ToAdd, present: Sequence[User] | None = None) -> Meeting:
    """A meeting of today with these items, at which these decide, by default all."""
    meeting = actions.plan_meeting(group, by=county.head, on=TUESDAY, held_on=TUESDAY, chair=county.head.person)
    actions.add_items(meeting, items, by=county.head)
    actions.call_meeting(meeting, by=county.head, on=TUESDAY, seen_version=1)
    actions.hold_meeting(meeting, by=county.head, on=TUESDAY, seen_version=2)
    people = [county.head, county.dsim, county.deputy, county.sip] if present is None else present
    actions.record_attendance(meeting, by=county.head, seen_version=3, present=[each.person.pk for each in people])
    return meeting


def decide(item: MeetingItem, by: User, words: str = "Noted.", seen: int | None = None) -> None:
    actions.decide_item(item, by=by, on=TUESDAY, seen_version=seen or item.version, answers={"words": words})


@pytest.mark.parametrize(("status", "verb"), list(product(MeetingStatus, ["call", "hold", "confirm", "cancel"])))
def test_only_legal_moves_are_made(county: County, dirg: Group, status: MeetingStatus, verb: str) -> None:
    meeting = MeetingFactory.create(group=dirg)
    stamp = {} if status == "planned" else {"called_at": "2026-11-01T12:00Z"}
    Meeting.objects.filter(pk=meeting.pk).update(status=status, **stamp)
    meeting.refresh_from_db()
    fields = {"called_at": "2026-11-01T12:00Z"} if verb == "call" else {}
    if (status.value, verb) not in LEGAL:
        with pytest.raises(Conflict):
            make_move(meeting, verb, by=county.head, seen_version=1, reason="Ill", **fields)
        return
    make_move(meeting, verb, by=county.head, seen_version=1, reason="Ill", **fields)
    assert meeting.status == LEGAL[status.value, verb]


def test_members_read_a_meeting_once_it_is_called_and_other_groups_never(county: County, dirg: Group) -> None:
    meeting = MeetingFactory.create(group=dirg, held_on=TUESDAY)
    other = appointed(Role.FINANCE, authority=county.school.authority)
    MembershipFactory.create(person=other.person)

    def readers() -> set[User]:
        users = [county.head, county.dsim, county.deputy, county.sip, county.director, other, county.headteacher]
        return {user for user in users if Meeting.objects.visible_to(user).exists()}

    # The DSIM keeps groups in their districts, not one over the authority.
    assert readers() == {county.head}
    actions.call_meeting(meeting, by=county.head, on=TUESDAY, seen_version=1)
    assert readers() == {county.head, county.dsim, county.deputy, county.sip}
    actions.cancel_meeting(meeting, by=county.head, on=TUESDAY, seen_version=2, reason="Snow")
    assert readers() == {county.head, county.dsim, county.deputy, county.sip}


def test_an_item_of_ones_own_school_is_left_out(county: County, dirg: Group) -> None:
    InterestFactory.create(person=county.deputy.person, school=county.school)
    meeting = held(dirg, county, ToAdd("note", "Ours", county.school), ToAdd("note", "General"))
    assert [str(each) for each in MeetingItem.objects.visible_to(county.deputy)] == ["General"]
    assert MeetingItem.objects.visible_to(county.dsim).count() == 2
    free = free_present(list(meeting.items.all()), list(meeting.attendances.all()), on=TUESDAY)
    assert list(free.values()) == [2, 3]


def test_advisers_absent_members_recommenders_and_outsiders_cannot_decide(
    county: County, dirg: Group, verdict: ItemKind
) -> None:
    meeting = held(dirg, county, ToAdd("verdict", "One", county.school), present=[county.head, county.dsim])
    item = meeting.items.get()
    for outsider in (county.sip, county.director):
        with pytest.raises(PermissionDenied):
            decide(item, outsider)
    with pytest.raises(Blocked, match="You are recorded as absent"):
        decide(item, county.deputy)
    with pytest.raises(Blocked, match="You recommended this school"):
        decide(item, county.dsim)
    decide(item, county.head)
    item.refresh_from_db()
    assert (item.outcome, item.outcome_summary) == ({"word": "Noted."}, "Verdict: Noted.")
    assert blockers_to_confirming(meeting, county.head, on=TUESDAY) == [
        "Defer One. Not enough of those present are free to decide it: the quorum is 2."
    ]
    with pytest.raises(Blocked, match="You recommended this school"):
        actions.defer_item(item, by=county.dsim, on=TUESDAY, seen_version=item.version, reason="Not quorate")
    actions.defer_item(item, by=county.head, on=TUESDAY, seen_version=item.version, reason="Not quorate")
    assert blockers_to_confirming(meeting, county.head, on=TUESDAY) == []


def test_of_two_who_decide_an_item_the_second_is_told(county: County, dirg: Group) -> None:
    meeting = held(dirg, county, ToAdd("note", "One"))
    first, second = meeting.items.get(), meeting.items.get()
    decide(first, county.head, "Agreed.")
    with pytest.raises(Conflict) as lost:
        decide(second, county.dsim, "Refused.", seen=1)
    assert lost.value.current.outcome_summary == "Agreed."  # type: ignore[attr-defined]
    decide(first, county.dsim, "Agreed, with thanks.")
    assert MeetingItem.objects.get().outcome_summary == "Agreed, with thanks."


def test_all_decisions_are_confirmed_together_or_not_at_all(county: County, dirg: Group, verdict: ItemKind) -> None:
    wanted = [ToAdd("verdict", "One"), ToAdd("note", "Two"), ToAdd("verdict", "Three")]
    meeting = held(dirg, county, *wanted, present=[county.head, county.deputy, county.sip])
    confirm: dict[str, Any] = {"by": county.head, "on": TUESDAY, "seen_version": 7}
    with pytest.raises(Blocked, match="Decide or defer One"):
        actions.confirm_meeting(meeting, **{**confirm, "seen_version": 4})
    one, two, three = meeting.items.all()
    decide(one, county.head, "impossible")
    decide(two, county.deputy)
    actions.defer_item(three, by=county.head, on=TUESDAY, seen_version=1, reason="No figures yet")
    with pytest.raises(Blocked, match="cannot be applied"):
        actions.confirm_meeting(Meeting.objects.get(pk=meeting.pk), **confirm)
    meeting.refresh_from_db()
    assert (meeting.status, MeetingItem.objects.filter(confirmed_on__isnull=False).count()) == ("held", 0)
    assert not AuditEvent.objects.filter(verb="confirm").exists()
    decide(one, county.head, "possible")
    with pytest.raises(Conflict):
        actions.confirm_meeting(Meeting.objects.get(pk=meeting.pk), **confirm)
    meeting.refresh_from_db()
    actions.confirm_meeting(meeting, **{**confirm, "seen_version": 8})
    assert meeting.status == MeetingStatus.CONFIRMED
    assert [*APPLIED] == [(["impossible"], county.head, TUESDAY), (["possible"], county.head, TUESDAY)]
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        MeetingItem.objects.filter(pk=one.pk).update(outcome_summary="Changed")
    with pytest.raises(Blocked, match="The meeting is now confirmed"):
        decide(two, county.deputy)


def test_the_chair_confirms_without_keeping_the_group_and_who_keeps_it_only_if_they_decide(
    county: County, dirg: Group
) -> None:
    meeting = held(dirg, county)
    Meeting.objects.filter(pk=meeting.pk).update(chair=county.deputy.person)
    dirg.memberships.filter(person=county.head.person).update(capacity="minutes")
    meeting = Meeting.objects.get(pk=meeting.pk)
    with pytest.raises(PermissionDenied, match="Only the chair"):
        actions.confirm_meeting(meeting, by=county.head, on=TUESDAY, seen_version=4)
    with pytest.raises(PermissionDenied):
        actions.confirm_meeting(meeting, by=county.dsim, on=TUESDAY, seen_version=4)
    actions.confirm_meeting(meeting, by=county.deputy, on=TUESDAY, seen_version=4)
    assert AuditEvent.objects.get(verb="confirm").by == county.deputy


def test_items_are_confirmed_together_or_none_of_them(county: County, dirg: Group, verdict: ItemKind) -> None:
    meeting = held(dirg, county, ToAdd("note", "One"), ToAdd("note", "Two"), ToAdd("verdict", "Three"))
    items = list(meeting.items.all())
    with pytest.raises(Blocked, match="Three must be decided by itself"):
        actions.confirm_together(items, by=county.head, on=TUESDAY)
    assert not meeting.items.filter(decided_at__isnull=False).exists()
    fresh = list(meeting.items.filter(kind="note"))
    actions.confirm_together(fresh, by=county.head, on=TUESDAY)
    assert meeting.items.filter(grouped=True, outcome_summary="Received.").count() == 2


def test_an_agenda_is_put_in_order_and_an_item_is_on_it_once(county: County, dirg: Group) -> None:
    school = SchoolFactory.create()
    meeting = MeetingFactory.create(group=dirg, held_on=TUESDAY)
    one, two = actions.add_items(meeting, [ToAdd("note", "One", school, school), ToAdd("note", "Two")], by=county.head)
    with pytest.raises(Blocked, match="Again is already on the agenda"):
        actions.add_items(meeting, [ToAdd("note", "Again", school, school)], by=county.head)
    actions.reorder_items(meeting, by=county.head, seen_version=1, order=[two.pk, one.pk])
    assert list(meeting.items.current()) == [two, one]
    actions.withdraw_item(one, by=county.head, on=TUESDAY, seen_version=1, reason="Premature")
    assert actions.add_items(meeting, [ToAdd("note", "Again", school, school)], by=county.head)
    with pytest.raises(PermissionDenied):
        actions.add_items(meeting, [ToAdd("note", "Three")], by=county.dsim)


def test_items_that_a_keeper_does_not_see_keep_their_place_and_are_not_named(county: County, dirg: Group) -> None:
    wanted = [ToAdd("note", "One"), ToAdd("note", "Ours", county.school), ToAdd("note", "Two")]
    meeting = held(dirg, county, *wanted)
    InterestFactory.create(person=county.head.person, school=county.school)
    one, ours, two = meeting.items.all()
    with pytest.raises(Conflict):
        actions.reorder_items(meeting, by=county.head, seen_version=4, order=[two.pk, ours.pk, one.pk])
    actions.reorder_items(meeting, by=county.head, seen_version=4, order=[two.pk, one.pk])
    assert list(meeting.items.all()) == [two, ours, one]
    hidden = "1 item that you cannot see is not ready. Ask another member who decides in this group"
    assert blockers_to_confirming(meeting, county.head, on=TUESDAY) == [
        "Decide or defer Two.",
        "Decide or defer One.",
        f"{hidden} to confirm the decisions.",
    ]
    assert "Decide or defer Ours." in blockers_to_confirming(meeting, county.deputy, on=TUESDAY)
    with pytest.raises(Blocked, match="The minutes record an item about a school of your own"):
        actions.write_minutes(meeting, by=county.head, seen_version=5, text="Mine")


@pytest.mark.parametrize("change", ["interest", "absence"])
def test_a_decision_of_a_member_who_may_not_decide_it_any_more_is_made_again(
    county: County, dirg: Group, change: str
) -> None:
    meeting = held(dirg, county, ToAdd("note", "One", county.school))
    decide(meeting.items.get(), county.dsim)
    if change == "interest":
        InterestFactory.create(person=county.dsim.person, school=county.school)
        why = f"Decide One again. {county.dsim.person} decided it. They have an interest in this school"
    else:
        present = [county.head.person.pk, county.deputy.person.pk]
        actions.record_attendance(meeting, by=county.head, seen_version=5, present=present)
        why = f"Decide One again. {county.dsim.person}, who decided it, is recorded as absent."
    [blocker] = blockers_to_confirming(meeting, county.head, on=TUESDAY)
    assert blocker.startswith(why)
    decide(meeting.items.get(), county.head)
    assert blockers_to_confirming(meeting, county.head, on=TUESDAY) == []


def test_who_keeps_the_group_and_does_not_decide_in_it_defers_only_what_is_not_decided(
    county: County, dirg: Group
) -> None:
    meeting = held(dirg, county, ToAdd("note", "One"), ToAdd("note", "Two"))
    dirg.memberships.filter(person=county.head.person).update(capacity="adviser")
    one, two = meeting.items.all()
    decide(one, county.deputy)
    with pytest.raises(Blocked, match="Only a member who is free to decide"):
        actions.defer_item(one, by=county.head, on=TUESDAY, seen_version=2, reason="No")
    actions.defer_item(two, by=county.head, on=TUESDAY, seen_version=1, reason="No figures yet")


def test_a_chair_who_left_the_group_has_no_rights_at_the_meeting(county: County, dirg: Group) -> None:
    meeting = held(dirg, county)
    Meeting.objects.filter(pk=meeting.pk).update(chair=county.deputy.person)
    dirg.memberships.filter(person=county.deputy.person).update(ends_on=date(2026, 11, 2))
    meeting = Meeting.objects.get(pk=meeting.pk)
    with pytest.raises(PermissionDenied):
        actions.confirm_meeting(meeting, by=county.deputy, on=TUESDAY, seen_version=4)
    with pytest.raises(PermissionDenied):
        actions.write_minutes(meeting, by=county.deputy, seen_version=4, text="Mine")
    assert not Meeting.objects.visible_to(county.deputy).exists()


def test_minutes_are_drafted_from_the_decisions_and_corrected_by_versions(county: County, dirg: Group) -> None:
    meeting = held(dirg, county, ToAdd("note", "One"), ToAdd("note", "Two"), present=[county.head, county.deputy])
    one, two = meeting.items.all()
    decide(one, county.head, "Agreed.")
    actions.defer_item(two, by=county.head, on=TUESDAY, seen_version=1, reason="No figures yet")
    text = actions.drafted_minutes(meeting)
    assert f"**Present:** {county.deputy.person} (member), {county.head.person} (chair)" in text
    assert "**1. One**\n\nAgreed.\n\n**2. Two**\n\nDeferred. No figures yet" in text
    actions.write_minutes(meeting, by=county.head, seen_version=6, text=text)
    with pytest.raises(Blocked, match="why you correct"):
        actions.write_minutes(meeting, by=county.head, seen_version=7, text="Other")
    actions.write_minutes(meeting, by=county.head, seen_version=7, text="Other", reason="A name was wrong")
    assert [(each.number, each.reason) for each in meeting.minutes.all()] == [(2, "A name was wrong"), (1, "")]
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Minutes.objects.update(text="Other")


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"held_on": date(2026, 11, 2)}, "must be today or in the future"),
        ({"held_on": date(2026, 11, 4)}, "already has a meeting on that day"),
        ({"held_on": TUESDAY, "chair": "sip"}, "must be a member who decides"),
    ],
)
def test_a_meeting_that_cannot_be_is_refused(county: County, dirg: Group, fields: dict[str, Any], why: str) -> None:
    MeetingFactory.create(group=dirg, held_on=date(2026, 11, 4))
    chair = getattr(county, fields["chair"]).person if "chair" in fields else None
    with pytest.raises(Blocked, match=why):
        actions.plan_meeting(dirg, by=county.head, on=TUESDAY, **{**fields, "chair": chair})
