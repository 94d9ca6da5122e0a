"""What all tabs of a school have in common: the school in scope, its head, and the tabs beside it."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
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
from schoolimprove.pages.lists import ListPage
from schoolimprove.pages.verbs import VerbPage
from schoolimprove.policy.values import policy_value
from schoolimprove.ui import components
from schools.policy import SERVICE_BY_TYPE
from schools.register.establishments import Service
from schools.register.lineage import kinship, predecessors
from schools.register.models.appointment import Appointment
from schools.register.models.school import Establishment, School
from schools.register.scope import in_scope
from schools.register.tabs import one_or_more, tabs_for


class SchoolVerbPage(VerbPage):
    """A form about a school in the reader's scope, which leads back to a tab of the school."""

    permission: Permission | None = None
    tab: tuple[str, str]
    """The tab that it belongs to: its label and route."""
    school: School

    def find(self) -> None:
        """Set the school, and refuse who lacks the permission there before anything of the school is looked up."""
        self.school = school_in_scope(self.request, self.kwargs["urn"])
        if self.permission is not None and not user_can(self.request.user, self.permission, on=self.school):
            raise PermissionDenied

    def may(self, user: Any) -> bool:
        return self.permission is not None

    @property
    def caption(self) -> str:  # type: ignore[override]
        return self.school.name

    def back_url(self) -> str:
        return reverse(self.tab[1], args=[self.school.urn])

    def crumbs(self) -> list[components.Crumb]:
        return [
            components.Crumb("Schools", reverse("schools:list")),
            components.Crumb(self.school.name, self.school.get_absolute_url()),
            components.Crumb(self.tab[0], self.back_url()),
            components.Crumb(self.heading),
        ]


class SchoolListPage(ListPage):
    """A list over schools: each row has a `school`, and only those go into a file whose lists the user may take."""

    def exportable(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(in_scope(self.request.user, Permission.EXPORT, school="school"))


class SchoolTabView(TemplateView):
    """A tab of a school: the school fetched in scope, the tabs beside it."""

    tab: str
    permission: Permission | Sequence[Permission] = Permission.VIEW_SCHOOL
    """What a user needs over the school; of several, one."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.school = school_in_scope(request, kwargs["urn"])
        if not any(user_can(user_of(request), each, on=self.school) for each in one_or_more(self.permission)):
            raise PermissionDenied
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
            may_refer=self.tab == "overview" and user_can(self.request.user, Permission.REFER, on=school),
            may_watch=self.tab == "overview" and user_can(self.request.user, Permission.VIEW_SCHOOL_HISTORY, on=school),
            **kwargs,
        )


def school_in_scope(request: HttpRequest, urn: int) -> School:
    """The school, or *not found* outside the reader's scope."""
    schools = School.objects.visible_to(request.user).select_related(
        "authority", "district__double_district", "partnership", "diocese"
    )
    return get_object_or_404(schools, urn=urn)


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


def school_read(request: HttpRequest, urn: int, permission: Permission = Permission.VIEW_SCHOOL) -> School:
    """The school of a tab: *not found* outside the reader's scope, refused without the tab's right."""
    school = school_in_scope(request, urn)
    acting(user_of(request), permission, on=school)
    return school
