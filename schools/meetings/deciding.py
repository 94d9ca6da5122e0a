"""Who may decide the items of a meeting, and whether enough people are present who may (domain 4.2)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from schoolimprove.accounts.roles import SCHOOL_ROLES
from schools.groups.rules import free_to_decide, is_quorate
from schools.groups.states import DECIDES
from schools.meetings.kinds import item_kinds
from schools.meetings.models import Attendance, Meeting, MeetingItem, MeetingItemQuerySet
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


def blockers_to_confirming(meeting: Meeting, reader: Any, *, on: date) -> list[str]:
    """Return why the decisions of a meeting cannot be confirmed, as sentences that name no item hidden from a user."""
    attendances = list(meeting.attendances.select_related("person"))
    if not attendances:
        return ["Record who is present first."]
    blockers = _item_blockers(meeting, attendances, on=on)
    of_meeting = meeting.items.current()
    seen = set(of_meeting.visible_to(reader).values_list("pk", flat=True))
    hidden = {item.pk for item, _why in blockers if item.pk not in seen}
    words = [why for item, why in blockers if item.pk in seen]
    if not hidden:
        return words
    # Of a school where the reader has a post they do not even learn that it is on the agenda.
    named = of_meeting.filter(pk__in=hidden).not_of_posts_of(reader).count()
    if not named:
        return [*words, "The agenda is not ready. Ask another member who decides in this group to confirm it."]
    items = "1 item that you cannot see is" if named == 1 else f"{named} items that you cannot see are"
    return [*words, f"{items} not ready. Ask another member who decides in this group to confirm the decisions."]


def _item_blockers(meeting: Meeting, attendances: Sequence[Attendance], *, on: date) -> list[tuple[MeetingItem, str]]:
    """Return the items of a meeting that cannot be confirmed, with the reason as a sentence."""
    items = list(meeting.items.current().select_related("decided_by"))
    decided = [item for item in items if item.decided_at]
    present = {each.person_id for each in attendances if each.present}
    absent = {each.person_id for each in attendances if not each.present}
    deciding = {each.person_id for each in attendances if each.capacity in DECIDES}
    deciders = {each.user_id: each for each in Person.objects.filter(user__in={item.decided_by_id for item in decided})}
    people = {each.pk: each for each in [*(each.person for each in attendances), *deciders.values()]}
    barred, quorum = barred_people(decided, list(people.values()), on=on), meeting.group.quorum
    found = [(item, f"Decide or defer {item}.") for item in items if not item.decided_at and not item.deferred]
    for key, of_kind in by_kind(decided).items():
        why_of = item_kinds[key].blockers(of_kind)
        found += [(item, why_of[item.pk]) for item in of_kind if item.pk in why_of]
    for item in decided:
        if not is_quorate(present, deciding, barred[item.pk], quorum):
            why = f"Defer {item}. Not enough of those present are free to decide it: the quorum is {quorum}."
            found.append((item, why))
        elif (decider := deciders.get(item.decided_by_id)) and decider.pk in absent:
            found.append((item, f"Decide {item} again. {decider}, who decided it, is recorded as absent."))
        elif decider and decider.pk in barred[item.pk]:
            found.append((item, f"Decide {item} again. {decider} decided it. {barred[item.pk][decider.pk]}"))
    return found


def hidden_items(user: Any, meeting: Meeting) -> MeetingItemQuerySet:
    """Return the items of a meeting that a user does not see, since they are about a school of their own."""
    return meeting.items.current().exclude(pk__in=meeting.items.visible_to(user).order_by().values("pk"))


def minutes_hidden(user: Any, meeting: Meeting) -> str:
    """Return why a user can neither read nor write the minutes, which record all items; empty where they can."""
    hidden = hidden_items(user, meeting)
    if not hidden.exists():
        return ""
    if hidden.not_of_posts_of(user).exists():
        return "The minutes record an item about a school of your own. Ask someone else to write them."
    return "You cannot write the minutes of this meeting. Ask someone else to write them."


def why_not_defer(item: MeetingItem, user: Any, *, on: date) -> str:
    """Return why a user may not defer an item: one that is decided is deferred by who is free to decide it."""
    if not item.decided_at:
        return ""
    if not item.meeting.decides(user, on):
        return "Only a member who is free to decide this item can defer it now that it is decided."
    return why_not_decide(item.meeting, [item], user, on=on)[item.pk]


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
