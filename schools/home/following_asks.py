"""What the home page asks about actions: to say how far they are, once their day is near or past."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse

from schoolimprove.accounts.rights import appointments_of, user_can
from schoolimprove.accounts.roles import Permission, Role
from schoolimprove.ui.registry import Ask
from schools.records.content import Owner
from schools.records.models.action import RecordAction
from schools.register.models.school import School
from schools.register.scope import in_scope

NEAR = timedelta(days=14)
"""How long before its day an action is asked about."""
ONE_BY_ONE = 3
"""With actions at more schools than these they are asked about together."""


def asks_about_actions(user: Any, on: date) -> Sequence[Ask]:
    """Of head and chair those of the school; of its partner those of the authority. One query."""
    return list(_asks(user, on)) if _keeps_actions(user) else []


def _keeps_actions(user: Any) -> bool:
    is_partner = any(held.role == Role.SIP for held in appointments_of(user))
    return is_partner or user_can(user, Permission.UPDATE_ACTIONS_OF_SCHOOL)


def _asks(user: Any, on: date) -> Iterator[Ask]:
    of_school = Q(owner=Owner.SCHOOL) & in_scope(user, Permission.UPDATE_ACTIONS_OF_SCHOOL, school="school")
    of_authority = Q(owner=Owner.AUTHORITY) & in_scope(user, Permission.WRITE_RECORD, school="school", roles=[Role.SIP])
    open_schools = School.objects.open().order_by().values("pk")
    unfinished = RecordAction.objects.unfinished().filter(school__in=open_schools)
    near = unfinished.filter(of_school | of_authority, due_on__lte=on + NEAR)
    by_school: dict[School, list[RecordAction]] = {}
    for action in near.select_related("school").order_by("due_on", "pk"):
        by_school.setdefault(action.school, []).append(action)
    asks = [_ask(school, actions, on) for school, actions in by_school.items()]
    if len(asks) > ONE_BY_ONE:
        yield _together(asks, number=sum(map(len, by_school.values())))
    else:
        yield from asks


def _together(asks: Sequence[Ask], *, number: int) -> Ask:
    """One line for a partner of many schools: what nobody has reported on for months is no wall before a record."""
    first = asks[0]
    title, where = f"Update {number} actions", f"{len(asks)} of your schools"
    return Ask(title, where, "", due_on=first.due_on, overdue=first.overdue, parts=asks)


def _ask(school: School, actions: Sequence[RecordAction], on: date) -> Ask:
    """One line for each school; several of its actions are found on its page."""
    first, number = actions[0], len(actions)
    if number == 1:
        title, url = f"Update the action: {first}", reverse("schools:action", args=[school.urn, first.pk])
    else:
        title, url = f"Update {number} actions", reverse("schools:actions", args=[school.urn])
    return Ask(title, school.name, url, due_on=first.due_on, overdue=first.is_overdue(on))
