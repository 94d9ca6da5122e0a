"""Form, change and end groups, and choose their members, where one keeps groups; every act is audited."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from schoolimprove.accounts.models import User
from schoolimprove.accounts.moves import make_move
from schoolimprove.accounts.rights import acting
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.policy.values import policy_value
from schoolimprove.records.transition import Blocked, Conflict, record_event, save_changes
from schools.groups.models import Group, Membership
from schools.groups.policy import GROUP_KINDS
from schools.groups.states import GroupStatus
from schools.register.models.person import Person
from schools.register.rules import wrong_with_as_of, wrong_with_end


def form_group(
    *, by: User, on: date, kind: str, name: str, scope: Mapping[str, Any], quorum: int, meets: str, starts_on: date
) -> Group:
    """Form a group over `scope`, one of the scope fields. `Blocked` with the reasons when it cannot be formed."""
    said = {"kind": kind, "name": name, "quorum": quorum, "meets": meets, "starts_on": starts_on}
    group = Group(**said, **scope, created_by=by, updated_by=by)
    actor = acting(by, Permission.KEEP_GROUPS, on=group.rights_over)
    reasons = [*wrong_with_as_of(starts_on, today=on), *_too_few(group, on=on)]
    if kind not in policy_value(GROUP_KINDS, on=on).labels:
        reasons.append("Select the kind of group from the list.")
    _refuse(group, reasons)
    with transaction.atomic():
        group.save()
        record_event(group, "formed", by=actor)
    return group


def change_group(group: Group, *, by: User, seen_version: int, name: str, quorum: int, meets: str) -> None:
    """Change a group's name, quorum and rhythm; `Conflict` when it was changed or ended since it was seen."""
    actor = acting(by, Permission.KEEP_GROUPS, on=group.rights_over)
    with transaction.atomic():
        current = _locked(group)
        current.name, current.quorum, current.meets = name, quorum, meets
        _refuse(current, _too_few(current, on=clock.today()))
        save_changes(group, "changed", by=actor, seen_version=seen_version, name=name, quorum=quorum, meets=meets)


def end_group(group: Group, *, by: User, on: date, seen_version: int, reason: str) -> None:
    """End a group today, and all its memberships with it."""
    with transaction.atomic():
        actor = make_move(group, "end", by=by, seen_version=seen_version, reason=reason, ends_on=on)
        for each in group.memberships.filter(ends_on__isnull=True).select_for_update():
            save_changes(each, "ended", by=actor, reason=reason, seen_version=each.version, ends_on=on)


def add_member(group: Group, person: Person, *, by: User, on: date, capacity: str, starts_on: date) -> Membership:
    """Add a person to a group. `Blocked` for a second chair, a person who is in it already, or a day to come."""
    actor = acting(by, Permission.KEEP_GROUPS, on=group.rights_over)
    said = {"capacity": capacity, "starts_on": starts_on, "created_by": by, "updated_by": by}
    with transaction.atomic():
        member = Membership(group=_locked(group), person=person, **said)
        _refuse(member, wrong_with_as_of(starts_on, today=on))
        member.save()
        record_event(member, "added", by=actor, school_id=group.school_id)
    return member


def end_membership(member: Membership, *, by: User, on: date, seen_version: int, last_day: date, reason: str) -> None:
    """End a membership on its last day, today or before. `Conflict` when it has ended already."""
    actor = acting(by, Permission.KEEP_GROUPS, on=member.group.rights_over)
    if member.ends_on is not None:
        raise Conflict(member)
    if reasons := wrong_with_end(last_day, starts_on=member.starts_on, today=on, reason=reason):
        raise Blocked(reasons)
    save_changes(member, "ended", by=actor, reason=reason, seen_version=seen_version, ends_on=last_day)


def _too_few(group: Group, *, on: date) -> list[str]:
    """Return why the quorum of a group that moderates is too small, as a list of one sentence at most."""
    least = [
        kind.quorum
        for kind in policy_value(GROUP_KINDS, on=on).kinds
        if kind.code == group.kind and kind.moderates and group.quorum < kind.quorum
    ]
    return [f"The quorum of a group that decides categories must be {each} or more." for each in least]


def _locked(group: Group) -> Group:
    """Return the group as it is now, locked, so that of two who choose a chair the second is refused."""
    current = Group.objects.select_for_update(of=("self",)).with_scope().get(pk=group.pk)
    if current.status != GroupStatus.ACTIVE:
        raise Conflict(current)
    return current


def _refuse(thing: Group | Membership, reasons: list[str]) -> None:
    try:
        thing.full_clean()
    except ValidationError as error:
        reasons = [*reasons, *error.messages]
    if reasons:
        raise Blocked(reasons)
