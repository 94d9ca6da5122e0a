"""The audit: one append-only event per act."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from schoolimprove.lib import clock


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def about(self, kind: str, *ids: int) -> "AuditEventQuerySet":
        """Events whose subject is one of these, of this kind (a model label such as `schools.school`)."""
        return self.filter(subject_kind=kind, subject_id__in=ids)

    def of_run(self, run_id: int) -> "AuditEventQuerySet":
        """What one import did, in the order it did it."""
        return self.filter(run_id=run_id).order_by("pk")

    def at_schools(self, school_ids: list[int]) -> "AuditEventQuerySet":
        return self.filter(school_id__in=school_ids)


class AuditEvent(models.Model):
    """Who did what to what, under which appointment, when, and why. A trigger refuses update and delete.

    `changes` is `{field: [before, after]}`. `appointment_id` and `school_id` are plain integers: the audit
    outlives what it speaks of and stands below it.
    """

    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", help_text="Empty: the system."
    )
    appointment_id = models.BigIntegerField(null=True)
    verb = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=100)
    subject_id = models.BigIntegerField()
    subject_name = models.CharField(max_length=200, blank=True)
    school_id = models.BigIntegerField(null=True)
    reason = models.TextField(blank=True)
    changes = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    request_id = models.CharField(max_length=64, blank=True)
    run_id = models.BigIntegerField(null=True, help_text="The import that did it.")

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "-at"], name="audit_subject"),
            models.Index(fields=["school_id", "-at"], name="audit_school"),
            models.Index(fields=["run_id", "id"], name="audit_run", condition=models.Q(run_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_kind} {self.subject_id}"
