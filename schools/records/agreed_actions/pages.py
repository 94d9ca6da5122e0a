"""The Actions tab of a school: what was agreed in its records, how far it is, and saying so."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.generic import FormView

from schoolimprove.accounts.exporting import Taken, export_links, exports, words_of
from schoolimprove.accounts.models import user_of
from schoolimprove.accounts.rights import acting, user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.pages.conflicts import refused, show_conflict
from schoolimprove.records.drafts import KeepsDrafts
from schoolimprove.records.transition import Blocked, Conflict
from schoolimprove.ui import components
from schoolimprove.ui.exports import Column, ListFile
from schoolimprove.ui.filters import filter_panel
from schools.records.agreed_actions import actions as agreed_actions
from schools.records.agreed_actions.forms import ACTS, BEGIN, FINISH, REPORT, ActionFilter, ActionForm
from schools.records.agreed_actions.listing import actions_at, most_urgent_first, narrowed
from schools.records.content import OWNER_LABELS, Owner
from schools.records.models.action import RecordAction
from schools.records.states import ActionStatus
from schools.register.models.school import School
from schools.register.pages import SchoolTabView, paged, school_in_scope


class Listing:
    """A school's actions as the address narrows them, for one reader."""

    def __init__(self, request: HttpRequest, school: School) -> None:
        self.everything = actions_at(school, request.user)
        references = self.everything.order_by("-record__reference").values_list("record__reference", flat=True)
        records = [(reference, reference) for reference in dict.fromkeys(references)]
        self.form = ActionFilter(request.GET, records=records)
        self.form.is_valid()
        self.panel = filter_panel(self.form, request.GET, label="Filter actions")

    def found(self) -> QuerySet[RecordAction]:
        today = clock.today()
        return most_urgent_first(narrowed(self.everything, self.form.cleaned_data, on=today), on=today)


class SchoolActions(SchoolTabView):
    template_name = "schools/records/actions.html"
    tab = "actions"
    permission = Permission.VIEW_SHARED_RECORD

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        listing = Listing(self.request, self.school)
        page = paged(self.request, listing.found())
        count, chosen = page.paginator.count, bool(listing.form.cleaned_data.get("status"))
        what = "action" if count == 1 else "actions"
        return super().get_context_data(
            found=f"{count:,} {what}" if chosen else f"{count:,} unfinished {what}",
            filters=listing.panel,
            form=listing.form,
            table=action_table(self.school, page.object_list, self.request.user),
            page_obj=page,
            exports=export_links("schools:actions_export", self.request.user, self.school.urn, on=self.school),
            nothing=None if self.request.GET or count else _nothing(listing),
            **kwargs,
        )


def _nothing(listing: Listing) -> components.Empty:
    if listing.everything.exists():
        return components.Empty("No unfinished actions", "To see finished actions, select a state.")
    return components.Empty(
        "No actions agreed yet", "Actions appear on this page when a record with actions is shared."
    )


def action_table(school: School, actions: Iterable[RecordAction], user: Any) -> components.Table:
    """What, whose and how far in one column, so that a long action has room; then when, and its state."""
    today = clock.today()
    keeps = {owner: user_can(user, permission, on=school) for owner, permission in _KEPT_BY.items()}
    rows = [[_told(school, each, keeps), each.due_on or "No date", _state(each, today)] for each in actions]
    columns = [components.Column(label) for label in ("Action", "Due", "State")]
    return components.Table("Actions", columns, rows, caption_hidden=True)


_KEPT_BY = {Owner.SCHOOL: Permission.UPDATE_ACTIONS_OF_SCHOOL, Owner.AUTHORITY: Permission.WRITE_RECORD}


def _told(school: School, each: RecordAction, keeps: dict[Owner, bool]) -> Any:
    return format_html(
        '<span class="app-action">{}</span>'
        '<span class="app-note">{}, from <a class="govuk-link" href="{}">{}</a></span>'
        '<span class="app-note">Last reported: {}</span>{}',
        each.what,
        _whose(each),
        reverse("schools:record", args=[school.urn, each.record.reference]),
        each.record.reference,
        _reported(each),
        _update_link(school, each, keeps),
    )


def _whose(each: RecordAction) -> str:
    return f"{each.get_owner_display()}: {each.who}" if each.who else each.get_owner_display()


def _state(each: RecordAction, today: Any) -> components.Status:
    if each.is_overdue(today):
        return components.Status("overdue", f"Overdue: {each.get_status_display().lower()}")
    return components.Status(each.status, each.get_status_display())


def _reported(each: RecordAction) -> str:
    if each.progress_at is None:
        return "nothing yet"
    return f"{clock.uk_date(each.progress_at.astimezone(clock.LONDON))}, {each.progress_by}: {each.progress}"


def _update_link(school: School, each: RecordAction, keeps: dict[Owner, bool]) -> Any:
    if not keeps[Owner(each.owner)] or ActionStatus(each.status) not in ACTS:
        return ""
    return format_html(
        '<a class="govuk-link app-action__update" href="{}">Update<span class="govuk-visually-hidden"> {}</span></a>',
        reverse("schools:action", args=[school.urn, each.pk]),
        each,
    )


_DONE = {
    BEGIN: "You marked the action as under way.",
    REPORT: "You reported progress on the action.",
    FINISH: "You marked the action as done.",
}


class ActionUpdate(KeepsDrafts, FormView[ActionForm]):
    """How far an action is, said by those whose it is."""

    template_name = "schools/records/action_update.html"
    form_class = ActionForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.school = school_in_scope(request, kwargs["urn"])
        acting(user_of(request), Permission.VIEW_SHARED_RECORD, on=self.school)
        actions = actions_at(self.school, request.user).select_related("record", "progress_by", "updated_by")
        self.action = get_object_or_404(actions, pk=kwargs["action"])
        self.action.school = self.school
        acting(user_of(request), self.action.kept_by, on=self.action)
        if request.method == "GET" and ActionStatus(self.action.status) not in ACTS:
            messages.warning(request, "This action is no longer needed, so you cannot update it.")
            return redirect(self.list_url)
        return super().dispatch(request, *args, **kwargs)

    @property
    def list_url(self) -> str:
        return reverse("schools:actions", args=[self.school.urn])

    def current_version(self) -> int:
        return self.action.version

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "state": self.action.status, "cancel_url": self.list_url}

    def form_valid(self, form: ActionForm) -> HttpResponse:
        act, note = form.cleaned_data["act"], form.cleaned_data["note"]
        by, seen = user_of(self.request), self.base_version
        verbs: dict[str, Any] = {
            BEGIN: lambda: agreed_actions.begin(self.action, by=by, on=clock.today(), note=note, seen_version=seen),
            REPORT: lambda: agreed_actions.report_progress(self.action, by=by, note=note, seen_version=seen),
            FINISH: lambda: agreed_actions.finish(self.action, by=by, on=clock.today(), note=note, seen_version=seen),
        }
        try:
            verbs[act]()
        except Blocked as error:
            return refused(self, form, error)
        except Conflict as lost:
            return self.told(form, lost)
        messages.success(self.request, _DONE[act])
        return redirect(self.list_url)

    def told(self, form: ActionForm, lost: Conflict) -> HttpResponse:
        """What the other reported, above one's own words, which are still in the form."""
        self.action.refresh_from_db()
        fields: dict[str, Any] = form.fields
        fields["act"].choices = ACTS.get(ActionStatus(self.action.status), [])
        return show_conflict(self, form, lost)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        crumbs = [
            components.Crumb("Schools", reverse("schools:list")),
            components.Crumb(self.school.name, self.school.get_absolute_url()),
            components.Crumb("Actions", self.list_url),
            components.Crumb("Update an action"),
        ]
        context = super().get_context_data(**kwargs)
        return context | {
            "page_title": "Update an action",
            "caption": self.school.name,
            "breadcrumbs": crumbs,
            "summary": _facts(self.action),
        }


def _facts(action: RecordAction) -> list[components.Fact]:
    return [
        components.Fact("Action", action.what),
        components.Fact("Owner", _whose(action)),
        components.Fact("Due", action.due_on, empty="No date"),
        components.Fact("State", _state(action, clock.today())),
        components.Fact("Last reported", _reported(action) if action.progress_at else "", empty="Nothing yet"),
        components.Fact("Agreed in", action.record.reference),
    ]


COLUMNS_TAKEN = [
    Column("record", "Record of Visit", "Reference of the record that agreed it"),
    Column("visit", "Visit", "Day of the visit"),
    Column("action", "Action", "What was agreed, in the words of the newest version of the record"),
    Column("owner", "Owner", "The school or the authority"),
    Column("who", "Who", "Name or post"),
    Column("due_on", "Due", "Day it is due"),
    Column("state", "State", "State of the action"),
    Column("overdue", "Overdue", "Whether it is unfinished after its due day"),
    Column("progress", "Last reported", "The last progress report"),
    Column("progress_at", "Reported at", "When the progress was reported"),
    Column("progress_by", "Reported by", "Who reported the progress"),
]


ACTIONS = ListFile("actions", "actions", "A school: Actions", "An action agreed in a record", COLUMNS_TAKEN)


@exports(ACTIONS)
def export_actions(request: HttpRequest, urn: int) -> Taken:
    """The list as it stands in the address."""
    school = school_in_scope(request, urn)
    acting(user_of(request), Permission.VIEW_SHARED_RECORD, on=school)
    listing = Listing(request, school)
    return Taken(_rows(listing), listing.found().count(), words_of(listing.panel), school)


def _rows(listing: Listing) -> Iterator[Sequence[Any]]:
    today = clock.today()
    return (_row(each, today) for each in listing.found().iterator(500))


def _row(each: RecordAction, today: Any) -> list[Any]:
    return [
        each.record.reference,
        each.record.visit.held_on,
        each.what,
        OWNER_LABELS[Owner(each.owner)],
        each.who,
        each.due_on,
        each.get_status_display(),
        each.is_overdue(today),
        each.progress,
        each.progress_at,
        each.progress_by and str(each.progress_by),
    ]
