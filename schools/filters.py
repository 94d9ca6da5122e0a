"""The filters of the list of schools, with what there is to choose from, of the board of allocations and of records."""

from collections.abc import Iterable, Mapping
from typing import Any

import django_filters
from django.db.models import Q
from django.forms import CheckboxSelectMultiple
from django.http import QueryDict

from schoolimprove.accounts.models import User
from schoolimprove.lib import clock
from schoolimprove.lib.search import search_key
from schoolimprove.policy.values import policy_value
from schoolimprove.ui.forms import DateField
from schools.allocation import NOT_SERVED
from schools.establishments import Service, service_of
from schools.models import District, Person, RecordOfVisit, School
from schools.models.school import Establishment, Phase, SchoolQuerySet
from schools.policy import SERVICE_BY_TYPE
from schools.states import RecordStatus
from schools.tally import NOBODY, tally_for, with_sip

SERVICES = [(service.value, service.value.capitalize()) for service in Service]
FIXED = {"phase": Phase.choices, "service": SERVICES, "establishment": Establishment.choices}
"""Filters whose choices are the same for everybody; of the others one chooses from what there is."""
Counts = dict[str, Mapping[str, int]]


def several(label: str, **kwargs: Any) -> django_filters.MultipleChoiceFilter:
    """A filter of checkboxes."""
    return django_filters.MultipleChoiceFilter(label=label, widget=CheckboxSelectMultiple, distinct=False, **kwargs)


class SchoolFilter(django_filters.FilterSet):
    """Each filter narrows; the choices of one widen it. Closed schools are listed and marked.

    `counts` is how many schools of the reader's scope each choice has, whatever else is chosen.
    """

    q = django_filters.CharFilter(label="Name, URN, LAESTAB or postcode", method="search")
    phase = several("Phase")
    service = several("Service", method="of_service")
    type = several("Type of school", field_name="type_code")
    district = several("District")
    partnership = several("Partnership")
    sip = django_filters.ChoiceFilter(label="School Improvement Partner", method="of_sip", empty_label="Any")
    diocese = several("Diocese")
    religion = several("Religious character", field_name="religious_character")
    trust = django_filters.ChoiceFilter(label="Trust", field_name="trust_name", empty_label="Any")
    establishment = several("Open or closed")
    authority = several("Local authority")

    class Meta:
        model = School
        fields: list[str] = []

    def __init__(self, data: Any = None, queryset: Any = None, **kwargs: Any) -> None:
        super().__init__(data if data is not None else QueryDict(), queryset, **kwargs)
        self.tally = tally_for(self.request.user)
        self.policy = policy_value(SERVICE_BY_TYPE, on=clock.today())
        self.counts: Counts = {**self.tally.counts, "service": self._counted_services()}
        for name in self.counts:
            self._offer(name, FIXED.get(name) or self.tally.choices(name))

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        """Give a filter its choices, those that no school has last; a filter without a choice is left out."""
        if len(choices) < (2 if name == "authority" else 1):
            del self.filters[name]
            return
        chosen, counts = set(self.data.getlist(name)), self.counts[name]
        self.filters[name].extra["choices"] = sorted(
            choices, key=lambda choice: not counts.get(choice[0]) and choice[0] not in chosen
        )

    def _counted_services(self) -> dict[str, int]:
        counts = dict.fromkeys((value for value, _label in SERVICES), 0)
        for code, number in self.tally.counts["type"].items():
            counts[self._service(code)] += number
        listed = sum(self.tally.counts["establishment"].values())
        # A school without a type is on the register only.
        counts[self._service("")] += listed - sum(self.tally.counts["type"].values())
        return counts

    def _service(self, code: str) -> str:
        return service_of(code, entitled=self.policy.entitled, by_invitation=self.policy.by_invitation).value

    def shown_counts(self) -> Counts:
        """A number beside every choice, nought included."""
        offered = {name: self.filters[name].extra["choices"] for name in self.counts if name in self.filters}
        return {
            name: {value: self.counts[name].get(value, 0) for value, _label in choices}
            for name, choices in offered.items()
        }

    def search(self, schools: SchoolQuerySet, _name: str, text: str) -> SchoolQuerySet:
        return schools.matching(text)

    def of_service(self, schools: SchoolQuerySet, _name: str, services: list[str]) -> SchoolQuerySet:
        return schools.served(self.policy, [Service(service) for service in services])

    def of_sip(self, schools: SchoolQuerySet, _name: str, person: str) -> SchoolQuerySet:
        return schools.filter(with_sip([person]))


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
    then = DayFilter(label="And who has them on", named="the day to look at", method="left_to_the_board")

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


WAITING, RETURNED, LATE = "waiting", "returned", "late"
STAGES = [
    (WAITING, "Waiting for you"),
    (RETURNED, "Returned, with the author"),
    (LATE, "Overdue to be submitted"),
]


class AssuranceFilter(django_filters.FilterSet):
    """What waits, unless another stage is asked for."""

    q = django_filters.CharFilter(label="School, author or reference", method="search")
    stage = django_filters.ChoiceFilter(label="Stage", choices=STAGES[1:], empty_label=STAGES[0][1], method="at_stage")
    author = django_filters.ModelChoiceFilter(label="Author", queryset=User.objects.none(), empty_label="Any")

    class Meta:
        model = RecordOfVisit
        fields: list[str] = []

    def __init__(self, data: Any, queryset: Any, *, request: Any) -> None:
        super().__init__(data, queryset, request=request)
        authors = User.objects.filter(pk__in=queryset.order_by().values("author")).order_by("name", "pk")
        self.filters["author"].queryset = self.form.fields["author"].queryset = authors

    def filter_queryset(self, queryset: Any) -> Any:
        stage = self.form.cleaned_data.get("stage") or WAITING
        return super().filter_queryset(self.at_stage(queryset, "stage", stage))

    def at_stage(self, records: Any, _name: str, stage: str) -> Any:
        if stage == RETURNED:
            return records.filter(status=RecordStatus.DRAFT).exclude(returned_because="")
        if stage == LATE:
            return records.filter(status=RecordStatus.DRAFT, due_on__lt=clock.today())
        return records.filter(status=RecordStatus.SUBMITTED)

    def search(self, records: Any, _name: str, text: str) -> Any:
        found = Q(author__name__icontains=text) | Q(reference__icontains=text)
        return records.filter(found | Q(school__search_key__contains=search_key(text)))
