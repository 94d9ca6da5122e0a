"""The filters of the list of schools, and of the board of School Improvement Partners."""

from collections.abc import Iterable
from typing import Any

import django_filters
from django.forms import CheckboxSelectMultiple
from django.http import QueryDict

from schoolimprove.lib import clock
from schoolimprove.policy.values import policy_value
from schoolimprove.ui.forms import DateField
from schools.allocation import NOBODY, NOT_SERVED
from schools.establishments import Service
from schools.models import District, Person, School
from schools.models.school import Establishment, Phase, SchoolQuerySet
from schools.policy import SERVICE_BY_TYPE

SERVICES = [(service.value, service.value.capitalize()) for service in Service]


class SchoolFilter(django_filters.FilterSet):
    """Text, phase, service, district, and whether the school is open. Closed schools are listed and marked."""

    q = django_filters.CharFilter(label="Name, URN, LAESTAB or postcode", method="search")
    phase = django_filters.MultipleChoiceFilter(
        label="Phase", choices=Phase.choices, widget=CheckboxSelectMultiple, distinct=False
    )
    service = django_filters.MultipleChoiceFilter(
        label="Service", choices=SERVICES, method="of_service", widget=CheckboxSelectMultiple, distinct=False
    )
    district = django_filters.ModelMultipleChoiceFilter(
        label="District", queryset=District.objects.none(), widget=CheckboxSelectMultiple, distinct=False
    )
    establishment = django_filters.MultipleChoiceFilter(
        label="Open or closed", choices=Establishment.choices, widget=CheckboxSelectMultiple, distinct=False
    )

    class Meta:
        model = School
        fields: list[str] = []

    def __init__(self, data: Any = None, queryset: Any = None, **kwargs: Any) -> None:
        super().__init__(data if data is not None else QueryDict(), queryset, **kwargs)
        visible = School.objects.visible_to(self.request.user)
        self.filters["district"].queryset = District.objects.filter(pk__in=visible.values("district"))

    def search(self, schools: SchoolQuerySet, _name: str, text: str) -> SchoolQuerySet:
        return schools.matching(text)

    def of_service(self, schools: SchoolQuerySet, _name: str, services: list[str]) -> SchoolQuerySet:
        policy = policy_value(SERVICE_BY_TYPE, on=clock.today())
        return schools.served(policy, [Service(service) for service in services])


class DayFilter(django_filters.Filter):
    field_class = DateField


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
    then = DayFilter(label="And who has them on", method="left_to_the_board")

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
