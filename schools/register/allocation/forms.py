"""The forms of the board of allocations: its filters, and to whom schools are assigned."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import django_filters
from django import forms
from django.forms import CheckboxSelectMultiple
from django.http import QueryDict

from schoolimprove.lib import clock
from schoolimprove.pages.lists import DayFilter
from schoolimprove.ui.forms import DateField, Form, SelectField, TextField
from schools.register.allocation.board import NOT_SERVED, Load
from schools.register.choosing import person_called
from schools.register.models.person import Person
from schools.register.models.places import District
from schools.register.models.school import Phase, School, SchoolQuerySet
from schools.register.partners import NOBODY
from schools.register.rules import wrong_with_day_of_change


class AllocationFilter(django_filters.FilterSet):
    """Text, district and phase narrow the schools here; partner, day and what else is listed the board asks for."""

    q = django_filters.CharFilter(label="Name, URN, LAESTAB or postcode", method="search")
    sip = django_filters.ChoiceFilter(label="School Improvement Partner", method="left_to_the_board", empty_label="All")
    district = django_filters.ModelMultipleChoiceFilter(
        label="District", queryset=District.objects.none(), widget=CheckboxSelectMultiple, distinct=False
    )
    phase = django_filters.MultipleChoiceFilter(
        label="Phase", choices=Phase.choices, widget=CheckboxSelectMultiple, distinct=False
    )
    also = django_filters.MultipleChoiceFilter(
        label="Also list", choices=list(NOT_SERVED.items()), widget=CheckboxSelectMultiple, method="left_to_the_board"
    )
    then = DayFilter(label="Compare with another day", named="the day to compare", method="left_to_the_board")

    class Meta:
        model = School
        fields: list[str] = []

    def __init__(self, data: Any, queryset: Any, *, people: Iterable[Person]) -> None:
        super().__init__(data if data is not None else QueryDict(), queryset)
        self.filters["district"].queryset = District.objects.filter(pk__in=queryset.order_by().values("district"))
        named = [(str(person.pk), person.name) for person in people]
        self.filters["sip"].extra["choices"] = [(NOBODY, "Without a School Improvement Partner"), *named]

    def search(self, schools: SchoolQuerySet, _name: str, text: str) -> SchoolQuerySet:
        return schools.matching(text)

    def left_to_the_board(self, schools: SchoolQuerySet, _name: str, _value: Any) -> SchoolQuerySet:
        return schools

    def chosen(self, name: str) -> Any:
        """What was chosen and can be understood; None for nothing."""
        self.form.is_valid()
        return self.form.cleaned_data.get(name)


def _partner_field(people: Mapping[str, Person], loads: Iterable[Load]) -> list[tuple[str, str]]:
    """Everybody who may be chosen, with what they have already."""
    schools = {load.person.pk: load.today + load.elsewhere for load in loads}
    named = [(key, f"{person.name}{_has(schools.get(person.pk))}") for key, person in people.items()]
    return [*named, (NOBODY, "No one: leave without a School Improvement Partner")]


def _has(count: int | None) -> str:
    return "" if count is None else f" ({count} school{'' if count == 1 else 's'})"


class PartnerForm(Form):
    """Who gets the schools: a partner of today, or anybody else by name or address. `partner` is None for nobody.

    `people` are those of the list, by what a browser sends for each.
    """

    form_tag = False

    sip = SelectField(label="Give them to", named="who gets the schools", required=False)
    other = TextField(
        label="Or to a person who is not listed",
        named="their name or email address",
        max_length=150,
        required=False,
    )
    partner: Person | None = None

    @property
    def first_day(self) -> date:
        """Of whoever gets the schools, or of nobody having them."""
        raise NotImplementedError

    def __init__(self, *args: Any, people: Mapping[str, Person], loads: Iterable[Load], **kwargs: Any) -> None:
        # The page's filters have fields of the same names.
        super().__init__(*args, auto_id="id_give_%s", **kwargs)
        self._people = people
        choices = _partner_field(people, loads)
        self.fields["sip"].choices = [("", "Select one"), *choices]  # type: ignore[attr-defined]
        for name, note in (("sip", "from the list"), ("other", "name or email address")):
            self.fields[name].note = note  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        sip, other = data.get("sip", ""), data.get("other", "").strip()
        if sip and other:
            self.add_error("other", "Select a person from the list or enter a name, not both")
        elif sip:
            self.partner = self._people.get(sip)
        elif "sip" in data:
            self._find(other)
        return data

    def _find(self, text: str) -> None:
        if not text:
            self.add_error("sip", "Select who gets the schools, or enter a name or email address")
            return
        try:
            self.partner = person_called(text)
        except forms.ValidationError as error:
            self.add_error("other", error)


class AllocationForm(PartnerForm):
    starts_on = DateField(
        label="First day",
        help_text="The current partner keeps the school until the day before.",
    )
    field_order = ["sip", "other", "starts_on"]

    def clean_starts_on(self) -> date:
        return _near(self.cleaned_data["starts_on"])

    @property
    def first_day(self) -> date:
        day: date = self.cleaned_data["starts_on"]
        return day


class HandOverForm(PartnerForm):
    last_day = DateField(label="Their last day", help_text="The new partner begins on the next day.")
    field_order = ["last_day", "sip", "other"]

    def clean_last_day(self) -> date:
        return _near(self.cleaned_data["last_day"])

    @property
    def first_day(self) -> date:
        day: date = self.cleaned_data["last_day"]
        return day + timedelta(days=1)


def _near(day: date) -> date:
    if reasons := wrong_with_day_of_change(day, today=clock.today()):
        raise forms.ValidationError(reasons)
    return day
