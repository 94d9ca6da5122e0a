"""How many days a school is entitled to in a year."""

from decimal import Decimal

from django import forms

from schoolimprove.ui.forms import DecimalField, Form, TextArea
from schools.visits.entitlement.actions import blockers_to_setting


class EntitlementForm(Form):
    submit_label = "Save"

    days = DecimalField(
        label="Days in the year",
        named="the days",
        suffix="days",
        max_digits=5,
        decimal_places=1,
        min_value=0,
        max_value=100,
    )
    reason = TextArea(
        label="Reason",
        help_text="The authority’s officers can read this. Do not include anything private.",
        max_length=1_000,
        rows=4,
    )

    def clean_days(self) -> Decimal:
        days: Decimal = self.cleaned_data["days"]
        if reasons := blockers_to_setting(days):
            raise forms.ValidationError(reasons)
        return days
