"""The list of schools, with its filters and what there is to choose from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import django_filters
from django.db.models import F, OrderBy, QuerySet
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.functional import SimpleLazyObject
from django.views.generic import ListView

from schoolimprove.accounts.exporting import Taken, export_links, exports, words_of
from schoolimprove.accounts.rights import appointments_of
from schoolimprove.accounts.roles import SCHOOL_ROLES, Permission
from schoolimprove.lib import clock
from schoolimprove.lib.search import search_key
from schoolimprove.policy.values import policy_value
from schoolimprove.ui import components
from schoolimprove.ui.exports import Column, ListFile
from schoolimprove.ui.filters import filter_panel
from schools.policy import SERVICE_BY_TYPE, ServiceByType
from schools.register.establishments import Service, service_of
from schools.register.facets import tally_for
from schools.register.lineage import successor_urns
from schools.register.models.school import Establishment, Phase, School, SchoolQuerySet
from schools.register.partners import Sips, with_sip
from schools.register.school_facts import SchoolFact, facts_for, school_facts, with_facts

SERVICES = [(service.value, service.value.capitalize()) for service in Service]
FIXED = {"phase": Phase.choices, "service": SERVICES, "establishment": Establishment.choices}
"""Filters whose choices are the same for everybody; of the others one chooses from what there is."""
Counts = dict[str, Mapping[str, int]]


def several(label: str, **kwargs: Any) -> django_filters.MultipleChoiceFilter:
    """A filter of checkboxes."""
    return django_filters.MultipleChoiceFilter(label=label, widget=CheckboxSelectMultiple, distinct=False, **kwargs)


def having_any(fact: SchoolFact) -> django_filters.MultipleChoiceFilter:
    """Return a filter of one checkbox, for the schools whose number is more than 0."""

    def narrow(schools: SchoolQuerySet, _name: str, _chosen: list[str]) -> SchoolQuerySet:
        return schools.filter(**{f"{fact.key}__gt": 0})

    return several(fact.label, choices=[("any", fact.only)], method=narrow)


def by_code(fact: SchoolFact, choices: Sequence[tuple[str, str]]) -> django_filters.MultipleChoiceFilter:
    """Return a filter of a checkbox for each code."""

    def narrow(schools: SchoolQuerySet, _name: str, chosen: list[str]) -> SchoolQuerySet:
        return schools.filter(**{f"{fact.sort_key}__in": chosen})

    return several(fact.label, choices=choices, method=narrow)


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
        for fact in facts_for(self.request.user):
            if fact.only:
                self.filters[fact.key] = having_any(fact)
            elif fact.choices and (choices := fact.choices(self.request.user, clock.today())):
                self.filters[fact.key] = by_code(fact, choices)
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


SORTS = {
    "name": ("name", "urn"),
    "phase": ("phase", "name", "urn"),
    "town": ("town", "name", "urn"),
    "pupils": ("pupils", "name", "urn"),
    "changed": ("source_changed_on", "name", "urn"),
}
COLUMNS = [
    components.Column("School", "name"),
    components.Column("Phase", "phase"),
    components.Column("Pupils", "pupils", numeric=True),
]


def columns_for(user: Any) -> list[components.Column]:
    """Return the columns that this user sees: the facts of other apps stand beside the name."""
    name, *others = COLUMNS
    return [name, *(components.Column(fact.label, fact.key) for fact in facts_for(user)), *others]


def sorts_for(user: Any) -> dict[str, tuple[str, ...]]:
    return {**SORTS, **{fact.key: (fact.sort_key, "name", "urn") for fact in facts_for(user)}}


def found_schools(request: HttpRequest) -> SchoolFilter:
    """The reader's schools, filtered and sorted as the address says; what was searched for comes best first."""
    schools = School.objects.visible_to(request.user).select_related("authority", "district")
    known = with_facts(schools, request.user, clock.today())
    wanted = sorting(request)
    columns = sorts_for(request.user)[wanted.removeprefix("-") or "name"]
    ordered = known.order_by(*_order(columns, descending=wanted.startswith("-")))
    return SchoolFilter(request.GET, ordered, request=request)


def sorting(request: HttpRequest) -> str:
    """The order that the address asks for: one of `sorts_for`, with a minus when descending; empty for best first."""
    wanted = request.GET.get("sort", "")
    if wanted.removeprefix("-") in sorts_for(request.user):
        return wanted
    return "" if request.GET.get("q", "").strip() else "name"


def _order(columns: Sequence[str], *, descending: bool) -> list[OrderBy]:
    """What is not known comes last either way, and what is alike by name."""
    first, *rest = (F(column) for column in columns)
    leading = first.desc(nulls_last=True) if descending else first.asc(nulls_last=True)
    return [leading, *(each.asc() for each in rest)]


def listed_schools(request: HttpRequest, found: SchoolFilter) -> SchoolQuerySet:
    schools: SchoolQuerySet = found.qs
    return schools if sorting(request) else schools.best_first(request.GET.get("q", ""))


def own_school(user: Any) -> School | None:
    """Return the school of a user all of whose appointments are at one school, such as a headteacher's."""
    held = appointments_of(user)
    schools = {each.scope_key for each in held if each.role in SCHOOL_ROLES and each.scope_kind == "school"}
    if len(schools) != 1 or any(each.role not in SCHOOL_ROLES for each in held):
        return None
    return School.objects.filter(pk=schools.pop()).first()


class SchoolList(ListView[School]):
    template_name = "schools/register/school_list.html"
    paginate_by = 50

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the list, or go on to the only school: of a user who works there, or that a header search matches."""
        if not request.GET and (own := own_school(request.user)) is not None:
            return redirect(own)
        text = request.GET.get("q", "")
        if "find" in request.GET and search_key(text):
            matches = School.objects.visible_to(request.user).matching(text)[:2]
            if len(matches) == 1:
                return redirect(matches[0])
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[School]:
        self.filter = found_schools(self.request)
        return listed_schools(self.request, self.filter)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        count = context["paginator"].count
        form, counts = self.filter.form, self.filter.shown_counts()
        return context | {
            "page_title": "Schools",
            "found": f"{count:,} school{'' if count == 1 else 's'}",
            "filters": filter_panel(form, self.request.GET, counts=counts, label="Filter schools"),
            "table": school_table(context["page_obj"].object_list, self.request),
            "filters_above": True,
            "exports": export_links("schools:export", self.request.user),
            "nothing": self.nothing(count),
        }

    def nothing(self, count: int) -> components.Empty | None:
        """What to say to somebody who has no schools at all, as against a filter that finds none."""
        if count or self.request.GET:
            return None
        return components.Empty(
            "You have no schools yet",
            "You see schools when you have an appointment to them. If one is missing, ask your system administrator.",
        )


def school_table(schools: Iterable[School], request: HttpRequest) -> components.Table:
    policy, facts = policy_value(SERVICE_BY_TYPE, on=clock.today()), facts_for(request.user)
    rows = [
        _list_row(school, school.service(policy), [fact.cell_of(school, request.user) for fact in facts])
        for school in schools
    ]
    columns = columns_for(request.user)
    return components.Table("Schools", columns, rows, ordering=sorting(request), caption_hidden=True)


def _list_row(school: School, service: Service, facts: Sequence[Any]) -> list[Any]:
    places = dict.fromkeys(filter(None, [school.town, school.district.name if school.district else ""]))
    note = ", ".join([f"URN {school.urn}", *places, service.value])
    return [
        components.Link(school.name, school.get_absolute_url(), note, _state(school)),
        *facts,
        school.get_phase_display(),
        "Not known" if school.pupils is None else f"{school.pupils:,}",
    ]


def _state(school: School) -> components.Status | None:
    """Nothing of a school that is simply open."""
    if school.establishment == Establishment.OPEN:
        return None
    label = school.get_establishment_display()
    if school.establishment == Establishment.CLOSED and school.closed_on:
        label = f"{label} {clock.uk_date(school.closed_on)}"
    return components.Status(school.establishment, label)


COLUMNS_TAKEN = [
    Column("urn", "URN", "Unique reference number of the school"),
    Column("laestab", "LAESTAB", "Local authority code and establishment number"),
    Column("name", "Name", "Name of the school"),
    Column("phase", "Phase", "Phase of education"),
    Column("type_code", "Type code", "Code of the type of establishment in GIAS"),
    Column("type", "Type", "Type of establishment"),
    Column("service", "Service", "The service the school gets, by its type"),
    Column("establishment", "Open or closed", "Whether the school is open, from GIAS"),
    Column("opened_on", "Opened", "Day on which the school opened"),
    Column("closed_on", "Closed", "Day on which the school closed"),
    Column("successors", "Successor URN", "URN of each school that this one became, from GIAS"),
    Column("district", "District", "District of the authority"),
    Column("partnership", "Partnership", "Partnership the school belongs to"),
    Column("sip", "SIP", "School Improvement Partner today"),
    Column("diocese", "Diocese", "Diocese the school belongs to"),
    Column("religion", "Religious character", "Religious character, from GIAS"),
    Column("trust", "Trust", "Trust of an academy"),
    Column("pupils", "Pupils", "Number of pupils, from GIAS"),
    Column("capacity", "Capacity", "Number of pupils the school has room for"),
    Column("town", "Town", "Town of the address"),
    Column("postcode", "Postcode", "Postcode of the address"),
    Column("easting", "Easting", "Ordnance Survey easting of the school, in metres"),
    Column("northing", "Northing", "Ordnance Survey northing of the school, in metres"),
    Column("source_changed_on", "Changed in GIAS", "Day on which GIAS last changed the school’s details"),
]


def columns_taken(facts: Iterable[SchoolFact]) -> list[Column]:
    return [*COLUMNS_TAKEN, *(Column(fact.key, fact.label, fact.meaning) for fact in facts)]


# Apps register their facts after this module is imported.
DOCUMENTED: Any = SimpleLazyObject(lambda: columns_taken(school_facts))
SCHOOLS = ListFile("schools", "schools", "Schools", "A school", DOCUMENTED)


@exports(SCHOOLS)
def export_schools(request: HttpRequest) -> Taken:
    """The list as it stands in the address, with the facts that the reader may know."""
    found, facts = found_schools(request), facts_for(request.user)
    # What a person may export is what they may read under an appointment that exports.
    schools = listed_schools(request, found).visible_to(request.user, Permission.EXPORT)
    chosen = words_of(filter_panel(found.form, request.GET))
    return Taken(_rows(schools, found.policy, facts), schools.count(), chosen, columns=columns_taken(facts))


def _rows(schools: SchoolQuerySet, policy: ServiceByType, facts: Sequence[SchoolFact]) -> Iterator[Sequence[Any]]:
    read = schools.select_related("authority", "district", "partnership", "diocese")
    sips, successors = Sips.today(), successor_urns(schools)
    return (
        [*_row(school, school.service(policy), sips, successors), *(getattr(school, fact.key) for fact in facts)]
        for school in read.iterator(2000)
    )


def _row(school: School, service: Service, sips: Sips, successors: Mapping[int, Sequence[int]]) -> list[Any]:
    return [
        school.urn,
        school.laestab,
        school.name,
        school.get_phase_display(),
        school.type_code,
        school.type_name,
        service.value.capitalize(),
        school.get_establishment_display(),
        school.opened_on,
        school.closed_on,
        ", ".join(str(urn) for urn in successors.get(school.urn, ())),
        school.district.name if school.district else "",
        school.partnership.name if school.partnership else "",
        "; ".join(sips.names_of(school)),
        school.diocese.name if school.diocese else "",
        school.religious_character,
        school.trust_name,
        school.pupils,
        school.capacity,
        school.town,
        school.postcode,
        school.easting,
        school.northing,
        school.source_changed_on,
    ]
