"""Differences from Ofsted: the list, one with both its sides, and its moves."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.forms import CheckboxSelectMultiple
from django.urls import URLPattern, reverse

from categorisation.mismatches import actions
from categorisation.mismatches.forms import ResponseForm
from categorisation.mismatches.models import DIRECTION_LABELS, CategoryMismatch
from categorisation.mismatches.states import MISMATCH
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.pages.columns import Column
from schoolimprove.pages.nouns import MovePage, NounPage
from schoolimprove.ui import components
from schools.register.filters import SchoolScopeFilter
from schools.register.pages import SchoolListPage

LIST = "categorisation:mismatches"
TITLE = "Ofsted differences"


class MismatchFilter(SchoolScopeFilter):
    direction = django_filters.MultipleChoiceFilter(
        label="How Ofsted differs",
        choices=[(key.value, label) for key, label in DIRECTION_LABELS.items()],
        widget=CheckboxSelectMultiple,
        distinct=False,
    )
    status = django_filters.MultipleChoiceFilter(
        label="Status", choices=MISMATCH.choices(), widget=CheckboxSelectMultiple, distinct=False
    )

    class Meta:
        model = CategoryMismatch
        fields: Sequence[str] = ()


class MismatchList(SchoolListPage):
    title, noun, row = TITLE, ("difference", "differences"), "A difference between Ofsted’s grade and the category"
    route, permission = LIST, Permission.VIEW_STANDING
    filters, order = MismatchFilter, ("settled_at", "-found_on", "school__name", "pk")
    nothing = components.Empty(
        "No differences from Ofsted",
        "We add a school when its last full inspection and its category differ. To compare one, enter its inspection.",
    )
    columns = (
        Column("urn", "URN", "Unique reference number of the school", "school.urn", file_only=True),
        Column(
            "school",
            "School",
            "Name of the school",
            "school.name",
            lambda row: components.Link(row.school.name, row.get_absolute_url(), row.get_direction_display()),
            sort=("school__name",),
        ),
        Column(
            "district", "District", "District of the school", "school.district.name", sort=("school__district__name",)
        ),
        Column("direction", "Difference", "How Ofsted differs", CategoryMismatch.get_direction_display, file_only=True),
        Column("grade", "Ofsted", "Grade of the last full inspection, when the difference was found"),
        Column("inspected_on", "Inspected", "Last day of the inspection", "inspection.ends_on", file_only=True),
        Column("category", "Category", "Category of the authority", "decision.label", sort=("decision__category",)),
        Column("found_on", "Found", "When the difference was found", sort=("found_on",)),
        Column(
            "status",
            "Status",
            "Response needed, waiting for signature, settled or ended",
            CategoryMismatch.get_status_display,
            lambda row: components.Status(row.status, row.get_status_display()),
            sort=("status",),
        ),
        Column("response", "Response", "What was done about it", CategoryMismatch.get_response_display, file_only=True),
        Column("settled_at", "Settled", "When the response was signed", file_only=True),
    )

    def rows(self) -> QuerySet[CategoryMismatch]:
        return CategoryMismatch.objects.visible_to(self.request.user).for_lists()


class MismatchPage(NounPage):
    model, route, list_route, key = CategoryMismatch, "categorisation:mismatch", LIST, "mismatch"
    verbs: ClassVar[Mapping[str, Callable[..., Any]]] = {
        "draft": actions.draft_response,
        "sign": actions.sign_response,
        "return": actions.return_response,
    }
    forms: ClassVar[Mapping[str, Any]] = {"draft": ResponseForm}

    @classmethod
    def visible(cls, user: Any) -> Any:
        rows = super().visible(user).for_lists()
        return rows.select_related("school__district__double_district", "drafted_by", "settled_by", "updated_by")

    @classmethod
    def facts(cls, subject: CategoryMismatch, user: Any) -> Sequence[components.Fact]:
        """Return both sides with their sources and dates, and the response."""
        inspection, decision = subject.inspection, subject.decision
        inspection.school = subject.school
        inspected = f"{inspection.framework.name}, {clock.uk_date(inspection.ends_on)}"
        facts = [
            components.Fact("Difference", subject.get_direction_display()),
            components.Fact("Ofsted’s grade", subject.grade, source=inspection.source),
            components.Fact("Inspection", components.Link(inspected, inspection.get_absolute_url())),
            components.Fact(
                "Category",
                f"{decision.label}, from {clock.uk_date(decision.effective_on)}",
                source=f"Decided on {clock.uk_date(decision.decided_on)}",
            ),
            components.Fact("Found", subject.found_on),
            components.Fact("Response", subject.get_response_display(), empty="None yet"),
        ]
        if subject.letter_reference:
            facts.append(components.Fact("Reference of the letter", subject.letter_reference))
        if subject.response_on:
            facts.append(components.Fact(subject.response_day_label, subject.response_on))
        if subject.explanation:
            facts.append(components.Fact("Explanation", subject.explanation))
        people = [("Written by", subject.drafted_by), ("Signed by", subject.settled_by)]
        return [*facts, *(components.Fact(label, str(person)) for label, person in people if person)]

    @classmethod
    def knows_all(cls, user: Any, subject: CategoryMismatch) -> bool:
        return True

    @classmethod
    def crumbs(cls, subject: CategoryMismatch) -> list[components.Crumb]:
        return [components.Crumb(TITLE, reverse(LIST)), components.Crumb(subject.school.name)]


class MismatchMove(MovePage):
    """The response is written beside both sides, and read again before it is signed or returned."""

    template_name = "categorisation/mismatch_move.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        drafts = self.move.verb == "draft"
        own = {"subject": self.subject, "submit_label": "Send for signature"} if drafts else {}
        return {**super().get_form_kwargs(), **own}

    def get_initial(self) -> dict[str, Any]:
        """Start from the response that was returned."""
        names = ("response", "explanation", "letter_reference", "response_on") if self.move.verb == "draft" else ()
        return {**super().get_initial(), **{name: getattr(self.subject, name) for name in names}}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        facts = self.page.facts(self.subject, self.request.user)
        return super().get_context_data(summary=facts, **kwargs)


def paths() -> list[URLPattern]:
    return [*MismatchList.paths("mismatches/"), *MismatchPage.paths("mismatches/", MismatchMove)]
