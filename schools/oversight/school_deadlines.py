"""Deadlines of a school, as its page, the list of schools and the home page show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Count, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce

from schoolimprove.accounts.roles import Permission, Role
from schoolimprove.reminders.models import Deadline
from schoolimprove.reminders.registry import Described, described, known_to, rule_named
from schools.oversight.upcoming import late_and_known, told_once
from schools.records.deadlines import PRESENT, RESPOND
from schools.register.models.school import School
from schools.register.scope import in_scope

NAMED = 5
"""How many overdue deadlines a school's page names."""
ASKED = {RESPOND: (Role.HEADTEACHER, Role.CHAIR), PRESENT: (Role.HEADTEACHER, Role.CHAIR, Role.CLERK)}
"""Rule → the people of a school whose task it is."""


def known_at_schools(user: Any) -> Q:
    """Return the deadlines a user may know of at the schools whose shared records they read.

    The people of a school know of their own tasks here. The board and the list of who was reminded ask `known_to`
    alone, which leaves the people of a school out.
    """
    tasks = Q(pk__in=[])
    for rule, roles in ASKED.items():
        own = School.objects.filter(in_scope(user, Permission.VIEW_SHARED_RECORD, roles=roles)).order_by()
        tasks |= Q(rule=rule, school_id__in=own.values("pk"))
    return known_to(user) | late_and_known(user, Permission.VIEW_SHARED_RECORD) | tasks


def number_late(user: Any, on: date) -> Case:
    """Return how many deadlines of a school are overdue, as an expression; None where the user may not know."""
    late = Deadline.objects.overdue(on).filter(known_at_schools(user), told_once(on), school_id=OuterRef("pk"))
    number = late.order_by().values("school_id").annotate(number=Count("pk")).values("number")
    return Case(When(in_scope(user, Permission.VIEW_SHARED_RECORD), then=Coalesce(Subquery(number), 0)))


@dataclass(frozen=True)
class SchoolDeadline:
    """A deadline with its words, which are None where its subject may not be named to the reader."""

    deadline: Deadline
    words: Described | None

    @property
    def label(self) -> str:
        rule = rule_named(self.deadline.rule)
        return rule.label if rule else self.deadline.rule


@dataclass(frozen=True)
class SchoolDeadlines:
    """Open deadlines of a school: the oldest that are overdue, how many more are, and the next one to come."""

    overdue: Sequence[SchoolDeadline] = ()
    more: int = 0
    next: SchoolDeadline | None = None


def deadlines_at(school: School, user: Any, on: date) -> SchoolDeadlines:
    """Return what a user may know of, in one query for the deadlines and a few for each rule that is shown."""
    known = Deadline.objects.open().dated().filter(known_at_schools(user), told_once(on), school_id=school.pk)
    found = list(known.order_by("due_on", "pk"))
    overdue = [each for each in found if each.day < on]
    coming = found[len(overdue) : len(overdue) + 1]
    words = described(user, overdue[:NAMED] + coming)
    shown = [SchoolDeadline(each, words.get(each.pk)) for each in overdue[:NAMED] + coming]
    return SchoolDeadlines(
        overdue=shown[: len(shown) - len(coming)],
        more=max(len(overdue) - NAMED, 0),
        next=shown[-1] if coming else None,
    )
