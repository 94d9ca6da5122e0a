"""Verbs of meetings: plan and call one, decide its items, confirm the decisions together, minute it (domain 5.7)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import F, Max

from schoolimprove.accounts.models import User
from schoolimprove.accounts.moves import make_move
from schoolimprove.accounts.rights import acting, authorising
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import Blocked, Conflict, record_event, record_events, save_changes
from schools.groups.models import Group
from schools.groups.states import DECIDES, Capacity, GroupStatus
from schools.meetings.deciding import blockers_to_confirming, by_kind, minutes_hidden, why_not_decide, why_not_defer
from schools.meetings.emails import email_members
from schools.meetings.kinds import item_kinds, items_dropped, meeting_confirmed
from schools.meetings.models import Attendance, Meeting, MeetingItem, Minutes
from schools.meetings.rules import Minuted, draft_minutes
from schools.meetings.states import AHEAD, MINUTED, OPEN, MeetingStatus
from schools.register.models.person import Person
from schools.register.models.school import School


@dataclass(frozen=True)
class ToAdd:
    """An item that is wanted on an agenda: of a kind, about a thing, a school, both or neither."""

    kind: str
    title: str
    school: School | None = None
    subject: models.Model | None = None
    papers: Sequence[Mapping[str, str]] = field(default_factory=tuple)


def plan_meeting(
    group: Group,
    *,
    by: User,
    on: date,
    held_on: date,
    starts_at: time | None = None,
    place: str = "",
    chair: Person | None = None,
) -> Meeting:
    """Plan a meeting of a group, chaired by its own chair unless another is named.

    `Blocked` for a day that is past, a group that has ended, or a chair who does not decide in the group.
    """
    chair = (
        chair
        or Person.objects.filter(
            pk__in=group.memberships.current(on).filter(capacity=Capacity.CHAIR).values("person")
        ).first()
    )
    fields: dict[str, Any] = {"held_on": held_on, "starts_at": starts_at, "place": place, "chair": chair}
    meeting = Meeting(group=group, **fields, created_by=by, updated_by=by)
    actor = acting(by, Permission.KEEP_GROUPS, on=group)
    reasons = [] if group.status == GroupStatus.ACTIVE else ["This group has ended."]
    _refuse(meeting, [*reasons, *_wrong_with(group, held_on, chair, on=on)])
    with transaction.atomic():
        meeting.save()
        record_event(meeting, "planned", by=actor)
    return meeting


def change_meeting(
    meeting: Meeting,
    *,
    by: User,
    on: date,
    seen_version: int,
    held_on: date,
    starts_at: time | None,
    place: str,
    chair: Person | None,
) -> None:
    """Change the day, time, place or chair of a meeting that was not held yet."""
    actor = acting(by, Permission.KEEP_GROUPS, on=meeting.group)
    fields: dict[str, Any] = {"held_on": held_on, "starts_at": starts_at, "place": place, "chair": chair}
    with transaction.atomic():
        current = _locked(meeting, AHEAD)
        for name, value in fields.items():
            setattr(current, name, value)
        moved = held_on != meeting.held_on
        _refuse(current, _wrong_with(meeting.group, held_on if moved else on, chair, on=on))
        save_changes(meeting, "changed", by=actor, seen_version=seen_version, **fields)


def call_meeting(meeting: Meeting, *, by: User, on: date, seen_version: int) -> None:
    """Call a meeting: members can read it from now on, and those who can sign in get an email."""
    with transaction.atomic():
        make_move(meeting, "call", by=by, seen_version=seen_version, called_at=clock.now())
        email_members(meeting, "meeting_called")


def hold_meeting(meeting: Meeting, *, by: User, on: date, seen_version: int) -> None:
    """Start a meeting, on its day or later."""
    make_move(meeting, "hold", by=by, seen_version=seen_version, blockers=blockers_to_holding(meeting, on=on))


def blockers_to_holding(meeting: Meeting, *, on: date) -> list[str]:
    return [] if meeting.held_on <= on else [f"The meeting is on {clock.uk_date(meeting.held_on)}."]


def cancel_meeting(meeting: Meeting, *, by: User, on: date, seen_version: int, reason: str) -> None:
    """Cancel a meeting that was not held. Members who could read it get an email."""
    was_called = meeting.called_at is not None
    with transaction.atomic():
        actor = make_move(meeting, "cancel", by=by, seen_version=seen_version, reason=reason)
        items = list(meeting.items.current())
        for follower in items_dropped:
            follower.follow(items, actor, on)
        if was_called:
            email_members(meeting, "meeting_cancelled", reason=reason)


def add_items(meeting: Meeting, items: Sequence[ToAdd], *, by: User) -> list[MeetingItem]:
    """Put items at the end of an agenda, in constant queries; return them. `Blocked` where one is on it already."""
    actor = acting(by, Permission.KEEP_GROUPS, on=meeting.group)
    with transaction.atomic():
        _locked(meeting, OPEN)
        last = meeting.items.aggregate(last=Max("order"))["last"] or 0
        about = set(meeting.items.current().values_list("kind", "subject_kind", "subject_id"))
        added = [
            MeetingItem(
                meeting=meeting,
                order=last + number,
                kind=item_kinds[item.kind].key,
                title=item.title,
                school=item.school,
                subject_kind=item.subject._meta.label_lower if item.subject else "",
                subject_id=item.subject.pk if item.subject else None,
                papers=[dict(paper) for paper in item.papers],
                created_by=by,
                updated_by=by,
            )
            for number, item in enumerate(items, start=1)
        ]
        keys = [(item.kind, item.subject_kind, item.subject_id) for item in added]
        if twice := [
            item for item, key in zip(added, keys, strict=True) if key[2] and (key in about or keys.count(key) > 1)
        ]:
            raise Blocked([f"{item} is already on the agenda." for item in twice])
        MeetingItem.objects.bulk_create(added)
        record_events(added, "added to an agenda", by=actor)
    return added


def reorder_items(meeting: Meeting, *, by: User, seen_version: int, order: Sequence[int]) -> None:
    """Put the items that a user sees in the order of these keys, which must be all of them; others keep their place."""
    actor = acting(by, Permission.KEEP_GROUPS, on=meeting.group)
    with transaction.atomic():
        _locked(meeting, OPEN)
        items = {item.pk: item for item in meeting.items.current()}
        seen = set(meeting.items.current().visible_to(by).values_list("pk", flat=True))
        if sorted(order) != sorted(seen):
            raise Conflict(meeting)
        following = iter(order)
        for number, key in enumerate([next(following) if each in seen else each for each in items], start=1):
            items[key].order = number
        MeetingItem.objects.bulk_update(items.values(), ["order"])
        save_changes(meeting, "agenda put in order", by=actor, seen_version=seen_version)


def withdraw_item(item: MeetingItem, *, by: User, on: date, seen_version: int, reason: str) -> None:
    """Take an item that is not decided off the agenda, with a reason."""
    actor = acting(by, Permission.KEEP_GROUPS, on=item.meeting.group)
    with transaction.atomic():
        _open_for(item, OPEN)
        current = MeetingItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
        if current.decided_at or current.withdrawn_reason:
            raise Conflict(current)
        cleared: dict[str, Any] = {"deferred": False, "deferred_reason": ""}
        save_changes(
            item, "withdrawn", by=actor, reason=reason, seen_version=seen_version, withdrawn_reason=reason, **cleared
        )
        _raise_version(item.meeting, by=by)
        for follower in items_dropped:
            follower.follow([item], actor, on)


def record_attendance(
    meeting: Meeting, *, by: User, seen_version: int, present: Collection[int], also_present: str = ""
) -> None:
    """Record which members (keys of people) are present; the others are absent. The capacity of each is kept with it.

    The members of the day of the meeting count. May be done again until the decisions are confirmed.
    """
    actor = _keeper_or_chair(meeting, by)
    with transaction.atomic():
        _locked(meeting, {MeetingStatus.CALLED, MeetingStatus.HELD})
        before = {each.person_id: each.present for each in meeting.attendances.all()}
        members = meeting.group.memberships.current(meeting.held_on)
        meeting.attendances.all().delete()
        rows = [
            Attendance(
                meeting=meeting, person_id=each.person_id, capacity=each.capacity, present=each.person_id in present
            )
            for each in members
        ]
        Attendance.objects.bulk_create(rows)
        verb = "attendance changed" if before else "attendance recorded"
        save_changes(meeting, verb, by=actor, seen_version=seen_version, also_present=also_present)


def decide_item(
    item: MeetingItem,
    *,
    by: User,
    on: date,
    seen_version: int,
    answers: Mapping[str, Any],
    grouped: bool = False,
) -> None:
    """Record what the group decided on an item, as the cleaned `answers` of the form of its kind; also once more.

    Nothing takes effect before the meeting is confirmed. `PermissionDenied` for who does not decide in the group,
    `Blocked` for who is not free to decide this item, `Conflict` when someone else changed the item first.
    """
    if not item.meeting.decides(by, on):
        raise PermissionDenied("decide")
    kind = item.item_kind
    with transaction.atomic():
        meeting = _open_for(item, {MeetingStatus.HELD})
        outcome = kind.outcome(item, answers)
        reasons = list(filter(None, [why_not_decide(meeting, [item], by, on=on)[item.pk]]))
        reasons += [*kind.wrong_with(item, outcome)]
        if reasons:
            raise Blocked(reasons)
        fields: dict[str, Any] = {
            "outcome": dict(outcome.values),
            "outcome_summary": outcome.summary,
            "decided_at": clock.now(),
            "decided_by": by,
            "grouped": grouped,
            "deferred": False,
            "deferred_reason": "",
        }
        save_changes(item, "decided", by=Actor(by), seen_version=seen_version, **fields)
        _raise_version(meeting, by=by)


def defer_item(item: MeetingItem, *, by: User, on: date, seen_version: int, reason: str) -> None:
    """Defer an item: for who decides in the group or keeps it; once it is decided, for who is free to decide it."""
    held = authorising(by, Permission.KEEP_GROUPS, on=item.meeting.group)
    if held is None and not item.meeting.decides(by, on):
        raise PermissionDenied("defer")
    reasons = [] if reason.strip() else ["Enter a reason."]
    if reasons := [*reasons, *filter(None, [why_not_defer(item, by, on=on)])]:
        raise Blocked(reasons)
    actor = Actor(by, held.appointment_id if held else None)
    with transaction.atomic():
        _locked(item.meeting, {MeetingStatus.HELD})
        fields: dict[str, Any] = {
            "outcome": {},
            "outcome_summary": "",
            "decided_at": None,
            "decided_by": None,
            "grouped": False,
            "deferred": True,
            "deferred_reason": reason,
        }
        save_changes(item, "deferred", by=actor, reason=reason, seen_version=seen_version, **fields)
        _raise_version(item.meeting, by=by)


def confirm_together(items: Sequence[MeetingItem], *, by: User, on: date) -> None:
    """Decide several items as their kinds propose, all as they were seen, or none."""
    with transaction.atomic():
        for key, of_kind in by_kind(sorted(items, key=lambda each: each.pk)).items():
            proposed = item_kinds[key].together(of_kind)
            for item in of_kind:
                if item.pk not in proposed:
                    raise Blocked([f"{item} must be decided by itself."])
                decide_item(item, by=by, on=on, seen_version=item.version, answers=proposed[item.pk], grouped=True)


def confirm_meeting(meeting: Meeting, *, by: User, on: date, seen_version: int) -> None:
    """Confirm all decisions of a meeting: each kind applies its own, in one transaction.

    `Blocked` when an item is neither decided nor deferred, not enough people are free to decide one, or a kind cannot
    apply a decision: nothing is confirmed then.
    """
    with transaction.atomic():
        # Nothing is decided or changed by others while the decisions are read.
        _locked(meeting, {MeetingStatus.HELD})
        blockers = blockers_to_confirming(meeting, by, on=on)
        actor = make_move(meeting, "confirm", by=by, seen_version=seen_version, blockers=blockers)
        items = list(meeting.items.current().select_related("school", "decided_by"))
        for item in items:
            item.meeting = meeting
        for key, of_kind in by_kind(item for item in items if item.decided_at).items():
            item_kinds[key].apply(of_kind, actor, on)
        for follower in meeting_confirmed:
            follower.follow(items, actor, on)
        meeting.items.current().update(confirmed_on=on, version=F("version") + 1)


def drafted_minutes(meeting: Meeting) -> str:
    """Return minutes drafted from the attendance and the decisions."""
    attendances = list(meeting.attendances.select_related("person"))
    return draft_minutes(
        present=[f"{each.person} ({each.get_capacity_display().lower()})" for each in attendances if each.present],
        apologies=[str(each.person) for each in attendances if not each.present],
        also=meeting.also_present,
        items=[Minuted(each.title, each.outcome_summary, each.deferred_reason) for each in meeting.items.current()],
    )


def write_minutes(meeting: Meeting, *, by: User, seen_version: int, text: str, reason: str = "") -> Minutes:
    """Keep a version of the minutes; every version but the first needs a reason."""
    actor = _keeper_or_chair(meeting, by)
    with transaction.atomic():
        _locked(meeting, MINUTED)
        if why := minutes_hidden(by, meeting):
            raise Blocked([why])
        number = (meeting.minutes.aggregate(last=Max("number"))["last"] or 0) + 1
        if number > 1 and not reason.strip():
            raise Blocked(["Enter why you correct the minutes."])
        reason = reason if number > 1 else ""
        save_changes(
            meeting,
            "minutes corrected" if reason else "minutes written",
            by=actor,
            reason=reason,
            seen_version=seen_version,
        )
        return Minutes.objects.create(meeting=meeting, number=number, text=text, reason=reason, by=by)


def _raise_version(meeting: Meeting, *, by: User) -> None:
    """Count a change of an item as one of its meeting, so that one confirms only decisions that one saw."""
    changed = {"version": F("version") + 1, "updated_by": by, "updated_at": clock.now()}
    Meeting.objects.filter(pk=meeting.pk).update(**changed)


def _keeper_or_chair(meeting: Meeting, by: User) -> Actor:
    """Return the actor for what keepers of the group and the chair of the meeting do."""
    if meeting.is_chaired_by(by):
        held = authorising(by, Permission.KEEP_GROUPS, on=meeting.group)
        return Actor(by, held.appointment_id if held else None)
    return acting(by, Permission.KEEP_GROUPS, on=meeting.group)


def _wrong_with(group: Group, held_on: date, chair: Person | None, *, on: date) -> list[str]:
    reasons = ["The meeting must be today or in the future."] if held_on < on else []
    if chair is not None:
        chairs = group.memberships.current(on).filter(person=chair, capacity__in=sorted(DECIDES))
        if not chairs.exists():
            reasons.append("The chair must be a member who decides in this group.")
    return reasons


def _locked(meeting: Meeting, statuses: Collection[str]) -> Meeting:
    """Return the meeting as it is now, locked; raise `Conflict` when it is in another state."""
    meetings = Meeting.objects.select_for_update(of=("self",)).select_related("group", "chair", "updated_by")
    current = meetings.get(pk=meeting.pk)
    if current.status not in statuses:
        raise Conflict(current)
    return current


def _open_for(item: MeetingItem, statuses: Collection[str]) -> Meeting:
    """Return the meeting of an item as it is now, locked; raise `Blocked` when it is in another state."""
    try:
        return _locked(item.meeting, statuses)
    except Conflict as lost:
        raise Blocked([f"The meeting is now {lost.current.get_status_display().lower()}."]) from lost  # type: ignore[attr-defined]


def _refuse(meeting: Meeting, reasons: list[str]) -> None:
    try:
        meeting.full_clean()
    except ValidationError as error:
        reasons = [*reasons, *error.messages]
    if reasons:
        raise Blocked(reasons)
