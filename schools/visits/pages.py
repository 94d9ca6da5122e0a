"""A visit: its page, planning it, answering for the school, and its agenda."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST
from django.views.generic import FormView, TemplateView

from schoolimprove.accounts.models import user_of
from schoolimprove.accounts.recipients import collected
from schoolimprove.accounts.rights import acting, user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.lib.clock import TermName
from schoolimprove.lib.years import academic_year_label
from schoolimprove.pages.buttons import pressed, seen_in, with_recipients
from schoolimprove.pages.conflicts import refused
from schoolimprove.records.checking import ChecksAnswers
from schoolimprove.records.drafts import CHECKED_FIELD
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked, Conflict
from schoolimprove.reminders.deadlines import open_deadlines_of
from schoolimprove.ui import components
from schoolimprove.ui.calendar_files import CONTENT_TYPE
from schools.register.chronology import Place, in_words
from schools.register.lineage import heirs
from schools.register.models.school import School
from schools.register.pages import school_in_scope
from schools.visits import actions
from schools.visits.chronology import TOLD_WITH_THE_RECORD
from schools.visits.deadlines import OF_CORE_VISITS, VISIT_LABELS
from schools.visits.forms import (
    AgendaItemForm,
    AnotherDateForm,
    CancelForm,
    ChangeForm,
    NoteAgreementForm,
    PerformanceForm,
    PlanForm,
    ProposeForm,
    RescheduleForm,
    ReviewForm,
    VoidForm,
)
from schools.visits.ics import calendar_file, has_calendar_file
from schools.visits.models.agenda_item import ADDED_IN_WRITING, AgendaItem
from schools.visits.models.visit import COMMISSIONED, WITHOUT_RECORD, AgendaLine, Visit, VisitKind
from schools.visits.states import NOT_HELD, VisitStatus


def visit_calendar(request: HttpRequest, urn: int, visit: int) -> HttpResponse:
    """*Not found* for whoever may not know of the visit, and while it has no day."""
    found = visit_in_scope(request, urn, visit)
    if not has_calendar_file(found):
        raise Http404("This visit has no date yet.")
    return answered(calendar_file(found), f"visit-{found.school.urn}-{found.day}")


def answered(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


DATED = frozenset({VisitStatus.PROPOSED, VisitStatus.COUNTERED, VisitStatus.AGREED})
RELATED = ("school__authority", "school__district", "author", "edition", "updated_by")


def visit_in_scope(request: HttpRequest, urn: int, visit: int) -> Visit:
    """The visit, or *not found* for whoever may not know of it; asked for at its heirs by whoever has no right here."""
    school = get_object_or_404(School.objects.select_related("authority", "district"), urn=urn)
    visits = Visit.objects.filter(pk=visit).select_related(*RELATED)
    found = visits.visible_at(school, request.user).first()
    if found is None and (following := heirs(urn)):
        found = visits.visible_at(school, request.user, *following).first()
    if found is None:
        raise Http404
    return found


def name_of(visit: Visit) -> str:
    """`Core visit, 3 November 2026`."""
    return f"{visit.get_kind_display()}, {clock.uk_date(visit.day)}" if visit.day else str(visit.get_kind_display())


def when(visit: Visit) -> str:
    """`Tuesday 3 November 2026 at 9:30am`."""
    if visit.day is None:
        return ""
    at = f" at {clock.uk_time(visit.planned_at)}" if visit.planned_at and visit.held_on is None else ""
    return f"{clock.long_date(visit.day)}{at}"


def term_of(visit: Visit) -> str:
    if visit.academic_year is None:
        return ""
    return f"{TermName(visit.term).value.capitalize()} {academic_year_label(visit.academic_year)}"


def crumbs(school: School, *here: components.Crumb) -> list[components.Crumb]:
    return [
        components.Crumb("Schools", reverse("schools:list")),
        components.Crumb(school.name, school.get_absolute_url()),
        components.Crumb("Visits", reverse("schools:visits", args=[school.urn])),
        *here,
    ]


class VisitDetail(TemplateView):
    """What is planned or was held, and what this reader may do next."""

    template_name = "schools/visits/visit_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        visit = visit_in_scope(self.request, kwargs["urn"], kwargs["visit"])
        user = self.request.user
        record = record_of(visit, user)
        return super().get_context_data(
            **kwargs,
            visit_=visit,
            when=when(visit),
            page_title=name_of(visit),
            caption=visit.school.name,
            breadcrumbs=crumbs(visit.school, components.Crumb(name_of(visit))),
            summary=facts(visit),
            has_agenda=visit.kind not in WITHOUT_RECORD,
            agenda=agenda_of(visit, user, record),
            deadlines=[
                (VISIT_LABELS[deadline.rule], deadline.working, deadline.day < clock.today())
                for deadline in open_deadlines_of(visit, *OF_CORE_VISITS)
            ],
            record=record,
            in_calendar=has_calendar_file(visit) and visit.status != VisitStatus.HELD,
            events=happened(visit),
            **choices(visit, user),
        )


def facts(visit: Visit) -> list[components.Fact]:
    going = visit.status in NOT_HELD
    doubt = actions.doubt_about(visit.school, visit.planned_on) if going and visit.planned_on else ""
    date_label = "Date" if visit.held_on or visit.status == VisitStatus.AGREED else "Date proposed"
    asked = (
        [components.Fact("Date the school asks for", clock.long_date(visit.suggested_on))] if visit.suggested_on else []
    )
    purpose = "Scope" if visit.kind in COMMISSIONED else "Purpose"
    return [
        components.Fact("State", components.Status(visit.status, visit.get_status_display())),
        components.Fact(date_label, when(visit), empty="No date yet", source=doubt),
        *asked,
        components.Fact("Leads it" if visit.kind in COMMISSIONED else "Who goes", visit.author, empty="No one yet"),
        components.Fact("Who else takes part", visit.team, empty="No one named"),
        components.Fact("Days used" if visit.held_on else "Days planned", visit.days.normalize().__format__("f")),
        *([] if visit.kind in WITHOUT_RECORD else [components.Fact(purpose, visit.purpose, empty="Not given yet")]),
        components.Fact("Term", term_of(visit), empty="No term dates yet"),
        *([components.Fact("Visit programme", visit.edition.title)] if visit.edition else []),
    ]


def agenda_of(visit: Visit, user: Any, record: Any = None) -> list[tuple[AgendaLine, AgendaItem | None]]:
    """Each line, with the item behind it where this user may take it away.

    What its author adds while writing is seen by whoever may read the `record`.
    """
    if visit.kind in WITHOUT_RECORD:
        return []
    sides = actions.sides_of(user, visit)
    own = {f"a{item.pk}": item for item in visit.agenda_items.standing() if item.source in sides} if sides else {}
    hidden = set() if record or visit.status in NOT_HELD else _added_in_writing(visit)
    return [(line, own.get(line.key)) for line in visit.agenda() if line.key not in hidden]


def _added_in_writing(visit: Visit) -> set[str]:
    """Keys of the items that came with the record."""
    events = AuditEvent.objects.filter(subject_kind=AgendaItem._meta.label_lower, verb=ADDED_IN_WRITING)
    items = visit.agenda_items.order_by().values("pk")
    return {f"a{pk}" for pk in events.filter(subject_id__in=items).values_list("subject_id", flat=True)}


def record_of(visit: Visit, user: Any) -> Any:
    """Its Record of Visit, if this user may know of it."""
    if visit.status != VisitStatus.HELD or visit.kind in WITHOUT_RECORD:
        return None
    # Records stand above visits: they are reached the other way along their foreign key.
    records: Any = Visit._meta.get_field("record").related_model._default_manager
    return records.visible_at(visit.school, user).filter(visit=visit).for_lists().first()


def happened(visit: Visit) -> list[components.Event]:
    """How the date came about, with the reasons given; what came of its record is told with the record."""
    events = AuditEvent.objects.filter(subject_kind=Visit._meta.label_lower, subject_id=visit.pk).select_related("by")
    if visit.kind not in WITHOUT_RECORD:
        events = events.exclude(verb__in=TOLD_WITH_THE_RECORD)
    told = in_words(events.order_by("-at", "-pk")[:50], [Place(visit.school)])
    return [components.Event(each.what, each.when, each.who, each.why) for each in told]


def choices(visit: Visit, user: Any) -> dict[str, bool]:
    """What this reader may do in this state."""
    status, going = visit.status, visit.status in NOT_HELD
    plans = going and actions.may_plan(user, visit)
    arranges = going and actions.may_arrange(user, visit)
    to_come = visit.planned_on is None or visit.planned_on >= clock.today()
    performance = visit.kind in WITHOUT_RECORD
    return {
        "plans": plans,
        "arranges": arranges,
        "may_propose": plans and status == VisitStatus.DUE,
        "may_reschedule": plans and status in DATED,
        "may_note": plans and status in (VisitStatus.PROPOSED, VisitStatus.COUNTERED),
        "may_cancel": going and actions.may_change(user, visit),
        "may_change": going and actions.may_change(user, visit),
        "may_agree": arranges and status == VisitStatus.PROPOSED,
        "may_ask": arranges and to_come and status in (VisitStatus.PROPOSED, VisitStatus.AGREED),
        "may_add": bool(actions.sides_of(user, visit)),
        "may_write": going and actions.may_write(user, visit),
        "may_hold": plans and performance,
        "may_void": status == VisitStatus.HELD and actions.may_void(user, visit),
        "is_over": going and not to_come,
    }


class ChecksDay(ChecksAnswers):
    """A form that says before anyone is told that its day is no school day; the user may keep the day."""

    check_heading = "Check the date"
    send_label = "Keep this date"

    def day_of(self, form: Any) -> date | None:
        """Return the day that the form asks for."""
        day: date | None = form.cleaned_data.get("planned_on") or form.cleaned_data.get("suggested_on")
        return day

    def form_valid(self, form: Any) -> HttpResponse:
        day = self.day_of(form)
        doubt = actions.doubt_about(self.school_of_visit(), day) if day is not None else ""
        if doubt and CHECKED_FIELD not in self.request.POST:
            self.final = f"{doubt} We have not emailed anyone yet."
            return self.stopped(form) or self.check_page(form)
        return self.send(form)

    def school_of_visit(self) -> School:
        raise NotImplementedError


class VisitForm(ChecksDay, FormView[Any]):
    """A form about a visit in the reader's scope: `may` says who may use it, `wanted` in which states."""

    template_name = "schools/visits/visit_form.html"
    heading: str
    lede = ""
    wanted: frozenset[VisitStatus] = NOT_HELD
    visit: Visit

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.visit = visit_in_scope(request, kwargs["urn"], kwargs["visit"])
        if not self.may(request.user):
            raise PermissionDenied
        if request.method == "GET" and self.visit.status not in self.wanted:
            messages.warning(
                request, f"You cannot do this now. The visit’s status is “{self.visit.get_status_display()}”."
            )
            return redirect(self.visit)
        return super().dispatch(request, *args, **kwargs)

    def may(self, user: Any) -> bool:
        return actions.may_plan(user, self.visit)

    def current_version(self) -> int:
        return self.visit.version

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "cancel_url": self.visit.get_absolute_url()}

    def act(self, form: Any, **doing: Any) -> str:
        """Do it, and say what was done."""
        raise NotImplementedError

    def school_of_visit(self) -> School:
        return self.visit.school

    def send(self, form: Any) -> HttpResponse:
        doing = {"by": user_of(self.request), "on": clock.today(), "seen_version": self.base_version}
        try:
            with collected() as told:
                done = self.act(form, **doing)
        except Blocked as error:
            return refused(self, form, error)
        except Conflict as lost:
            return self.overtaken(form, lost)
        messages.success(self.request, with_recipients(done, told))
        return redirect(self.visit)

    def overtaken(self, form: Any, lost: Conflict) -> HttpResponse:
        """Somebody else was quicker: their act is named, and what was typed is still in the form."""
        form.add_error(None, told_of(lost))
        form.base_version = lost.current.version
        return self.render_to_response(self.get_context_data(form=form), status=409)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {
            "page_title": self.heading,
            "lede": self.lede,
            "caption": f"{name_of(self.visit)}, {self.visit.school.name}",
            "breadcrumbs": crumbs(
                self.visit.school,
                components.Crumb(name_of(self.visit), self.visit.get_absolute_url()),
                components.Crumb(self.heading),
            ),
            "visit_": self.visit,
            **context,
        }


def told_of(lost: Conflict) -> str:
    current: Any = lost.current
    visit: Visit = current.visit if isinstance(current, AgendaItem) else current
    who = current.updated_by or "Someone else"
    state = visit.get_status_display()
    day = when(visit) or "no date yet"
    return f"{who} changed this visit after you opened it. Its status is now “{state}”, {day}."


class VisitPropose(VisitForm):
    form_class = ProposeForm
    heading = "Propose a date"
    lede = "We ask the school to agree the date, or to ask for another."
    wanted = frozenset({VisitStatus.DUE})

    def act(self, form: ProposeForm, **doing: Any) -> str:
        data = form.cleaned_data
        actions.propose(self.visit, day=data["planned_on"], at=data["planned_at"], **doing)
        return f"You have proposed {when(self.visit)}."


class VisitReschedule(VisitForm):
    form_class = RescheduleForm
    heading = "Propose another date"
    lede = "We ask the school to agree the new date."
    wanted = DATED

    def get_initial(self) -> dict[str, Any]:
        return {"planned_on": self.visit.suggested_on or self.visit.planned_on, "planned_at": self.visit.planned_at}

    def act(self, form: RescheduleForm, **doing: Any) -> str:
        data = form.cleaned_data
        actions.reschedule(self.visit, day=data["planned_on"], at=data["planned_at"], reason=data["reason"], **doing)
        return f"You have proposed {when(self.visit)} instead."


class VisitNoteAgreement(VisitForm):
    form_class = NoteAgreementForm
    heading = "Note that the school agrees"
    wanted = frozenset({VisitStatus.PROPOSED, VisitStatus.COUNTERED})

    @property
    def lede(self) -> str:  # type: ignore[override]
        day = self.visit.suggested_on or self.visit.planned_on
        return f"The date will be {clock.long_date(day)}." if day else ""

    def day_of(self, form: Any) -> date | None:
        return self.visit.suggested_on

    def act(self, form: NoteAgreementForm, **doing: Any) -> str:
        actions.note_agreement(self.visit, how=form.cleaned_data["how"], **doing)
        return f"You have noted that the school agrees {when(self.visit)}."


class VisitAnotherDate(VisitForm):
    form_class = AnotherDateForm
    heading = "Ask for another date"
    wanted = frozenset({VisitStatus.PROPOSED, VisitStatus.AGREED})

    def may(self, user: Any) -> bool:
        return actions.may_arrange(user, self.visit)

    def act(self, form: AnotherDateForm, **doing: Any) -> str:
        data = form.cleaned_data
        actions.ask_for_another_date(self.visit, suggested_on=data["suggested_on"], reason=data["reason"], **doing)
        return f"You have asked for {clock.long_date(data['suggested_on'])}."


class VisitCancel(VisitForm):
    template_name = "layouts/confirm.html"
    form_class = CancelForm
    heading = "Cancel this visit?"

    def may(self, user: Any) -> bool:
        return actions.may_change(user, self.visit)

    def act(self, form: CancelForm, **doing: Any) -> str:
        again = actions.cancel(self.visit, reason=form.cleaned_data["reason"], **doing)
        owed = " You need to plan the core visit of the term again." if again else ""
        return f"You have cancelled the visit.{owed}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        told = (
            ["We will email the headteacher and the chair. They can read your reason."] if self.visit.planned_on else []
        )
        owed = ["The school still needs its core visit this term. Plan a new one."]
        return super().get_context_data(**kwargs) | {
            "consequences": [
                f"The visit on {when(self.visit)} will not take place."
                if self.visit.day
                else "The visit will not take place.",
                *told,
                *(owed if actions.is_owed_again(self.visit, on=clock.today()) else []),
            ],
            "undo": "You cannot undo this. You can plan another visit.",
        }


class VisitChange(VisitForm):
    form_class = ChangeForm
    heading = "Change purpose or people"

    def may(self, user: Any) -> bool:
        return actions.may_change(user, self.visit)

    def get_initial(self) -> dict[str, Any]:
        visit = self.visit
        return {"visitor": visit.author_id, "team": visit.team, "days": visit.days, "purpose": visit.purpose}

    def get_form_kwargs(self) -> dict[str, Any]:
        visitors = list(actions.visitors_at(self.visit.school, self.visit.kind))
        given = self.visit.author
        if given is not None and given not in visitors:
            visitors.append(given)
        has_purpose = self.visit.kind not in WITHOUT_RECORD
        return {**super().get_form_kwargs(), "visitors": visitors, "has_purpose": has_purpose}

    def act(self, form: ChangeForm, **doing: Any) -> str:
        by, seen = doing["by"], doing["seen_version"]
        changed = actions.change(self.visit, by=by, seen_version=seen, **form.changes())
        return "Saved." if changed else "You did not change anything."


class AgendaAdd(VisitForm):
    form_class = AgendaItemForm
    heading = "Add an item to the agenda"
    lede = "The school and the visitor can read it."

    def may(self, user: Any) -> bool:
        if self.visit.kind in WITHOUT_RECORD:
            return False
        return actions.may_arrange(user, self.visit) or actions.may_plan(user, self.visit)

    def act(self, form: AgendaItemForm, **doing: Any) -> str:
        data = form.cleaned_data
        item = actions.add_to_agenda(self.visit, by=doing["by"], heading=data["heading"], detail=data["detail"])
        return f"You added “{item.heading}” to the agenda."


class PerformanceHold(VisitForm):
    form_class = PerformanceForm
    heading = "Record performance management"
    lede = "We keep only the date, people and days."

    def may(self, user: Any) -> bool:
        return self.visit.kind in WITHOUT_RECORD and actions.may_plan(user, self.visit)

    def get_initial(self) -> dict[str, Any]:
        return {"held_on": self.visit.planned_on, "team": self.visit.team, "days": self.visit.days}

    def act(self, form: PerformanceForm, **doing: Any) -> str:
        actions.hold_performance_management(self.visit, **doing, **form.cleaned_data)
        return "You have recorded the performance management."


class PerformanceVoid(VisitForm):
    template_name = "layouts/confirm.html"
    form_class = VoidForm
    heading = "Withdraw this performance management?"
    wanted = frozenset({VisitStatus.HELD})

    def may(self, user: Any) -> bool:
        return actions.may_void(user, self.visit)

    def act(self, form: VoidForm, **doing: Any) -> str:
        actions.void_performance_management(self.visit, reason=form.cleaned_data["reason"], **doing)
        return "You have withdrawn it. Its days no longer count."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "consequences": ["Its days will no longer count.", "It will show as cancelled, with your reason."],
            "undo": "You cannot undo this. You can record it again.",
        }


@require_POST
def agree_visit(request: HttpRequest, urn: int, visit: int) -> HttpResponse:
    """One press: the school agrees the date it has read."""
    found = visit_in_scope(request, urn, visit)
    acting(user_of(request), Permission.ARRANGE_VISIT, on=found)
    done = f"You have agreed {when(found)}."
    by, on, seen = user_of(request), clock.today(), seen_in(request.POST)
    return _pressed(request, found, done, lambda: actions.agree(found, by=by, on=on, seen_version=seen))


@require_POST
def take_from_agenda(request: HttpRequest, urn: int, visit: int, item: int) -> HttpResponse:
    found = visit_in_scope(request, urn, visit)
    items = AgendaItem.objects.select_related("visit__school__district", "updated_by")
    line = get_object_or_404(items, pk=item, visit=found)
    seen = seen_in(request.POST)
    done = f"You removed “{line.heading}” from the agenda."
    return _pressed(
        request, found, done, lambda: actions.take_from_agenda(line, by=user_of(request), seen_version=seen)
    )


def _pressed(request: HttpRequest, visit: Visit, done: str, verb: Callable[[], None]) -> HttpResponse:
    return pressed(request, visit, done, verb, describe=told_of)


class NewVisit(ChecksDay, FormView[Any]):
    """A form that makes a visit to a school in the reader's scope."""

    template_name = "layouts/form.html"
    permissions: Sequence[Permission]
    heading: str
    lede = ""
    school: School

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.school = school_in_scope(request, kwargs["urn"])
        if not any(user_can(request.user, each, on=self.school) for each in self.permissions):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "cancel_url": reverse("schools:visits", args=[self.school.urn])}

    def make(self, form: Any) -> Visit:
        raise NotImplementedError

    def done(self, visit: Visit) -> str:
        return f"You have proposed {when(visit)}."

    def school_of_visit(self) -> School:
        return self.school

    def send(self, form: Any) -> HttpResponse:
        try:
            with collected() as told:
                visit = self.make(form)
        except Blocked as error:
            return refused(self, form, error)
        messages.success(self.request, with_recipients(self.done(visit), told))
        return redirect(visit)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            page_title=self.heading,
            lede=self.lede,
            caption=self.school.name,
            breadcrumbs=crumbs(self.school, components.Crumb(self.heading)),
            **kwargs,
        )


class VisitPlan(NewVisit):
    form_class = PlanForm
    permissions = (Permission.PLAN_VISIT, Permission.RECORD_PERFORMANCE_MANAGEMENT)
    heading = "Plan a visit"
    lede = "We ask the school to agree the date you propose."

    def get_initial(self) -> dict[str, Any]:
        """Who plans it goes, where they visit; else the school's only visitor."""
        me, visitors = self.request.user.pk, [each.pk for each in self.visitors]
        return {"visitor": me if me in visitors else "", "kind": VisitKind.ADDITIONAL}

    @property
    def visitors(self) -> list[Any]:
        if "_visitors" not in self.__dict__:
            self.__dict__["_visitors"] = list(actions.visitors_at(self.school))
        found: list[Any] = self.__dict__["_visitors"]
        return found

    def get_form_kwargs(self) -> dict[str, Any]:
        kinds = actions.plannable_kinds(self.request.user, self.school)
        return {**super().get_form_kwargs(), "visitors": self.visitors, "kinds": kinds}

    def make(self, form: PlanForm) -> Visit:
        return actions.plan(self.school, form.plan(), by=user_of(self.request), on=clock.today())


class ReviewCommission(NewVisit):
    form_class = ReviewForm
    permissions = (Permission.COMMISSION_REVIEW,)
    heading = "Commission an LA review"
    lede = "The person who leads the review writes its record. We share it with the school as any other record."

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "visitors": list(actions.visitors_at(self.school))}

    def make(self, form: ReviewForm) -> Visit:
        wanted = form.plan(VisitKind.LA_REVIEW)
        return actions.plan(self.school, wanted, by=user_of(self.request), on=clock.today())


class PerformanceRecord(NewVisit):
    form_class = PerformanceForm
    permissions = (Permission.RECORD_PERFORMANCE_MANAGEMENT,)
    heading = "Record performance management"
    lede = (
        "We keep only the date, people and days. Only the headteacher, the chair, the School Improvement Partner and "
    )
    lede += "the DSIM can read it."

    def make(self, form: PerformanceForm) -> Visit:
        by, on = user_of(self.request), clock.today()
        return actions.record_performance_management(self.school, by=by, on=on, **form.cleaned_data)

    def done(self, visit: Visit) -> str:
        return "You have recorded the performance management."
