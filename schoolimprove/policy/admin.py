"""Policy in the admin: propose here, and a second person approves here. A row in force is never altered.

The list and a row are pages of our own (`schoolimprove.policy.pages`); Django's form proposes, and its actions decide.
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from schoolimprove.lib import clock
from schoolimprove.records.admin import KeptAdmin, KeptForm
from schoolimprove.records.transition import Blocked, Conflict

from . import pages
from .actions import approve, propose, withdraw, wrong_with_proposal
from .keys import all_keys, key_named
from .models import PolicyRow


class ProposalForm(KeptForm):
    """A new value of a key from a day on, with the reason."""

    key = forms.ChoiceField(
        label="Policy", choices=lambda: [(key.name, f"{key.label} ({key.unit})") for key in all_keys()]
    )

    class Meta:
        model = PolicyRow
        fields = ["key", "effective_from", "value", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = next((key for key in all_keys() if key.name == self.initial.get("key")), None)
        if chosen and "value" in self.fields:
            fields = ", ".join(f"{name}: {chosen.label_of(name)}" for name in self.initial.get("value") or {})
            self.fields["value"].help_text = f"{chosen.does} Change only the value after each name. {fields}."

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("key") and data.get("value") is not None:
            start = data.get("effective_from")
            if wrong := wrong_with_proposal(key=data["key"], effective_from=start, value=data["value"]):
                raise ValidationError(wrong)
        return data


@admin.register(PolicyRow)
class PolicyRowAdmin(KeptAdmin):
    form = ProposalForm
    actions = ["approve_selected", "withdraw_selected"]

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
        """The value in force of the key that the address names, to be changed."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        now = PolicyRow.objects.in_force(clock.today()).filter(key=initial.get("key")).first()
        return {**initial, "value": key_named(now.key).in_order(now.value)} if now else initial

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
