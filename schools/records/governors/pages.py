"""The Governors tab of a school: when its governing body meets, and what was presented to it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.generic import FormView

from schoolimprove.accounts.exporting import Taken, export_links, exports
from schoolimprove.accounts.models import user_of
from schoolimprove.accounts.rights import acting, user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.records.drafts import KeepsDrafts
from schoolimprove.records.transition import Blocked, Conflict
from schoolimprove.reminders.models import Deadline
from schoolimprove.ui import components
from schoolimprove.ui.exports import Column, ListFile, in_batches
from schools.records.deadlines import PRESENT
from schools.records.governors.actions import add_meetings, cancel_meeting
from schools.records.governors.forms import CancelMeetingForm, MeetingsForm
from schools.records.models.meeting import GovernorsMeeting
from schools.records.models.record import RecordOfVisit
from schools.register.acting import refused, show_conflict
from schools.register.models.school import School
from schools.register.pages import SchoolTabView, paged, school_in_scope, school_read


class SchoolGovernors(SchoolTabView):
    template_name = "schools/records/governors.html"
    tab = "governors"
    permission = Permission.VIEW_SHARED_RECORD

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, today = self.request.user, clock.today()
        keeps = user_can(user, Permission.KEEP_MEETINGS, on=self.school)
        meetings = self.school.governors_meetings
        to_come = list(meetings.standing().filter(held_on__gte=today).order_by("held_on"))
        past = paged(self.request, meetings.exclude(cancelled_because="", held_on__gte=today).order_by("-held_on"))
        return super().get_context_data(
            keeps=keeps,
            waiting=waiting_table(self.school),
            to_come=meetings_to_come(self.school, to_come, keeps=keeps),
            past=meetings_past(self.school, list(past.object_list), keeps=keeps),
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
    columns = [components.Column(label) for label in ("Visit", "Shared", "To be presented by")]
    lines = [
        [
            components.Link(clock.uk_date(record.held_on), record.get_absolute_url(), record.reference),
            record.shared_on,
            due_on or "No date: no term dates are held",
        ]
        for record, due_on in waiting_at(school)
    ]
    empty = "No Record of Visit waits to be presented."
    return components.Table("Records of Visit to be presented", columns, lines, empty=empty)


def meetings_to_come(school: School, meetings: Sequence[GovernorsMeeting], *, keeps: bool) -> components.Table:
    columns = [components.Column("Meeting"), *([components.Column("Change")] if keeps else [])]
    rows = [[clock.long_date(each.held_on), *([_cancel_link(school, each)] if keeps else [])] for each in meetings]
    empty = "No date is known. Until one is, records are to be presented by the end of the next term."
    return components.Table("Meetings to come", columns, rows, empty=empty)


def meetings_past(school: School, meetings: Sequence[GovernorsMeeting], *, keeps: bool) -> components.Table:
    """And those that were cancelled, with the reason; what was presented at each."""
    days = [each.held_on for each in meetings if not each.cancelled_because]
    presented = presented_on(school, days)
    columns = [components.Column(label) for label in ("Meeting", "What was presented")]
    columns += [components.Column("Change")] if keeps else []
    rows = [
        [
            clock.long_date(each.held_on),
            f"Cancelled: {each.cancelled_because}"
            if each.cancelled_because
            else references(presented, each) or "No Record of Visit",
            *([_past_change(school, each, presented)] if keeps else []),
        ]
        for each in meetings
    ]
    return components.Table("Meetings held or cancelled", columns, rows, empty="No meeting is entered.")


def presented_on(school: School, days: Sequence[date]) -> Mapping[date, list[RecordOfVisit]]:
    found: dict[date, list[RecordOfVisit]] = {}
    for record in RecordOfVisit.objects.filter(school=school, presented_on__in=days).for_lists().order_by("pk"):
        found.setdefault(record.presented_on or date.max, []).append(record)
    return found


def _became(meeting: GovernorsMeeting, presented: Mapping[date, list[RecordOfVisit]]) -> str:
    if meeting.cancelled_because:
        return f"Cancelled: {meeting.cancelled_because}"
    return references(presented, meeting) or "No Record of Visit"


def references(presented: Mapping[date, list[RecordOfVisit]], meeting: GovernorsMeeting) -> str:
    records = presented.get(meeting.held_on, [])
    return ", ".join(record.reference for record in records)


def _past_change(school: School, meeting: GovernorsMeeting, presented: Mapping[date, Any]) -> Any:
    if meeting.cancelled_because or meeting.held_on in presented:
        return "Nothing to change"
    return _cancel_link(school, meeting)


def _cancel_link(school: School, meeting: GovernorsMeeting) -> Any:
    return format_html(
        '<a class="govuk-link" href="{}">Cancel<span class="govuk-visually-hidden"> the meeting of {}</span></a>',
        reverse("schools:meeting_cancel", args=[school.urn, meeting.pk]),
        clock.uk_date(meeting.held_on),
    )


class GovernorsFormView(KeepsDrafts, FormView[Any]):
    """A form that leads back to the tab."""

    template_name = "layouts/form.html"
    heading: str

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.school = school_in_scope(request, kwargs["urn"])
        acting(user_of(request), Permission.KEEP_MEETINGS, on=self.school)
        return super().dispatch(request, *args, **kwargs)

    @property
    def tab_url(self) -> str:
        return reverse("schools:governors", args=[self.school.urn])

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "cancel_url": self.tab_url}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        crumbs = [
            components.Crumb("Schools", reverse("schools:list")),
            components.Crumb(self.school.name, self.school.get_absolute_url()),
            components.Crumb("Governors", self.tab_url),
            components.Crumb(self.heading),
        ]
        context = super().get_context_data(**kwargs)
        return {"page_title": self.heading, "caption": self.school.name, "breadcrumbs": crumbs, **context}


class MeetingsAdd(GovernorsFormView):
    form_class = MeetingsForm
    heading = "Add governors’ meetings"

    def form_valid(self, form: MeetingsForm) -> HttpResponse:
        days = form.cleaned_data["days"]
        new = add_meetings(self.school, days, by=user_of(self.request))
        messages.success(self.request, _added(len(new), len(days) - len(new)))
        return redirect(self.tab_url)


def _added(new: int, known: int) -> str:
    added = f"{new} meeting{'' if new == 1 else 's'} added." if new else "Nothing was added."
    return f"{added} {known} {'was' if known == 1 else 'were'} entered already." if known else added


class MeetingCancel(GovernorsFormView):
    form_class = CancelMeetingForm
    heading = "Cancel the governors’ meeting"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        meetings = GovernorsMeeting.objects.filter(school__urn=kwargs["urn"]).select_related(
            "school__authority", "school__district", "updated_by"
        )
        school_in_scope(request, kwargs["urn"])
        self.meeting = get_object_or_404(meetings, pk=kwargs["meeting"])
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.meeting.cancelled_because:
            messages.warning(request, f"This meeting is cancelled already: {self.meeting.cancelled_because}")
            return redirect(self.tab_url)
        return super().get(request, *args, **kwargs)

    def current_version(self) -> int:
        return self.meeting.version

    def form_valid(self, form: CancelMeetingForm) -> HttpResponse:
        reason = form.cleaned_data["reason"]
        try:
            cancel_meeting(self.meeting, by=user_of(self.request), reason=reason, seen_version=self.base_version)
        except Blocked as error:
            return refused(self, form, error)
        except Conflict as lost:
            why = lost.current.cancelled_because  # type: ignore[attr-defined]
            return show_conflict(self, form, lost, state=f"cancelled ({why})" if why else "not cancelled")
        messages.success(self.request, f"The meeting of {clock.uk_date(self.meeting.held_on)} is cancelled.")
        return redirect(self.tab_url)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lede = f"{clock.long_date(self.meeting.held_on)}. Records due at it are due at the next meeting instead."
        return super().get_context_data(**kwargs) | {"lede": lede}


MEETINGS = ListFile(
    "governors-meetings",
    "governors’ meetings",
    "A school: Governors",
    "A meeting of the governing body, the latest first",
    [
        Column("held_on", "Meeting", "Day of the meeting"),
        Column("state", "State", "Whether it is to come, was held, or was cancelled"),
        Column("cancelled_because", "Why cancelled", "The reason for which it was cancelled"),
        Column("presented", "What was presented", "References of the records that were presented at it"),
    ],
)
TO_PRESENT = ListFile(
    "records-to-present",
    "records to be presented",
    "A school: Governors",
    "A record of a core visit that the governors have not seen yet",
    [
        Column("record", "Record", "Reference of the record"),
        Column("held_on", "Visit", "Day of the visit"),
        Column("shared_on", "Shared", "Day on which the record was shared with the school"),
        Column("due_on", "To be presented by", "Day by which it is to be presented, where term dates are held"),
    ],
)


@exports(MEETINGS)
def export_meetings(request: HttpRequest, urn: int) -> Taken:
    school = school_read(request, urn, Permission.VIEW_SHARED_RECORD)
    meetings = school.governors_meetings.order_by("-held_on", "-pk")
    return Taken(_meeting_rows(school, meetings), meetings.count(), school=school)


def _meeting_rows(school: School, found: QuerySet[GovernorsMeeting]) -> Iterator[Sequence[Any]]:
    for meetings in in_batches(found.iterator(500)):
        presented = presented_on(school, [each.held_on for each in meetings if not each.cancelled_because])
        for each in meetings:
            said = "" if each.cancelled_because else references(presented, each)
            yield [each.held_on, _meeting_state(each), each.cancelled_because, said]


def _meeting_state(meeting: GovernorsMeeting) -> str:
    if meeting.cancelled_because:
        return "Cancelled"
    return "To come" if meeting.held_on >= clock.today() else "Held"


@exports(TO_PRESENT)
def export_waiting(request: HttpRequest, urn: int) -> Taken:
    school = school_read(request, urn, Permission.VIEW_SHARED_RECORD)
    found = waiting_at(school)
    rows = ([record.reference, record.held_on, record.shared_on, due_on] for record, due_on in found)
    return Taken(rows, len(found), school=school)
