"""Policy in the admin: propose here, and a second person approves here. A row in force is never altered.

The list and a row are pages of our own (`schoolimprove.policy.pages`); Django's form proposes, and its actions decide.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path

from schoolimprove.lib import clock
from schoolimprove.records.admin import KeptAdmin
from schoolimprove.records.transition import Blocked, Conflict

from . import pages
from .actions import approve, propose, withdraw
from .forms import PREFIX, initial_of, proposal_form
from .keys import PolicyKey, all_keys
from .models import PolicyRow


@admin.register(PolicyRow)
class PolicyRowAdmin(KeptAdmin):
    actions = ["approve_selected", "withdraw_selected"]

    def get_urls(self) -> list[Any]:
        """Give each key a form at an address of its own, so that text kept for one is not shown in another's."""
        view: Any = self.admin_site.admin_view(self.propose)
        # As Django marks its own views: the page of kept text asks whose form this is.
        view.model_admin = self
        return [path("propose/<str:key>/", view, name="policy_policyrow_propose"), *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Lead to the list, where each policy has a link to its form."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return redirect(pages.LISTED)

    def propose(self, request: HttpRequest, key: str) -> HttpResponse:
        """Show the form of one key. Its value in force is in it, to be changed."""
        chosen = _chosen(request)
        if chosen is None:
            raise Http404
        shown = {
            "title": "Propose a change",
            "subtitle": chosen.label,
            "policy_does": chosen.does,
            "show_save_and_add_another": False,
            "show_save_and_continue": False,
        }
        return super().add_view(request, extra_context=shown)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        key = _chosen(request)
        given = {**kwargs, "form": proposal_form(key)} if key and obj is None else kwargs
        return super().get_form(request, obj, change=change, **given)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Ask for the value first, as the page that lists policies shows it."""
        fields = super().get_fields(request, obj)
        return sorted(fields, key=lambda name: not str(name).startswith(PREFIX))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the page of our own; what it sends is an action of the admin."""
        if request.method == "POST":
            return super().changelist_view(request, extra_context)
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return pages.policy_list(
            request, may_propose=self.has_add_permission(request), may_decide=self.has_change_permission(request)
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None or request.method == "POST" or row.key not in {key.name for key in all_keys()}:
            # Also of a key that the code no longer has.
            return super().change_view(request, object_id, form_url, extra_context)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        return pages.policy_detail(request, row, may_decide=self.has_change_permission(request))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        key = _chosen(request)
        now = PolicyRow.objects.in_force(clock.today()).filter(key=key.name).first() if key else None
        return initial_of(key, now.value) if key and now else {}

    def kept_in_words(self, kept: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
        return {name.removeprefix(PREFIX): values for name, values in super().kept_in_words(kept).items()}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows are read, approved or withdrawn, never edited: the list needs the right, a row refuses it."""
        return obj is None and super().has_change_permission(request)

    def save_model(self, request: HttpRequest, obj: PolicyRow, form: Any, change: bool) -> None:
        made = propose(
            key=obj.key,
            effective_from=obj.effective_from,
            value=obj.value,
            reason=obj.reason,
            by=self.actor(request, "add"),
        )
        obj.pk = made.pk

    @admin.action(description="Approve the selected proposals", permissions=["change"])
    def approve_selected(self, request: HttpRequest, rows: QuerySet[PolicyRow]) -> None:
        self._each(request, rows, "approved", lambda row: approve(row, by=self.actor(request, "change")))

    @admin.action(description="Withdraw the selected proposals", permissions=["change"])
    def withdraw_selected(self, request: HttpRequest, rows: QuerySet[PolicyRow]) -> None:
        self._each(
            request,
            rows,
            "withdrawn",
            lambda row: withdraw(row, by=self.actor(request, "change"), reason="Withdrawn on the policy page"),
        )

    def _each(
        self, request: HttpRequest, rows: QuerySet[PolicyRow], done: str, verb: Callable[[PolicyRow], None]
    ) -> None:
        for row in rows:
            try:
                verb(row)
            except Blocked as error:
                self.message_user(request, f"{pages.name_of(row)}: {' '.join(error.messages)}", messages.ERROR)
            except Conflict:
                decided = "Another person has already approved or withdrawn this change."
                self.message_user(request, f"{pages.name_of(row)}: {decided}", messages.ERROR)
            else:
                self.message_user(request, f"{pages.name_of(row)}: you have {done} this change.", messages.SUCCESS)


def _chosen(request: HttpRequest) -> PolicyKey[Any] | None:
    """Return the key that the address names, None where it names none that the code has."""
    name = request.resolver_match.kwargs.get("key") if request.resolver_match else None
    return next((key for key in all_keys() if key.name == name), None)
