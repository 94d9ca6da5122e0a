"""Who may decide the items of a meeting, and whether enough people are present who may (domain 4.2)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from schoolimprove.accounts.roles import SCHOOL_ROLES
from schools.groups.rules import free_to_decide, is_quorate
from schools.groups.states import DECIDES
from schools.meetings.kinds import item_kinds
from schools.meetings.models import Attendance, Meeting, MeetingItem
from schools.meetings.states import MeetingStatus
from schools.register.models.appointment import Appointment
from schools.register.models.interest import Interest
from schools.register.models.person import Person

Barred = Mapping[int, Mapping[int, str]]
"""Key of an item → key of a person → why they cannot decide it."""


def by_kind(items: Iterable[MeetingItem]) -> dict[str, list[MeetingItem]]:
    """Return the items of each kind, in the order of the kinds."""
    found: defaultdict[str, list[MeetingItem]] = defaultdict(list)
    for item in items:
        found[item.kind].append(item)
    return {kind.key: found[kind.key] for kind in item_kinds if kind.key in found}


def barred_people(items: Sequence[MeetingItem], people: Collection[Person], *, on: date) -> Barred:
    """Return which of these people may not decide which of the items, and why. Two queries, and those of the kinds."""
    schools = {item.school_id for item in items if item.school_id}
    there: dict[str, Any] = {"person__in": [each.pk for each in people], "school__in": schools}
    interests: defaultdict[tuple[int, int | None], set[str]] = defaultdict(set)
    roles: defaultdict[tuple[int, int | None], set[str]] = defaultdict(set)
    for interest in Interest.objects.current(on).filter(**there):
        interests[interest.person_id, interest.school_id].add(interest.get_kind_display())
    for post in Appointment.objects.current(on).filter(role__in=sorted(SCHOOL_ROLES), **there):
        roles[post.person_id, post.school_id].add(post.role)
    recommenders: dict[int, Collection[int]] = {}
    for key, of_kind in by_kind(items).items():
        recommenders.update(item_kinds[key].recommenders(of_kind))

    def why(item: MeetingItem, person: Person) -> str:
        there = person.pk, item.school_id
        recommended = person.user_id in recommenders.get(item.pk, ())
        return free_to_decide(interests=interests[there], roles=roles[there], recommended=recommended)

    return {item.pk: {each.pk: reason for each in people if (reason := why(item, each))} for item in items}


def free_present(items: Sequence[MeetingItem], attendances: Sequence[Attendance], *, on: date) -> dict[int, int]:
    """Return for each item how many people are present who decide and are free to decide it."""
    present = [each.person for each in attendances if each.present and each.capacity in DECIDES]
    barred = barred_people(items, present, on=on)
    return {item.pk: len(present) - len(barred[item.pk]) for item in items}


def blockers_to_confirming(meeting: Meeting, *, on: date) -> list[str]:
    """Return why the decisions of a meeting cannot be confirmed, as sentences.

    They name no item, since some readers may not know of one about a school of their own.
    """
    attendances = list(meeting.attendances.select_related("person"))
    if not attendances:
        return ["Record who is present first."]
    items = list(meeting.items.current())
    present = {each.person_id for each in attendances if each.present}
    people = [each.person for each in attendances if each.capacity in DECIDES]
    barred = barred_people(items, people, on=on)
    quorum, deciding = meeting.group.quorum, {each.pk for each in people}
    undecided = sum(not item.decided_at and not item.deferred for item in items)
    few = sum(bool(item.decided_at) and not is_quorate(present, deciding, barred[item.pk], quorum) for item in items)
    reasons = []
    if undecided:
        reasons.append(f"Decide or defer {undecided} more item{'' if undecided == 1 else 's'}.")
    if few:
        label = "1 item is" if few == 1 else f"{few} items are"
        reasons.append(f"{label} decided without a quorum. Defer what fewer than {quorum} people present may decide.")
    return reasons


def why_not_decide(meeting: Meeting, items: Sequence[MeetingItem], user: Any, *, on: date) -> dict[int, str]:
    """Return for each item why a user who decides in the group may not decide it; empty where they may."""
    person = Person.objects.filter(user=user.pk).first()
    if meeting.status != MeetingStatus.HELD:
        label = meeting.get_status_display().lower()
        return {item.pk: f"You can decide items during the meeting. It is now {label}." for item in items}
    if person is None or meeting.attendances.filter(person=person, present=False).exists():
        return {item.pk: "You are recorded as absent from this meeting." for item in items}
    barred = barred_people(items, [person], on=on)
    return {
        item.pk: "This item was withdrawn."
        if item.withdrawn_reason
        else barred[item.pk].get(person.pk, "").replace("They", "You", 1)
        for item in items
    }
