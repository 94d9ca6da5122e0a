"""Policy in the admin: propose here, and a second person approves here. A row in force is never altered."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from schoolimprove.records.admin import KeptAdmin, KeptForm
from schoolimprove.records.transition import Blocked, Conflict

from .actions import approve, propose, withdraw, wrong_with_proposal
from .keys import all_keys
from .models import PolicyRow


class ProposalForm(KeptForm):
    """A new value of a key from a day on, with the reason."""

    key = forms.ChoiceField(choices=lambda: [(key.name, f"{key.label} ({key.unit})") for key in all_keys()])

    class Meta:
        model = PolicyRow
        fields = ["key", "effective_from", "value", "reason"]

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
    list_display = ["key", "effective_from", "state", "proposed_by", "approved_by", "reason"]
    list_filter = ["key"]
    actions = ["approve_selected", "withdraw_selected"]

    @admin.display(description="State")
    def state(self, row: PolicyRow) -> str:
        if row.withdrawn_at:
            return "Withdrawn"
        if not row.approved_at:
            return "Awaiting approval"
        return "Shipped" if row.shipped else "Approved"

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
            lambda row: withdraw(row, by=self.actor(request, "change"), reason="Withdrawn in the admin"),
        )

    def _each(
        self, request: HttpRequest, rows: QuerySet[PolicyRow], done: str, verb: Callable[[PolicyRow], None]
    ) -> None:
        for row in rows:
            try:
                verb(row)
            except Blocked as error:
                self.message_user(request, f"{row}: {' '.join(error.messages)}", messages.ERROR)
            except Conflict:
                self.message_user(request, f"{row} was already decided.", messages.ERROR)
            else:
                self.message_user(request, f"{row} was {done}.", messages.SUCCESS)
