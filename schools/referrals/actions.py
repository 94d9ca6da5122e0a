"""Verbs of referrals: send one, put it on an agenda, and answer it when the meeting is confirmed (domain 5.0)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from schoolimprove.accounts.models import User
from schoolimprove.accounts.moves import make_move, require_move
from schoolimprove.accounts.rights import acting, authorising
from schoolimprove.accounts.roles import Permission
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import Blocked, Conflict, record_event, transition
from schools.groups.models import Group
from schools.groups.states import GroupStatus
from schools.meetings.actions import ToAdd, add_items
from schools.meetings.models import Meeting, MeetingItem
from schools.referrals.asks import asks
from schools.referrals.emails import email_keepers
from schools.referrals.models import Referral
from schools.referrals.states import REFERRAL
from schools.register.models.school import School


def send_referral(
    school: School,
    *,
    by: User,
    on: date,
    group: Group,
    ask: str,
    evidence: str,
    cause: str = "",
    urgent: bool = False,
    source_group: Group | None = None,
) -> Referral:
    """Refer a school to a group. `Blocked` where it is referred there for this already, or the group has ended."""
    actor = acting(by, Permission.REFER, on=school)
    held = authorising(by, Permission.REFER, on=school)
    assert held is not None  # noqa: S101 - `acting` has found it
    fields: dict[str, Any] = {"asks": ask, "cause": cause, "evidence": evidence, "urgent": urgent, "role": held.role}
    referral = Referral(school=school, group=group, source_group=source_group, created_by=by, updated_by=by, **fields)
    reasons = [] if group.status == GroupStatus.ACTIVE else ["This group has ended."]
    if not asks[ask].may_answer(group):
        reasons.append(_cannot_answer(group))
    causes = asks[ask].causes(on)
    if causes and cause not in causes:
        reasons.append("Select the cause from the list.")
    try:
        referral.full_clean(exclude=["role"])
    except ValidationError as error:
        reasons += error.messages
    if reasons:
        raise Blocked(reasons)
    with transaction.atomic():
        referral.save()
        record_event(referral, "sent", by=actor)
        email_keepers(referral)
    return referral


def add_to_agenda(referral: Referral, *, by: User, on: date, seen_version: int, meeting: Meeting) -> MeetingItem:
    """Put a referral on the agenda of a meeting of its group."""
    require_move(by, referral, REFERRAL.move("add to agenda"))
    if meeting.group_id != referral.group_id:
        raise Blocked([f"Select a meeting of {referral.group}."])
    if not referral.ask.may_answer(referral.group):
        raise Blocked([_cannot_answer(referral.group)])
    if seen_version != referral.version:
        raise Conflict(referral)
    with transaction.atomic():
        wanted = ToAdd(referral.ask.item_kind, str(referral), referral.school, referral)
        item = add_items(meeting, [wanted], by=by)[0]
        make_move(referral, "add to agenda", by=by, seen_version=seen_version, meeting_item=item)
    return item


def send_back_referrals(items: Sequence[MeetingItem], by: Actor, on: date) -> None:
    """Let the referrals of items that were withdrawn, or whose meeting was cancelled, wait for another meeting."""
    for referral in Referral.objects.filter(meeting_item__in=[item.pk for item in items]).order_by("pk"):
        transition(referral, "send back", by=by, seen_version=referral.version, meeting_item=None)


def _cannot_answer(group: Group) -> str:
    return f"{group} cannot decide this. Refer the school to another group."


def answer_referrals(items: Sequence[MeetingItem], by: Actor, on: date) -> None:
    """Answer the referrals of a meeting that was confirmed; those deferred wait for another. One query to find them."""
    found = {each.pk: each for each in items}
    for referral in Referral.objects.filter(meeting_item__in=found).select_related("school", "group").order_by("pk"):
        item = found[referral.meeting_item_id]  # type: ignore[index]
        if item.deferred:
            transition(referral, "send back", by=by, seen_version=referral.version, meeting_item=None)
            continue
        answer = referral.ask.answer(item)
        verb, reason = "accept" if answer.accepted else "decline", answer.reason
        transition(referral, verb, by=by, reason=reason, seen_version=referral.version, answer_reason=reason)
