"""Inspections of schools, each under an edition of the framework of its day (domain 4.5)."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.functional import cached_property

from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.policy.models.edition import Edition, EditionQuerySet, edition_constraints
from schoolimprove.policy.nested import PolicyError, load
from schoolimprove.records.models import BaseRecord
from schools.inspections.rules import (
    Findings,
    Framework,
    InspectionKind,
    Safeguarding,
    StatutoryCategory,
    framework_errors,
    grade_in_words,
)
from schools.inspections.states import FRAMEWORK_EDITION
from schools.register.models.school import School
from schools.register.scope import in_scope

KINDS = [
    (InspectionKind.FULL.value, "Full inspection"),
    (InspectionKind.SHORT.value, "Short inspection"),
    (InspectionKind.MONITORING.value, "Monitoring visit"),
]
SAFEGUARDING = [
    (Safeguarding.EFFECTIVE.value, "Effective"),
    (Safeguarding.NOT_EFFECTIVE.value, "Not effective"),
    (Safeguarding.NOT_JUDGED.value, "Not judged"),
]
STATUTORY = [
    (StatutoryCategory.NONE.value, "None"),
    (StatutoryCategory.SIGNIFICANT_IMPROVEMENT.value, "Significant improvement"),
    (StatutoryCategory.SPECIAL_MEASURES.value, "Special measures"),
]


class FrameworkEdition(Edition):
    """One framework, known by its `code`; a later edition of the same code puts it right."""

    STATES = FRAMEWORK_EDITION
    STRAND = ("code",)
    FIELDS = ("code", "title", "content")
    CONTENT = Framework
    BY_TWO = True

    code = models.CharField(max_length=20)
    content = models.JSONField()

    objects = EditionQuerySet["FrameworkEdition"].as_manager()

    class Meta:
        ordering = ["published_from", "pk"]
        constraints = edition_constraints(
            "frameworkedition",
            strand=["code"],
            taken="An edition of this framework already begins on that day.",
            by_two=True,
        )

    @property
    def strand_words(self) -> str:
        return f" of the {self.name}"

    @property
    def name(self) -> str:
        return f"{self.code} framework"

    @cached_property
    def framework(self) -> Framework:
        framework: Framework = load(Framework, self.content)
        return framework

    def content_errors(self) -> Iterator[str]:
        try:
            yield from framework_errors(load(Framework, self.content))
        except PolicyError as error:
            yield str(error)


def frameworks_on(day: date) -> list[FrameworkEdition]:
    """Return the edition of each framework that had begun by a day, the newest framework first."""
    begun = FrameworkEdition.objects.published(day).order_by("published_from", "pk")
    return sorted({each.code: each for each in begun}.values(), key=lambda each: each.code, reverse=True)


class InspectionQuerySet(models.QuerySet["Inspection"]):
    def visible_to(self, user: Any) -> Self:
        """Return the inspections of every school that a user sees: they are public."""
        return self.filter(in_scope(user, Permission.VIEW_SCHOOL, school="school"))

    def active(self) -> Self:
        """Return those that nobody withdrew."""
        return self.filter(withdrawn_reason="")

    def reported_by(self, day: date) -> Self:
        """Return the full inspections whose report had arrived by a day."""
        return self.active().filter(kind=InspectionKind.FULL, report_received_on__lte=day)


class Inspection(BaseRecord):
    """What inspectors found. `areas` is `{area: grade code}` of the framework; `judgement` that of a short inspection
    or a monitoring visit, in words."""

    school = models.ForeignKey(School, models.PROTECT, related_name="inspections")
    framework = models.ForeignKey(FrameworkEdition, models.PROTECT, related_name="inspections")
    kind = models.CharField(max_length=20, choices=KINDS, default=InspectionKind.FULL.value)
    starts_on = models.DateField("first day")
    ends_on = models.DateField("last day")
    report_received_on = models.DateField("report received", null=True, blank=True)
    areas = models.JSONField(default=dict, blank=True)
    safeguarding = models.CharField(max_length=20, choices=SAFEGUARDING, default=Safeguarding.NOT_JUDGED.value)
    statutory_category = models.CharField(max_length=30, choices=STATUTORY, default=StatutoryCategory.NONE.value)
    judgement = models.CharField(max_length=1000, blank=True)
    monitoring_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="monitoring_visits", verbose_name="follows"
    )
    source_note = models.CharField("source", max_length=300, blank=True)
    withdrawn_reason = models.CharField(max_length=1000, blank=True, default="", editable=False)

    objects = InspectionQuerySet.as_manager()

    class Meta:
        ordering = ["-ends_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="inspection_ends_after_it_starts",
                violation_error_message="The last day must be the same as or after the first day.",
            ),
            models.CheckConstraint(
                condition=Q(report_received_on=None) | Q(report_received_on__gte=F("ends_on")),
                name="inspection_report_after_it_ends",
                violation_error_message="The report cannot arrive before the inspection ends.",
            ),
            models.CheckConstraint(
                condition=Q(monitoring_of=None) | Q(kind=InspectionKind.MONITORING.value),
                name="inspection_only_monitoring_follows",
                violation_error_message="Only a monitoring visit follows another inspection.",
            ),
            models.UniqueConstraint(
                fields=["school", "kind", "starts_on"],
                condition=Q(withdrawn_reason=""),
                name="inspection_entered_only_once",
                violation_error_message="An inspection of this kind that began on this day is already entered.",
            ),
        ]
        indexes = [models.Index(fields=["school", "-ends_on"], name="inspection_school_day")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {clock.uk_date(self.ends_on)}"

    def get_absolute_url(self) -> str:
        return reverse("schools:inspection", args=[self.school.urn, self.pk])

    @property
    def findings(self) -> Findings:
        return Findings(
            kind=self.kind,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            report_received_on=self.report_received_on,
            areas=self.areas,
            safeguarding=self.safeguarding,
            statutory_category=self.statutory_category,
            judgement=self.judgement,
            follows=self.monitoring_of.ends_on if self.monitoring_of else None,
        )

    @property
    def grade(self) -> str:
        """Return how the school was graded as a whole, or what was judged instead."""
        if self.report_received_on is None:
            return "Report not received"
        if self.kind == InspectionKind.FULL or self.areas:
            return grade_in_words(self.framework.framework, self.areas, self.statutory_category)
        return self.judgement or "No grade"

    @property
    def source(self) -> str:
        """Return where its findings come from, with the day."""
        if self.report_received_on is None:
            return ""
        return f"{self.source_note or 'Ofsted report'}, received {clock.uk_date(self.report_received_on)}"


def grades_of(inspection: Inspection) -> Mapping[str, str]:
    """Return the grade of each area by its key, on the scale of the inspection's own framework."""
    return dict(inspection.areas)


def latest_inspections(school_ids: Collection[int], on: date) -> dict[int, Inspection]:
    """Return the last full inspection of each school whose report had arrived by a day: school id → it. One query."""
    rows = Inspection.objects.reported_by(on).filter(school__in=school_ids).select_related("framework")
    return {row.school_id: row for row in rows.order_by("ends_on", "pk")}
