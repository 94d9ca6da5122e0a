"""The Governors tab of a school: when its governing body meets, and what was presented to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from schoolimprove.accounts.exporting import Taken, export_links, exports
from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.pages import columns
from schoolimprove.pages.bulk import BulkPage
from schoolimprove.pages.columns import Column
from schoolimprove.reminders.models import Deadline
from schoolimprove.ui import components
from schoolimprove.ui.exports import ListFile, in_batches
from schools.records.deadlines import PRESENT
from schools.records.governors.actions import add_meetings, cancel_meeting
from schools.records.governors.forms import CancelMeetingForm, CancelMeetingsForm, MeetingsForm
from schools.records.models.meeting import GovernorsMeeting
from schools.records.models.record import RecordOfVisit
from schools.register.models.school import School
from schools.register.pages import SchoolTabView, SchoolVerbPage, paged, school_read


class SchoolGovernors(SchoolTabView):
    template_name = "schools/records/governors.html"
    tab = "governors"
    permission = Permission.VIEW_SHARED_RECORD

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, today = self.request.user, clock.today()
        keeps = user_can(user, Permission.KEEP_MEETINGS, on=self.school)
        meetings = self.school.governors_meetings.select_related("school")
        to_come = list(meetings.standing().filter(held_on__gte=today).order_by("held_on"))
        past = paged(self.request, meetings.exclude(cancelled_because="", held_on__gte=today).order_by("-held_on"))
        return super().get_context_data(
            keeps=keeps,
            waiting=waiting_table(self.school),
            to_come=meeting_table(
                "Upcoming meetings",
                [Met(each, "") for each in to_come],
                keeps=keeps,
                to_come=True,
                empty="No meetings yet. Until one is added, present records by the end of the next term.",
            ),
            past=meeting_table(
                "Past and cancelled meetings",
                with_presented(self.school, list(past.object_list)),
                keeps=keeps,
                to_come=False,
                empty="No past or cancelled meetings.",
            ),
            cancels=keeps and len(to_come) > 1,
            page_obj=past,
            waiting_exports=export_links("schools:waiting_export", user, self.school.urn, on=self.school),
            meetings_exports=export_links("schools:meetings_export", user, self.school.urn, on=self.school),
            **kwargs,
        )


def waiting_at(school: School) -> list[tuple[RecordOfVisit, date | None]]:
    """Records of core visits that the governors have not seen yet with the day each is due by, the soonest first."""
    records = list(RecordOfVisit.objects.awaiting_presentation().filter(school=school).for_lists().with_issued_at())
    rows = Deadline.objects.open().filter(
        rule=PRESENT,
        subject_kind=RecordOfVisit._meta.label_lower,
        subject_id__in=[record.pk for record in records],
    )
    due = dict(rows.values_list("subject_id", "due_on"))
    records.sort(key=lambda record: (due.get(record.pk) or date.max, record.pk))
    return [(record, due.get(record.pk)) for record in records]


def waiting_table(school: School) -> components.Table:
    empty = "No records to present."
    return columns.table("Records of Visit to present", WAITING, waiting_at(school), empty=empty)


@dataclass(frozen=True)
class Met:
    """A meeting, with the references of the records that were presented at it."""

    meeting: GovernorsMeeting
    presented: str

    @property
    def state(self) -> str:
        if self.meeting.cancelled_because:
            return "Cancelled"
        return "To come" if self.meeting.held_on >= clock.today() else "Held"

    @property
    def outcome(self) -> str:
        """Return why the meeting was cancelled, or what was presented at it."""
        if self.meeting.cancelled_because:
            return f"Cancelled: {self.meeting.cancelled_because}"
        return self.presented or "No Record of Visit"


def with_presented(school: School, meetings: Sequence[GovernorsMeeting]) -> list[Met]:
    """Return the meetings with what was presented at each. One query."""
    days = [each.held_on for each in meetings if not each.cancelled_because]
    presented: dict[date | None, list[str]] = {}
    for record in RecordOfVisit.objects.filter(school=school, presented_on__in=days).order_by("pk"):
        presented.setdefault(record.presented_on, []).append(record.reference)
    return [
        Met(each, "" if each.cancelled_because else ", ".join(presented.get(each.held_on, ()))) for each in meetings
    ]


def meeting_table(caption: str, met: Sequence[Met], *, keeps: bool, to_come: bool, empty: str) -> components.Table:
    shown = [Column("held_on", "Meeting", value=lambda each: clock.long_date(each.meeting.held_on))]
    shown += [] if to_come else [Column("outcome", "Records presented")]
    shown += [Column("change", "Change", value=_change)] if keeps else []
    return columns.table(caption, shown, met, empty=empty)


def _change(met: Met) -> Any:
    if met.meeting.cancelled_because or met.presented:
        return "Nothing to change"
    return format_html(
        '<a class="govuk-link" href="{}">Cancel<span class="govuk-visually-hidden"> the meeting of {}</span></a>',
        reverse("schools:meeting_cancel", args=[met.meeting.school.urn, met.meeting.pk]),
        clock.uk_date(met.meeting.held_on),
    )


class GovernorsPage(SchoolVerbPage):
    permission, tab = Permission.KEEP_MEETINGS, ("Governors", "schools:governors")


class MeetingsAdd(GovernorsPage):
    form_class, heading = MeetingsForm, "Add governors’ meetings"

    def act(self, *, by: User, on: date, seen_version: int, days: Sequence[date]) -> tuple[int, int]:  # type: ignore[override]
        """Return how many of the days are new, and how many were entered before."""
        new = add_meetings(self.school, days, by=by)
        return len(new), len(days) - len(new)

    def done_message(self, result: tuple[int, int]) -> str:
        new, known = result
        added = f"You added {new} meeting{'' if new == 1 else 's'}." if new else "You added no new meetings."
        return f"{added} {known} {'was' if known == 1 else 'were'} already on record." if known else added


class MeetingCancel(GovernorsPage):
    form_class, heading = CancelMeetingForm, "Cancel the governors’ meeting"

    def find(self) -> None:
        super().find()
        meetings = GovernorsMeeting.objects.filter(school=self.school).select_related("updated_by")
        self.subject = get_object_or_404(meetings, pk=self.kwargs["meeting"])
        self.subject.school = self.school

    def closed(self) -> str:
        why = self.subject.cancelled_because
        return f"This meeting has already been cancelled. Reason: {why}" if why else ""

    @property
    def lede(self) -> str:  # type: ignore[override]
        return f"{clock.long_date(self.subject.held_on)}. Records due at this meeting will be due at the next one."

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> None:
        cancel_meeting(self.subject, by=by, seen_version=seen_version, **fields)

    def done_message(self, result: None) -> str:
        return f"You cancelled the meeting on {clock.uk_date(self.subject.held_on)}."

    def state_of(self, current: Any) -> str:
        return meeting_state(current)


def meeting_state(meeting: Any) -> str:
    why = meeting.cancelled_because
    return f"cancelled ({why})" if why else "not cancelled"


class MeetingsCancel(GovernorsPage, BulkPage):
    """Several meetings of a school at once, such as those of a year whose dates have all moved."""

    form_class, heading = CancelMeetingsForm, "Cancel governors’ meetings"
    noun, rows_label, done = ("meeting", "meetings"), "Meetings to cancel", "You cancelled {result}."
    lede = "Records due at these meetings will be due at the next one that goes ahead."
    final = "You cannot undo this. If a meeting goes ahead after all, add it again."
    check_heading, send_label = "Check which meetings you cancel", "Cancel these meetings"

    def rows(self) -> QuerySet[GovernorsMeeting]:
        to_come = self.school.governors_meetings.standing().filter(held_on__gte=clock.today())
        return to_come.select_related("school", "updated_by").order_by("held_on")

    def label_of(self, row: GovernorsMeeting) -> str:
        return clock.long_date(row.held_on)

    def act_on(self, row: GovernorsMeeting, *, by: User, on: date, seen_version: int, **fields: Any) -> None:
        cancel_meeting(row, by=by, seen_version=seen_version, **fields)

    def state_of(self, current: Any) -> str:
        return meeting_state(current)


MEETINGS = (
    Column("held_on", "Meeting", "Day of the meeting", "meeting.held_on"),
    Column("state", "State", "To come, held or cancelled"),
    Column("cancelled_because", "Why cancelled", "Reason for cancelling it", "meeting.cancelled_because"),
    Column("presented", "Records presented", "References of the records presented at it"),
)
WAITING = (
    Column("record", "Record", "Reference of the record", lambda row: row[0].reference, file_only=True),
    Column(
        "held_on",
        "Visit",
        "Day of the visit",
        lambda row: row[0].held_on,
        lambda row: components.Link(clock.uk_date(row[0].held_on), row[0].get_absolute_url(), row[0].reference),
    ),
    Column("shared_on", "Shared", "Day the record was shared with the school", lambda row: row[0].shared_on),
    Column(
        "due_on",
        "To be presented by",
        "Day to present it by, if we have the term dates",
        lambda row: row[1],
        lambda row: row[1] or "No date: we do not have the term dates",
    ),
)


@exports(
    ListFile(
        "governors-meetings",
        "governors’ meetings",
        "A school: Governors",
        "A meeting of the governing body, the latest first",
        columns.documented(MEETINGS),
    )
)
def export_meetings(request: HttpRequest, urn: int) -> Taken:
    school = school_read(request, urn, Permission.VIEW_SHARED_RECORD)
    meetings = school.governors_meetings.order_by("-held_on", "-pk")
    batches = in_batches(meetings.iterator(500))
    rows = (met for batch in batches for met in with_presented(school, batch))
    return Taken(columns.lines(MEETINGS, rows), meetings.count(), school=school)


@exports(
    ListFile(
        "records-to-present",
        "records to present",
        "A school: Governors",
        "A record of a core visit not yet presented to the governors",
        columns.documented(WAITING),
    )
)
def export_waiting(request: HttpRequest, urn: int) -> Taken:
    school = school_read(request, urn, Permission.VIEW_SHARED_RECORD)
    found = waiting_at(school)
    return Taken(columns.lines(WAITING, found), len(found), school=school)


def paths() -> list[URLPattern]:
    return [
        path("<int:urn>/governors/", SchoolGovernors.as_view(), name="governors"),
        path("<int:urn>/governors/export.<export_kind:kind>", export_meetings, name="meetings_export"),
        path("<int:urn>/governors/waiting/export.<export_kind:kind>", export_waiting, name="waiting_export"),
        path("<int:urn>/governors/add/", MeetingsAdd.as_view(), name="meetings_add"),
        path("<int:urn>/governors/cancel/", MeetingsCancel.as_view(), name="meetings_cancel"),
        path("<int:urn>/governors/<int:meeting>/cancel/", MeetingCancel.as_view(), name="meeting_cancel"),
    ]
