"""The Overview tab of a school: what is overdue, who leads it, its visits and deadlines, and what the register says."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html

from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission, Role
from schoolimprove.lib import clock
from schoolimprove.lib.grid import grid_reference
from schoolimprove.ui import components
from schoolimprove.ui.cells import cell
from schoolimprove.ui.date_cells import CachedDateCells
from schools.home.watchlist import is_watched
from schools.oversight.deadlines_board import When
from schools.oversight.last_visit import DATED
from schools.oversight.school_deadlines import SchoolDeadlines, deadlines_at
from schools.records.models.record import RecordOfVisit
from schools.records.reading.school_visits import record_table
from schools.register.establishments import Service
from schools.register.models.appointment import Appointment
from schools.register.models.school import School
from schools.register.pages import SchoolTabView, appointments_at
from schools.register.school_facts import overview_facts
from schools.register.standing import standing_facts
from schools.visits.entitlement.actions import usage_told
from schools.visits.models.visit import Visit

SERVICE_IN_WORDS = {
    Service.ENTITLED: "Entitled to visits",
    Service.BY_INVITATION: "Visited by invitation",
    Service.REGISTER_ONLY: "On the register only, not visited",
}


class SchoolOverview(SchoolTabView):
    template_name = "schools/home/school_overview.html"
    tab = "overview"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        deadlines = self.deadlines()
        return context | {
            "deadlines": deadlines,
            "board_url": self.board_url(),
            "watched": context["may_watch"] and is_watched(self.school, self.request.user),
            "summary": [
                *standing_facts(self.request.user, self.school, clock.today()),
                *people_facts(appointments_at(self.school)),
                *self.last_visit(),
                *self.next_visit(),
                *self.next_deadline(deadlines),
                *days_facts(self.request.user, self.school),
                *(
                    facts[self.school.pk]
                    for each in overview_facts
                    if (facts := each.of(self.request.user, [self.school.pk], clock.today()))
                ),
            ],
            "records": record_table(self.recent_records(), "Latest visits"),
            "register": register_facts(self.school, context["service"]),
        }

    @cached_property
    def reads_visits(self) -> bool:
        return user_can(self.request.user, Permission.VIEW_SHARED_RECORD, on=self.school)

    def deadlines(self) -> SchoolDeadlines:
        if not self.reads_visits:
            return SchoolDeadlines()
        return deadlines_at(self.school, self.request.user, clock.today())

    def board_url(self) -> str:
        """Return where the board of deadlines names everything overdue here; empty for those who do not have it."""
        if not user_can(self.request.user, Permission.VIEW_COVERAGE, on=self.school):
            return ""
        return f"{reverse('schools:due')}?{urlencode({'q': self.school.urn, 'when': When.LATE.value})}"

    def last_visit(self) -> list[components.Fact]:
        """Return the visit whose day the list of schools gives."""
        if not self.reads_visits:
            return []
        held = Visit.objects.visible_at(self.school, self.request.user).look_at_schools().held()
        visit = held.filter(held_on__lte=clock.today()).order_by("-held_on", "-pk").first()
        if visit is None or visit.held_on is None:
            return [components.Fact("Last visit", empty="No visit yet")]
        visit.school = self.school
        words = f"{clock.uk_date(visit.held_on)}, {visit.get_kind_display()}"
        return [components.Fact("Last visit", components.Link(words, visit.get_absolute_url()))]

    def next_deadline(self, deadlines: SchoolDeadlines) -> list[components.Fact]:
        """Return what is due soonest and not yet overdue, with how its date was worked out."""
        if not self.reads_visits:
            return []
        if deadlines.next is None:
            return [
                components.Fact("Next deadline", empty="Nothing else is due" if deadlines.overdue else "Nothing is due")
            ]
        label, words = deadlines.next.label, deadlines.next.words
        what = components.Link(label, words.url, words.what) if words else label
        day = CachedDateCells().of(deadlines.next.deadline)
        return [components.Fact("Next deadline", format_html("{} {}", cell(what), day))]

    def next_visit(self) -> list[components.Fact]:
        """The first one proposed or agreed, for whoever may know of it."""
        if not self.reads_visits:
            return []
        planned = Visit.objects.visible_at(self.school, self.request.user).filter(
            status__in=DATED, planned_on__gte=clock.today()
        )
        visit = planned.order_by("planned_on", "pk").first()
        if visit is None or visit.planned_on is None:
            return [components.Fact("Next visit", empty="No date yet")]
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
        components.Fact("School Improvement Partner", holders[Role.SIP], empty="No one appointed"),
        components.Fact("Headteacher", holders[Role.HEADTEACHER], empty="No one appointed"),
        components.Fact("Chair of governors", holders[Role.CHAIR], empty="No one appointed"),
    ]


def register_facts(school: School, service: Service) -> list[components.Fact]:
    """What the register says of it; facts from outside carry source and date."""
    source = f"GIAS, {clock.uk_date(school.source_changed_on)}" if school.source_changed_on else ""
    double = school.district.double_district if school.district else None
    district = f"{school.district}{f' ({double})' if double else ''}" if school.district else ""
    ages = f"{school.low_age} to {school.high_age}" if school.low_age is not None and school.high_age else ""
    return [
        components.Fact("Service", SERVICE_IN_WORDS[service]),
        components.Fact("District", district, empty="No district"),
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
        components.Fact("Opens" if _is_to_come(school.opened_on) else "Opened", school.opened_on, source=source),
        components.Fact("Closes" if _is_to_come(school.closed_on) else "Closed", school.closed_on, source=source),
        components.Fact("Trust", school.trust_name, source=source),
        components.Fact("Religious character", school.religious_character, source=source),
        components.Fact("Diocese", school.diocese and school.diocese.name),
        components.Fact("Partnership", school.partnership and school.partnership.name),
    ]
    return [fact for fact in facts if fact.value]


def _is_to_come(day: date | None) -> bool:
    return day is not None and day > clock.today()


def map_reference(school: School) -> str:
    """`SU 372 155 (easting 437293, northing 115561)`; nothing where GIAS gives no place."""
    if school.easting is None or school.northing is None:
        return ""
    reference = grid_reference(school.easting, school.northing)
    numbers = f"easting {school.easting}, northing {school.northing}"
    return f"{reference} ({numbers})" if reference else numbers
