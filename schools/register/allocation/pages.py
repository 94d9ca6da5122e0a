"""The board of School Improvement Partners: who has which school, who has how many, and giving schools to another."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.core.signing import BadSignature, Signer
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.generic import FormView

from schoolimprove.accounts.exporting import Taken, export_links, exports, words_of
from schoolimprove.accounts.models import user_of
from schoolimprove.accounts.rights import acting, user_can
from schoolimprove.accounts.roles import Permission, Role
from schoolimprove.lib import clock
from schoolimprove.records.drafts import TYPED_FIELD, KeepsDrafts
from schoolimprove.records.transition import Blocked
from schoolimprove.ui import components
from schoolimprove.ui.errors import listed_errors
from schoolimprove.ui.exports import Column, ListFile
from schoolimprove.ui.filters import filter_panel
from schools.register.allocation.actions import Choice, Move, Moved, assign, hand_over_schools, planned, records_left
from schools.register.allocation.board import NOT_SERVED, Board, Load, Place, board_of, ours
from schools.register.allocation.forms import AllocationFilter, AllocationForm, HandOverForm, PartnerForm
from schools.register.models.appointment import Appointment
from schools.register.models.person import Person
from schools.register.models.school import School, SchoolQuerySet
from schools.register.partners import NOBODY, assignable, covering_any, partners_since, partners_today

PER_PAGE = 100
POSTED_NUMBER = 10
"""Digits of a key that anybody could have; more is nobody's."""


class Listing:
    """The board as the address asks for it: filtered, in order, for this reader."""

    def __init__(self, request: HttpRequest) -> None:
        self.request, self.today = request, clock.today()
        self.schools = ours(request.user, Permission.VIEW_ALLOCATION)
        here = partners_since(self.today).filter(covering_any(self.schools))
        people = Person.objects.filter(pk__in=here.values("person")).order_by("name", "pk")
        self.filter = AllocationFilter(request.GET, self.schools, people=people)
        self.then = self.filter.chosen("then") or self.today

    @cached_property
    def board(self) -> Board:
        return board_of(self.schools, on=self.today, then=self.then)

    @cached_property
    def places(self) -> list[Place]:
        """Those the filters leave, in order: whoever has nobody first, then by district and name."""
        kept = set(self.filter.qs.values_list("pk", flat=True))
        also, sip = self.filter.chosen("also") or [], self.filter.chosen("sip")
        found = [
            place
            for place in self.board.places
            if place.school.pk in kept and (not place.why_not or place.why_not in also) and _has(place, sip)
        ]
        return _sorted(found, self.ordering)

    @property
    def ordering(self) -> str:
        return self.request.GET.get("sort", "")


def _has(place: Place, sip: str | None) -> bool:
    """Whether a school has the partner that was chosen, on the one day or the other."""
    if not sip:
        return True
    return not place.today if sip == NOBODY else sip in {str(each.person_id) for each in [*place.today, *place.then]}


def _sorted(places: list[Place], ordering: str) -> list[Place]:
    keys = {"name": _by_name, "district": _by_district, "sip": _by_partner}
    key = keys.get(ordering.removeprefix("-"))
    if key is None:
        return sorted(places, key=lambda place: (bool(place.today), *_by_district(place)))
    return sorted(places, key=key, reverse=ordering.startswith("-"))


def _by_name(place: Place) -> tuple[Any, ...]:
    return place.school.name.casefold(), place.school.urn


def _by_district(place: Place) -> tuple[Any, ...]:
    return place.school.district.name.casefold() if place.school.district else "", *_by_name(place)


def _by_partner(place: Place) -> tuple[Any, ...]:
    return [each.person.name.casefold() for each in place.today], *_by_name(place)


class Giving(KeepsDrafts, FormView[PartnerForm]):
    """A page on which schools are ticked, and what follows from it: look at it once more, then do it.

    The second step carries what was ticked and chosen in hidden inputs, and counts as the same opening of the form. A
    draft belongs to the page, whatever the filters in its address: it shows every ticked school, in the list or below.
    """

    form: PartnerForm
    problem: Sequence[str] = ()
    told: Sequence[str] = ()

    def do(self, choices: Sequence[Choice]) -> list[Move]:
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        acting(user_of(request), Permission.ASSIGN_SIP)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: PartnerForm) -> HttpResponse:
        self.form, choices = form, self.choices()
        if not choices or "change" in self.request.POST:
            return self.form_invalid(form)
        return self.confirm(choices) if "confirm" in self.request.POST else self.check(choices)

    def form_invalid(self, form: PartnerForm) -> HttpResponse:
        self.form = form
        if not self.choices() and "change" not in self.request.POST:
            self.problem = ["Select at least one school"]
        return self.again()

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "people": self.candidates}

    def values_of(self, name: str) -> list[str]:
        """Return the values posted under a name, or on a GET those of the draft."""
        if self.request.method == "POST":
            return self.request.POST.getlist(name)
        return list(self.draft.fields.get(name, [])) if self.draft else []

    @cached_property
    def ticked(self) -> dict[int, str]:
        """What was seen of each ticked school, by URN."""
        pairs = (value.partition(":") for value in self.values_of("schools"))
        return {int(urn): seen for urn, _colon, seen in pairs if _is_number(urn)}

    @staticmethod
    def kept_in_words(kept: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
        """Return the fields of a draft with schools and partner by name, without the button that was pressed."""
        urns = [urn for urn in (value.partition(":")[0] for value in kept.get("schools", ())) if _is_number(urn)]
        schools = School.objects.filter(urn__in=urns).order_by("name", "urn").values_list("name", flat=True)
        partners = {str(person.pk): person.name for person in partners_today(on=clock.today())} | {NOBODY: "No one"}
        chosen = [partners.get(key, "") for key in kept.get("sip", ())]
        named = {"schools": [", ".join(schools)], "sip": chosen}
        return {name: values for name, values in kept.items() if name not in ("confirm", "change")} | named

    @property
    def ticked_values(self) -> dict[int, str]:
        """Return the value that the box of each ticked school sends, by URN; empty for the current one.

        A box filled from a draft sends what its writer saw, so that we notice a change in between. A form shown again
        after a POST shows the current state, and sends that.
        """
        kept = self.draft is not None
        return {urn: f"{urn}:{seen}" if kept else "" for urn, seen in self.ticked.items()}

    def choices(self) -> list[Choice]:
        """The ticked schools; *not found* when one lies beyond what this person assigns."""
        mine = ours(self.request.user, Permission.ASSIGN_SIP).filter(urn__in=self.ticked)
        schools = list(mine.select_related("authority", "district").order_by("name", "urn"))
        if len(schools) != len(self.ticked):
            raise Http404
        return [Choice(school, self.ticked[school.urn]) for school in schools]

    def form_context(self, form: PartnerForm) -> dict[str, Any]:
        """The form with what stands in its way."""
        return {
            "form": form,
            "form_errors": list(listed_errors(form)),
            "action": self.request.get_full_path(),
            "problem": self.problem,
            "told": self.told,
            "page_errors": self.problem or self.told,
        }

    def again(self, status: int = 200) -> HttpResponse:
        """The first page, with everything still ticked and typed."""
        return self.render_to_response(self.get_context_data(form=self.form), status=status)

    def check(self, choices: Sequence[Choice]) -> HttpResponse:
        by, on = user_of(self.request), clock.today()
        moves = planned(choices, self.form.partner, first_day=self.first_day, by=by, on=on)
        return self.render_to_response(self.check_context(moves))

    def confirm(self, choices: Sequence[Choice]) -> HttpResponse:
        try:
            moves = self.do(choices)
        except Moved as moved:
            self.told = moved.told
            return self.again(status=409)
        except Blocked as blocked:
            self.problem = blocked.messages
            return self.again()
        messages.success(self.request, self.done(moves))
        return redirect(self.request.get_full_path())

    @property
    def first_day(self) -> date:
        return self.form.first_day

    def done(self, moves: Sequence[Move]) -> str:
        count = sum(move.changes for move in moves)
        schools = f"{count} school{' has' if count == 1 else 's have'}"
        if self.form.partner is None:
            return f"{schools} no School Improvement Partner from {clock.uk_date(self.first_day)}."
        return f"{schools} {self.form.partner} from {clock.uk_date(self.first_day)}."

    def check_context(self, moves: Sequence[Move]) -> dict[str, Any]:
        to = self.form.partner
        going = [move for move in moves if move.changes]
        seen = {urn: f"{urn}:{self.ticked[urn]}" for urn in self.ticked}
        return {
            "view": self,
            "checking": True,
            "form": self.form,
            "page_title": "Check who gets which school",
            "caption": self.caption,
            "going": change_table(going, to, self.first_day),
            "staying": [move.school for move in moves if not move.changes and not move.cannot],
            "cannot": [move for move in moves if move.cannot],
            "to": to,
            "last_day": self.first_day - timedelta(days=1),
            "hidden": [*self._hidden(), *(("schools", seen[move.school.urn]) for move in going)],
            "action": self.request.get_full_path(),
            "breadcrumbs": self.crumbs("Check who gets which school"),
        }

    @property
    def caption(self) -> str:
        return "SIP allocation"

    def _hidden(self) -> list[tuple[str, str]]:
        """The form as it was understood: somebody found by name goes on as who they are."""
        own = {*self.form.hidden_inputs, "csrfmiddlewaretoken", TYPED_FIELD, "schools", "sip", "other"}
        names = [name for name in self.request.POST if name not in own]
        return [("sip", self._key_of(self.form.partner)), *((name, self.request.POST[name]) for name in names)]

    @cached_property
    def candidates(self) -> dict[str, Person]:
        """Partners of today by number, and whoever this reader found by name on the step before, by a signed one:
        else the numbers could be tried, and each would tell a name.
        """
        people = {str(person.pk): person for person in partners_today(on=clock.today())}
        posted = "".join(self.values_of("sip")[:1])
        found = assignable().filter(pk=self._unsigned(posted)).first()
        return {**people, posted: found} if found else people

    def _key_of(self, to: Person | None) -> str:
        if to is None:
            return NOBODY
        return str(to.pk) if str(to.pk) in self.candidates else self._signer.sign(str(to.pk))

    def _unsigned(self, key: str) -> str:
        """The number that was signed; nobody's where none was."""
        try:
            return self._signer.unsign(key)
        except BadSignature:
            return "0"

    @property
    def _signer(self) -> Signer:
        return Signer(salt=f"schools.allocation.found by {user_of(self.request).pk}")

    def crumbs(self, here: str) -> list[components.Crumb]:
        return [components.Crumb(self.caption, reverse("schools:allocation")), components.Crumb(here)]

    def get_template_names(self) -> list[str]:
        return [self.template_name or ""]

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        if context.get("checking"):
            self.template_name = "schools/register/allocation_check.html"
        return super().render_to_response(context, **kwargs)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < POSTED_NUMBER


def change_table(moves: Sequence[Move], to: Person | None, first_day: date) -> components.Table:
    columns = [components.Column(label) for label in ("School", "Ends", f"From {clock.uk_date(first_day)}")]
    last_day = clock.uk_date(first_day - timedelta(days=1))
    rows = [[move.school.name, _ends(move, last_day), _after(move, to)] for move in moves]
    return components.Table("What will change", columns, rows)


def _ends(move: Move, last_day: str) -> str:
    said = [f"{each.person}, on {last_day}" for each in move.ends]
    said += [f"{each.person}, who was due to begin on {clock.uk_date(each.starts_on)}, will not" for each in move.never]
    return "; ".join(said) or "No one"


def _after(move: Move, to: Person | None) -> str:
    wide = [f"{each.person} over {each.scope_name}" for each in move.wide]
    goes_on = f" (and still {' and '.join(wide)})" if wide else ""
    return f"{to or 'No one'}{goes_on}"


class AllocationBoard(Giving):
    template_name = "schools/register/allocation.html"
    form_class = AllocationForm
    heading = "Give schools to a School Improvement Partner"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        acting(user_of(request), Permission.VIEW_ALLOCATION)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def listing(self) -> Listing:
        return Listing(self.request)

    def get_initial(self) -> dict[str, Any]:
        chosen = self.listing.filter.chosen("then")
        return {"starts_on": chosen} if chosen else {}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "loads": self.listing.board.loads}

    def do(self, choices: Sequence[Choice]) -> list[Move]:
        to, by = self.form.partner, user_of(self.request)
        return assign(choices, to, first_day=self.first_day, by=by, on=clock.today())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        listing, user = self.listing, self.request.user
        assigns = user_can(user, Permission.ASSIGN_SIP)
        places = listing.places
        page = Paginator(places, PER_PAGE).get_page(self.request.GET.get("page"))
        context = super().get_context_data(**(kwargs if assigns else {"form": None})) | {
            "page_title": "Who has which school",
            "caption": self.caption,
            "figures": figures_of(listing.board),
            "found": f"{len(places):,} school{'' if len(places) == 1 else 's'}",
            "filters": filter_panel(listing.filter.form, self.request.GET, label="Filter schools"),
            "table": place_table(page, listing, self.tickable(page) if assigns else set(), self.ticked_values),
            "also_ticked": self.other_ticked_table(page) if assigns else None,
            "page_obj": page,
            "loads": load_table(listing, hand_over=assigns),
            "exports": export_links("schools:allocation_export", user),
            "loads_exports": export_links("schools:loads_export", user),
            "nothing": nothing_to(listing),
        }
        asked = self.form_context(context["form"]) if assigns else {"form_errors": []}
        misread = list(listed_errors(listing.filter.form))
        errors = [*misread, *asked["form_errors"]]
        return context | asked | {"form_errors": errors, "page_errors": errors or asked.get("page_errors")}

    def tickable(self, places: Iterable[Place]) -> set[int]:
        """Return which of these schools this user may give and take."""
        mine = ours(self.request.user, Permission.ASSIGN_SIP)
        return set(mine.filter(pk__in=[place.school.pk for place in places]).values_list("pk", flat=True))

    def other_ticked_table(self, page: Page[Place]) -> components.Table:
        """Return the ticked schools that this page does not list, because of its filters or of a change since."""
        listed = {place.school.pk for place in page} if self.ticked else set()
        found = [each for each in self.listing.board.places if each.school.urn in self.ticked]
        found = [each for each in found if each.school.pk not in listed]
        mine = self.tickable(found) if found else set()
        table = place_table([each for each in found if each.school.pk in mine], self.listing, mine, self.ticked_values)
        columns = [components.Column(each.label) for each in table.columns]
        caption = "Schools you ticked that are not in this list"
        return replace(table, caption=caption, columns=columns, caption_hidden=False)


def nothing_to(listing: Listing) -> components.Empty | None:
    """For somebody who has no schools here at all, as against a filter that finds none."""
    if listing.board.places:
        return None
    return components.Empty(
        "There are no schools in your districts yet",
        "Ask your system administrator to place schools in districts, and to mark the authority that runs this "
        "service.",
    )


def figures_of(board: Board) -> list[components.Figure]:
    alone = reverse("schools:allocation") + f"?sip={NOBODY}#results"
    return [
        components.Figure("Schools served", len(board.served)),
        components.Figure("Without a School Improvement Partner", len(board.without), alone),
        components.Figure("School Improvement Partners", sum(load.today > 0 for load in board.loads)),
    ]


def place_table(
    page: Iterable[Place], listing: Listing, tickable: set[int], ticked: Mapping[int, str]
) -> components.Table:
    dated = listing.then != listing.today
    labels = [("School", "name"), ("Phase", ""), ("District", "district"), ("Partner today", "sip")]
    columns = [components.Column(label, sort) for label, sort in labels]
    columns += [components.Column(f"On {clock.uk_date(listing.then)}")] if dated else []
    rows = [_place_row(place, place.school.pk in tickable, ticked, dated) for place in page]
    return components.Table("Schools and their partners", columns, rows, listing.ordering, caption_hidden=True)


def _place_row(place: Place, tickable: bool, ticked: Mapping[int, str], dated: bool) -> list[Any]:
    school = place.school
    note = f"URN {school.urn}{f', {NOT_SERVED[place.why_not].lower()}' if place.why_not else ''}"
    url = school.get_absolute_url()
    row = [
        _tick(place, url, note, ticked.get(school.urn)) if tickable else components.Link(school.name, url, note),
        school.get_phase_display(),
        school.district.name if school.district else "None",
        _partners(place.today, place.later),
    ]
    return [*row, _partners(place.then, ())] if dated else row


def _tick(place: Place, url: str, note: str, ticked: str | None) -> Any:
    """A box with the school's name for its label.

    `ticked` is None for a box without a tick, else what the box sends; empty for the current value.
    """
    return format_html(
        '<div class="govuk-checkboxes govuk-checkboxes--small"><div class="govuk-checkboxes__item">'
        '<input class="govuk-checkboxes__input" type="checkbox" id="school-{}" name="schools" value="{}"{}>'
        '<label class="govuk-label govuk-checkboxes__label" for="school-{}">{}</label></div></div>'
        '<a class="govuk-link app-note" href="{}">{}<span class="govuk-visually-hidden">, open {}</span></a>',
        place.school.urn,
        ticked or place.value,
        " checked" if ticked is not None else "",
        place.school.urn,
        place.school.name,
        url,
        note,
        place.school.name,
    )


def _partners(held: Iterable[Appointment], later: Iterable[Appointment]) -> str:
    said = [_said(each) for each in held]
    said += [f"{each.person} from {clock.uk_date(each.starts_on)}" for each in later]
    return "; ".join(said) or "No one"


def _said(each: Appointment) -> str:
    over = "" if each.school_id else f" (over {each.scope_name})"
    return f"{each.person}{over}{_until(each)}"


def _until(each: Appointment) -> str:
    return f" until {clock.uk_date(each.ends_on)}" if each.ends_on else ""


def load_table(listing: Listing, *, hand_over: bool) -> components.Table:
    """Who has how many. Schools beyond the reader's are counted, since they take the same days."""
    loads, dated = listing.board.loads, listing.then != listing.today
    columns = [components.Column("Name"), components.Column("Schools today", numeric=True)]
    columns += [components.Column(f"On {clock.uk_date(listing.then)}", numeric=True)] if dated else []
    columns += [components.Column("Elsewhere today", numeric=True)]
    columns += [components.Column("Leaving or away")] if hand_over else []
    rows = [_load_row(load, dated, hand_over) for load in loads]
    empty = "No School Improvement Partner has a school here yet."
    return components.Table("Schools of each School Improvement Partner", columns, rows, empty=empty)


def _load_row(load: Load, dated: bool, hand_over: bool) -> list[Any]:
    name = components.Link(load.person.name, f"{reverse('schools:allocation')}?sip={load.person.pk}#results")
    row = [name, load.today, *([load.then] if dated else []), load.elsewhere]
    return [*row, _hand_over_link(load.person)] if hand_over else row


def _hand_over_link(person: Person) -> Any:
    url = reverse("schools:hand_over", args=[person.pk])
    hidden = (
        '<a class="govuk-link" href="{}">Hand over<span class="govuk-visually-hidden"> the schools of {}</span></a>'
    )
    return format_html(hidden, url, person.name)


class HandOver(Giving):
    """Somebody leaves or goes on leave: all or some of their schools, to one colleague or by turns to several."""

    template_name = "schools/register/hand_over.html"
    form_class = HandOverForm
    heading = "Hand over schools"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        acting(user_of(request), Permission.ASSIGN_SIP)
        self.leaver = get_object_or_404(Person.objects.select_related("user"), pk=kwargs["person"])
        self.held = list(self.schools())
        if not (self.held or self.stays()) and (request.method == "GET" or not self.was_partner()):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def schools(self) -> QuerySet[School]:
        """Those the leaver has by name and without an end, among those this person assigns."""
        theirs = partners_since(clock.today()).filter(person=self.leaver, school__isnull=False, ends_on__isnull=True)
        mine = ours(self.request.user, Permission.ASSIGN_SIP)
        return mine.filter(pk__in=theirs.values("school")).select_related("authority", "district").order_by("name")

    def stays(self) -> list[str]:
        """What else they hold as a partner here: over more than a school, or to an end that is known already."""
        theirs = partners_since(clock.today()).filter(covering_any(self.assigned()), person=self.leaver)
        others = theirs.exclude(school__isnull=False, ends_on__isnull=True).with_scope().order_by("ends_on", "pk")
        return [f"{each.scope_name}{_until(each)}" for each in others]

    def was_partner(self) -> bool:
        """Whether it is anybody's business here who they are: others may have given all their schools away since."""
        theirs = Appointment.objects.filter(covering_any(self.assigned()), person=self.leaver, role=Role.SIP)
        return theirs.exists()

    @property
    def caption(self) -> str:
        return self.leaver.name

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        people = {key: person for key, person in kwargs["people"].items() if person.pk != self.leaver.pk}
        return {**kwargs, "people": people, "loads": self.board.loads}

    def assigned(self) -> SchoolQuerySet:
        return ours(self.request.user, Permission.ASSIGN_SIP)

    def do(self, choices: Sequence[Choice]) -> list[Move]:
        last_day = self.form.cleaned_data["last_day"]
        to, by = self.form.partner, user_of(self.request)
        return hand_over_schools(self.leaver, choices, to, last_day=last_day, by=by, on=clock.today())

    def confirm(self, choices: Sequence[Choice]) -> HttpResponse:
        response = super().confirm(choices)
        return redirect("schools:allocation") if response.status_code == 302 and not self.schools() else response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        held = {school.pk for school in self.held}
        places = [place for place in self.board.places if place.school.pk in held]
        sent = self.request.method == "POST" or self.draft
        ticked = self.ticked_values if sent else {place.school.urn: "" for place in places}
        context = super().get_context_data(**kwargs)
        return context | {
            "page_title": self.heading,
            "caption": self.caption,
            "breadcrumbs": self.crumbs(self.heading),
            "leaver": self.leaver,
            "table": self.table(places, ticked),
            "stays": self.stays(),
            "records": records_left(self.leaver, self.held),
            **self.form_context(context["form"]),
        }

    @cached_property
    def board(self) -> Board:
        return board_of(self.assigned(), on=clock.today(), then=clock.today())

    def table(self, places: Sequence[Place], ticked: Mapping[int, str]) -> components.Table:
        columns = [components.Column(label) for label in ("School", "Phase", "District", "Partner today")]
        rows = [_place_row(place, True, ticked, False) for place in places]
        return components.Table(
            f"Schools of {self.leaver}", columns, rows, empty=f"{self.leaver} has no schools to hand over one by one."
        )

    def check_context(self, moves: Sequence[Move]) -> dict[str, Any]:
        context = super().check_context(moves)
        schools = [move.school for move in moves if move.changes]
        at_once = self.form.cleaned_data["last_day"] <= clock.today()
        writes = self.form.partner is not None and self.form.partner.user is not None
        return context | {"records": records_left(self.leaver, schools), "records_go": at_once and writes}


COLUMNS_TAKEN = [
    Column("urn", "URN", "Unique reference number of the school"),
    Column("name", "Name", "Name of the school"),
    Column("phase", "Phase", "Phase of education"),
    Column("district", "District", "District of the authority"),
    Column("served", "Served", "Yes if the school is entitled or has accepted an invitation; otherwise why not"),
    Column(
        "sip",
        "School Improvement Partner",
        "The School Improvement Partner on the first day, and the area of the appointment",
    ),
    Column("day", "On", "The first day"),
    Column(
        "sip_then",
        "School Improvement Partner then",
        "The School Improvement Partner on the second day, and the area of the appointment",
    ),
    Column("day_then", "And on", "The second day"),
]


ALLOCATION = ListFile("sip-allocation", "the SIP allocation", "Who has which school", "A school", COLUMNS_TAKEN)


@exports(ALLOCATION)
def export_allocation(request: HttpRequest) -> Taken:
    """The board as it stands in the address."""
    acting(user_of(request), Permission.VIEW_ALLOCATION)
    listing = Listing(request)
    allowed = set(listing.schools.visible_to(request.user, Permission.EXPORT).values_list("pk", flat=True))
    places = [place for place in listing.places if place.school.pk in allowed]
    rows = (_export_row(place, listing) for place in places)
    return Taken(rows, len(places), words_of(filter_panel(listing.filter.form, request.GET)))


def _export_row(place: Place, listing: Listing) -> list[Any]:
    school = place.school
    return [
        school.urn,
        school.name,
        school.get_phase_display(),
        school.district.name if school.district else "",
        NOT_SERVED.get(place.why_not, "Yes"),
        "; ".join(map(_said, place.today)),
        listing.today,
        "; ".join(map(_said, place.then)),
        listing.then,
    ]


LOAD_COLUMNS = [
    Column("sip", "Name", "Name of the School Improvement Partner"),
    Column("day", "On", "The first day"),
    Column("schools", "Schools", "Served schools on this page that the partner has on the first day"),
    Column("day_then", "And on", "The second day"),
    Column("schools_then", "Schools then", "Served schools on this page that the partner has on the second day"),
    Column("elsewhere", "Elsewhere", "Served schools outside the districts on this page, on the first day"),
]
LOADS = ListFile(
    "sip-loads",
    "the loads of SIPs",
    "Who has which school",
    "A School Improvement Partner who has schools",
    LOAD_COLUMNS,
)


@exports(LOADS)
def export_loads(request: HttpRequest) -> Taken:
    """How many schools each has, on the days of the address; the board's filters narrow schools, not this."""
    acting(user_of(request), Permission.VIEW_ALLOCATION)
    listing = Listing(request)
    loads = listing.board.loads
    rows = ([each.person.name, listing.today, each.today, listing.then, each.then, each.elsewhere] for each in loads)
    return Taken(rows, len(loads), {"On": clock.uk_date(listing.then)})
