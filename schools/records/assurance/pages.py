"""Assuring Records of Visit: the line manager's queue, returning with comments item by item, approving."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.generic import ListView, TemplateView

from schoolimprove.accounts.exporting import Taken, export_links, exports, words_of
from schoolimprove.accounts.models import user_of
from schoolimprove.accounts.recipients import collected
from schoolimprove.accounts.rights import authorising
from schoolimprove.accounts.roles import LINE_MANAGEMENT, Role, rights_over, roles_with
from schoolimprove.lib import clock
from schoolimprove.pages.buttons import act, seen_in, with_recipients
from schoolimprove.pages.conflicts import show_conflict
from schoolimprove.records.transition import Conflict
from schoolimprove.reminders.models import Deadline
from schoolimprove.ui import components
from schoolimprove.ui.exports import Column, ListFile
from schoolimprove.ui.filters import filter_panel
from schools.records import actions as record_actions
from schools.records import versions
from schools.records.assurance.forms import AssuranceFilter, ReturnForm
from schools.records.assurance.warnings import doubt_about_sharing
from schools.records.deadlines import ASSURE, SUBMIT
from schools.records.document import Reading, read
from schools.records.models.correction import Correction
from schools.records.models.record import RecordOfVisit, assures
from schools.records.pages import (
    RecordFormView,
    breadcrumbs,
    document_context,
    last_move_in_words,
    record_in_scope,
)
from schools.records.returned import changes_since, last_return
from schools.records.states import CorrectionStatus, RecordStatus
from schools.register.people import cover as people_cover


def queue(request: HttpRequest) -> AssuranceFilter:
    """Return the records and corrections that come to this user, what is longest due first."""
    if not assures(request.user):
        raise PermissionDenied
    records = RecordOfVisit.objects.to_assure_by(request.user).for_lists().select_related("school__district")
    dated = records.annotate(**_due(records), **_corrections())
    ordered = dated.order_by(F("due_on").asc(nulls_last=True), "submitted_at", "pk")
    return AssuranceFilter(request.GET, ordered, request=request)


def _due(_records: Any) -> dict[str, Any]:
    rows = Deadline.objects.open().filter(
        subject_kind=RecordOfVisit._meta.label_lower, subject_id=OuterRef("pk"), rule__in=[ASSURE, SUBMIT]
    )
    return {name: Subquery(rows.order_by("due_on").values(name)[:1]) for name in ("due_on", "working")}


def _corrections() -> dict[str, Any]:
    """Which version the correction that waits is of, and when it was proposed."""
    waiting = Correction.objects.filter(record=OuterRef("pk"), status=CorrectionStatus.PROPOSED).order_by()
    return {f"correction_{name}": Subquery(waiting.values(name)[:1]) for name in ("corrects", "updated_at")}


class AssuranceQueue(ListView[RecordOfVisit]):
    template_name = "schools/records/assurance.html"
    paginate_by = 50

    def get_queryset(self) -> QuerySet[RecordOfVisit]:
        self.filter = queue(self.request)
        found: QuerySet[RecordOfVisit] = self.filter.qs
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        count, covers = context["paginator"].count, people_cover.covers_held_by(self.request.user)
        return context | {
            "page_title": "Records to assure",
            "found": f"{count:,} to approve or return",
            "filters": filter_panel(self.filter.form, self.request.GET, label="Filter records"),
            "table": queue_table(context["page_obj"].object_list, self.request.user, covers),
            "covers": [people_cover.in_words(cover) for cover in covers.values() if _approves(cover.role)],
            "filters_above": True,
            "nothing": self.nothing(count),
            "exports": export_links("schools:assurance_export", self.request.user),
        }

    def nothing(self, count: int) -> components.Empty | None:
        if count or self.request.GET:
            return None
        return components.Empty(
            "Nothing to approve",
            "Records and corrections appear on this page when the people you manage submit them.",
        )


def _approves(role: str) -> bool:
    return any(Role(role) in roles_with(rights.approve) for rights in LINE_MANAGEMENT)


def queue_table(records: Iterable[Any], user: Any, covers: Mapping[int, Any]) -> components.Table:
    labels = ["School", "Visit", "Author", "Submitted", "Due"]
    columns = [components.Column(label) for label in labels]
    rows = [_queue_row(record, user, covers) for record in records]
    return components.Table("Records to assure", columns, rows, caption_hidden=True)


def _queue_row(record: Any, user: Any, covers: Mapping[int, Any]) -> list[Any]:
    late = record.due_on is not None and record.due_on < clock.today()
    held = authorising(user, rights_over(record.author_role).approve, on=record)
    cover = covers.get(held.appointment_id) if held else None
    return [
        components.Link(
            record.school.name,
            address_of(record),
            record.reference,
            components.Status("overdue", "Overdue") if late else None,
        ),
        what_waits(record),
        f"{record.author}" + (f" (in cover for {cover.cover_for.person})" if cover else ""),
        clock.uk_date(at.astimezone(clock.LONDON).date()) if (at := submitted_at(record)) else "Not yet",
        record.due_on or "No date",
    ]


def what_waits(record: Any) -> str:
    """Return the visit that a record is of, and which version a correction is of."""
    visit = f"{record.visit.get_kind_display()}, {clock.uk_date(record.held_on)}"
    return f"Correction of version {record.correction_corrects}: {visit}" if record.correction_corrects else visit


def submitted_at(record: Any) -> Any:
    return record.correction_updated_at or record.submitted_at


def address_of(record: Any) -> str:
    if record.correction_corrects is None:
        return str(record.get_absolute_url())
    return reverse("schools:record_correction", args=[record.school.urn, record.reference])


COLUMNS_TAKEN = [
    Column("reference", "Reference", "Reference of the record"),
    Column("school", "School", "Name of the school"),
    Column("urn", "URN", "Unique reference number of the school"),
    Column("kind", "Type of visit", "Type of visit"),
    Column("held_on", "Visit", "Day of the visit"),
    Column("author", "Author", "Who wrote it"),
    Column("status", "State", "State of the record"),
    Column("corrects", "Correction of version", "The version it corrects; empty for a new record"),
    Column("submitted", "Submitted", "When the author last submitted the record, or proposed the correction"),
    Column("due_on", "Due", "Day it must be approved or submitted by"),
]


TO_ASSURE = ListFile(
    "records-to-assure", "records to assure", "Records to assure", "A record waiting for approval", COLUMNS_TAKEN
)


@exports(TO_ASSURE)
def export_assurance(request: HttpRequest) -> Taken:
    found = queue(request)
    chosen = words_of(filter_panel(found.form, request.GET))
    return Taken(map(_exported_row, found.qs.iterator(chunk_size=500)), found.qs.count(), chosen)


def _exported_row(record: Any) -> list[Any]:
    return [
        record.reference,
        record.school.name,
        record.school.urn,
        record.visit.get_kind_display(),
        record.held_on,
        str(record.author),
        record.get_status_display(),
        record.correction_corrects,
        submitted_at(record),
        record.due_on,
    ]


def with_what_waits(done: str, record: RecordOfVisit, user: Any) -> SafeString:
    """What was done with a record, and the way to the others that wait for the same person."""
    others = RecordOfVisit.objects.to_assure_by(user).exclude(status=RecordStatus.DRAFT).exclude(pk=record.pk).count()
    if not others:
        return format_html("{} You have no other records to approve.", done)
    return format_html(
        '{} <a class="govuk-notification-banner__link" href="{}">You have {} more to approve or return</a>',
        done,
        reverse("schools:assurance"),
        f"{others:,}",
    )


class RecordReturn(RecordFormView):
    """Returned to its author, with comments on the whole and item by item beside what they are about."""

    template_name = "schools/records/record_return.html"
    form_class = ReturnForm
    heading = "Return the record to its author"
    wanted = RecordStatus.SUBMITTED

    def may(self, user: Any) -> bool:
        return self.record.is_approved_by(user)

    def made_of(self) -> dict[str, Any]:
        return {"parts": self.record.parts(), "cancel_url": self.record.get_absolute_url()}

    def form_valid(self, form: ReturnForm) -> HttpResponse:
        try:
            with collected() as told:
                record_actions.return_to_author(
                    self.record,
                    by=user_of(self.request),
                    on=clock.today(),
                    reason=form.summary(),
                    seen_version=self.base_version,
                    comments=form.comments(),
                )
        except Conflict as lost:
            return show_conflict(self, form, lost)
        done = with_recipients(f"You returned the record to {self.record.author} with your comments.", told)
        messages.success(self.request, with_what_waits(done, self.record, self.request.user))
        return redirect(self.record)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        reading = read(versions.document(self.record))
        form, returned = context["form"], last_return(self.record)
        comments = returned.comments if returned else {}
        lines = [
            {
                "heading": heading,
                "lines": said_in(name, reading, self.record),
                "comment": comments.get(name),
                "field": form.comment_field(name),
            }
            for name, heading in self.record.parts()
        ]
        changes = changes_since(self.record, returned) if returned else ()
        return context | {"lines": lines, "returned": returned, "changes_since": changes}


def said_in(part: str, reading: Reading, record: RecordOfVisit) -> list[str]:
    """What a part of the record says, as paragraphs beside the box for a comment on it."""
    said: dict[str, list[str]] = {
        "visit": [f"{record.visit.get_kind_display()}, {clock.uk_date(record.held_on)}, {in_days(record.visit.days)}"],
        "met": [reading.met],
        "evidence": [reading.evidence],
        "findings": [reading.findings],
        "judgements": [reading.judgements],
        "grades": [f"{each.aspect}: school {each.school}; visitor {each.sip}" for each in reading.grades],
        "strengths": [f"{each.text}{f' ({each.theme})' if each.theme else ''}" for each in reading.strengths],
        "carried": [f"{each.what}: {each.outcome}. {each.note}".strip() for each in reading.carried],
        "actions": [
            f"{each.what} ({', '.join(filter(None, [each.owner, each.who, _by(each.due_on)]))})"
            for each in reading.actions
        ],
    }
    said |= {f"item_{item.key}": [item.text] for item in reading.items}
    return [line for line in said.get(part, []) if line.strip()]


def in_days(days: Decimal) -> str:
    """`1 day`, `0.5 days`."""
    return f"{days.normalize():f} day{'' if days == 1 else 's'}"


def _by(day: Any) -> str:
    return f"by {clock.uk_date(day)}" if day else ""


class RecordApprove(TemplateView):
    """What approving will do, and the button that does it."""

    template_name = "schools/records/record_approve.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.record = record_in_scope(request, kwargs["urn"], kwargs["reference"])
        if not self.record.is_approved_by(user_of(request)):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Only for the version that was read: the page of the record hands it on in the link."""
        if self.record.status != RecordStatus.SUBMITTED or seen_in(request.GET) != self.record.version:
            moved = (
                "" if self.record.status == RecordStatus.SUBMITTED else last_move_in_words(self.record, request.user)
            )
            messages.warning(request, moved or "Check the record again before you approve or return it.")
            return redirect(self.record)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        record = self.record
        return super().get_context_data(
            page_title="Approve and share the record",
            caption=f"{record.reference}, {record.school.name}",
            breadcrumbs=breadcrumbs(record, "Approve"),
            consequences=[*consequences_of_approving(record), *_in_cover(record, self.request.user)],
            doubt=doubt_about_sharing(record, held_on=record.held_on, on=clock.today(), act="approve"),
            undo="You cannot undo this. Only a correction, issued as a new version, can change a shared record.",
            grave=True,
            confirm_label="Approve and share",
            confirm_url=self.request.path,
            hidden={"seen_version": record.version},
            cancel_url=record.get_absolute_url(),
            **document_context(versions.document(record)),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return act(
            request,
            self.record,
            with_what_waits("You approved the record and shared it with the school.", self.record, request.user),
            partial(record_actions.approve, self.record),
            on=clock.today(),
            seen_version=seen_in(request.POST),
        )


def consequences_of_approving(record: RecordOfVisit) -> list[str]:
    """Who will read it, by name; and what is asked of a school without a head or a chair."""
    labels = {Role.HEADTEACHER: "headteacher", Role.CHAIR: "chair of governors"}
    held = record.school.appointments.current(clock.today()).filter(role__in=labels).select_related("person")
    people = {role: [each.person.name for each in held if each.role == role] for role in labels}
    lines = []
    for role, label in labels.items():
        named = " and ".join(people[role])
        lines.append(
            f"We ask {named}, {label}, to read it and respond." if named else f"The school has no {label} on record."
        )
    return [
        f"We freeze the record as version 1 and share it with {record.school.name}.",
        *lines,
        *_what_follows(record),
    ]


def _what_follows(record: RecordOfVisit) -> list[str]:
    """What takes effect with it."""
    written = record.written
    lines = []
    if written.actions:
        count = len(written.actions)
        lines.append(f"You and the school can follow {count} action{'' if count == 1 else 's'}.")
    if written.strengths:
        lines.append("We ask the headteacher whether we may share the strengths with other schools.")
    if record.visit.kind == "core":
        lines.append("The school needs to present it at the governors’ next meeting.")
    return lines


def _in_cover(record: RecordOfVisit, user: Any) -> list[str]:
    held = authorising(user, rights_over(record.author_role).approve, on=record)
    covered = people_cover.covered_person(held.appointment_id) if held else ""
    return [f"We record that you approve it in cover for {covered}."] if covered else []
