"""Records of Visit as tasks: write, approve, answer, present, correct them, and follow what was agreed in them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q
from django.urls import reverse

from schoolimprove.accounts.rights import appointments_of, user_can
from schoolimprove.accounts.roles import LINE_MANAGEMENT, Permission, Role
from schoolimprove.lib import clock
from schoolimprove.reminders.models import Deadline
from schoolimprove.reminders.registry import Described
from schoolimprove.ui.registry import TodoItem
from schools.records.deadlines import (
    ACTION_OF_AUTHORITY,
    ACTION_OF_SCHOOL,
    ASSURE,
    CLOSE,
    DECIDE_CORRECTION,
    PRESENT,
    RESPOND,
    REVISE_CORRECTION,
    SUBMIT,
)
from schools.records.models.action import RecordAction
from schools.records.models.record import RecordOfVisit, assures
from schools.records.models.strength import Strength
from schools.records.states import RecordStatus, StrengthStatus
from schools.register.models.school import School
from schools.register.scope import in_scope
from schools.visits.todo import at_my_schools

ONE_BY_ONE = 3
"""With actions at more schools than these they are asked about together."""
TASKS = {
    SUBMIT: "Submit the Record of Visit",
    ASSURE: "Approve or return the Record of Visit",
    RESPOND: "Respond to the Record of Visit",
    PRESENT: "Present the Record of Visit to the governors",
    CLOSE: "Close the Record of Visit",
}
PAGES = {DECIDE_CORRECTION: "correction/", REVISE_CORRECTION: "correction/"}
"""Rule → where under the address of a record the task is done, where it is not done there."""


def drafts_to_finish(user: Any, _on: date) -> Q | None:
    """Return the drafts of this author."""
    if not user_can(user, Permission.WRITE_RECORD):
        return None
    mine = RecordOfVisit.objects.unfinished_by(user).order_by()
    return at_my_schools(user, Permission.WRITE_RECORD) & Q(subject_id__in=mine.values("pk"))


def records_to_assure(user: Any, _on: date) -> Q | None:
    """Return the records that this line manager approves or returns."""
    if not assures(user):
        return None
    submitted = RecordOfVisit.objects.awaiting_approval_by(user).order_by()
    return _managed(user) & Q(subject_id__in=submitted.values("pk"))


def _managed(user: Any) -> Q:
    """Return the deadlines of the schools where a user approves records of some author."""
    scopes = (in_scope(user, rights.approve) for rights in LINE_MANAGEMENT)
    return Q(school_id__in=School.objects.filter(reduce(or_, scopes)).order_by().values("pk"))


def records_to_answer(user: Any, _on: date) -> Q | None:
    """Return the records that this headteacher or chair is to answer."""
    asked = Q(pk__in=[])
    for role in sorted({held.role for held in appointments_of(user)} & {Role.HEADTEACHER, Role.CHAIR}):
        waiting = RecordOfVisit.objects.awaiting_response_from(user, role=role).order_by()
        asked |= Q(subject_id__in=waiting.values("pk"))
    return asked


def at_schools_with(permission: Permission) -> Any:
    """Return a filter of deadlines: those of the schools where a user holds a permission."""

    def asked_of(user: Any, _on: date) -> Q | None:
        if not user_can(user, permission):
            return None
        return at_my_schools(user, permission)

    return asked_of


def corrections_to_decide(user: Any, _on: date) -> Q | None:
    """Return the corrections that this line manager decides on: not of their own records."""
    if not assures(user):
        return None
    others = RecordOfVisit.objects.managed_by(user).order_by()
    return _managed(user) & Q(subject_id__in=others.values("pk"))


def of_own_records(user: Any, _on: date) -> Q | None:
    """Return what authors are asked about their records: to revise a correction, to close it before the night does."""
    if not user_can(user, Permission.WRITE_RECORD):
        return None
    mine = RecordOfVisit.objects.filter(author=user).order_by()
    return at_my_schools(user, Permission.WRITE_RECORD) & Q(subject_id__in=mine.values("pk"))


def actions_to_update(user: Any, on: date) -> Q | None:
    """Return the actions that are near: the school's for head and chair, the authority's for the school's partner."""
    near = Q(first_day__lte=on)
    open_schools = School.objects.open().order_by()
    of_school = open_schools.filter(in_scope(user, Permission.UPDATE_ACTIONS_OF_SCHOOL)).values("pk")
    of_authority = open_schools.filter(in_scope(user, Permission.WRITE_RECORD, roles=[Role.SIP])).values("pk")
    return near & (
        Q(rule=ACTION_OF_SCHOOL, school_id__in=of_school) | Q(rule=ACTION_OF_AUTHORITY, school_id__in=of_authority)
    )


def described(user: Any, dated: Sequence[Any]) -> Mapping[int, Described]:
    """Word records for reminders, boards and tasks. One query. A record is not named to those who may not see it."""
    records = RecordOfVisit.objects.all() if user is None else RecordOfVisit.objects.visible_to(user)
    return {
        record.pk: Described(
            f"Record of Visit of {clock.uk_date(record.held_on)}",
            record.school.name,
            record.get_absolute_url(),
            about=_about(record),
        )
        for record in records.filter(pk__in={each.subject_id for each in dated}).for_lists()
    }


def _about(record: RecordOfVisit) -> str:
    back = record.status == RecordStatus.DRAFT and record.returned_because
    came_back = ", returned to you with comments" if back else ""
    return f"{record.school.name}, visit of {clock.uk_date(record.held_on)}{came_back}"


def consenting(_user: Any, rows: Sequence[tuple[Deadline, Described]], on: date) -> list[TodoItem]:
    """Return a line for each record, with the number of its strengths that wait. One query."""
    asked = Strength.objects.filter(record__in=[row.subject_id for row, _words in rows], status=StrengthStatus.ASKED)
    numbers = Counter(asked.order_by().values_list("record", flat=True))
    return [
        TodoItem(
            f"Decide whether we can share {_strengths(numbers[row.subject_id])} with other schools",
            words.about,
            f"{words.url}#strengths",
        )
        for row, words in rows
    ]


def _strengths(number: int) -> str:
    return "a strength" if number == 1 else f"{number} strengths"


def described_actions(user: Any, dated: Sequence[Any]) -> Mapping[int, Described]:
    actions = RecordAction.objects.filter(pk__in={each.subject_id for each in dated}).select_related("school")
    return {
        action.pk: Described(
            str(action),
            action.school.name,
            reverse("schools:action", args=[action.school.urn, action.pk]),
            task=f"Update the action: {action}",
            about=action.school.name,
            group=reverse("schools:actions", args=[action.school.urn]),
        )
        for action in actions
    }


def lines_of_actions(_user: Any, rows: Sequence[tuple[Deadline, Described]], on: date) -> Iterable[TodoItem]:
    """Return a line for each school; several of its actions are found on its page."""
    by_school: dict[int | None, list[tuple[Deadline, Described]]] = {}
    for row in rows:
        by_school.setdefault(row[0].school_id, []).append(row)
    tasks = [_of_school(of_school, on) for of_school in by_school.values()]
    return [_together(tasks, number=len(rows))] if len(tasks) > ONE_BY_ONE else tasks


def _of_school(rows: Sequence[tuple[Deadline, Described]], on: date) -> TodoItem:
    (first, words), number = rows[0], len(rows)
    title, url = (words.task, words.url) if number == 1 else (f"Update {number} actions", words.group)
    overdue = first.due_on is not None and first.due_on < on
    return TodoItem(title, words.where, url, due_on=first.due_on, overdue=overdue)


def _together(tasks: Sequence[TodoItem], *, number: int) -> TodoItem:
    """Return one line for actions at many schools, so that they do not hide the records to write."""
    first = tasks[0]
    title, where = f"Update {number} actions", f"{len(tasks)} of your schools"
    return TodoItem(title, where, "", due_on=first.due_on, overdue=first.overdue, parts=tasks)
