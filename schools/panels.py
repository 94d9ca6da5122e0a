"""What schools puts on the home page, in the navigation, among a school's tabs and in its chronology."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import OuterRef, Subquery

from schoolimprove.accounts.rights import appointments_of, user_can
from schoolimprove.accounts.roles import Permission, Role
from schoolimprove.reminders.models import Deadline
from schoolimprove.ui.registry import Ask, HomePanel, NavigationItem, home_panels, navigation
from schools import chronology, deadlines, tabs
from schools.imports.importers import importers
from schools.models import ImportRun, RecordOfVisit
from schools.states import ImportStatus


def register() -> None:
    """Called once, when the app is ready."""
    navigation.register(
        NavigationItem("schools", 20, "Schools", "schools:list", lambda user: user_can(user, Permission.VIEW_SCHOOL))
    )
    navigation.register(
        NavigationItem(
            "allocation",
            25,
            "SIP allocation",
            "schools:allocation",
            lambda user: user_can(user, Permission.VIEW_ALLOCATION),
        )
    )
    home_panels.register(HomePanel("records", 10, asks_about_records))
    home_panels.register(HomePanel("imports", 20, asks_about_imports))
    tabs.register_own()
    chronology.register_own()


def asks_about_records(user: Any, on: date) -> Sequence[Ask]:
    """Finish one's drafts, decide on what others submitted, answer what was shared with one's school."""
    records = RecordOfVisit.objects
    return [
        *_asks(records.unfinished_by(user), deadlines.SUBMIT, "Finish the Record of Visit", on),
        *_asks(records.awaiting_approval_by(user), deadlines.ASSURE, "Approve or return the Record of Visit", on),
        *_answers_asked_of(user, on),
    ]


def asks_about_imports(user: Any, on: date) -> Sequence[Ask]:
    """Decide on the files one has brought in, and may still bring in."""
    kinds = [each.key for each in importers if user_can(user, each.permission)]
    if not kinds:
        return []
    waiting = ImportRun.objects.filter(kind__in=kinds, status=ImportStatus.CHECKED, created_by=user).order_by("pk")
    return [Ask("Confirm the import or leave it", f"{run}", run.get_absolute_url()) for run in waiting]


def _answers_asked_of(user: Any, on: date) -> list[Ask]:
    roles = {held.role for held in appointments_of(user)} & {Role.HEADTEACHER, Role.CHAIR}
    asked = [RecordOfVisit.objects.awaiting_response_from(user, role=role) for role in sorted(roles)]
    return [ask for rows in asked for ask in _asks(rows, deadlines.RESPOND, "Respond to the Record of Visit", on)]


def _asks(records: Any, rule: str, title: str, on: date) -> list[Ask]:
    open_rows = (
        Deadline.objects.open()
        .filter(rule=rule, subject_kind=RecordOfVisit._meta.label_lower, subject_id=OuterRef("pk"))
        .order_by()
    )
    dated = records.for_lists().annotate(
        due_on=Subquery(open_rows.values("due_on")[:1]), working=Subquery(open_rows.values("working")[:1])
    )
    return [_ask(record, title, on) for record in dated]


def _ask(record: Any, title: str, on: date) -> Ask:
    came_back = ", returned to you with comments" if record.returned_because else ""
    return Ask(
        title=title,
        where=f"{record.school.name}, visit of {record.visit.held_on:%-d %B %Y}{came_back}",
        url=record.get_absolute_url(),
        due_on=record.due_on,
        working=record.working,
        overdue=record.due_on is not None and record.due_on < on,
    )
