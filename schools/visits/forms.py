"""The forms of a visit: planning, moving and cancelling it, its agenda, and what was held."""

import re
from collections.abc import Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any

from django import forms

from schoolimprove.accounts.models import User
from schoolimprove.lib import clock
from schoolimprove.ui.forms import DateField, DecimalField, Form, SelectField, TextArea, TextField
from schools.visits.actions import Plan
from schools.visits.models.visit import COMMISSIONED, WITHOUT_RECORD, VisitKind
from schools.visits.rules import wrong_with_planned_day, wrong_with_visit_date

WRITTEN_KINDS = [(each.value, each.label) for each in VisitKind if each not in COMMISSIONED | WITHOUT_RECORD]
"""The types a record can be begun for without more."""


class DaysField(DecimalField):
    """Days in halves, from 0 to 20."""

    def clean(self, value: Any) -> Decimal | None:
        days: Decimal | None = super().clean(value)
        if days is not None and (not 0 <= days <= 20 or days % Decimal("0.5")):
            raise forms.ValidationError("Days used must be between 0 and 20, in whole or half days, like 1 or 0.5")
        return days


class VisitFactsForm(Form):
    """When a visit was held, of which type, and the days it used."""

    kind = SelectField(label="Type of visit", choices=WRITTEN_KINDS, initial=VisitKind.CORE)
    held_on = DateField(label="Date of the visit")
    days = DaysField(label="Days used", help_text="Enter whole or half days, like 1 or 0.5.", initial=Decimal("1.0"))

    def __init__(self, *args: Any, keeps_kind: bool = False, **kwargs: Any) -> None:
        """`keeps_kind`: what was planned or commissioned keeps its type."""
        super().__init__(*args, **kwargs)
        if keeps_kind:
            del self.fields["kind"]

    def visit(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("kind", "held_on", "days") if name in self.fields}

    def clean_held_on(self) -> Any:
        held_on = self.cleaned_data["held_on"]
        if reasons := wrong_with_visit_date(held_on, today=clock.today()):
            raise forms.ValidationError(reasons)
        return held_on


LONGEST_PURPOSE, LONGEST_TEAM, LONGEST_REASON = 1_000, 500, 1_000
NO_TEXT = "Leave this empty. For performance management we keep only the date, people and days"
_TIME = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2}))? ?(am|pm)?", re.IGNORECASE | re.ASCII)
_WORDS = {"midday": "12pm", "noon": "12pm", "midnight": "12am"}
Choices = Sequence[tuple[str, str]]


class TimeField(TextField):
    """A time of the day as people type it: 9:30, 09.30, 2pm."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=10, width=5, autocomplete="off", **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return clock.uk_time(value) if isinstance(value, time) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        found = _TIME.fullmatch(_WORDS.get(text.lower(), text))
        at = _time(*found.groups()) if found else None
        if at is None:
            raise forms.ValidationError("Enter a time, like 9:30am or 14:00")
        return at


def _time(hours: str, minutes: str | None, half: str | None) -> time | None:
    hour, minute = int(hours), int(minutes or 0)
    if half is None and minutes is None:
        return None
    if half is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.lower() == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


class PlannedDayField(DateField):
    """A day to come."""

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day is not None and (reasons := wrong_with_planned_day(day, today=clock.today())):
            raise forms.ValidationError(reasons)
        return day


class HeldDayField(DateField):
    """A day that has been."""

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day is not None and (reasons := wrong_with_visit_date(day, today=clock.today())):
            raise forms.ValidationError(reasons)
        return day


def time_field() -> TimeField:
    return TimeField(label="Time", help_text="For example 9:30am or 14:00.", required=False)


def days_field() -> DaysField:
    return DaysField(label="Days", help_text="Enter whole or half days, like 1 or 0.5.", initial=Decimal("1.0"))


def team_field() -> TextField:
    return TextField(
        label="Who else takes part",
        help_text="Names and roles. The school can read this.",
        max_length=LONGEST_TEAM,
        required=False,
    )


class HasVisitor(Form):
    """A form in which somebody is chosen who goes. `visitors` are those who could."""

    def __init__(self, *args: Any, visitors: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visitors = {str(each.pk): each for each in visitors}
        field: Any = self.fields["visitor"]
        empty = "" if field.required else "No one yet"
        first = [("", empty)] if empty else [("", "Select one")]
        field.choices = [*first, *((key, each.name) for key, each in self.visitors.items())]

    def chosen_visitor(self) -> User | None:
        return self.visitors.get(self.cleaned_data["visitor"])


class PlanForm(HasVisitor):
    """A new visit; `kinds` are the types this user may plan."""

    submit_label = "Plan the visit"

    kind = SelectField(label="Type of visit")
    planned_on = PlannedDayField(label="Date you propose", help_text="We ask the school to agree it.")
    planned_at = time_field()
    days = days_field()
    visitor = SelectField(label="Who goes", required=False)
    purpose = TextArea(
        label="Purpose",
        help_text="The school can read this.",
        max_length=LONGEST_PURPOSE,
        rows=4,
        required=False,
    )
    team = team_field()

    def __init__(self, *args: Any, kinds: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["kind"]
        field.choices = [("", "Select one"), *kinds]
        if WITHOUT_RECORD & dict(kinds).keys():
            self.fields["purpose"].help_text = "The school can read this. Leave it empty for performance management."

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") in WITHOUT_RECORD and data.get("purpose"):
            self.add_error("purpose", NO_TEXT)
        return data

    def plan(self) -> Plan:
        data = self.cleaned_data
        return Plan(
            kind=data["kind"],
            day=data["planned_on"],
            at=data["planned_at"],
            days=data["days"],
            visitor=self.chosen_visitor(),
            purpose=data["purpose"],
            team=data["team"],
        )


class ReviewForm(HasVisitor):
    """An LA review as the DSIM commissions it."""

    submit_label = "Commission the review"

    purpose = TextArea(
        label="Scope",
        help_text="What the review looks at, and why. The school can read this.",
        max_length=LONGEST_PURPOSE,
        rows=5,
    )
    visitor = SelectField(
        label="Who leads it", named="who leads the review", help_text="This person writes the record of the review."
    )
    team = TextField(label="Team", help_text="Names and roles. The school can read this.", max_length=LONGEST_TEAM)
    planned_on = PlannedDayField(label="Date you propose", help_text="We ask the school to agree it.")
    planned_at = time_field()
    days = days_field()

    def plan(self, kind: str) -> Plan:
        data = self.cleaned_data
        return Plan(
            kind=kind,
            day=data["planned_on"],
            at=data["planned_at"],
            days=data["days"],
            visitor=self.chosen_visitor(),
            purpose=data["purpose"],
            team=data["team"],
        )


class ProposeForm(Form):
    submit_label = "Propose this date"

    planned_on = PlannedDayField(label="Date", named="the date you propose")
    planned_at = time_field()


class RescheduleForm(ProposeForm):
    reason = TextArea(
        label="Reason", help_text="The school can read this.", max_length=LONGEST_REASON, rows=3, named="the reason"
    )


class NoteAgreementForm(Form):
    submit_label = "Note that the school agrees"

    how = TextField(
        label="How it was agreed",
        help_text="For example, by phone with the headteacher on 3 November.",
        max_length=200,
        named="how it was agreed",
    )


class AnotherDateForm(Form):
    submit_label = "Ask for this date"

    suggested_on = PlannedDayField(label="Date that would suit you", named="the date that would suit you")
    reason = TextField(label="Reason", help_text="A few words are enough.", max_length=200)


class CancelForm(Form):
    submit_label = "Cancel the visit"
    submit_kind = "warning"
    cancel_label = "Keep the visit"

    reason = TextArea(
        label="Reason", help_text="The school can read this.", max_length=LONGEST_REASON, rows=3, named="the reason"
    )


class ChangeForm(HasVisitor):
    """Purpose, people and days; without a purpose where none is kept."""

    submit_label = "Save"

    visitor = SelectField(label="Who goes", required=False)
    team = team_field()
    days = days_field()
    purpose = TextArea(
        label="Purpose", help_text="The school can read this.", max_length=LONGEST_PURPOSE, rows=4, required=False
    )

    def __init__(self, *args: Any, has_purpose: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_purpose:
            del self.fields["purpose"]

    def changes(self) -> dict[str, Any]:
        data = self.cleaned_data
        named: dict[str, Any] = {name: data[name] for name in ("team", "days", "purpose") if name in data}
        return {**named, "author": self.chosen_visitor()}


class AgendaItemForm(Form):
    submit_label = "Add to the agenda"

    heading = TextField(label="Item", max_length=200)
    detail = TextArea(label="What you would like to discuss", max_length=LONGEST_PURPOSE, rows=4, required=False)


class PerformanceForm(Form):
    """Date, people and days: there is no room for anything else."""

    submit_label = "Record performance management"

    held_on = HeldDayField(label="Date", named="the date it was held")
    team = TextField(
        label="Who took part", help_text="Names or roles only.", max_length=LONGEST_TEAM, named="who took part"
    )
    days = days_field()


class VoidForm(Form):
    submit_label = "Withdraw performance management"
    submit_kind = "warning"

    reason = TextField(label="Reason", help_text="For example, entered for the wrong school.", max_length=200)
