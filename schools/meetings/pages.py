"""Meetings: the list, a meeting with its agenda, attendance and minutes, and its items one at a time."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

import django_filters
from django.db.models import Count, Q, QuerySet
from django.forms import CheckboxSelectMultiple
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.views.generic import TemplateView

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.documents.downloads import download
from schoolimprove.documents.pdf import CONTENT_TYPE
from schoolimprove.lib import clock
from schoolimprove.lib.states import Move
from schoolimprove.pages import columns
from schoolimprove.pages.bulk import BulkPage, RowsChanged
from schoolimprove.pages.columns import Column
from schoolimprove.pages.lists import DayFilter, ListPage
from schoolimprove.pages.nouns import NounPage
from schoolimprove.pages.verbs import VerbPage
from schoolimprove.records.transition import Conflict
from schoolimprove.ui import components
from schoolimprove.ui.forms import Form
from schoolimprove.ui.searching import holds_words
from schools.groups.models import Group, Membership
from schools.groups.states import DECIDES
from schools.meetings import actions
from schools.meetings.deciding import (
    blockers_to_confirming,
    by_kind,
    free_present,
    hidden_items,
    minutes_hidden,
    why_not_decide,
    why_not_defer,
)
from schools.meetings.forms import (
    AttendanceForm,
    ChangeForm,
    CorrectForm,
    DeferForm,
    ItemForm,
    MinutesForm,
    OrderForm,
    PlanForm,
    WithdrawForm,
)
from schools.meetings.kinds import item_kinds
from schools.meetings.models import Meeting, MeetingItem
from schools.meetings.pdf import meeting_pdf
from schools.meetings.states import MEETING, MINUTED, OPEN, MeetingStatus

LIST = "meetings:list"


def keeps(user: Any, meeting: Meeting) -> bool:
    return user_can(user, Permission.KEEP_GROUPS, on=meeting.group)


def writes(user: Any, meeting: Meeting) -> bool:
    """Return whether a user records attendance and writes minutes: who keeps the group, and the chair."""
    return keeps(user, meeting) or meeting.is_chaired_by(user)


def goes_to_meetings(user: Any) -> bool:
    """Return whether a user keeps or oversees groups; for the navigation, which asks no query."""
    return user_can(user, Permission.VIEW_GROUPS) or user_can(user, Permission.KEEP_GROUPS)


def meetings_for(user: Any) -> QuerySet[Meeting]:
    """Return the meetings that a user may see, with what pages read."""
    scope = [f"group__{name}" for name in ("district", "double_district", "partnership", "diocese", "authority")]
    found = Meeting.objects.visible_to(user)
    return found.select_related(
        *scope, "group__school__district", "group__district__double_district", "chair"
    ).select_related("updated_by")


def items_for(user: Any, meeting: Meeting) -> list[MeetingItem]:
    """Return the items of a meeting that a user may see, in order."""
    items = list(
        meeting.items.visible_to(user).current().select_related("school__district", "decided_by", "updated_by")
    )
    for item in items:
        item.meeting = meeting
    return items


class MeetingFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="Group or place", method="with_words")
    group = django_filters.ModelChoiceFilter(label="Group", queryset=Group.objects.none(), empty_label="Any")
    status = django_filters.MultipleChoiceFilter(
        label="Status", choices=MEETING.choices(), widget=CheckboxSelectMultiple, distinct=False
    )
    since = DayFilter(label="From", field_name="held_on", lookup_expr="gte", named="the first day")
    until = DayFilter(label="To", field_name="held_on", lookup_expr="lte", named="the last day")

    def __init__(self, data: Any, queryset: Any, **kwargs: Any) -> None:
        super().__init__(data, queryset, **kwargs)
        self.filters["group"].queryset = Group.objects.filter(pk__in=queryset.order_by().values("group"))

    def with_words(self, rows: Any, _name: str, text: str) -> Any:
        return rows.filter(holds_words(text, ["group__name", "place"]))


class MeetingList(ListPage):
    template_name = "schools/meetings/meetings.html"
    title, noun, row = "Meetings", ("meeting", "meetings"), "A meeting of a group"
    route, permission = LIST, Permission.VIEW_GROUPS
    filters, order = MeetingFilter, ("-held_on", "-pk")
    nothing = components.Empty(
        "No meetings yet", "When a group you are in or keep has a meeting, you will see it here."
    )
    columns = (
        Column("held_on", "Date", "Day of the meeting", sort=("held_on",)),
        Column(
            "group",
            "Group",
            "Name of the group",
            "group.name",
            lambda meeting: components.Link(meeting.group.name, meeting.get_absolute_url(), meeting.place),
            sort=("group__name",),
        ),
        Column("place", "Place", "Where the meeting is", file_only=True),
        Column("items", "Items", "Number of items on the agenda", "items_count", numeric=True),
        Column(
            "status",
            "Status",
            "Planned, called, held, confirmed or cancelled",
            Meeting.get_status_display,
            lambda meeting: components.Status(meeting.status, meeting.get_status_display()),
            sort=("status",),
        ),
    )

    @classmethod
    def may(cls, user: Any) -> bool:
        return goes_to_meetings(user) or Membership.objects.current(clock.today()).held_by(user).exists()

    def rows(self) -> Any:
        user = self.request.user
        seen = MeetingItem.objects.visible_to(user).current().order_by().values("pk")
        on_agenda = Count("items", filter=Q(items__in=seen))
        return Meeting.objects.visible_to(user).select_related("group").annotate(items_count=on_agenda)

    def exportable(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows if user_can(self.request.user, Permission.EXPORT) else rows.none()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(plans=user_can(self.request.user, Permission.KEEP_GROUPS), **kwargs)


class MeetingPlan(VerbPage):
    form_class, heading, done = PlanForm, "Plan a meeting", "You planned the meeting."
    lede = "Members cannot see the meeting until you call it."
    planned: Meeting | None = None

    def find(self) -> None:
        """Nothing is found: the groups to choose from are those that the user keeps."""

    def may(self, user: Any) -> bool:
        return user_can(user, Permission.KEEP_GROUPS)

    def get_form_kwargs(self) -> dict[str, Any]:
        groups = Group.objects.kept_by(self.request.user).current(clock.today()).with_scope()
        return {**super().get_form_kwargs(), "groups": groups}

    def get_initial(self) -> dict[str, Any]:
        return {"group": self.request.GET.get("group")}

    def back_url(self) -> str:
        return reverse(LIST)

    def next_url(self) -> str:
        return self.planned.get_absolute_url() if self.planned else self.back_url()

    def crumbs(self) -> list[components.Crumb]:
        return [components.Crumb("Meetings", self.back_url()), components.Crumb(self.heading)]

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> Meeting:
        self.planned = actions.plan_meeting(fields.pop("group"), by=by, on=on, **fields)
        return self.planned


class MeetingPage(NounPage):
    model, route, list_route, key = Meeting, "meetings:meeting", LIST, "group_meeting"
    template_name = "schools/meetings/meeting.html"
    verbs: ClassVar[Mapping[str, Callable[..., Any]]] = {
        "call": actions.call_meeting,
        "hold": actions.hold_meeting,
        "confirm": actions.confirm_meeting,
        "cancel": actions.cancel_meeting,
    }

    @classmethod
    def visible(cls, user: Any) -> Any:
        return meetings_for(user)

    @classmethod
    def facts(cls, subject: Meeting, user: Any) -> Sequence[components.Fact]:
        at = f"{subject.starts_at:%I:%M%p}".lstrip("0").lower() if subject.starts_at else ""
        present = [each for each in subject.attendances.all() if each.present and each.capacity in DECIDES]
        here = f". {len(present)} present who decide" if subject.attendances.exists() else ". Attendance not recorded"
        return [
            components.Fact("Date", f"{clock.uk_date(subject.held_on)}{f', {at}' if at else ''}"),
            components.Fact("Place", subject.place),
            components.Fact("Chair", subject.chair and str(subject.chair), empty="No chair yet"),
            components.Fact("Quorum", f"{subject.group.quorum} members who are free to decide{here}"),
        ]

    @classmethod
    def blockers_for(cls, user: Any, subject: Meeting, move: Move, *, on: date) -> list[str]:
        if move.verb == "hold":
            return actions.blockers_to_holding(subject, on=on)
        return blockers_to_confirming(subject, user, on=on) if move.verb == "confirm" else []

    @classmethod
    def knows_all(cls, user: Any, subject: Meeting) -> bool:
        return keeps(user, subject)

    @classmethod
    def crumbs(cls, subject: Meeting) -> list[components.Crumb]:
        return [components.Crumb("Meetings", reverse(LIST)), components.Crumb(str(subject))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        meeting, user = context["subject"], self.request.user
        items, on = items_for(user, meeting), clock.today()
        attendances = list(meeting.attendances.select_related("person"))
        is_keeper, is_open = keeps(user, meeting), meeting.status in OPEN
        acts = [
            ("Add an item", "item_add", is_keeper and is_open),
            ("Change the order", "order", is_keeper and is_open and len(items) > 1),
            ("Change the date, place or chair", "change", is_keeper and meeting.is_ahead),
            ("Record who is present", "attendance", writes(user, meeting) and meeting.status in ("called", "held")),
            ("Decide several items together", "together", meeting.status == "held" and meeting.decides(user, on)),
            ("Write or correct the minutes", "minutes_write", writes(user, meeting) and meeting.status in MINUTED),
            ("Download the agenda and minutes as PDF", "pdf", True),
        ]
        free = free_present(items, attendances, on=on) if attendances and meeting.status == "held" else {}
        return context | {
            "acts": [(label, reverse(f"meetings:{name}", args=[meeting.pk])) for label, name, may in acts if may],
            "agenda": agenda_table(items, free, quorum=meeting.group.quorum),
            "decided": sum(bool(item.decided_at or item.deferred) for item in items),
            "items": items,
            "hidden": hidden_items(user, meeting).not_of_posts_of(user).count(),
            "attendance": attendance_table(attendances),
            "also_present": meeting.also_present,
            "minutes": [] if minutes_hidden(user, meeting) else list(meeting.minutes.select_related("by")),
        }


def agenda_table(items: Sequence[MeetingItem], free: Mapping[int, int], *, quorum: int) -> components.Table:
    """Return the agenda; with `free` (people present and free to decide each item) it says where they are too few."""
    numbers = {item.pk: number for number, item in enumerate(items, start=1)}

    def outcome(item: MeetingItem) -> str:
        words = item.outcome_summary or item.deferred_reason
        if item.pk in free and free[item.pk] < quorum and not item.deferred:
            few = f"Not quorate: {free[item.pk]} present and free to decide, {quorum} needed."
            return f"{words} {few}".strip()
        return words

    shown = (
        Column("number", "Number", value=lambda item: numbers[item.pk], numeric=True),
        Column("item", "Item", value=lambda item: components.Link(str(item), item.get_absolute_url(), note_of(item))),
        Column("state", "Status", value=lambda item: components.Status(*item.state)),
        Column("outcome", "Decision", value=outcome),
    )
    empty = "No items yet. Add the first item to the agenda."
    return columns.table("Agenda", shown, items, empty=empty, caption_hidden=True)


def note_of(item: MeetingItem) -> str:
    """Return what stands beneath the title of an item: its school, where the title does not name it, and kind."""
    school = item.school.name if item.school and item.school.name not in item.title else ""
    return ", ".join(filter(None, [school, item.item_kind.label]))


def attendance_table(attendances: Sequence[Any]) -> components.Table:
    shown = (
        Column("person", "Member", value=lambda each: str(each.person)),
        Column("capacity", "Capacity", value=lambda each: each.get_capacity_display()),
        Column("present", "Present", value=lambda each: "Present" if each.present else "Absent"),
    )
    empty = "Attendance is not recorded yet."
    return columns.table("Attendance", shown, attendances, empty=empty, caption_hidden=True)


class OfMeeting(VerbPage):
    """A form about a meeting."""

    subject: Meeting

    def find(self) -> None:
        self.subject = get_object_or_404(meetings_for(self.request.user), pk=self.kwargs["group_meeting"])

    def may(self, user: Any) -> bool:
        return keeps(user, self.subject)

    states: ClassVar[frozenset[MeetingStatus]] = OPEN

    def closed(self) -> str:
        if self.subject.status in self.states:
            return ""
        return f"You cannot do this now. The meeting is {self.subject.get_status_display().lower()}."

    @property
    def caption(self) -> str:  # type: ignore[override]
        return str(self.subject)

    def crumbs(self) -> list[components.Crumb]:
        *above, own = MeetingPage.crumbs(self.subject)
        return [*above, components.Crumb(own.label, self.back_url()), components.Crumb(self.heading)]


class MeetingChange(OfMeeting):
    form_class, heading, done = ChangeForm, "Change the meeting", "You changed the meeting."
    states = frozenset({MeetingStatus.PLANNED, MeetingStatus.CALLED})

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "chairs": self.subject.group.deciders(clock.today())}

    def get_initial(self) -> dict[str, Any]:
        meeting = self.subject
        at = f"{meeting.starts_at:%H:%M}" if meeting.starts_at else ""
        return {"held_on": meeting.held_on, "starts_at": at, "place": meeting.place, "chair": meeting.chair_id}

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> None:
        actions.change_meeting(self.subject, by=by, on=on, seen_version=seen_version, **fields)


class ItemAdd(OfMeeting):
    form_class, heading, done = ItemForm, "Add an item", "You added this item: {result}."
    lede = "Add a report or another subject. Recommendations and referrals are added from their own pages."

    def fields(self, form: Any) -> dict[str, Any]:
        return {"title": form.cleaned_data["title"], "papers": form.papers()}

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> str:
        actions.add_items(self.subject, [actions.ToAdd("note", **fields)], by=by)
        return str(fields["title"])


class AgendaOrder(OfMeeting):
    form_class, heading, done = OrderForm, "Change the order", "You changed the order of the agenda."
    lede = "Number the items in the order in which the group should take them."

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "items": items_for(self.request.user, self.subject)}

    def fields(self, form: Any) -> dict[str, Any]:
        return {"order": form.order()}

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> None:
        actions.reorder_items(self.subject, by=by, seen_version=seen_version, **fields)


class AttendanceRecord(OfMeeting):
    form_class, heading, done = AttendanceForm, "Record who is present", "You recorded who is present."
    states = frozenset({MeetingStatus.CALLED, MeetingStatus.HELD})

    def may(self, user: Any) -> bool:
        return writes(user, self.subject)

    def get_form_kwargs(self) -> dict[str, Any]:
        members = self.subject.group.memberships.current(self.subject.held_on).select_related("person")
        choices = [(str(each.person_id), f"{each.person}, {each.get_capacity_display().lower()}") for each in members]
        return {**super().get_form_kwargs(), "members": choices}

    def get_initial(self) -> dict[str, Any]:
        present = self.subject.attendances.filter(present=True).values_list("person", flat=True)
        return {"present": [str(key) for key in present], "also_present": self.subject.also_present}

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> None:
        present = {int(key) for key in fields.pop("present")}
        actions.record_attendance(self.subject, by=by, seen_version=seen_version, present=present, **fields)


class ConfirmTogether(BulkPage):
    """Confirm several items as they were proposed and read out, in one press."""

    form_class, heading, done = Form, "Decide several items together", "You decided {result} together."
    noun, rows_label = ("item", "items"), "Items that were read out"
    lede = "Read these items out first. Each is decided as it was proposed."
    send_label = "Confirm together"
    meeting: Meeting

    def find(self) -> None:
        self.meeting = get_object_or_404(meetings_for(self.request.user), pk=self.kwargs["group_meeting"])

    def may(self, user: Any) -> bool:
        return self.meeting.decides(user, clock.today())

    def rows(self) -> QuerySet[MeetingItem]:
        user = self.request.user
        items = [item for item in items_for(user, self.meeting) if not item.decided_at and not item.deferred]
        barred = why_not_decide(self.meeting, items, user, on=clock.today())
        free = [item for item in items if not barred[item.pk]]
        keys = [key for kind, of_kind in by_kind(free).items() for key in item_kinds[kind].together(of_kind)]
        rows = MeetingItem.objects.filter(pk__in=keys)
        return rows.select_related("meeting__group", "meeting__chair", "school", "updated_by")

    def label_of(self, row: MeetingItem) -> str:
        return ", ".join(filter(None, [str(row), note_of(row)]))

    @property
    def caption(self) -> str:  # type: ignore[override]
        return str(self.meeting)

    def back_url(self) -> str:
        return self.meeting.get_absolute_url()

    def crumbs(self) -> list[components.Crumb]:
        *above, own = MeetingPage.crumbs(self.meeting)
        return [*above, components.Crumb(own.label, self.back_url()), components.Crumb(self.heading)]

    def act(  # type: ignore[override]
        self, *, by: User, on: date, seen_version: int, rows: Sequence[str] = ()
    ) -> int:
        items = self.chosen(rows)
        try:
            actions.confirm_together(items, by=by, on=on)
        except Conflict as lost:
            raise RowsChanged(self.happened_to(lost.current, lost)) from lost
        return len(items)


class MinutesWrite(OfMeeting):
    heading, states = "Write the minutes", MINUTED
    done = "You saved version {result} of the minutes."
    lede = "We drafted the minutes from the attendance and the decisions. Members can read them once you save them."

    def may(self, user: Any) -> bool:
        return writes(user, self.subject)

    def closed(self) -> str:
        return minutes_hidden(self.request.user, self.subject) or super().closed()

    def get_form_class(self) -> Any:
        return CorrectForm if self.last else MinutesForm

    @cached_property
    def last(self) -> Any:
        return self.subject.minutes.first()

    def get_initial(self) -> dict[str, Any]:
        return {"text": self.last.text if self.last else actions.drafted_minutes(self.subject)}

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> int:
        return actions.write_minutes(self.subject, by=by, seen_version=seen_version, **fields).number


class MinutesVersion(TemplateView):
    template_name = "schools/meetings/minutes.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        meeting = get_object_or_404(meetings_for(self.request.user), pk=kwargs["group_meeting"])
        if minutes_hidden(self.request.user, meeting):
            raise Http404
        version = get_object_or_404(meeting.minutes.select_related("by"), number=kwargs["version"])
        *above, own = MeetingPage.crumbs(meeting)
        title = f"Minutes, version {version.number}"
        crumbs = [*above, components.Crumb(own.label, meeting.get_absolute_url()), components.Crumb(title)]
        return super().get_context_data(
            **{**kwargs, "page_title": title, "caption": str(meeting), "breadcrumbs": crumbs, "version": version}
        )


def evidence_of(item: MeetingItem, request: HttpRequest) -> SafeString | str:
    """Return the evidence that the kind of an item draws, empty where it has none."""
    template, context = item.item_kind.evidence(item, request.user)
    return render_to_string(template, dict(context), request) if template else ""


class BesideEvidence:
    """What pages of one item have in common: the item in scope, the evidence, and where it stands in the agenda."""

    request: HttpRequest
    kwargs: Mapping[str, Any]

    @cached_property
    def item(self) -> MeetingItem:
        meeting = get_object_or_404(meetings_for(self.request.user), pk=self.kwargs["group_meeting"])
        items = meeting.items.visible_to(self.request.user).select_related(
            "school__district", "decided_by", "updated_by"
        )
        item = get_object_or_404(items, pk=self.kwargs["meeting_item"])
        item.meeting = meeting
        return item

    def item_crumbs(self, label: str = "") -> list[components.Crumb]:
        *above, own = MeetingPage.crumbs(self.item.meeting)
        steps = [*above, components.Crumb(own.label, self.item.meeting.get_absolute_url())]
        if not label:
            return [*steps, components.Crumb(str(self.item))]
        return [*steps, components.Crumb(str(self.item), self.item.get_absolute_url()), components.Crumb(label)]

    def beside(self) -> dict[str, Any]:
        """Return what the templates draw around the decision."""
        items = items_for(self.request.user, self.item.meeting)
        keys = [each.pk for each in items]
        at = keys.index(self.item.pk) if self.item.pk in keys else len(keys)
        return {
            "item": self.item,
            "evidence": evidence_of(self.item, self.request),
            "number": at + 1,
            "count": len(items),
            "previous": items[at - 1] if 0 < at < len(items) else None,
            "next": items[at + 1] if at + 1 < len(items) else None,
            "items": items,
        }


class ItemPage(BesideEvidence, TemplateView):
    template_name = "schools/meetings/item.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        item, user, on = self.item, self.request.user, clock.today()
        meeting = item.meeting
        decides, is_held = meeting.decides(user, on), meeting.status == MeetingStatus.HELD
        keeper, current = keeps(user, meeting), not item.withdrawn_reason
        why = why_not_decide(meeting, [item], user, on=on)[item.pk] if decides else ""
        locked = item.decided_at and (why or not decides)
        acts = [
            ("Change the decision" if item.decided_at else "Record the decision", "decide", decides and not why),
            ("Defer", "defer", is_held and current and not item.deferred and (decides or keeper) and not locked),
            (
                "Remove from the agenda",
                "withdraw",
                keeper and current and meeting.status in OPEN and not item.decided_at,
            ),
        ]
        return super().get_context_data(
            page_title=str(item),
            caption=str(meeting),
            breadcrumbs=self.item_crumbs(),
            state=components.Status(*item.state),
            why=why,
            acts=[(label, reverse(f"meetings:{name}", args=[meeting.pk, item.pk])) for label, name, may in acts if may],
            **{**kwargs, **self.beside()},
        )


class OfItem(BesideEvidence, VerbPage):
    """A form about one item."""

    subject: MeetingItem

    def find(self) -> None:
        self.subject = self.item

    @property
    def caption(self) -> str:  # type: ignore[override]
        return str(self.subject)

    def crumbs(self) -> list[components.Crumb]:
        return self.item_crumbs(self.heading)

    def state_of(self, current: Any) -> str:
        return str(current.state[1]).lower()

    def says_now(self, current: Any) -> Sequence[str]:
        """Show both: what is saved now, and what this user typed, which is still in the form."""
        words = current.outcome_summary or current.deferred_reason or current.withdrawn_reason
        label = current.state[1].lower()
        return [
            f"{current.updated_by or 'Someone else'} changed this item after you opened it.",
            f"Now {label}: {words}",
        ]


class ItemDecide(OfItem):
    template_name = "schools/meetings/item_decide.html"
    heading, done = "Record the decision", "You recorded the decision on {subject}."

    def may(self, user: Any) -> bool:
        return self.subject.meeting.decides(user, clock.today())

    def closed(self) -> str:
        return why_not_decide(self.subject.meeting, [self.subject], self.request.user, on=clock.today())[
            self.subject.pk
        ]

    def get_form_class(self) -> Any:
        return self.subject.item_kind.form(self.subject, self.request.user)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "submit_label": "Save and continue"}

    def get_initial(self) -> dict[str, Any]:
        return dict(self.subject.item_kind.initial(self.subject))

    def next_url(self) -> str:
        """The next item that is open; the meeting once there is none."""
        items = items_for(self.request.user, self.subject.meeting)
        later = [each for each in items if (each.order, each.pk) > (self.subject.order, self.subject.pk)]
        rest = [each for each in [*later, *items] if not each.decided_at and not each.deferred]
        return rest[0].get_absolute_url() if rest else self.subject.meeting.get_absolute_url()

    def fields(self, form: Any) -> dict[str, Any]:
        return {"answers": dict(form.cleaned_data)}

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> None:
        actions.decide_item(self.subject, by=by, on=on, seen_version=seen_version, **fields)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**self.beside(), **kwargs)


class ItemDefer(OfItem):
    form_class, heading, done = DeferForm, "Defer this item", "You deferred {subject}."

    def may(self, user: Any) -> bool:
        return keeps(user, self.subject.meeting) or self.subject.meeting.decides(user, clock.today())

    def closed(self) -> str:
        label = self.subject.meeting.get_status_display().lower()
        if self.subject.meeting.status != MeetingStatus.HELD:
            return f"You can defer items during the meeting. It is now {label}."
        if self.subject.deferred:
            return "This item is already deferred."
        return why_not_defer(self.subject, self.request.user, on=clock.today())

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> None:
        actions.defer_item(self.subject, by=by, on=on, seen_version=seen_version, **fields)


class ItemWithdraw(OfItem):
    template_name = "layouts/confirm.html"
    form_class, heading, done = WithdrawForm, "Remove this item from the agenda?", "You removed {subject}."

    def may(self, user: Any) -> bool:
        return keeps(user, self.subject.meeting)

    def closed(self) -> str:
        if self.subject.withdrawn_reason or self.subject.decided_at:
            return "This item is already decided or removed."
        label = self.subject.meeting.get_status_display().lower()
        return "" if self.subject.meeting.status in OPEN else f"The meeting is now {label}."

    def next_url(self) -> str:
        return self.subject.meeting.get_absolute_url()

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> None:
        actions.withdraw_item(self.subject, by=by, on=on, seen_version=seen_version, **fields)


def pdf(request: HttpRequest, group_meeting: int) -> HttpResponse:
    """Return the agenda, with decisions and minutes once there are any, as this user may read them."""
    meeting = get_object_or_404(meetings_for(request.user), pk=group_meeting)
    document = meeting_pdf(meeting, items_for(request.user, meeting), reader=request.user, on=clock.today())
    return download(document.content, f"meeting-{meeting.held_on:%Y-%m-%d}.pdf", CONTENT_TYPE)


def paths() -> list[URLPattern]:
    item = "<int:group_meeting>/items/<int:meeting_item>/"
    return [
        *MeetingList.paths(""),
        path("plan/", MeetingPlan.as_view(), name="plan"),
        *MeetingPage.paths(""),
        path("<int:group_meeting>/change/", MeetingChange.as_view(), name="change"),
        path("<int:group_meeting>/items/add/", ItemAdd.as_view(), name="item_add"),
        path("<int:group_meeting>/items/order/", AgendaOrder.as_view(), name="order"),
        path("<int:group_meeting>/items/together/", ConfirmTogether.as_view(), name="together"),
        path("<int:group_meeting>/attendance/", AttendanceRecord.as_view(), name="attendance"),
        path("<int:group_meeting>/minutes/", MinutesWrite.as_view(), name="minutes_write"),
        path("<int:group_meeting>/minutes/<int:version>/", MinutesVersion.as_view(), name="minutes"),
        path("<int:group_meeting>/pdf/", pdf, name="pdf"),
        path(item, ItemPage.as_view(), name="item"),
        path(f"{item}decide/", ItemDecide.as_view(), name="decide"),
        path(f"{item}defer/", ItemDefer.as_view(), name="defer"),
        path(f"{item}withdraw/", ItemWithdraw.as_view(), name="withdraw"),
    ]
