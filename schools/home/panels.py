"""What schools puts on the home page, among a school's tabs and in its chronology."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import OuterRef, Subquery

from schoolimprove.accounts.rights import appointments_of, user_can
from schoolimprove.accounts.roles import Permission, Role
from schoolimprove.reminders.models import Deadline
from schoolimprove.ui.registry import (
    Ask,
    DatesPanel,
    HomePanel,
    NewsPanel,
    NoticePanel,
    dates_panels,
    home_panels,
    news_panels,
    notice_panels,
)
from schools.home.asks_after_sharing import asks_after_sharing
from schools.home.following_asks import asks_about_actions
from schools.home.installing import asks_of_installation
from schools.home.keeping_asks import asks_about_files, asks_about_policy, dates_about_files, dates_about_people
from schools.home.news import news_about_schools
from schools.home.visit_asks import asks_about_visits
from schools.imports.core.registry import importers
from schools.imports.models import ImportRun
from schools.imports.states import ImportStatus
from schools.oversight.upcoming import dates_about_schools
from schools.records import deadlines as record_deadlines
from schools.records.models.record import RecordOfVisit, assures
from schools.register import tabs
from schools.register.people.cover import notices_of_cover
from schools.visits.opening.actions import asks_about_terms


def register() -> None:
    """Called once, when the app is ready."""
    home_panels.register(HomePanel("installing", 5, asks_of_installation))
    home_panels.register(HomePanel("records", 10, asks_about_records))
    home_panels.register(HomePanel("terms", 15, asks_about_terms))
    home_panels.register(HomePanel("visits", 15, asks_about_visits))
    home_panels.register(HomePanel("after_sharing", 12, asks_after_sharing))
    home_panels.register(HomePanel("actions", 17, asks_about_actions))
    home_panels.register(HomePanel("imports", 20, asks_about_imports))
    home_panels.register(HomePanel("files", 21, asks_about_files))
    home_panels.register(HomePanel("policy", 22, asks_about_policy))
    dates_panels.register(DatesPanel("schools", 10, dates_about_schools))
    dates_panels.register(DatesPanel("people", 20, dates_about_people))
    dates_panels.register(DatesPanel("files", 30, dates_about_files))
    news_panels.register(NewsPanel("schools", 10, news_about_schools))
    notice_panels.register(NoticePanel("cover", 10, notices_of_cover))
    tabs.register_own()


def asks_about_records(user: Any, on: date) -> Sequence[Ask]:
    """Finish one's drafts, decide on what others submitted, answer what was shared with one's school."""
    records, asks = RecordOfVisit.objects, _answers_asked_of(user, on)
    if user_can(user, Permission.WRITE_RECORD):
        asks += _asks(records.unfinished_by(user), record_deadlines.SUBMIT, "Finish the Record of Visit", on)
    if assures(user):
        asks += _asks(
            records.awaiting_approval_by(user), record_deadlines.ASSURE, "Approve or return the Record of Visit", on
        )
    return asks


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
    return [
        ask for rows in asked for ask in _asks(rows, record_deadlines.RESPOND, "Respond to the Record of Visit", on)
    ]


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
        where=f"{record.school.name}, visit of {record.held_on:%-d %B %Y}{came_back}",
        url=record.get_absolute_url(),
        due_on=record.due_on,
        working=record.working,
        overdue=record.due_on is not None and record.due_on < on,
    )
