"""Opening a term: choose it, see what would happen, confirm."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from schoolimprove.accounts.exporting import Taken, export_links, exports
from schoolimprove.accounts.models import user_of
from schoolimprove.accounts.rights import acting
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.records.transition import Blocked
from schoolimprove.ui import components
from schoolimprove.ui.exports import Column, ListFile
from schools.register.models.school import School
from schools.register.served import ours
from schools.visits.opening.actions import LEFT_OUT, Opened, Place, by_district, core_visits, open_term, terms_to_choose
from schools.visits.opening.forms import TermForm
from schools.visits.term_slots import TermDays

HEADING = "Create core visits"
PER_PAGE = 100


def schools_in_words(count: int) -> str:
    return f"{count:,} school{'' if count == 1 else 's'}"


def crumbs(*further: components.Crumb) -> list[components.Crumb]:
    return [components.Crumb("Coverage", reverse("schools:coverage")), *further]


class TermView(TemplateView):
    """For whoever opens terms; `days` is the term that the address or the form names."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        acting(user_of(request), Permission.OPEN_TERM)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def terms(self) -> Sequence[TermDays]:
        return terms_to_choose(on=clock.today())

    @cached_property
    def form(self) -> TermForm:
        """Filled once a term was named; of two terms a reader has in mind the first is the nearer."""
        asked = self.request.POST if self.request.method == "POST" else self.request.GET
        initial = {"term": self.terms[0].key} if self.terms else {}
        return TermForm(asked if "term" in asked else None, terms=self.terms, initial=initial, action="#results")

    @property
    def days(self) -> TermDays | None:
        return self.form.chosen if self.form.is_bound and self.form.is_valid() else None


class TermOpen(TermView):
    template_name = "schools/visits/term_open.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        days = self.days
        if days is None:
            return self.render_to_response(self.get_context_data())
        try:
            done = open_term(days.year, days.term, by=user_of(request), on=clock.today())
        except Blocked as blocked:
            self.form.add_error(None, blocked)
            return self.render_to_response(self.get_context_data())
        messages.success(request, told(done))
        return redirect(f"{reverse('schools:term_opened')}?term={days.key}")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        days = self.days
        context = super().get_context_data(**kwargs) | {
            "page_title": HEADING,
            "lede": "Create a core visit to plan for every school we serve, with its agenda and last day.",
            "breadcrumbs": crumbs(components.Crumb(HEADING)),
            "terms": self.terms,
            "form": self.form,
        }
        return context | self.plan_of(days) if days else context

    def plan_of(self, days: TermDays) -> dict[str, Any]:
        plan = open_term(days.year, days.term, by=user_of(self.request), on=clock.today(), dry_run=True)
        page = Paginator(plan.opened, PER_PAGE).get_page(self.request.GET.get("page"))
        return {
            "days": days,
            "plan": plan,
            "figures": figures_of(plan),
            "districts": district_table(plan.opened),
            "places": place_table(page.object_list),
            "page_obj": page,
            "adopted": adopted_table(plan.adopted),
            "left_out": left_out(plan),
            "nobody_yet": schools_in_words(len(plan.without_partner)),
            "no_author": schools_in_words(len(plan.without_author)),
            "exports": export_links("schools:term_open_export", self.request.user),
            "button": f"Create core visits for {schools_in_words(plan.missing)}",
        }


def told(done: Opened) -> str:
    """What was done, in a sentence."""
    if not done.missing:
        return "Nothing to create: all your schools already have their core visit for this term."
    parts = [f"core visits created for {schools_in_words(len(done.opened))}"] if done.opened else []
    parts += [f"visits already held now count for {schools_in_words(len(done.adopted))}"] if done.adopted else []
    said = " and ".join(parts)
    return f"{said[:1].upper()}{said[1:]}."


def figures_of(plan: Opened) -> list[components.Figure]:
    return [
        components.Figure("Core visits to create", len(plan.opened)),
        components.Figure("Of these, without a partner", len(plan.without_partner)),
        components.Figure("Already held, will count for the term", len(plan.adopted)),
        components.Figure("Already created", len(plan.there)),
        components.Figure("Left out", sum(map(len, plan.left_out.values()))),
    ]


def district_table(places: Sequence[Place]) -> components.Table:
    columns = [
        components.Column("District"),
        components.Column("Core visits", numeric=True),
        components.Column("Without a partner", numeric=True),
    ]
    return components.Table("By district", columns, [list(row) for row in by_district(places)])


def place_table(places: Iterable[Place]) -> components.Table:
    columns = [components.Column(label) for label in ("School", "Phase", "District", "School Improvement Partner")]
    return components.Table("Schools that get a core visit", columns, [_place_row(place) for place in places])


def _place_row(place: Place) -> list[Any]:
    school = place.school
    return [
        components.Link(school.name, school.get_absolute_url(), f"URN {school.urn}"),
        school.get_phase_display(),
        school.district.name if school.district else "None",
        _partner(place),
    ]


def _partner(place: Place) -> Any:
    if not place.partners:
        return components.Status("awaiting", "No partner yet")
    names = ", ".join(place.partners)
    if place.author is not None:
        return names
    return f"{names} ({'has no active account' if len(place.partners) == 1 else 'several partners'})"


def adopted_table(places: Iterable[Place]) -> components.Table:
    columns = [components.Column(label) for label in ("School", "Held on")]
    rows = [
        [
            components.Link(place.school.name, place.school.get_absolute_url()),
            place.visit.held_on if place.visit else "",
        ]
        for place in places
    ]
    return components.Table("Core visits already held that will count for the term", columns, rows)


def left_out(plan: Opened) -> list[dict[str, Any]]:
    return [
        {"why": f"{LEFT_OUT[why]}: {schools_in_words(len(schools))}", "schools": schools}
        for why, schools in plan.left_out.items()
    ]


class TermOpened(TermView):
    """What stands after a term was opened."""

    template_name = "layouts/done.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().get(request, *args, **kwargs) if self.days else redirect("schools:term_open")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        days = self.days
        context = super().get_context_data(**kwargs)
        if days is None:
            return context
        mine = ours(self.request.user, Permission.OPEN_TERM)
        visits = core_visits(days).filter(school__in=mine.order_by().values("pk"))
        nobodys = visits.not_held().filter(author=None).count()
        ready = f"Your schools have {visits.count():,} core visits for this term."
        return context | {
            "page_title": f"Core visits created for {days.spoken}",
            "breadcrumbs": crumbs(
                components.Crumb(HEADING, reverse("schools:term_open")), components.Crumb("Core visits created")
            ),
            "next": [ready, "Each partner now proposes a date to their schools.", *_of_nobody(nobodys)],
            "onward": components.Link("See coverage of the term", f"{reverse('schools:coverage')}?term={days.key}"),
        }


def _of_nobody(count: int) -> list[str]:
    if not count:
        return []
    visits = "1 visit has" if count == 1 else f"{count:,} visits have"
    return [f"{visits} no School Improvement Partner yet. Appoint one so that they can plan the visit."]


OPENING = ListFile(
    "opening",
    "the core visits to create",
    "Create core visits",
    "A school that will get a core visit, whose visit will count, or that is left out",
    [
        Column("urn", "URN", "Unique reference number of the school"),
        Column("name", "Name", "Name of the school"),
        Column("phase", "Phase", "Phase of education"),
        Column("district", "District", "District of the authority"),
        Column("sip", "SIP", "School Improvement Partner today. Empty if the school will get no visit"),
        Column("what", "What would happen", "What will happen for the school, or why it is left out"),
        Column("held_on", "Held on", "Day of a visit already held that will count for the term"),
    ],
)
OPENED, COUNTED = "Gets a core visit", "Visit already held counts for the term"


@exports(OPENING)
def export_opening(request: HttpRequest) -> Taken:
    """What opening the term that the address names would do; nothing is opened."""
    acting(user_of(request), Permission.OPEN_TERM)
    named = request.GET.get("term", "")
    days = next((each for each in terms_to_choose(on=clock.today()) if each.key == named), None)
    if days is None:
        raise Http404("There is no such term to create core visits for.")
    plan = open_term(days.year, days.term, by=user_of(request), on=clock.today(), dry_run=True)
    rows = list(_export_rows(plan))
    return Taken(rows, len(rows), {"Term": days.label})


def _export_rows(plan: Opened) -> Iterator[Sequence[Any]]:
    for place in plan.opened:
        yield [*_school_cells(place.school), "; ".join(place.partners), OPENED, None]
    for place in plan.adopted:
        yield [*_school_cells(place.school), "", COUNTED, place.visit.held_on if place.visit else None]
    for why, schools in plan.left_out.items():
        for school in schools:
            yield [*_school_cells(school), "", LEFT_OUT[why], None]


def _school_cells(school: School) -> list[Any]:
    return [school.urn, school.name, school.get_phase_display(), school.district.name if school.district else ""]
