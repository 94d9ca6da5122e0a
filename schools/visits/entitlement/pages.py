"""Setting how many days of visits a school is entitled to in a year."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import FormView

from schoolimprove.accounts.models import user_of
from schoolimprove.accounts.rights import acting
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.lib.years import academic_year, academic_year_label
from schoolimprove.pages.conflicts import Difference, show_conflict, table_of_differences
from schoolimprove.records.drafts import KeepsDrafts
from schoolimprove.records.transition import Blocked, Conflict
from schoolimprove.ui import components
from schools.register.pages import school_in_scope
from schools.visits.entitlement.actions import (
    as_mapping,
    entitlement_at,
    in_days,
    plain,
    set_entitlement,
    updated_on,
    usage_of,
    usual_days,
    years_to_set,
)
from schools.visits.entitlement.forms import EntitlementForm

HEADING = "Set the days a school is entitled to"


class EntitlementSet(KeepsDrafts, FormView[EntitlementForm]):
    """Of this academic year, or of the one the address names."""

    template_name = "schools/visits/entitlement_set.html"
    form_class = EntitlementForm
    conflict: Any = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.school = school_in_scope(request, kwargs["urn"])
        acting(user_of(request), Permission.SET_ENTITLEMENT, on=self.school)
        self.year = kwargs.get("year", academic_year(clock.today()))
        if self.year not in years_to_set(clock.today()):
            raise Http404
        self.held = entitlement_at(self.school, self.year)
        return super().dispatch(request, *args, **kwargs)

    def current_version(self) -> int:
        return self.held.version if self.held else 0

    def get_initial(self) -> dict[str, Any]:
        return dict(as_mapping(self.held, self.year))

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "cancel_url": self.school.get_absolute_url()}

    def form_valid(self, form: EntitlementForm) -> HttpResponse:
        days, reason = form.cleaned_data["days"], form.cleaned_data["reason"]
        try:
            set_entitlement(
                self.school,
                self.year,
                days=days,
                reason=reason,
                by=user_of(self.request),
                seen_version=self.base_version,
            )
        except Blocked as blocked:
            form.add_error(None, blocked)
            return self.form_invalid(form)
        except Conflict as lost:
            return self.overtaken(form, lost)
        label = academic_year_label(self.year)
        messages.success(self.request, f"{self.school.name} is entitled to {in_days(days)} in {label}.")
        return redirect(self.school)

    def overtaken(self, form: EntitlementForm, lost: Conflict) -> HttpResponse:
        """Show what another user set first, where it differs, with what was typed still in the form."""
        self.conflict = lost.current
        return show_conflict(self, form, lost, state=in_days(self.conflict.days))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context, usage = super().get_context_data(**kwargs), usage_of([self.school.pk], self.year)[self.school.pk]
        return context | {
            "page_title": HEADING,
            "caption": f"{self.school.name}, {academic_year_label(self.year)}",
            "breadcrumbs": [
                components.Crumb("Schools", reverse("schools:list")),
                components.Crumb(self.school.name, self.school.get_absolute_url()),
                components.Crumb(HEADING),
            ],
            "tabs": self.tabs(),
            "usage": str(usage),
            "said": self.said(),
            "differences": self.differences(context["form"]) if self.conflict else None,
        }

    def differences(self, form: EntitlementForm) -> components.Table:
        yours, saved = form.cleaned_data, as_mapping(self.conflict, self.year)
        pairs = [("days", plain(yours["days"]), saved["days"]), ("reason", yours["reason"], saved["reason"])]
        return table_of_differences(
            [Difference(str(form.fields[name].label), mine, now) for name, mine, now in pairs if mine != now]
        )

    def tabs(self) -> list[components.Tab]:
        """The years that can be set."""
        return [
            components.Tab(
                academic_year_label(year),
                reverse("schools:entitlement_year", args=[self.school.urn, year]),
                year == self.year,
            )
            for year in years_to_set(clock.today())
        ]

    def said(self) -> str:
        """Where the number comes from."""
        if self.held is None:
            return f"This school has the usual number of days: {in_days(usual_days(self.year))}."
        who = self.held.updated_by or "The service"
        return (
            f"{who} set it to {in_days(self.held.days)} on {clock.uk_date(updated_on(self.held))}: {self.held.reason}"
        )
