"""The school’s response to a version of a record, or that it did not answer in time."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from schoolimprove.accounts.roles import ROLE_LABELS, Role
from schoolimprove.lib import clock
from schools.records.models.version import RecordVersion


class Response(models.Model):
    """The headteacher's or the chair's answer to one version. A trigger refuses update and delete."""

    version = models.ForeignKey(RecordVersion, models.PROTECT, related_name="responses")
    role = models.CharField(
        max_length=40, choices=[(role.value, ROLE_LABELS[role]) for role in (Role.HEADTEACHER, Role.CHAIR)]
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    accurate = models.BooleanField("factually accurate")
    on_accuracy = models.TextField("what is not accurate", blank=True)
    on_content = models.TextField("comments on the content", blank=True)

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["version", "role"], name="response_once_per_version_and_role"),
            models.CheckConstraint(
                condition=Q(accurate=True) | ~Q(on_accuracy=""),
                name="response_names_what_is_not_accurate",
                violation_error_message="Enter what is not accurate.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} on {self.version}"


class Silence(models.Model):
    """Nobody answered a version in this role while there was time: recorded as none received. Append-only.

    `due_on` is the day until which there was time.
    """

    version = models.ForeignKey(RecordVersion, models.PROTECT, related_name="silences")
    role = models.CharField(
        max_length=40, choices=[(role.value, ROLE_LABELS[role]) for role in (Role.HEADTEACHER, Role.CHAIR)]
    )
    at = models.DateTimeField(default=clock.now)
    due_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["version", "role"], name="silence_once_per_version_and_role")]

    def __str__(self) -> str:
        return f"None received from the {self.get_role_display().lower()} on {self.version}"
