"""The list of schools and the page of one school, each as far as the reader's scope goes."""

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.views.generic import TemplateView

from schoolimprove.accounts.exporting import export_links
from schoolimprove.accounts.models import user_of
from schoolimprove.accounts.rights import acting, user_can
from schoolimprove.accounts.roles import SCHOOL_ROLES, Permission, Role
from schoolimprove.lib import clock
from schoolimprove.lib.grid import grid_reference
from schoolimprove.policy.values import policy_value
from schoolimprove.ui import components
from schools.entitlements import usage_told
from schools.establishments import Service
from schools.history import school_changes
from schools.lineage import kinship, predecessors
from schools.models import Appointment, ContactNote, RecordOfVisit, School, Visit
from schools.models.school import Establishment
from schools.models.visit import WITHOUT_RECORD
from schools.planning import plannable_kinds
from schools.policy import SERVICE_BY_TYPE
from schools.seen import DATED
from schools.states import VisitStatus
from schools.tabs import tabs_for
from schools.visit_asks import due_on
from schools.watching import is_watched

SERVICE_IN_WORDS = {
    Service.ENTITLED: "Entitled to visits",
    Service.BY_INVITATION: "Visited by invitation",
    Service.REGISTER_ONLY: "On the register only, not visited",
}


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
            may_watch=self.tab == "overview" and user_can(self.request.user, Permission.VIEW_SCHOOL_HISTORY, on=school),
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
            "watched": context["may_watch"] and is_watched(self.school, self.request.user),
            "summary": [
                *people_facts(appointments_at(self.school)),
                *self.next_visit(),
                *days_facts(self.request.user, self.school),
            ],
            "records": record_table(self.recent_records(), "Latest visits"),
            "register": register_facts(self.school, context["service"]),
        }

    def next_visit(self) -> list[components.Fact]:
        """The first one proposed or agreed, for whoever may know of it."""
        if not user_can(self.request.user, Permission.VIEW_SHARED_RECORD, on=self.school):
            return []
        planned = Visit.objects.visible_at(self.school, self.request.user).filter(
            status__in=DATED, planned_on__gte=clock.today()
        )
        visit = planned.order_by("planned_on", "pk").first()
        if visit is None or visit.planned_on is None:
            return [components.Fact("Next visit", empty="No date is proposed or agreed")]
        visit.school = self.school
        told = f"{clock.uk_date(visit.planned_on)}, {visit.get_kind_display()}"
        return [
            components.Fact("Next visit", components.Link(told, visit.get_absolute_url(), visit.get_status_display()))
        ]

    def recent_records(self) -> Any:
        records = RecordOfVisit.objects.visible_at(self.school, self.request.user)
        return records.for_lists().order_by("-visit__held_on", "-id")[:5]


def people_facts(people: list[Appointment]) -> list[components.Fact]:
    """Whom a reader wants to know first."""
    holders = {role: ", ".join(each.person.name for each in people if each.role == role) for role in Role}
    return [
        components.Fact("School Improvement Partner", holders[Role.SIP], empty="Nobody is appointed"),
        components.Fact("Headteacher", holders[Role.HEADTEACHER], empty="Nobody is appointed"),
        components.Fact("Chair of governors", holders[Role.CHAIR], empty="Nobody is appointed"),
    ]


def register_facts(school: School, service: Service) -> list[components.Fact]:
    """What the register says of it; facts from outside carry source and date."""
    source = f"GIAS, {clock.uk_date(school.source_changed_on)}" if school.source_changed_on else ""
    double = school.district.double_district if school.district else None
    district = f"{school.district}{f' ({double})' if double else ''}" if school.district else ""
    ages = f"{school.low_age} to {school.high_age}" if school.low_age is not None and school.high_age else ""
    return [
        components.Fact("Service", SERVICE_IN_WORDS[service]),
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


def days_facts(user: Any, school: School) -> list[components.Fact]:
    """The days of visits, for who may read of them, with the way to set them."""
    told = usage_told(user, school, on=clock.today())
    if not told:
        return []
    sets = user_can(user, Permission.SET_ENTITLEMENT, on=school)
    url = reverse("schools:entitlement", args=[school.urn]) if sets else ""
    return [components.Fact("Days of visits", told, change_url=url, hidden="days the school is entitled to")]


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
        components.Link(clock.uk_date(record.held_on), record.get_absolute_url(), record.reference),
        *([record.school.name] if names_school else []),
        record.visit.get_kind_display(),
        record.author,
        components.Status(record.status, record.get_status_display()),
    ]


LATEST_NOTES, HELD_SHOWN = 5, 20
_DAYS = components.Column("Days", numeric=True)


class SchoolVisits(SchoolTabView):
    """What is planned and owed, the records of what was held, and the contacts between."""

    template_name = "schools/school_visits.html"
    tab = "visits"
    permission = Permission.VIEW_SHARED_RECORD

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        records = RecordOfVisit.objects.visible_along(self.school, self.predecessors, user).for_lists()
        page = paged(self.request, records)
        table = record_table(page.object_list, "Records of Visit", names_school=bool(self.predecessors))
        visits = Visit.objects.visible_at(self.school, user)
        return super().get_context_data(
            table=table,
            page_obj=page,
            planned=planned_table(self.school, visits, user),
            performance=performance_table(visits) if self.may(Permission.VIEW_PERFORMANCE_MANAGEMENT) else None,
            notes=self.notes(),
            may_plan=bool(plannable_kinds(user, self.school)),
            may_commission=self.may(Permission.COMMISSION_REVIEW),
            may_record_performance=self.may(Permission.RECORD_PERFORMANCE_MANAGEMENT),
            may_note=self.may(Permission.WRITE_CONTACT_NOTE),
            days=usage_told(user, self.school, on=clock.today()),
            exports=export_links("schools:visits_export", user, self.school.urn, on=self.school),
            **kwargs,
        )

    def may(self, permission: Permission) -> bool:
        return user_can(self.request.user, permission, on=self.school)

    def notes(self) -> components.Table | None:
        """The latest contacts; the school does not read them."""
        if not self.may(Permission.VIEW_CONTACT_NOTE):
            return None
        latest = ContactNote.objects.filter(school=self.school).standing().select_related("school", "author")
        return note_table(latest[:LATEST_NOTES], user=self.request.user)


def to_come(visits: Any) -> Any:
    """Owed or planned, each with the day it is due by; what has no date yet is the last."""
    dated = visits.not_held().select_related("author").annotate(due=due_on())
    return dated.order_by(F("planned_on").asc(nulls_last=True), "pk")


def planned_table(school: School, visits: Any, user: Any) -> components.Table:
    """What is to come, the soonest first; what has no date yet after it."""
    rows = [_planned_row(school, visit, user) for visit in to_come(visits)]
    columns = [components.Column(label) for label in ("Visit", "Date", "State", "Who goes", "Due")]
    return components.Table("Visits to come", columns, rows, empty="No visit is planned, and none is due.")


def _planned_row(school: School, visit: Any, user: Any) -> list[Any]:
    visit.school = school
    asked = visit.status == VisitStatus.PROPOSED and user_can(user, Permission.ARRANGE_VISIT, on=school)
    return [
        components.Link(visit.get_kind_display(), visit.get_absolute_url(), "Please answer" if asked else ""),
        visit.planned_on or "No date yet",
        components.Status(visit.status, visit.get_status_display()),
        visit.author or "Nobody yet",
        visit.due or "No deadline",
    ]


def of_performance(visits: Any) -> Any:
    return visits.held().filter(kind__in=WITHOUT_RECORD).select_related("school", "author")


def performance_table(visits: Any) -> components.Table:
    """Date, people and days, for those whom it concerns."""
    held = of_performance(visits)
    rows = [
        [components.Link(clock.uk_date(visit.held_on), visit.get_absolute_url()), visit.author, visit.team, visit.days]
        for visit in held[:HELD_SHOWN]
    ]
    columns = [*(components.Column(label) for label in ("Date", "Recorded by", "Who took part")), _DAYS]
    return components.Table("Headteacher’s performance management", columns, rows, empty="None is recorded.")


def note_table(notes: Any, *, user: Any, names_school: bool = False) -> components.Table:
    """Contacts in two lines; where they are listed for one school, with a way to take back one's own."""
    labels = ["Date", "School" if names_school else "Contact", "What is worth remembering", "By"]
    rows = [_note_row(note, user, names_school=names_school) for note in notes]
    return components.Table(
        "Calls, letters and meetings",
        [components.Column(label) for label in labels],
        rows,
        empty="No call, letter or meeting is noted here yet.",
        caption_hidden=names_school,
    )


def _note_row(note: ContactNote, user: Any, *, names_school: bool) -> list[Any]:
    own = note.author_id == user.pk and not names_school
    visits, contact = reverse("schools:visits", args=[note.school.urn]), f"{note.get_kind_display()}, {note.with_whom}"
    return [
        note.happened_on,
        components.Link(note.school.name, visits, contact) if names_school else contact,
        _with_take_back(note) if own else note.note,
        note.author,
    ]


def _with_take_back(note: ContactNote) -> Any:
    url = reverse("schools:contact_note_take_back", args=[note.school.urn, note.pk])
    link = '{}<br><a class="govuk-link" href="{}">Take back<span class="govuk-visually-hidden">: {}</span></a>'
    return format_html(link, note.note, url, note)


class SchoolHistory(SchoolTabView):
    template_name = "schools/school_history.html"
    tab = "history"
    permission = Permission.VIEW_SCHOOL_HISTORY

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            events=school_changes(self.school, *self.predecessors),
            exports=export_links("schools:history_export", self.request.user, self.school.urn, on=self.school),
            **kwargs,
        )


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
