"""The list of schools and the page of one school, each as far as the reader's scope goes."""

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from schoolimprove.accounts.models import user_of
from schoolimprove.accounts.rights import acting, user_can
from schoolimprove.accounts.roles import SCHOOL_ROLES, Permission, Role
from schoolimprove.lib import clock
from schoolimprove.lib.grid import grid_reference
from schoolimprove.policy.values import policy_value
from schoolimprove.ui import components
from schools.establishments import Service
from schools.history import school_changes
from schools.lineage import kinship, predecessors
from schools.models import Appointment, RecordOfVisit, School
from schools.models.school import Establishment
from schools.policy import SERVICE_BY_TYPE
from schools.tabs import tabs_for


class SchoolTabView(TemplateView):
    """A tab of a school: the school fetched in scope, the tabs beside it."""

    tab: str
    permission = Permission.VIEW_SCHOOL

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.school = school_in_scope(request, kwargs["urn"])
        acting(user_of(request), self.permission, on=self.school)
        self.kinship = kinship(self.school, request.user)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def predecessors(self) -> list[School]:
        """Whose past is read on this page; most schools have no links and need not be asked."""
        return predecessors(self.school) if self.kinship else []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        school = self.school
        policy = policy_value(SERVICE_BY_TYPE, on=clock.today())
        return super().get_context_data(
            school=school,
            page_title=school.name,
            caption=f"URN {school.urn}",
            breadcrumbs=[components.Crumb("Schools", reverse("schools:list")), components.Crumb(school.name)],
            tabs=tabs_for(self.request.user, school, self.tab),
            service=school.service(policy),
            closed=school.establishment == Establishment.CLOSED,
            kinship=self.kinship,
            today=clock.today(),
            # What stands in the way today need not on the day of the visit; the verb asks again.
            may_write=school.service(policy) is not Service.REGISTER_ONLY
            and user_can(self.request.user, Permission.WRITE_RECORD, on=school),
            blockers=school.blockers_to_visiting(policy, on=clock.today()),
            **kwargs,
        )


def school_in_scope(request: HttpRequest, urn: int) -> School:
    """The school, or *not found* outside the reader's scope."""
    schools = School.objects.visible_to(request.user).select_related(
        "authority", "district__double_district", "partnership", "diocese"
    )
    return get_object_or_404(schools, urn=urn)


class SchoolOverview(SchoolTabView):
    template_name = "schools/school_overview.html"
    tab = "overview"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {
            "summary": overview_facts(self.school, context["service"], appointments_at(self.school)),
            "records": record_table(self.recent_records(), "Latest visits"),
        }

    def recent_records(self) -> Any:
        records = RecordOfVisit.objects.visible_at(self.school, self.request.user)
        return records.for_lists().order_by("-visit__held_on", "-id")[:5]


def overview_facts(school: School, service: Service, people: list[Appointment]) -> list[components.Fact]:
    """What a reader wants to know first; facts from outside carry source and date."""
    source = f"GIAS, {clock.uk_date(school.source_changed_on)}" if school.source_changed_on else ""
    holders = {role: ", ".join(each.person.name for each in people if each.role == role) for role in Role}
    double = school.district.double_district if school.district else None
    district = f"{school.district}{f' ({double})' if double else ''}" if school.district else ""
    ages = f"{school.low_age} to {school.high_age}" if school.low_age is not None and school.high_age else ""
    return [
        components.Fact("School Improvement Partner", holders[Role.SIP], empty="Nobody is appointed"),
        components.Fact("Headteacher", holders[Role.HEADTEACHER], empty="Nobody is appointed"),
        components.Fact("Chair of governors", holders[Role.CHAIR], empty="Nobody is appointed"),
        components.Fact("Service", service.value.capitalize()),
        components.Fact("District", district, empty="Not placed in a district"),
        components.Fact("Open or closed", school.get_establishment_display(), source=source),
        components.Fact("Type", school.type_name, source=source),
        components.Fact("Phase", school.get_phase_display(), source=source),
        components.Fact("LAESTAB", school.laestab, source=source),
        components.Fact("Pupils", f"{school.pupils:,}" if school.pupils is not None else "", source=source),
        components.Fact("Ages", ages, source=source),
        components.Fact("Address", ", ".join(school.address_lines), source=source),
        components.Fact("Map reference", map_reference(school), source=source),
        *_facts_of_some(school, source),
    ]


def _facts_of_some(school: School, source: str) -> list[components.Fact]:
    """What only some schools have, where they have it."""
    facts = [
        components.Fact("Opened", school.opened_on, source=source),
        components.Fact("Closed", school.closed_on, source=source),
        components.Fact("Trust", school.trust_name, source=source),
        components.Fact("Religious character", school.religious_character, source=source),
        components.Fact("Diocese", school.diocese and school.diocese.name),
        components.Fact("Partnership", school.partnership and school.partnership.name),
    ]
    return [fact for fact in facts if fact.value]


def map_reference(school: School) -> str:
    """`SU 372 155 (easting 437293, northing 115561)`; nothing where GIAS gives no place."""
    if school.easting is None or school.northing is None:
        return ""
    reference = grid_reference(school.easting, school.northing)
    numbers = f"easting {school.easting}, northing {school.northing}"
    return f"{reference} ({numbers})" if reference else numbers


def record_table(records: Iterable[RecordOfVisit], caption: str, *, names_school: bool = False) -> components.Table:
    """`names_school` where records of predecessors are among them."""
    labels = ["Visit", *(["School"] if names_school else []), "Type", "Written by", "State"]
    rows = [_record_row(record, names_school=names_school) for record in records]
    columns = [components.Column(label) for label in labels]
    return components.Table(caption, columns, rows, empty="No record of a visit is here for you to read yet.")


def _record_row(record: RecordOfVisit, *, names_school: bool) -> list[Any]:
    return [
        components.Link(clock.uk_date(record.visit.held_on), record.get_absolute_url(), record.reference),
        *([record.school.name] if names_school else []),
        record.visit.get_kind_display(),
        record.author,
        components.Status(record.status, record.get_status_display()),
    ]


class SchoolVisits(SchoolTabView):
    template_name = "schools/school_visits.html"
    tab = "visits"
    permission = Permission.VIEW_SHARED_RECORD

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        records = RecordOfVisit.objects.visible_along(self.school, self.predecessors, self.request.user).for_lists()
        page = paged(self.request, records)
        table = record_table(page.object_list, "Visits", names_school=bool(self.predecessors))
        return super().get_context_data(table=table, page_obj=page, **kwargs)


class SchoolHistory(SchoolTabView):
    template_name = "schools/school_history.html"
    tab = "history"
    permission = Permission.VIEW_SCHOOL_HISTORY

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(events=school_changes(self.school, *self.predecessors), **kwargs)


def paged(request: HttpRequest, rows: QuerySet[Any], *, per_page: int = 50) -> Page[Any]:
    """The page of rows the address asks for; the last page where it asks for more than there are."""
    return Paginator(rows, per_page).get_page(request.GET.get("page"))


def appointments_at(school: School) -> list[Appointment]:
    """Who holds a role here today: the school's own people first, then the authority's."""
    order = list(Role)
    held = Appointment.objects.current(clock.today()).filter(school=school).select_related("person")
    return sorted(
        held, key=lambda each: (each.role not in SCHOOL_ROLES, order.index(Role(each.role)), each.person.name)
    )
