"""Imports as they are kept: who brought which files when, what came of it, and everything that was not taken."""

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from schoolimprove.documents.models import Blob
from schoolimprove.records.models import BaseRecord
from schools.imports.states import IMPORT_RUN, ImportStatus

if TYPE_CHECKING:
    pass

OPEN_STATUSES = (ImportStatus.CHECKING, ImportStatus.CHECKED, ImportStatus.APPLYING)


class ImportKind(models.TextChoices):
    GIAS = "gias", "Schools from GIAS"
    CALENDAR = "calendar", "Term dates and closures"
    APPOINTMENTS = "appointments", "Appointments"
    CATEGORIES = "categories", "Categories"


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def applied(self) -> Self:
        """Imports that stand: applied, not undone, and no undoing themselves."""
        return self.filter(status=ImportStatus.APPLIED, undoes__isnull=True)

    def newest_applied(self, kind: str) -> "ImportRun | None":
        """The one that may be undone. What changed nothing stands in nobody's way."""
        something = Q(outcome__added__gt=0) | Q(outcome__changed__gt=0)
        return self.applied().filter(something, kind=kind).order_by("-applied_at", "-pk").first()


class ImportRun(BaseRecord):
    """One import, or the undoing of one. `outcome` is the account of it (see `schools.imports.core.outcome`)."""

    STATES = IMPORT_RUN

    kind = models.CharField("what is imported", max_length=20, choices=ImportKind)
    status = models.CharField(max_length=10, choices=IMPORT_RUN.choices(), default=IMPORT_RUN.initial.value)
    only = models.CharField(
        "only the authority",
        max_length=3,
        blank=True,
        validators=[RegexValidator(r"^\d{3}$", "Enter three digits.")],
        help_text="A three-digit code. We skip the rows of other authorities.",
    )
    undoes = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="undoings")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    appointment_id = models.BigIntegerField(null=True, help_text="The appointment that allows it.")
    outcome = models.JSONField(default=dict)
    refusals = models.JSONField(default=list, help_text="Why we refused it, as sentences.")
    account = models.ForeignKey(
        Blob, models.PROTECT, null=True, related_name="+", help_text="Every addition and change, as a CSV file."
    )
    applied_at = models.DateTimeField(null=True, blank=True)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = "import"
        constraints = [
            models.CheckConstraint(
                condition=Q(applied_at__isnull=False)
                | ~Q(status__in=[ImportStatus.APPLIED.value, ImportStatus.UNDONE.value]),
                name="importrun_applied_has_its_moment",
            ),
            models.UniqueConstraint(
                fields=["undoes"],
                condition=Q(status__in=[status.value for status in (*OPEN_STATUSES, ImportStatus.APPLIED)]),
                name="importrun_one_undoing_at_a_time",
                violation_error_message="We are already undoing this import.",
            ),
            models.CheckConstraint(
                condition=Q(undoes__isnull=True) | ~Q(undoes=F("id")), name="importrun_does_not_undo_itself"
            ),
        ]

    def __str__(self) -> str:
        what = f"Undoing of import {self.undoes_id}" if self.undoes_id else self.get_kind_display()
        return f"{what}, number {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("admin:schools_importrun_change", args=[self.pk])

    @property
    def is_underway(self) -> bool:
        """Whether a worker has it in hand."""
        return self.status in (ImportStatus.CHECKING, ImportStatus.APPLYING)

    @property
    def may_be_undone(self) -> bool:
        return self.status == ImportStatus.APPLIED and self.undoes_id is None and not self.changed_nothing

    @property
    def changed_nothing(self) -> bool:
        return not (self.outcome.get("added") or self.outcome.get("changed"))

    @property
    def names(self) -> list[str]:
        return [file.name for file in self.files.all()]


class ImportFile(models.Model):
    """A file of an import as it was brought: its bytes by their hash, and how they were read."""

    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="files")
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=200)
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, blank=True)
    encoding = models.CharField(max_length=20, blank=True)
    rows = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["run", "position"], name="importfile_one_at_each_place")]

    def __str__(self) -> str:
        return self.name

    @property
    def counted(self) -> str:
        return f"{self.rows:,} row{'' if self.rows == 1 else 's'}"


class ImportRejection(models.Model):
    """A row, or with `column` one cell of it, that was not taken. `row` is a physical line; the header's is 1."""

    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="rejections")
    file = models.CharField(max_length=200)
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=500)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        where = f"line {self.row}" + (f", {self.column}" if self.column else "")
        return f"{self.file}, {where}: {self.reason}"

    def as_row(self) -> list[Any]:
        return [self.file, self.row, self.column, self.reason]
