"""The actions agreed at a school, found as a list asks for them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When

from schools.records.models.action import UNFINISHED, RecordAction
from schools.register.models.school import School

OVERDUE = "overdue"
"""A state to choose beside those of the table: unfinished, and its day is past."""


def actions_at(school: School, user: Any) -> QuerySet[RecordAction]:
    """Of all shared records of the school that this user reads."""
    return RecordAction.objects.visible_to(user).filter(school=school)


def narrowed(actions: QuerySet[RecordAction], chosen: Mapping[str, Any], *, on: date) -> QuerySet[RecordAction]:
    """As somebody chose; without a state, what is unfinished."""
    found = actions.filter(_in_states(chosen.get("status") or [], on))
    if owners := chosen.get("owner"):
        found = found.filter(owner__in=owners)
    if record := chosen.get("record"):
        found = found.filter(record__reference=record)
    return found


def _in_states(states: Sequence[str], on: date) -> Q:
    if not states:
        return Q(status__in=UNFINISHED)
    wanted = Q(status__in=[state for state in states if state != OVERDUE])
    return wanted | _overdue(on) if OVERDUE in states else wanted


def _overdue(on: date) -> Q:
    return Q(status__in=UNFINISHED, due_on__lt=on)


def most_urgent_first(actions: QuerySet[RecordAction], *, on: date) -> QuerySet[RecordAction]:
    """Overdue, then unfinished by the day it is due, then the rest, newest first."""
    urgency = Case(
        When(_overdue(on), then=Value(0)),
        When(status__in=UNFINISHED, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    ordered = actions.annotate(urgency=urgency).order_by("urgency", F("due_on").asc(nulls_last=True), "pk")
    return ordered.select_related("record__visit", "progress_by")
