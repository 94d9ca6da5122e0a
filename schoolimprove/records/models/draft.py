"""What somebody has typed and not yet saved."""

from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models

from schoolimprove.lib import clock

KEPT_FOR = timedelta(days=30)


class DraftQuerySet(models.QuerySet["Draft"]):
    def stale(self, *, at: Any) -> Self:
        """Drafts untouched for longer than they are kept."""
        return self.filter(saved_at__lt=at - KEPT_FOR)


class Draft(models.Model):
    """One person's unsaved text in one form, which is named by its path. No history, no audit.

    `fields` is `{field name: [values]}` as posted; `base_version` is the version the form was opened on (0: new).
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    form = models.CharField(max_length=300)
    base_version = models.PositiveIntegerField(default=0)
    fields = models.JSONField(default=dict)
    saved_at = models.DateTimeField(default=clock.now)

    objects = DraftQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "form"], name="draft_one_per_user_and_form")]

    def __str__(self) -> str:
        return self.form
