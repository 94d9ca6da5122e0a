"""Referrals of schools to groups: the list, a referral, and referring a school."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

import django_filters
from django.forms import CheckboxSelectMultiple
from django.urls import URLPattern, path, reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.lib.states import Move
from schoolimprove.pages.columns import Column
from schoolimprove.pages.nouns import MovePage, NounPage
from schoolimprove.ui import components
from schools.groups.models import Group
from schools.meetings.models import Meeting, MeetingItem
from schools.meetings.states import OPEN
from schools.referrals import actions
from schools.referrals.forms import AgendaForm, ReferForm
from schools.referrals.models import Referral
from schools.referrals.states import REFERRAL
from schools.register.filters import SchoolScopeFilter
from schools.register.pages import SchoolListPage, SchoolVerbPage

LIST = "referrals:list"


def referrals_for(user: Any) -> Any:
    """Return the referrals that a user may see, with what pages read."""
    rows = Referral.objects.visible_to(user)
    groups = [f"group__{name}" for name in ("district__double_district", "school__district__double_district")]
    return rows.select_related(
        "school__district", "group", "source_group", "created_by", "updated_by", "meeting_item__meeting__group", *groups
    )


def meetings_to_come(referral: Referral) -> Any:
    """Return the meetings of the group whose agenda can still change."""
    return (
        Meeting.objects.filter(group=referral.group, status__in=sorted(OPEN))
        .select_related("group")
        .order_by("held_on")
    )


class ReferralFilter(SchoolScopeFilter):
    status = django_filters.MultipleChoiceFilter(
        label="Status", choices=REFERRAL.choices(), widget=CheckboxSelectMultiple, distinct=False
    )
    group = django_filters.ModelChoiceFilter(label="Group", queryset=Group.objects.none(), empty_label="Any")

    def __init__(self, data: Any, queryset: Any, **kwargs: Any) -> None:
        super().__init__(data, queryset, **kwargs)
        self.filters["group"].queryset = Group.objects.filter(pk__in=queryset.order_by().values("group"))


class ReferralList(SchoolListPage):
    title, noun, row = "Referrals", ("referral", "referrals"), "A referral of a school to a group"
    route, permission = LIST, Permission.REFER
    filters, order = ReferralFilter, ("-urgent", "-pk")
    nothing = components.Empty("No referrals yet", "To refer a school to a group, open the school.")
    columns = (
        Column("urn", "URN", "Unique reference number of the school", "school.urn", file_only=True),
        Column(
            "school",
            "School",
            "Name of the school",
            "school.name",
            lambda row: components.Link(
                row.school.name,
                row.get_absolute_url(),
                row.ask.label,
                components.Status("overdue", "Urgent") if row.urgent else None,
            ),
            sort=("school__name",),
        ),
        Column("asks", "Asks", "What the referral asks for", lambda row: row.ask.label, file_only=True),
        Column("urgent", "Urgent", "Whether it is urgent", lambda row: "Yes" if row.urgent else "No", file_only=True),
        Column("group", "Group", "Group that the school is referred to", "group.name", sort=("group__name",)),
        Column("created_at", "Sent", "When the referral was sent", sort=("created_at",)),
        Column(
            "status",
            "Status",
            "Sent, on an agenda, accepted or declined",
            Referral.get_status_display,
            lambda row: components.Status(row.status, row.get_status_display()),
            sort=("status",),
        ),
    )

    @classmethod
    def may(cls, user: Any) -> bool:
        return reads_referrals(user)

    def rows(self) -> Any:
        return referrals_for(self.request.user)


def reads_referrals(user: Any) -> bool:
    return user_can(user, Permission.REFER) or user_can(user, Permission.KEEP_GROUPS)


class ReferralPage(NounPage):
    model, route, list_route, key = Referral, "referrals:referral", LIST, "referral"
    template_name = "schools/referrals/referral.html"
    verbs: ClassVar[Mapping[str, Callable[..., Any]]] = {"add to agenda": actions.add_to_agenda}
    forms: ClassVar[Mapping[str, Any]] = {"add to agenda": AgendaForm}

    @classmethod
    def visible(cls, user: Any) -> Any:
        return referrals_for(user)

    @classmethod
    def facts(cls, subject: Referral, user: Any) -> Sequence[components.Fact]:
        item = subject.meeting_item
        sees = item is not None and MeetingItem.objects.visible_to(user).filter(pk=item.pk).exists()
        return [
            components.Fact("Group", str(subject.group)),
            components.Fact("Asks", subject.ask.label),
            *([components.Fact("Cause", subject.cause_label)] if subject.cause else []),
            components.Fact("Urgent", "Yes" if subject.urgent else "No"),
            components.Fact("From", subject.source),
            components.Fact(
                "Meeting",
                clock.uk_date(item.meeting.held_on) if item else "",
                item.get_absolute_url() if item and sees else "",
                "Open the item",
                empty="Not on an agenda yet",
            ),
            *([components.Fact("Answer", subject.answer_reason)] if subject.answer_reason else []),
        ]

    @classmethod
    def blockers(cls, subject: Referral, move: Move, *, on: date) -> list[str]:
        if meetings_to_come(subject).exists():
            return []
        return [f"{subject.group} has no meeting to come. Plan one first."]

    @classmethod
    def knows_all(cls, user: Any, subject: Referral) -> bool:
        return True

    @classmethod
    def crumbs(cls, subject: Referral) -> list[components.Crumb]:
        return [components.Crumb("Referrals", reverse(LIST)), components.Crumb(subject.school.name)]


class ReferralMove(MovePage):
    """The meeting is chosen among those of the group."""

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "meetings": meetings_to_come(self.subject)}


class Refer(SchoolVerbPage):
    permission, tab = Permission.REFER, ("Overview", "schools:school")
    form_class, heading, done = ReferForm, "Refer this school to a group", "You sent the referral to {result.group}."
    lede = "The group decides at one of its meetings. The school cannot see the referral."

    def get_form_kwargs(self) -> dict[str, Any]:
        on = clock.today()
        sources = Group.objects.visible_to(self.request.user).current(on)
        groups = Group.objects.current(on).covering(self.school)
        return {**super().get_form_kwargs(), "groups": groups, "sources": sources}

    def fields(self, form: Any) -> dict[str, Any]:
        return {**form.cleaned_data, "urgent": form.cleaned_data["urgent"] == "yes"}

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> Referral:
        return actions.send_referral(self.school, by=by, on=on, **fields)


def paths() -> list[URLPattern]:
    return [
        *ReferralList.paths(""),
        *ReferralPage.paths("", ReferralMove),
        path("refer/<int:urn>/", Refer.as_view(), name="refer"),
    ]
