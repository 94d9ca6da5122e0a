"""The Inspections tab of a school, the page of an inspection, and entering, correcting and withdrawing one."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property

from schoolimprove.accounts.exporting import Taken, export_links, exports
from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.pages import columns
from schoolimprove.pages.columns import Column
from schoolimprove.pages.editions import EditionPages
from schoolimprove.records.models import AuditEvent
from schoolimprove.ui import components
from schoolimprove.ui.cells import shown
from schoolimprove.ui.exports import ListFile
from schools.inspections.actions import FIELDS, correct_inspection, enter_inspection, withdraw_inspection
from schools.inspections.forms import AREA, FRAMEWORK_WORDS, WithdrawForm, inspection_form
from schools.inspections.models import FrameworkEdition, Inspection, frameworks_on
from schools.inspections.rules import InspectionKind
from schools.register.chronology import Place, in_words
from schools.register.models.school import School
from schools.register.pages import SchoolTabView, SchoolVerbPage, paged, school_read


def statutory_of(inspection: Inspection) -> str:
    """Return the statutory category in the words of the framework."""
    return inspection.framework.framework.statutory_label(inspection.statutory_category)


def grades_in_words(inspection: Inspection) -> str:
    graded = [(area.label, inspection.areas.get(area.key)) for area in inspection.framework.framework.areas]
    return "; ".join(f"{label}: {code}" for label, code in graded if code)


COLUMNS = (
    Column("starts_on", "First day", "First day of the inspection", file_only=True),
    Column(
        "ends_on",
        "Inspection",
        "Last day of the inspection",
        cell=lambda row: components.Link(clock.uk_date(row.ends_on), row.get_absolute_url(), row.get_kind_display()),
    ),
    Column(
        "kind",
        "Kind",
        "Full inspection, short inspection or monitoring visit",
        Inspection.get_kind_display,
        file_only=True,
    ),
    Column("framework", "Framework", "Framework it was under", "framework.code"),
    Column("grade", "Outcome", "Grade of the school as a whole, or what was judged instead"),
    Column("areas", "Grades", "Grade of each area, on the framework’s own scale", grades_in_words, file_only=True),
    Column("statutory_category", "Statutory category", "What inspectors put the school in", statutory_of),
    Column("safeguarding", "Safeguarding", "Whether safeguarding was effective", Inspection.get_safeguarding_display),
    Column(
        "report_received_on",
        "Report received",
        "Day the report was received",
        cell=lambda row: row.report_received_on or "Not yet",
    ),
    Column("source_note", "Source", "Where the findings come from, if not the Ofsted report", file_only=True),
)


def inspections_at(school: School) -> QuerySet[Inspection]:
    """Return what the tab lists, the latest first."""
    return (
        Inspection.objects.active()
        .filter(school=school)
        .select_related("school", "framework")
        .order_by("-ends_on", "-pk")
    )


class SchoolInspections(SchoolTabView):
    template_name = "schools/inspections/school_inspections.html"
    tab = "inspections"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, found = self.request.user, paged(self.request, inspections_at(self.school))
        enters = user_can(user, Permission.ENTER_INSPECTION, on=self.school)
        empty = "No inspections yet. Enter the latest one." if enters else "No inspections yet."
        return super().get_context_data(
            enters=enters,
            inspections=columns.table("Inspections", COLUMNS, found.object_list, empty=empty, caption_hidden=True),
            page_obj=found,
            exports=export_links("schools:inspections_export", user, self.school.urn, on=self.school),
            **kwargs,
        )


@exports(
    ListFile(
        "inspections",
        "inspections",
        "A school: Inspections",
        "An inspection of the school, the latest first",
        columns.documented(COLUMNS),
    )
)
def export_inspections(request: HttpRequest, urn: int) -> Taken:
    school = school_read(request, urn)
    found = inspections_at(school)
    return Taken(columns.lines(COLUMNS, found), found.count(), school=school)


def inspection_at(school: School, user: Any, pk: int) -> Inspection:
    """Return the inspection, or *not found*."""
    inspections = Inspection.objects.visible_to(user).filter(school=school)
    inspection = get_object_or_404(inspections.select_related("framework", "monitoring_of", "updated_by"), pk=pk)
    inspection.school = school
    return inspection


def facts_of(inspection: Inspection) -> list[components.Fact]:
    """Return what an inspection says, in the order of its report."""
    framework, source = inspection.framework.framework, inspection.source
    follows = inspection.monitoring_of
    if follows:
        follows.school = inspection.school
    facts = [
        components.Fact("Kind", inspection.get_kind_display()),
        components.Fact("Framework", inspection.framework.title),
        components.Fact("First day", inspection.starts_on),
        components.Fact("Last day", inspection.ends_on),
        components.Fact("Report received", inspection.report_received_on, empty="Not yet"),
    ]
    if inspection.withdrawn_reason:
        facts.insert(0, components.Fact("Withdrawn", inspection.withdrawn_reason))
    if follows:
        facts.append(components.Fact("Follows", components.Link(str(follows), follows.get_absolute_url())))
    if inspection.report_received_on is None:
        return facts
    graded = [(area, inspection.areas.get(area.key)) for area in framework.areas]
    facts += [components.Fact(area.label, area.label_of(code), source=source) for area, code in graded if code]
    facts += [
        components.Fact("Safeguarding", inspection.get_safeguarding_display(), source=source),
        components.Fact("Statutory category", statutory_of(inspection), source=source),
    ]
    return (
        [*facts, components.Fact("Judgement", inspection.judgement, source=source)] if inspection.judgement else facts
    )


class InspectionDetail(SchoolTabView):
    """An inspection with all its areas and what was done with it; a withdrawn one says why."""

    template_name = "layouts/noun.html"
    tab = "inspections"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        inspection = inspection_at(self.school, user, self.kwargs["inspection"])
        changes = user_can(user, Permission.ENTER_INSPECTION, on=self.school) and not inspection.withdrawn_reason
        where = [self.school.urn, inspection.pk]
        moves = [
            ("Correct", reverse("schools:inspection_correct", args=where)),
            ("Withdraw", reverse("schools:inspection_withdraw", args=where)),
        ]
        events = AuditEvent.objects.about(Inspection._meta.label_lower, inspection.pk).select_related("by")
        visits = inspection.monitoring_visits.active().select_related("school", "framework").order_by("ends_on")
        followed = [
            components.Fact("Monitoring visit", components.Link(clock.uk_date(each.ends_on), each.get_absolute_url()))
            for each in visits
        ]
        return super().get_context_data(**kwargs) | {
            "page_title": str(inspection),
            "caption": self.school.name,
            "breadcrumbs": crumbs(self.school, components.Crumb(str(inspection))),
            "tabs": [],
            "summary": [*facts_of(inspection), *followed],
            "moves": moves if changes else [],
            "events": in_words(events, [Place(self.school)]),
        }


def crumbs(school: School, *here: components.Crumb) -> list[components.Crumb]:
    return [
        components.Crumb("Schools", reverse("schools:list")),
        components.Crumb(school.name, school.get_absolute_url()),
        components.Crumb("Inspections", reverse("schools:inspections", args=[school.urn])),
        *here,
    ]


class InspectionPage(SchoolVerbPage):
    """A form about an inspection of the school, or about a new one."""

    permission, tab = Permission.ENTER_INSPECTION, ("Inspections", "schools:inspections")

    def find(self) -> None:
        super().find()
        if "inspection" in self.kwargs:
            self.subject = inspection_at(self.school, self.request.user, self.kwargs["inspection"])

    def back_url(self) -> str:
        return self.subject.get_absolute_url() if self.subject else super().back_url()

    def crumbs(self) -> list[components.Crumb]:
        own = [components.Crumb(str(self.subject), self.back_url())] if self.subject else []
        return crumbs(self.school, *own, components.Crumb(self.heading))

    def closed(self) -> str:
        return " ".join(self.says_now(self.subject)) if self.subject and self.subject.withdrawn_reason else ""

    def says_now(self, current: Any) -> Sequence[str]:
        """Return what another user changed, field by field."""
        who = current.updated_by or "The service"
        if current.withdrawn_reason:
            return [f"{who} has withdrawn this inspection: {current.withdrawn_reason}"]
        facts = [f"{fact.label}: {shown(fact.value) or fact.empty}" for fact in facts_of(current)]
        return [f"{who} changed this after you opened it. It is now:", *facts]


class FindingsPage(InspectionPage):
    """The form of what an inspection says, under its framework."""

    def monitored(self) -> list[Inspection]:
        """Return the inspections that a monitoring visit may follow."""
        found = Inspection.objects.active().filter(school=self.school).exclude(kind=InspectionKind.MONITORING)
        return [each for each in found.order_by("-ends_on", "-pk") if each != self.subject]

    def fields(self, form: Any) -> dict[str, Any]:
        fields: dict[str, Any] = form.inspection()
        return fields


class InspectionEnter(FindingsPage):
    """A new inspection, under the framework in force or the one that the address names."""

    template_name = "schools/inspections/inspection_enter.html"
    heading, done = "Enter an inspection", "You entered the inspection: {result}."

    @cached_property
    def editions(self) -> list[FrameworkEdition]:
        return frameworks_on(clock.today())

    @cached_property
    def edition(self) -> FrameworkEdition:
        wanted = self.kwargs.get("framework")
        edition = next((each for each in self.editions if wanted in (None, each.pk)), None)
        if edition is None:
            raise Http404
        return edition

    def get_form_class(self) -> Any:
        return inspection_form(self.edition, self.monitored())

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> Inspection:
        return enter_inspection(self.school, self.edition, by=by, on=on, **fields)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tabs = [
            components.Tab(
                each.code,
                reverse("schools:inspection_enter_under", args=[self.school.urn, each.pk]),
                each == self.edition,
            )
            for each in self.editions
        ]
        return super().get_context_data(tabs=tabs, framework=self.edition, **kwargs)


class InspectionCorrect(FindingsPage):
    heading = "Correct an inspection"

    @property
    def lede(self) -> str:  # type: ignore[override]
        return f"{self.subject.framework.title}. If it was under another framework, withdraw it and enter it again."

    def get_form_class(self) -> Any:
        return inspection_form(self.subject.framework, self.monitored(), correcting=True)

    def get_initial(self) -> dict[str, Any]:
        subject = self.subject
        areas = {f"{AREA}{key}": code for key, code in subject.areas.items()}
        values = {name: getattr(subject, name) for name in FIELDS if name not in ("areas", "monitoring_of")}
        return {**areas, **values, "monitoring_of": subject.monitoring_of_id}

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> None:
        correct_inspection(self.subject, by=by, on=on, seen_version=seen_version, **fields)

    def done_message(self, result: None) -> str:
        return f"You corrected the inspection: {self.subject}."


class InspectionWithdraw(InspectionPage):
    template_name = "layouts/confirm.html"
    form_class, heading, done = WithdrawForm, "Withdraw this inspection?", "You withdrew the inspection: {subject}."

    def next_url(self) -> str:
        return reverse("schools:inspections", args=[self.school.urn])

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> None:
        withdraw_inspection(self.subject, by=by, on=on, seen_version=seen_version, **fields)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        gone = [
            f"We will no longer list it: {self.subject}.",
            "If it is the latest full inspection, the school has the Ofsted grade of the one before it.",
            "We will keep it in the chronology, with your reason.",
        ]
        undo = "You cannot undo this. You can enter the inspection again."
        return super().get_context_data(consequences=gone, undo=undo, **kwargs)


class FrameworkPages(EditionPages):
    model = FrameworkEdition
    route, list_route, parameter = "schools:framework", "schools:frameworks", "framework_edition"
    title, noun = "Inspection frameworks", ("inspection framework", "inspection frameworks")
    lede = "What Ofsted grades, and on which scale. Inspections keep the framework they were under."
    permission = Permission.VIEW_SCHOOL
    wording = FRAMEWORK_WORDS
    strand_columns = (Column("code", "Code", "What the framework is known by", sort=("code",)),)


def paths() -> list[URLPattern]:
    tab = "<int:urn>/inspections/"
    one = f"{tab}<int:inspection>/"
    return [
        *FrameworkPages.paths("frameworks/"),
        path(tab, SchoolInspections.as_view(), name="inspections"),
        path(f"{tab}export.<export_kind:kind>", export_inspections, name="inspections_export"),
        path(f"{tab}enter/", InspectionEnter.as_view(), name="inspection_enter"),
        path(f"{tab}enter/<int:framework>/", InspectionEnter.as_view(), name="inspection_enter_under"),
        path(one, InspectionDetail.as_view(), name="inspection"),
        path(f"{one}correct/", InspectionCorrect.as_view(), name="inspection_correct"),
        path(f"{one}withdraw/", InspectionWithdraw.as_view(), name="inspection_withdraw"),
    ]
