"""The list of schools: found, narrowed, sorted and taken away, as far as the reader's scope goes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import F, OrderBy, QuerySet
from django.http import HttpRequest
from django.views.generic import ListView

from schoolimprove.accounts.exporting import Taken, export_links, exports, words_of
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.policy.values import policy_value
from schoolimprove.ui import components
from schoolimprove.ui.exports import Column, ListFile
from schoolimprove.ui.filters import filter_panel
from schools.establishments import Service
from schools.filters import SchoolFilter
from schools.lineage import successor_urns
from schools.models import School
from schools.models.school import Establishment, SchoolQuerySet
from schools.policy import SERVICE_BY_TYPE, ServiceByType
from schools.tally import Sips

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
    components.Column("Town", "town"),
    components.Column("Pupils", "pupils", numeric=True),
    components.Column("Changed in GIAS", "changed"),
]


def found_schools(request: HttpRequest) -> SchoolFilter:
    """The reader's schools, filtered and sorted as the address says; what was searched for comes best first."""
    schools = School.objects.visible_to(request.user).select_related("authority", "district")
    ordered = schools.order_by(*_order(sorting(request)))
    return SchoolFilter(request.GET, ordered, request=request)


def sorting(request: HttpRequest) -> str:
    """The order that the address asks for: one of `SORTS`, with a minus when descending; empty for best first."""
    wanted = request.GET.get("sort", "")
    if wanted.removeprefix("-") in SORTS:
        return wanted
    return "" if request.GET.get("q", "").strip() else "name"


def _order(wanted: str) -> list[OrderBy]:
    """What is not known comes last either way, and what is alike by name."""
    first, *rest = (F(column) for column in SORTS[wanted.removeprefix("-") or "name"])
    leading = first.desc(nulls_last=True) if wanted.startswith("-") else first.asc(nulls_last=True)
    return [leading, *(each.asc() for each in rest)]


def listed_schools(request: HttpRequest, found: SchoolFilter) -> SchoolQuerySet:
    schools: SchoolQuerySet = found.qs
    return schools if sorting(request) else schools.best_first(request.GET.get("q", ""))


class SchoolList(ListView[School]):
    template_name = "schools/school_list.html"
    paginate_by = 50

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
            "table": school_table(context["page_obj"].object_list, sorting(self.request)),
            "exports": export_links("schools:export", self.request.user),
            "nothing": self.nothing(count),
        }

    def nothing(self, count: int) -> components.Empty | None:
        """What to say to somebody who has no schools at all, as against a filter that finds none."""
        if count or self.request.GET:
            return None
        return components.Empty(
            "You have no schools yet",
            "Schools appear here when you are appointed to them. Ask a system administrator if some are missing.",
        )


def school_table(schools: Iterable[School], ordering: str) -> components.Table:
    policy = policy_value(SERVICE_BY_TYPE, on=clock.today())
    rows = [_list_row(school, school.service(policy)) for school in schools]
    return components.Table("Schools", COLUMNS, rows, ordering=ordering, caption_hidden=True)


def _list_row(school: School, service: Service) -> list[Any]:
    note = ", ".join([f"URN {school.urn}", *([school.district.name] if school.district else []), service.value])
    return [
        components.Link(school.name, school.get_absolute_url(), note, _state(school)),
        school.get_phase_display(),
        school.town,
        "Not known" if school.pupils is None else f"{school.pupils:,}",
        school.source_changed_on or "Not known",
    ]


def _state(school: School) -> components.Status | None:
    """Nothing of a school that is simply open."""
    if school.establishment == Establishment.OPEN:
        return None
    label = school.get_establishment_display()
    if school.establishment == Establishment.CLOSED and school.closed_on:
        label = f"{label} {clock.uk_date(school.closed_on)}"
    return components.Status(school.establishment, label)


# Taken away -----------------------------------------------------------------------------------------------------------

COLUMNS_TAKEN = [
    Column("urn", "URN", "Unique reference number of the school"),
    Column("laestab", "LAESTAB", "Local authority code and establishment number"),
    Column("name", "Name", "Name of the school"),
    Column("phase", "Phase", "Phase of education"),
    Column("type_code", "Type code", "Code of the type of establishment in GIAS"),
    Column("type", "Type", "Type of establishment"),
    Column("service", "Service", "What the authority owes the school, by its type"),
    Column("establishment", "Open or closed", "Whether the school is open, as GIAS says"),
    Column("opened_on", "Opened", "Day on which the school opened"),
    Column("closed_on", "Closed", "Day on which the school closed"),
    Column("successors", "Successor URN", "URN of each school this one became, as GIAS links them"),
    Column("district", "District", "District of the authority"),
    Column("partnership", "Partnership", "Partnership the school belongs to"),
    Column("sip", "SIP", "School Improvement Partner today"),
    Column("diocese", "Diocese", "Diocese the school belongs to"),
    Column("religion", "Religious character", "Religious character, as GIAS says"),
    Column("trust", "Trust", "Trust of an academy"),
    Column("pupils", "Pupils", "Number of pupils, as GIAS says"),
    Column("capacity", "Capacity", "Number of pupils the school has room for"),
    Column("town", "Town", "Town of the address"),
    Column("postcode", "Postcode", "Postcode of the address"),
    Column("easting", "Easting", "Ordnance Survey easting of the school, in metres"),
    Column("northing", "Northing", "Ordnance Survey northing of the school, in metres"),
    Column("source_changed_on", "Changed in GIAS", "Day on which GIAS last changed what it says of the school"),
]


SCHOOLS = ListFile("schools", "schools", "Schools", "A school", COLUMNS_TAKEN)


@exports(SCHOOLS)
def export_schools(request: HttpRequest) -> Taken:
    """The list as it stands in the address."""
    found = found_schools(request)
    # What a person may export is what they may read under an appointment that exports.
    schools = listed_schools(request, found).visible_to(request.user, Permission.EXPORT)
    chosen = words_of(filter_panel(found.form, request.GET))
    return Taken(_rows(schools, found.policy), schools.count(), chosen)


def _rows(schools: SchoolQuerySet, policy: ServiceByType) -> Iterator[Sequence[Any]]:
    read = schools.select_related("authority", "district", "partnership", "diocese")
    sips, successors = Sips.today(), successor_urns(schools)
    return (_row(school, school.service(policy), sips, successors) for school in read.iterator(2000))


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
