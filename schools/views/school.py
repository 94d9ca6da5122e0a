"""The list of schools and the page of one school, each as far as the reader's scope goes."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.generic import ListView, TemplateView

from schoolimprove.accounts.rights import acting, user_can
from schoolimprove.accounts.roles import ROLE_LABELS, SCHOOL_ROLES, Permission
from schoolimprove.lib import clock
from schoolimprove.policy.values import policy_value
from schoolimprove.records.transition import record_event
from schoolimprove.ui.exports import Column, export_response
from schools import chronology
from schools.filters import SchoolFilter
from schools.history import school_changes
from schools.models import Appointment, LocalAuthority, RecordOfVisit, School
from schools.policy import SERVICE_BY_TYPE
from schools.tabs import tabs_for

SORTS = {"name": ("name", "urn"), "urn": ("urn",), "phase": ("phase", "name", "urn"), "town": ("town", "name", "urn")}


def sorted_schools(request: HttpRequest) -> SchoolFilter:
    """The reader's schools, filtered and sorted as the address says."""
    wanted = request.GET.get("sort", "name")
    order = SORTS.get(wanted.removeprefix("-"), SORTS["name"])
    if wanted.startswith("-"):
        order = tuple(f"-{column}" for column in order)
    schools = School.objects.visible_to(request.user).select_related("authority", "district").order_by(*order)
    return SchoolFilter(request.GET, schools, request=request)


class SchoolList(ListView[School]):
    template_name = "schools/school_list.html"
    paginate_by = 50

    def get_queryset(self) -> QuerySet[School]:
        self.filter = sorted_schools(self.request)
        return self.filter.qs

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        policy = policy_value(SERVICE_BY_TYPE, on=clock.today())
        context = super().get_context_data(filter=self.filter, **kwargs)
        rows = [(school, school.service(policy)) for school in context["page_obj"].object_list]
        return context | {"rows": rows, "sort": self.request.GET.get("sort", "name"), "searched": bool(self.request.GET)}


EXPORT_COLUMNS = [
    Column("urn", "URN", "Unique reference number of the school"),
    Column("laestab", "LAESTAB", "Local authority code and establishment number"),
    Column("name", "Name", "Name of the school"),
    Column("phase", "Phase", "Phase of education"),
    Column("type", "Type", "Type of establishment"),
    Column("establishment", "Open or closed", "Whether the school is open, as GIAS says"),
    Column("district", "District", "District of the authority"),
    Column("town", "Town", "Town of the address"),
    Column("postcode", "Postcode", "Postcode of the address"),
]


def export_schools(request: HttpRequest, kind: str) -> HttpResponse:
    """The list as it stands in the address, as CSV, XLSX or JSON; the export is audited."""
    actor = acting(request.user, Permission.EXPORT)  # type: ignore[arg-type]
    # What a person may export is what they may read under an appointment that exports.
    schools = sorted_schools(request).qs & School.objects.visible_to(request.user, Permission.EXPORT)
    chosen = {name: ", ".join(request.GET.getlist(name)) for name in sorted(request.GET) if request.GET[name]}
    own = LocalAuthority.objects.filter(own=True).first()
    if own is not None:
        record_event(own, "exported schools", by=actor, changes={"filter": [None, chosen]})
    return export_response(EXPORT_COLUMNS, (_row(school) for school in schools.iterator(2000)), kind, "schools", chosen)


def _row(school: School) -> list[Any]:
    district = school.district.name if school.district else ""
    return [
        school.urn,
        school.laestab,
        school.name,
        school.get_phase_display(),
        school.type_name,
        school.get_establishment_display(),
        district,
        school.town,
        school.postcode,
    ]


class SchoolTabView(TemplateView):
    """A tab of a school: the school fetched in scope, the tabs beside it."""

    tab: str
    permission = Permission.VIEW_SCHOOL

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.school = school_in_scope(request, kwargs["urn"])
        acting(request.user, self.permission, on=self.school)  # type: ignore[arg-type]
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        policy = policy_value(SERVICE_BY_TYPE, on=clock.today())
        return super().get_context_data(
            school=self.school,
            tabs=tabs_for(self.request.user, self.school, self.tab),
            service=self.school.service(policy),
            may_write=user_can(self.request.user, Permission.WRITE_RECORD, on=self.school),
            **kwargs,
        )


def school_in_scope(request: HttpRequest, urn: int) -> School:
    """The school, or *not found* outside the reader's scope."""
    schools = School.objects.visible_to(request.user).select_related(
        "authority", "district__double_district", "partnership", "diocese"
    )
    return get_object_or_404(schools, urn=urn)


class SchoolOverview(SchoolTabView):
    template_name = "schools/school_detail.html"
    tab = "overview"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        people = appointments_at(self.school)
        return super().get_context_data(people=people, records=self.recent_records(), **kwargs)

    def recent_records(self) -> Any:
        records = RecordOfVisit.objects.visible_to(self.request.user).filter(visit__school=self.school)
        return records.for_lists().order_by("-visit__held_on", "-id")[:5]


class SchoolVisits(SchoolTabView):
    template_name = "schools/school_visits.html"
    tab = "visits"
    permission = Permission.VIEW_SHARED_RECORD

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        records = RecordOfVisit.objects.visible_to(self.request.user).filter(visit__school=self.school).for_lists()
        return super().get_context_data(**paged(self.request, records, "records"), **kwargs)


class SchoolPeople(SchoolTabView):
    template_name = "schools/school_people.html"
    tab = "people"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(people=appointments_at(self.school), **kwargs)


class SchoolChronology(SchoolTabView):
    template_name = "schools/school_chronology.html"
    tab = "chronology"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kind = self.request.GET.get("kind", "")
        events = chronology.entries(self.request.user, [self.school.pk], kind=kind)
        context = paged(self.request, events, "events")
        context["entries"] = [chronology.worded(event) for event in context["events"]]
        return super().get_context_data(kinds=list(chronology.chronology_sources), kind=kind, **context, **kwargs)


class SchoolHistory(SchoolTabView):
    template_name = "schools/school_history.html"
    tab = "history"
    permission = Permission.VIEW_SCHOOL_HISTORY

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(changes=school_changes(self.school), **kwargs)


def paged(request: HttpRequest, rows: QuerySet[Any], name: str, *, per_page: int = 50) -> dict[str, Any]:
    """A page of rows under `name`, and the page itself for the pagination."""
    page = Paginator(rows, per_page).get_page(request.GET.get("page"))
    return {name: page.object_list, "page_obj": page, "paginator": page.paginator}


def appointments_at(school: School) -> list[dict[str, Any]]:
    """Who holds a role here today: the school's own people first, then its SIP."""
    order = list(ROLE_LABELS)
    held = Appointment.objects.current(clock.today()).filter(school=school).select_related("person")
    people = sorted(held, key=lambda each: (each.role not in SCHOOL_ROLES, order.index(each.role), each.person.name))  # type: ignore[arg-type]
    return [
        {"role": each.get_role_display(), "name": each.person.name, "since": each.starts_on, "contact": each.person}
        for each in people
    ]
