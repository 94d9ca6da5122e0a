"""Groups: the list, a group with its members, and the forms that form, change and end it and choose its members."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import django_filters
from django.db.models import Count, F, Q, QuerySet
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from schoolimprove.accounts.exporting import Taken, export_links, exports
from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import is_officer, user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.pages import columns
from schoolimprove.pages.columns import Column
from schoolimprove.pages.lists import ListPage
from schoolimprove.pages.nouns import NounPage
from schoolimprove.pages.verbs import VerbPage
from schoolimprove.policy.values import policy_value
from schoolimprove.ui import components
from schoolimprove.ui.exports import ListFile
from schoolimprove.ui.searching import holds_words
from schools.groups.actions import add_member, change_group, end_group, end_membership, form_group
from schools.groups.forms import ChangeGroupForm, EndMembershipForm, FormGroupForm, MemberForm
from schools.groups.models import Group, Membership
from schools.groups.policy import GROUP_KINDS
from schools.groups.states import GROUP, Capacity, GroupStatus
from schools.register.models.places import District
from schools.register.scope import within_scope


class GroupFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="Name of the group or of a member", method="with_words")
    kind = django_filters.MultipleChoiceFilter(label="Kind", widget=CheckboxSelectMultiple, distinct=False)
    district = django_filters.MultipleChoiceFilter(
        label="District", method="of_district", widget=CheckboxSelectMultiple, distinct=False
    )
    status = django_filters.MultipleChoiceFilter(
        label="Status", choices=GROUP.choices(), widget=CheckboxSelectMultiple, distinct=False
    )

    def __init__(self, data: Any, queryset: Any, **kwargs: Any) -> None:
        super().__init__(data, queryset, **kwargs)
        districts = District.objects.filter(Q(groups__in=queryset) | Q(schools__groups__in=queryset)).distinct()
        kinds = policy_value(GROUP_KINDS, on=clock.today()).labels
        self.filters["kind"].extra["choices"] = list(kinds.items())
        self.filters["district"].extra["choices"] = [(str(each.pk), str(each)) for each in districts.order_by("name")]

    def with_words(self, rows: Any, _name: str, text: str) -> Any:
        members = Membership.objects.current(clock.today()).filter(holds_words(text, ["person__name"]))
        return rows.filter(holds_words(text, ["name"]) | Q(pk__in=members.values("group")))

    def of_district(self, rows: Any, _name: str, chosen: Sequence[str]) -> Any:
        return rows.filter(Q(district__in=chosen) | Q(school__district__in=chosen)) if chosen else rows


@dataclass(frozen=True)
class ListedGroup:
    """A group with the name of its kind, how many members it has today, and who chairs it."""

    group: Group
    kind: str
    members: int
    chair: str


class GroupList(ListPage):
    """The groups in an officer's scope, and those that anyone is a member of."""

    title, noun, row = "Groups", ("group", "groups"), "A group, panel or board"
    route, permission = "groups:list", Permission.VIEW_GROUPS
    filters, order = GroupFilter, ("status", "name", "pk")
    nothing = components.Empty("No groups yet", "You see the groups of your districts, and those you are a member of.")
    columns = (
        Column(
            "name",
            "Group",
            "Name of the group",
            "group.name",
            lambda row: components.Link(row.group.name, row.group.get_absolute_url(), row.group.scope_name),
            sort=("name",),
        ),
        Column("scope", "Covers", "What the group covers", "group.scope_name", file_only=True),
        Column("kind", "Kind", "Kind of group", sort=("kind",)),
        Column("members", "Members", "How many people are in it today", sort=("current_members",), numeric=True),
        Column("chair", "Chair", "Who chairs it today", cell=lambda row: row.chair or "No chair"),
        Column("quorum", "Quorum", "How many must be present", "group.quorum", sort=("quorum",), numeric=True),
        Column("meets", "Meets", "How often it meets", lambda row: row.group.get_meets_display()),
        Column("starts_on", "From", "First day of the group", "group.starts_on", file_only=True),
        Column(
            "status",
            "Status",
            "Active or ended",
            lambda row: row.group.get_status_display(),
            lambda row: components.Status(row.group.status, row.group.get_status_display()),
        ),
        Column("ends_on", "To", "Last day, if the group has ended", "group.ends_on", file_only=True),
    )

    @classmethod
    def may(cls, user: Any) -> bool:
        """Officers may look whether they are in a group; the people of a school only once they are."""
        return is_officer(user) or Membership.objects.current(clock.today()).held_by(user).exists()

    def rows(self) -> QuerySet[Group]:
        on = clock.today()
        running = Q(memberships__starts_on__lte=on) & (
            Q(memberships__ends_on__isnull=True) | Q(memberships__ends_on__gte=on)
        )
        groups = Group.objects.visible_to(self.request.user).with_scope()
        return groups.annotate(current_members=Count("memberships", filter=running))

    def prepared(self, rows: Sequence[Any]) -> Iterable[ListedGroup]:
        chairs = Membership.objects.current(clock.today()).filter(group__in=rows, capacity=Capacity.CHAIR)
        names = dict(chairs.values_list("group", "person__name"))
        kinds = policy_value(GROUP_KINDS, on=clock.today())
        return [
            ListedGroup(each, kinds.label_of(each.kind), each.current_members, names.get(each.pk, "")) for each in rows
        ]

    def exportable(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(within_scope(self.request.user, Permission.EXPORT))

    def actions(self) -> Sequence[components.Link]:
        keeps = user_can(self.request.user, Permission.KEEP_GROUPS)
        return [components.Link("Form a group", reverse("groups:form"))] if keeps else []


MEMBERS = (
    Column("name", "Name", "Name of the person", "person.name"),
    Column("capacity", "Capacity", "Chair, member, adviser or minutes", Membership.get_capacity_display),
    Column("starts_on", "Since", "First day"),
    Column("ends_on", "Until", "Last day, if the membership has ended", cell=lambda member: member.ends_on or "No end"),
)


def member_table(group: Group, *, keeps: bool) -> components.Table:
    """Return the members of a group, those of today first."""

    def end_link(member: Membership) -> Any:
        if member.ends_on is not None:
            return "Ended"
        url = reverse("groups:member_end", args=[group.pk, member.pk])
        link = '<a class="govuk-link" href="{}">End<span class="govuk-visually-hidden">: {}</span></a>'
        return format_html(link, url, member.person)

    shown = [*MEMBERS, Column("end", "Change", value=end_link)] if keeps else MEMBERS
    empty = "No members yet. Add the chair first." if keeps else "No members yet."
    return columns.table("Members", shown, members_of(group), empty=empty)


def members_of(group: Group) -> QuerySet[Membership]:
    """Return who is in a group, and then who was, the newest first."""
    by_end = F("ends_on").desc(nulls_first=True)
    return group.memberships.select_related("person").order_by(by_end, "capacity", "person__name", "pk")


class GroupPage(NounPage):
    model, route, list_route = Group, "groups:group", "groups:list"
    template_name = "schools/groups/group.html"
    verbs = {"end": end_group}

    @classmethod
    def visible(cls, user: Any) -> Any:
        return super().visible(user).with_scope()

    @classmethod
    def lookup(cls, **kwargs: Any) -> dict[str, Any]:
        return {"pk": kwargs["group"]}

    @classmethod
    def address_of(cls, subject: Group) -> dict[str, Any]:
        return {"group": subject.pk}

    @classmethod
    def crumbs(cls, subject: Group) -> list[components.Crumb]:
        return [components.Crumb("Groups", reverse("groups:list")), components.Crumb(str(subject))]

    @classmethod
    def knows_all(cls, user: Any, subject: Group) -> bool:
        return user_can(user, Permission.VIEW_GROUPS, on=subject)

    @classmethod
    def facts(cls, subject: Group, user: Any) -> Sequence[components.Fact]:
        return [
            components.Fact("Kind", subject.kind_label),
            components.Fact("Covers", subject.scope_name),
            components.Fact("Quorum", f"{subject.quorum} {'person' if subject.quorum == 1 else 'people'} who decide"),
            components.Fact("Meets", subject.get_meets_display()),
            components.Fact("From", subject.starts_on),
            *([components.Fact("To", subject.ends_on)] if subject.ends_on else []),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        group, user = context["subject"], self.request.user
        keeps = group.status == GroupStatus.ACTIVE and user_can(user, Permission.KEEP_GROUPS, on=group.rights_over)
        acts = [("Add a member", "groups:member_add"), ("Change the group", "groups:change")] if keeps else []
        return context | {
            "moves": [*((label, reverse(name, args=[group.pk])) for label, name in acts), *context["moves"]],
            "members": member_table(group, keeps=keeps),
            "exports": export_links("groups:members_export", user, group.pk, on=group),
        }


@exports(ListFile("group-members", "members", "A group: Members", "A person in the group", columns.documented(MEMBERS)))
def export_members(request: HttpRequest, group: int) -> Taken:
    found = get_object_or_404(Group.objects.visible_to(request.user), pk=group)
    members = members_of(found)
    return Taken(columns.lines(MEMBERS, members), members.count(), about=found)


class GroupVerbPage(VerbPage):
    """A form about a group in the user's sight, or about one of its members, for who keeps groups there."""

    group: Group

    def find(self) -> None:
        self.subject = self.group = get_object_or_404(GroupPage.visible(self.request.user), pk=self.kwargs["group"])

    def may(self, user: Any) -> bool:
        return user_can(user, Permission.KEEP_GROUPS, on=self.group.rights_over)

    def closed(self) -> str:
        return "This group has ended." if self.group.status != GroupStatus.ACTIVE else ""

    @property
    def caption(self) -> str:  # type: ignore[override]
        return str(self.group)

    def back_url(self) -> str:
        return self.group.get_absolute_url()

    def crumbs(self) -> list[components.Crumb]:
        above, own = GroupPage.crumbs(self.group)
        return [above, replace(own, url=self.back_url()), components.Crumb(self.heading)]


class FormGroup(VerbPage):
    form_class, heading, done = FormGroupForm, "Form a group", "You formed the group {result}. Add its members."

    def find(self) -> None:
        """There is nothing to find: the group is new."""

    def may(self, user: Any) -> bool:
        return user_can(user, Permission.KEEP_GROUPS)

    def back_url(self) -> str:
        return reverse("groups:list")

    def crumbs(self) -> list[components.Crumb]:
        return [components.Crumb("Groups", self.back_url()), components.Crumb(self.heading)]

    def get_initial(self) -> dict[str, Any]:
        return {"starts_on": clock.today()}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def fields(self, form: FormGroupForm) -> dict[str, Any]:
        names = ("kind", "name", "quorum", "meets", "starts_on")
        return {**{name: form.cleaned_data[name] for name in names}, "scope": form.scope()}

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> Group:
        self.formed = form_group(by=by, on=on, **fields)
        return self.formed

    def next_url(self) -> str:
        return self.formed.get_absolute_url()


class GroupChange(GroupVerbPage):
    form_class, heading, done = ChangeGroupForm, "Change the group", "You changed the group {subject}."

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.group, name) for name in ChangeGroupForm.base_fields}

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> None:
        change_group(self.group, by=by, seen_version=seen_version, **fields)


class MemberAdd(GroupVerbPage):
    form_class, heading, done = MemberForm, "Add a member", "You added {result.person} to the group."

    def get_initial(self) -> dict[str, Any]:
        return {"starts_on": clock.today()}

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> Membership:
        return add_member(self.group, by=by, on=on, **fields)


class MemberEnd(GroupVerbPage):
    form_class, done = EndMembershipForm, "You ended the membership of {subject.person}."
    kept_title = "End a membership"

    def find(self) -> None:
        super().find()
        members = Membership.objects.filter(group=self.group).select_related("person", "updated_by")
        self.subject = get_object_or_404(members, pk=self.kwargs["member"])
        self.subject.group = self.group

    @property
    def heading(self) -> str:  # type: ignore[override]
        return f"End the membership of {self.subject.person}"

    @property
    def lede(self) -> str:  # type: ignore[override]
        return f"{self.subject.get_capacity_display()} since {clock.uk_date(self.subject.starts_on)}."

    def closed(self) -> str:
        ended = self.subject.ends_on
        return f"This membership has already ended, on {clock.uk_date(ended)}." if ended else ""

    def get_initial(self) -> dict[str, Any]:
        return {"last_day": clock.today()}

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> None:
        end_membership(self.subject, by=by, on=on, seen_version=seen_version, **fields)

    def state_of(self, current: Membership) -> str:
        return f"ended on {clock.uk_date(current.ends_on)}" if current.ends_on else "not ended"


def paths() -> list[URLPattern]:
    return [
        *GroupList.paths(""),
        path("form/", FormGroup.as_view(), name="form"),
        *GroupPage.paths("", key="<int:group>"),
        path("<int:group>/change/", GroupChange.as_view(), name="change"),
        path("<int:group>/members/export.<export_kind:kind>", export_members, name="members_export"),
        path("<int:group>/members/add/", MemberAdd.as_view(), name="member_add"),
        path("<int:group>/members/<int:member>/end/", MemberEnd.as_view(), name="member_end"),
    ]
